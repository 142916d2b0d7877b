#!/usr/bin/env python3
"""An HTTP server that misbehaves on request: the first part of the path says how.

    with BadServer(content=image) as server:         server.url("ok"), server.url("truncated"), ...
    badserver.py [--content FILE] [--cert PEM --key PEM [--client-ca PEM] [--tls VERSION]]
    badserver.py --alerts

As a script it prints its port on one line and serves on 127.0.0.1 until its standard input ends, so
that it never outlives the program that started it. Raw sockets: what a well-behaved library refuses
to send is the point. `BEHAVIOURS` lists all of them; server.requests has the heads received.

What is served is `content`, by default PATTERN(10000): byte i is (i * 7 + i // 256) % 256.
"""
import argparse
import base64
import gzip
import hashlib
import re
import select
import socket
import ssl
import struct
import sys
import threading
import time
import warnings

USER, PASSWORD = "molt", "s3cret: word"
REALM, NONCE, OPAQUE = "upgrades, inc", "5ccc069c403ebaf9f0171e9517f40e41", "opaque=1"
STALL_S = 30
REASONS = {200: "OK", 206: "Partial Content", 301: "Moved Permanently", 302: "Found", 303: "See Other",
           304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
           401: "Unauthorized", 404: "Not Found", 416: "Range Not Satisfiable"}


