#!/usr/bin/env python3
"""Certificates for tests, made with openssl: a CA, servers good and bad, clients.

    paths = make(folder)      paths.ca, paths.server, paths.server_key, ...
    certs.py FOLDER           writes FOLDER/NAME.pem and NAME.key, prints the names

    ca             the CA that the client trusts (ca.der: the same)
    server         localhost, 127.0.0.1 and ::1, valid
    expired        was valid in 2020
    future         will be valid from 2090 on
    wronghost      for other.example only
    common_name    the name stands only in the subject: CN=localhost
    wildcard       DNS:*.0.0.1, which is not the address 127.0.0.1
    address_text   DNS:127.0.0.1 and CN=127.0.0.1, which are not the address either
    long_address   for 7f00:1:: only, whose first bytes are those of 127.0.0.1
    for_clients    names localhost, but is for clients only
    by_leaf        a server of `server`, which is no CA; with the chain
    other_ca       a CA that nobody trusts, and
    unknown        a server of its
    selfsigned     signs itself
    client         a client of `ca`;  stranger: a client of `other_ca`
"""
import os
import subprocess
import sys
import types

NOW_VALID = ("20200101000000Z", "20991231235959Z")
LOCAL = "DNS:localhost,IP:127.0.0.1,IP:::1"
SERVER = "extendedKeyUsage=serverAuth"
CLIENT = "extendedKeyUsage=clientAuth"

# name, signed by, subject, subject alternative names, extra extension, (from, to)
LEAVES = [
    ("server", "ca", "molt test server", LOCAL, SERVER, NOW_VALID),
    ("expired", "ca", "molt test server", LOCAL, SERVER, ("20200101000000Z", "20201231235959Z")),
    ("future", "ca", "molt test server", LOCAL, SERVER, ("20900101000000Z", "20991231235959Z")),
    ("wronghost", "ca", "other.example", "DNS:other.example", SERVER, NOW_VALID),
    ("common_name", "ca", "localhost", None, SERVER, NOW_VALID),
    ("wildcard", "ca", "*.0.0.1", "DNS:*.0.0.1", SERVER, NOW_VALID),
    ("address_text", "ca", "127.0.0.1", "DNS:127.0.0.1", SERVER, NOW_VALID),
    ("long_address", "ca", "long address", "IP:7f00:1::", SERVER, NOW_VALID),
    ("for_clients", "ca", "molt test server", LOCAL, CLIENT, NOW_VALID),
    ("by_leaf", "server", "molt test server", LOCAL, SERVER, NOW_VALID),
    ("unknown", "other_ca", "molt test server", LOCAL, SERVER, NOW_VALID),
    ("client", "ca", "molt test client", None, CLIENT, NOW_VALID),
    ("stranger", "other_ca", "molt test stranger", None, CLIENT, NOW_VALID),
]

CONFIG = """
[req]
distinguished_name = name
[name]
[ca]
default_ca = a
[a]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""


def openssl(folder, *args):
    done = subprocess.run(["openssl", *args], cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(args)}\n{done.stdout}")


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="ascii") as file:
        file.write(text)


def append(folder, name, more):
    with open(os.path.join(folder, more), encoding="ascii") as source, \
         open(os.path.join(folder, name), "a", encoding="ascii") as file:
        file.write(source.read())


def new_key(folder, name, subject):
    openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
    openssl(folder, "req", "-config", "openssl.cnf", "-new", "-key", f"{name}.key", "-subj",
            f"/CN={subject}", "-out", f"{name}.csr")


def sign(folder, name, by, extensions, dates):
    write(folder, f"{name}.ext", "\n".join(extensions) + "\n")
    own = ["-selfsign"] if by == name else ["-cert", f"{by}.pem"]
    openssl(folder, "ca", "-batch", "-config", "openssl.cnf", "-notext", *own, "-keyfile",
            f"{by}.key", "-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", f"{name}.ext",
            "-startdate", dates[0], "-enddate", dates[1])


def make(folder):
    os.makedirs(folder, exist_ok=True)
    folder = os.path.abspath(folder)
    write(folder, "openssl.cnf", CONFIG.format(folder=folder))
    write(folder, "index.txt", "")
    ca = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]
    for name in ("ca", "other_ca"):
        new_key(folder, name, f"molt test {name}")
        sign(folder, name, name, ca, NOW_VALID)
    for name, by, subject, names, extra, dates in LEAVES:
        new_key(folder, name, subject)
        extensions = ["basicConstraints=CA:FALSE", extra]
        sign(folder, name, by, extensions + ([f"subjectAltName={names}"] if names else []), dates)
    append(folder, "by_leaf.pem", "server.pem")
    new_key(folder, "selfsigned", "localhost")
    sign(folder, "selfsigned", "selfsigned", [f"subjectAltName={LOCAL}"], NOW_VALID)
    openssl(folder, "x509", "-in", "ca.pem", "-outform", "DER", "-out", "ca.der")

    paths = types.SimpleNamespace(folder=folder, ca_der=os.path.join(folder, "ca.der"))
    for name in ["ca", "other_ca", "selfsigned"] + [leaf[0] for leaf in LEAVES]:
        setattr(paths, name, os.path.join(folder, f"{name}.pem"))
        setattr(paths, f"{name}_key", os.path.join(folder, f"{name}.key"))
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: certs.py FOLDER")
    for path in vars(make(sys.argv[1])).values():
        print(path)
