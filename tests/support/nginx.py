#!/usr/bin/env python3
"""nginx for tests: real HTTPS from Debian's package, on free loopback ports, without root.

    with Nginx(folder, certs, files={"fw.bin": image}) as server:   server.https, server.http, ...
    nginx.py FOLDER CERTS      serves FOLDER/www, prints "HTTPS HTTP MUTUAL", ends with its stdin

Ports: `https` and `http` serve the files with ranges and keep-alive; `mutual` wants a client
certificate. On all of them /private/ wants user molt, password secret; /moved/X redirects to /X,
/relative/X to ../X, /up/X from http to https, /down/X from https to http. `certs` is the folder that
certs.py has filled; `cert` names the server's certificate in it.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

CONFIG = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    default_type application/octet-stream;
    types {{ }}
    server_tokens off;
    absolute_redirect off;
    keepalive_timeout {keep_alive_s};
    ssl_certificate {certs}/{cert}.pem;
    ssl_certificate_key {certs}/{cert}.key;
    ssl_client_certificate {certs}/ca.pem;
    root {folder}/www;
    auth_basic_user_file {folder}/users;
    server {{ listen 127.0.0.1:{https} ssl; include {folder}/locations; }}
    server {{ listen 127.0.0.1:{http}; include {folder}/locations; }}
    server {{ listen 127.0.0.1:{mutual} ssl; ssl_verify_client on; include {folder}/locations; }}
}}
"""

LOCATIONS = """
location /private/ {{ alias {folder}/www/; auth_basic "molt"; }}
location ~ ^/moved/(.*)$ {{ return 301 /$1; }}
location ~ ^/relative/(.*)$ {{ return 302 ../$1; }}
location ~ ^/up/(.*)$ {{ return 302 https://localhost:{https}/$1; }}
location ~ ^/down/(.*)$ {{ return 302 http://localhost:{http}/$1; }}
location = /loop {{ return 302 /loop; }}
"""


def free_ports(count):
    """Ports that nobody has; another program may take one before nginx does, so start() tries again."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Nginx:
    def __init__(self, folder, certs, files=None, cert="server", keep_alive_s=30):
        self.folder, self.certs = os.path.abspath(folder), os.path.abspath(certs)
        self.cert, self.keep_alive_s, self.process = cert, keep_alive_s, None
        os.makedirs(os.path.join(self.folder, "www"), exist_ok=True)
        os.makedirs(os.path.join(self.folder, "tmp"), exist_ok=True)
        for name, content in (files or {}).items():
            with open(os.path.join(self.folder, "www", name), "wb") as file:
                file.write(content)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def configure(self):
        self.https, self.http, self.mutual = free_ports(3)
        # As root, nginx would serve as somebody else, who cannot read a test's folder.
        values = dict(vars(self), user="user root;" if os.geteuid() == 0 else "")
        self.write("nginx.conf", CONFIG.format(**values))
        self.write("locations", LOCATIONS.format(**values))
        hashed = subprocess.run(["openssl", "passwd", "-apr1", "secret"], capture_output=True,
                                text=True, check=True).stdout.strip()
        self.write("users", f"molt:{hashed}\n")

    def is_up(self):
        try:
            for port in (self.https, self.http, self.mutual):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False

    def start(self):
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        for _ in range(5):
            self.configure()
            self.process = subprocess.Popen(
                [program, "-c", os.path.join(self.folder, "nginx.conf"), "-p", self.folder, "-e",
                 os.path.join(self.folder, "error.log")],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while self.process.poll() is None:
                if self.is_up():
                    return self
                time.sleep(0.02)
        with open(os.path.join(self.folder, "error.log"), encoding="utf-8") as file:
            raise RuntimeError("nginx does not start:\n" + file.read())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()

    def url(self, path, scheme="https", host="localhost"):
        return f"{scheme}://{host}:{self.https if scheme == 'https' else self.http}/{path}"

    def requests(self):
        """Lines of the access log so far."""
        with open(os.path.join(self.folder, "access.log"), encoding="utf-8") as file:
            return file.read().splitlines()

    __enter__ = start

    def __exit__(self, *_):
        self.stop()


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: nginx.py FOLDER CERTS")
    with Nginx(sys.argv[1], sys.argv[2]) as server:
        print(server.https, server.http, server.mutual, flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
