#!/usr/bin/env bash
# usage: make_ca.sh FOLDER
#
# Makes a CA (ca.key, upgrade_server_cert.pem) and a certificate for localhost (server.key,
# server.pem) in FOLDER, unless they are there and valid for another day.
set -euo pipefail
cd "$1"
ca=upgrade_server_cert.pem
if openssl verify -CAfile "$ca" server.pem >/dev/null 2>&1 &&
    openssl x509 -checkend 86400 -noout -in server.pem >/dev/null 2>&1 && [ -s server.key ]; then
    exit 0
fi
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj "/O=molt/CN=molt example CA" -keyout ca.key -out "$ca" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
    -keyout server.key -out server.csr 2>/dev/null
openssl x509 -req -in server.csr -CA "$ca" -CAkey ca.key -CAcreateserial -days 825 \
    -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n') -out server.pem 2>/dev/null
rm -f server.csr