def PATTERN(length):
    return bytes((i * 7 + i // 256) % 256 for i in range(length))


class Request:
    def __init__(self, head, body):
        self.head, self.body = head, body
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        self.path, _, self.query = self.target.partition("?")
        self.parts = [p for p in self.path.split("/") if p]
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    def arg(self, default):
        return self.parts[1] if len(self.parts) > 1 else default


class Closed(Exception):
    pass


class Connection:
    """One connection: reads requests, hands each to its behaviour."""

    def __init__(self, server, sock):
        self.server, self.sock, self.buffer = server, sock, b""
        self.last = False  # the next request gets no answer

    def send(self, data):
        self.sock.sendall(data)

    def receive(self):
        data = self.sock.recv(65536)
        if not data:
            raise Closed
        self.buffer += data

    def read_chunked(self):
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                self.receive()
            line, self.buffer = self.buffer.split(b"\r\n", 1)
            size = int(line, 16)
            while len(self.buffer) < size + 2:
                self.receive()
            body += self.buffer[:size]
            self.buffer = self.buffer[size + 2:]
            if size == 0:
                return body

    def read_request(self):
        while b"\r\n\r\n" not in self.buffer:
            self.receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        request = Request(head, b"")
        if request.parts[:1] == ["early"]:
            return request
        if "chunked" in request.headers.get("transfer-encoding", ""):
            request.body = self.read_chunked()
            return request
        length = int(request.headers.get("content-length", 0))
        while len(self.buffer) < length:
            self.receive()
        request.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return request

    def reply(self, status, body=b"", headers=(), length=True, request=None):
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Whatever')}"]
        if length:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines + list(headers)).encode("latin-1") + b"\r\n\r\n"
        is_head = request is not None and request.method == "HEAD"
        self.send(head if is_head else head + body)

    def finish(self):
        """Closes in good order: TLS says so, then TCP."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(1)
            try:
                self.sock = self.sock.unwrap()
            except (OSError, ValueError):
                pass
        raise Closed

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Closed

    def stall(self):
        """Says nothing more, until the client gives up or the server ends."""
        until = time.monotonic() + STALL_S
        while time.monotonic() < until and not self.server.stopping:
            if select.select([self.sock], [], [], 0.05)[0]:
                raise Closed


# ---- behaviours: name(connection, request); the docstring says what comes ----

def ok(c, r):
    """200 with Content-Length."""
    c.reply(200, c.server.content, request=r)


def close(c, r):
    """A body that ends with the connection."""
    c.reply(200, c.server.content, ["Connection: close"], length=False)
    c.finish()


def close_rudely(c, r):
    """The same, but TLS is cut without its close notify."""
    c.reply(200, c.server.content, ["Connection: close"], length=False)
    raise Closed


def connection_close(c, r):
    """200 with Content-Length, and the connection ends."""
    c.reply(200, c.server.content, ["Connection: close"], request=r)
    c.finish()


def http10(c, r):
    """An HTTP/1.0 response, closed at its end."""
    c.send(b"HTTP/1.0 200 OK\r\n\r\n" + c.server.content)
    c.finish()


def chunked(c, r):
    """Chunks of odd sizes with extensions, then trailers."""
    c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    at, size, content = 0, 1, c.server.content
    while at < len(content):
        piece = content[at:at + size]
        c.send(b'%x;name="va;lue"\r\n%s\r\n' % (len(piece), piece))
        at, size = at + size, size * 3 % 1999 + 1
    c.send(b"0\r\nX-Trailer: t\r\nLocation: /no\r\n\r\n")


def bad_chunk(c, r):
    """A chunk size that is no number, after one good chunk."""
    half = c.server.content[:len(c.server.content) // 2]
    c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\nzz\r\n" %
           (len(half), half))
    c.stall()


def huge_extension(c, r):
    """A chunk extension without end."""
    c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;")
    while not c.server.stopping:
        c.send(b"x" * 4096)


def truncated(c, r):
    """Half of the announced body, then a proper close."""
    content = c.server.content
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) +
           content[:len(content) // 2])
    c.finish()


def truncated_chunks(c, r):
    """Chunks without the last one, then a proper close."""
    c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" %
           (len(c.server.content), c.server.content))
    c.finish()


def longer(c, r):
    """More bytes than announced."""
    content = c.server.content
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content + b"and more")


def stall_header(c, r):
    """Half a head, then silence."""
    c.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    c.stall()


def stall_silent(c, r):
    """No byte at all."""
    c.stall()


def stall_body(c, r):
    """Half of the body, then silence."""
    content = c.server.content
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) +
           content[:len(content) // 2])
    c.stall()


def pause_body(c, r):
    """Half of the body, a pause (/pause_body/SECONDS), the other half."""
    content = c.server.content
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) +
           content[:len(content) // 2])
    time.sleep(float(r.arg("0.5")))
    c.send(content[len(content) // 2:])


def trickle(c, r):
    """A byte of body every 20 ms, so that no single read times out."""
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(c.server.content))
    for byte in c.server.content:
        if c.server.stopping:
            return
        c.send(bytes([byte]))
        time.sleep(0.02)


def trickle_header(c, r):
    """A head without end, a byte every 20 ms."""
    c.send(b"HTTP/1.1 200 OK\r\nX: ")
    while not c.server.stopping:
        c.send(b"x")
        time.sleep(0.02)


def reset(c, r):
    """Half of the body, then RST."""
    content = c.server.content
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) +
           content[:len(content) // 2])
    time.sleep(0.1)
    c.reset()


def reset_header(c, r):
    """RST instead of an answer."""
    c.reset()


def bytewise(c, r):
    """Everything one byte per packet."""
    content = c.server.content[:3000]
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content:
        c.send(bytes([byte]))


def giant_header(c, r):
    """One header line of 12,000 bytes, then a good response."""
    c.reply(200, c.server.content, ["X-Giant: " + "g" * 12000])


def endless_header(c, r):
    """One header line without end."""
    c.send(b"HTTP/1.1 200 OK\r\nX: ")
    while not c.server.stopping:
        c.send(b"x" * 4096)


def endless_headers(c, r):
    """Header lines without end."""
    c.send(b"HTTP/1.1 200 OK\r\n")
    while not c.server.stopping:
        c.send(b"X-More: of them\r\n" * 100)


def endless_continue(c, r):
    """Interim responses without end."""
    while not c.server.stopping:
        c.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def endless_body(c, r):
    """A body without end."""
    c.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while not c.server.stopping:
        c.send(b"x" * 65536)


def interim(c, r):
    """100 and 103 in packets of their own before the response."""
    c.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    time.sleep(0.05)
    c.send(b"HTTP/1.1 103 Early Hints\r\nLocation: /no\r\n\r\n")
    time.sleep(0.05)
    ok(c, r)


def redirect_loop(c, r):
    """302 to itself."""
    c.reply(302, b"again", ["Location: /redirect_loop"])


def redirect(c, r):
    """/redirect/N: N hops (302) to /ok."""
    n = int(r.arg("1"))
    c.reply(302, b"elsewhere", [f"Location: /redirect/{n - 1}" if n > 1 else "Location: /ok"])


def redirect_relative(c, r):
    """/redirect_relative/x/y?z: 307 to ../../ok"""
    c.reply(307, b"elsewhere", ["Location: ../../ok"])


def redirect_to(c, r):
    """/redirect_to/STATUS?URL: to any URL."""
    c.reply(int(r.arg("302")), b"elsewhere", [f"Location: {r.query}"])


def redirect_body(c, r):
    """/redirect_body/LEN: 302 to /ok with a body of that length."""
    c.reply(302, b"x" * int(r.arg("100")), ["Location: /ok"])


def redirect_close(c, r):
    """302 to /ok, and the connection ends."""
    c.reply(302, b"elsewhere", ["Location: /ok", "Connection: close"])
    c.finish()


def redirect_nowhere(c, r):
    """302 without a Location."""
    c.reply(302, b"")


def redirect_long(c, r):
    """302 with a Location of 9,000 bytes."""
    c.reply(302, b"", ["Location: /" + "l" * 9000])


def redirect_endless_body(c, r):
    """302 to /ok with a body without end."""
    c.send(b"HTTP/1.1 302 Found\r\nLocation: /ok\r\n\r\n")
    while not c.server.stopping:
        c.send(b"x" * 65536)


def status(c, r):
    """/status/CODE with a small body."""
    code = int(r.arg("404"))
    c.reply(code, b"" if code in (204, 304) else b"status %d" % code, request=r,
            length=code not in (204, 304))


def html(c, r):
    """A 200 that is an error page."""
    c.reply(200, b"<!DOCTYPE html><html><body>Please log in</body></html>" * 40,
            ["Content-Type: text/html"])


def compressed(c, r):
    """Content-Encoding: gzip that nobody asked for."""
    c.reply(200, gzip.compress(c.server.content), ["Content-Encoding: gzip"])


def garbage(c, r):
    """Not HTTP."""
    c.send(b"\x15\x03\x01\x00\x02\x02\x46 not HTTP at all\r\n\r\n")
    raise Closed


def wanted_range(c, r):
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", r.headers.get("range", ""))
    if not match:
        return None
    first, total = int(match[1]), len(c.server.content)
    last = min(int(match[2]) if match[2] else total - 1, total - 1)
    return first, last, total


def range_(c, r):
    """206 for a Range, 416 for one beyond the end, 200 without."""
    wanted = wanted_range(c, r)
    if not wanted:
        return ok(c, r)
    first, last, total = wanted
    if first >= total:
        return c.reply(416, b"", [f"Content-Range: bytes */{total}"])
    return c.reply(206, c.server.content[first:last + 1],
                   [f"Content-Range: bytes {first}-{last}/{total}"], request=r)


def range_shifted(c, r):
    """206, but for the range 16 bytes later."""
    first, last, total = wanted_range(c, r) or (0, len(c.server.content) - 1, len(c.server.content))
    c.reply(206, c.server.content[first + 16:last + 17],
            [f"Content-Range: bytes {first + 16}-{last + 16}/{total + 16}"], request=r)


def range_unsaid(c, r):
    """206 without a Content-Range."""
    c.reply(206, c.server.content, request=r)


def range_other_length(c, r):
    """206 whose Content-Length is not that of its Content-Range."""
    first, last, total = wanted_range(c, r) or (0, len(c.server.content) - 1, len(c.server.content))
    c.reply(206, c.server.content[first:last], [f"Content-Range: bytes {first}-{last}/{total}"],
            request=r)


def basic(c, r):
    """401 Basic, 200 with the right answer."""
    want = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    if r.headers.get("authorization") == want:
        return ok(c, r)
    return c.reply(401, b"who are you?", [f'WWW-Authenticate: Basic realm="{REALM}"'], request=r)


DIGESTS = {"md5": ("MD5", hashlib.md5), "sha256": ("SHA-256", hashlib.sha256),
           "md5-sess": ("MD5-sess", hashlib.md5), "sha256-sess": ("SHA-256-sess", hashlib.sha256)}


def digest_answer(kind, fields, method):
    name, function = DIGESTS[kind]

    def h(*texts):
        return function(":".join(texts).encode()).hexdigest()

    a1 = h(USER, REALM, PASSWORD)
    if name.endswith("-sess"):
        a1 = h(a1, fields["nonce"], fields["cnonce"])
    a2 = h(method, fields["uri"])
    if "qop" in fields:
        return h(a1, fields["nonce"], fields["nc"], fields["cnonce"], fields["qop"], a2)
    return h(a1, fields["nonce"], a2)


def new_nonce(server):
    server.nonces[f"{NONCE}{len(server.nonces)}"] = set()
    return list(server.nonces)[-1]


def digest(c, r):
    """/digest/KIND[/noqop|/stale]: 401 Digest (md5, sha256, md5-sess, sha256-sess). A nonce is good
    for any number of requests with a rising nc; with /stale, the first one is not good at all."""
    kind, option = r.arg("md5"), r.parts[2] if len(r.parts) > 2 else ""
    given = r.headers.get("authorization", "")
    fields = {k: q or v for k, q, v in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)}
    counts = c.server.nonces.get(fields.get("nonce"))
    good = (given.startswith("Digest ") and counts is not None and
            fields.get("username") == USER and fields.get("realm") == REALM and
            fields.get("uri") == r.target and fields.get("opaque") == OPAQUE and
            fields.get("nc") not in counts and
            fields.get("response") == digest_answer(kind, fields, r.method))
    stale = good and option == "stale" and not c.server.seen_stale
    if good and not stale:
        counts.add(fields.get("nc", object()))
        return ok(c, r)
    c.server.seen_stale = stale
    qop = "" if option == "noqop" else ', qop="auth-int, auth"'
    return c.reply(401, b"prove it", [
        f'WWW-Authenticate: Digest realm="{REALM}", nonce="{new_nonce(c.server)}", '
        f'opaque="{OPAQUE}", algorithm={DIGESTS[kind][0]}{qop}' +
        (", stale=TRUE" if stale else "")], request=r)


def both(c, r):
    """401 that offers Basic and, in a second header, Digest; takes only Digest."""
    if r.headers.get("authorization", "").startswith("Digest"):
        return digest(c, r)
    return c.reply(401, b"", [
        f'WWW-Authenticate: Basic realm="{REALM}"',
        f'WWW-Authenticate: Digest realm="{REALM}", nonce="{new_nonce(c.server)}", '
        f'opaque="{OPAQUE}", algorithm=MD5, qop="auth"'])


def answers(c, r):
    """How many requests with an Authorization header the server has had."""
    c.reply(200, b"%d" % sum("authorization" in q.headers for q in c.server.requests))


def realms(c, r):
    """Digest for realm "one", and for an answer to that, for realm "two"; takes any answer to two."""
    given = r.headers.get("authorization", "")
    if 'realm="two"' in given:
        return ok(c, r)
    realm = "two" if given else "one"
    return c.reply(401, b"", [f'WWW-Authenticate: Digest realm="{realm}", nonce="{NONCE}", qop="auth"'])


def strange_auth(c, r):
    """401 with a scheme that nobody knows."""
    c.reply(401, b"", ["WWW-Authenticate: Negotiate"])


def stale(c, r):
    """A good response on a connection that the server then drops without saying so."""
    c.reply(200, c.server.content, request=r)
    c.finish()


def close_said(c, r):
    """A response with Connection: close; the connection takes requests nevertheless."""
    c.reply(200, c.server.content, ["Connection: close"], request=r)


def half(c, r):
    """Half of the announced body; the connection takes requests nevertheless."""
    content = c.server.content
    c.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) +
           content[:len(content) // 2])


def early(c, r):
    """413 as soon as the head is there, without reading the body."""
    c.reply(413, b"too much")


def once(c, r):
    """A good response; the next request on this connection is met by its end."""
    c.reply(200, c.server.content, request=r)
    c.last = True


def echo(c, r):
    """The request's own head and body."""
    c.reply(200, r.head + b"\r\n\r\n" + r.body)


def count(c, r):
    """How many connections the server has had."""
    c.reply(200, b"%d" % c.server.connections)


BEHAVIOURS = {f.__name__.rstrip("_"): f for f in (
    ok, close, close_rudely, connection_close, http10, chunked, bad_chunk, huge_extension, truncated,
    truncated_chunks, longer, stall_header, stall_silent, stall_body, pause_body, trickle,
    trickle_header, reset, reset_header, bytewise, giant_header, endless_header, endless_headers,
    endless_continue, endless_body, interim, redirect_loop, redirect, redirect_relative, redirect_to,
    redirect_body, redirect_close, redirect_nowhere, redirect_long, redirect_endless_body, status, html, compressed,
    garbage, range_, range_shifted, range_unsaid, range_other_length, basic, digest, both,
    strange_auth, answers, realms, stale, close_said, half, early, once, echo, count)}


class BadServer:
    def __init__(self, content=None, cert=None, key=None, client_ca=None, tls=None, alerts=False):
        self.content = PATTERN(10000) if content is None else content
        self.requests, self.connections, self.nonces, self.seen_stale = [], 0, {}, False
        self.stopping, self.tls, self.alerts = False, None, alerts
        if cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(cert, key)
            if tls:  # only this version, even when today's OpenSSL finds it too weak
                self.tls.set_ciphers("ALL:@SECLEVEL=0")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)
                    self.tls.minimum_version = self.tls.maximum_version = ssl.TLSVersion[tls]
            if client_ca:
                self.tls.load_verify_locations(client_ca)
                self.tls.verify_mode = ssl.CERT_REQUIRED
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.1)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def url(self, path, host="127.0.0.1"):
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/{path}"

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.stopping = True
        self.thread.join()
        self.listener.close()

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def run(self):
        while not self.stopping:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                continue
            self.connections += 1
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        connection = None
        try:
            sock.settimeout(STALL_S)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.alerts:
                flood_with_alerts(self, sock)
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            connection = Connection(self, sock)
            while not self.stopping:
                request = connection.read_request()
                self.requests.append(request)
                if connection.last:
                    connection.finish()
                name = request.parts[0] if request.parts else "ok"
                BEHAVIOURS.get(name, status)(connection, request)
        except (OSError, Closed, ValueError):
            pass
        finally:
            (connection.sock if connection else sock).close()


def flood_with_alerts(server, sock):
    """Before any handshake: TLS warnings without end (user_canceled, RFC 8446, 6.1)."""
    while not server.stopping:
        sock.sendall(b"\x15\x03\x03\x00\x02\x01\x5a" * 1000)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--content")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    parser.add_argument("--tls", help="only this version, such as TLSv1_1")
    parser.add_argument("--alerts", action="store_true", help="TLS warnings without end")
    args = parser.parse_args()
    content = None
    if args.content:
        with open(args.content, "rb") as file:
            content = file.read()
    with BadServer(content, args.cert, args.key, args.client_ca, args.tls, args.alerts) as server:
        print(server.port, flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
