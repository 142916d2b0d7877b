#!/usr/bin/env python3
"""Servers good and bad, for `molt device upgrade` and for an app on the running device.

After whatever a server does, the running slot and the boot choice are byte for byte what they were,
and the next attempt works.
"""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from device import Device, app, esp  # noqa: E402
import certs  # noqa: E402
from badserver import BadServer  # noqa: E402

IMAGE = app("probe-v2")
CONFIRMED = (esp.entry(1), esp.BLANK)


def patched(at, data):
    return IMAGE[:at] + data + IMAGE[at + len(data):]


# behaviour, what the server has, the error
SERVERS = [
    ("truncated", IMAGE, "ESP_FAIL"),
    ("truncated_chunks", IMAGE[:30000], "ESP_FAIL"),
    ("bad_chunk", IMAGE, "ESP_FAIL"),
    ("status/404", IMAGE, "ESP_FAIL"),
    ("status/500", IMAGE, "ESP_FAIL"),
    ("status/304", IMAGE, "ESP_ERR_HTTP_NOT_MODIFIED"),
    ("html", IMAGE, "ESP_ERR_OTA_VALIDATE_FAILED"),
    ("garbage", IMAGE, "ESP_FAIL"),
    ("stall_header", IMAGE, "ESP_ERR_HTTP_EAGAIN"),
    ("stall_body", IMAGE, "ESP_ERR_HTTP_READ_TIMEOUT"),
    ("reset", IMAGE, "ESP_FAIL"),
    ("redirect_loop", IMAGE, "ESP_ERR_HTTP_MAX_REDIRECT"),
    ("redirect_nowhere", IMAGE, "ESP_ERR_INVALID_ARG"),
    ("redirect_to/302?http://127.0.0.1:1/", IMAGE, "ESP_ERR_HTTP_REDIRECT_DOWNGRADE"),
    ("endless_headers", IMAGE, "ESP_FAIL"),
    ("ok", patched(12, b"\x05\x00"), "ESP_ERR_INVALID_VERSION"),
    ("ok", patched(0, b"\x00"), "ESP_ERR_OTA_VALIDATE_FAILED"),
    ("ok", patched(32, b"\x00\x00\x00\x00"), "ESP_ERR_OTA_VALIDATE_FAILED"),
    ("ok", patched(len(IMAGE) // 2, b"\x00\xff\x55\xaa"), "ESP_ERR_OTA_VALIDATE_FAILED"),
    ("ok", IMAGE[:-1], "ESP_ERR_OTA_VALIDATE_FAILED"),
    ("ok", IMAGE[:500], "ESP_FAIL"),
    ("ok", b"", "ESP_FAIL"),
    ("ok", os.urandom(50000), "ESP_ERR_OTA_VALIDATE_FAILED"),
    ("ok", IMAGE + b"\0" * (8 << 20), "ESP_ERR_INVALID_SIZE"),
]
CERTIFICATES = {"expired": "has expired", "future": "is not valid yet", "wronghost": "for another host",
                "unknown": "is not signed by", "selfsigned": "is not signed by"}


class Upgrade(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certs = certs.make(folder.name)
        with open(cls.certs.ca, encoding="ascii") as file:
            cls.ca_text = file.read()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.device = Device(folder.name, "probe-v1", entries=CONFIRMED)
        self.before = (self.device.slot("ota_0"), self.device.otadata())

    def server(self, content=IMAGE, name="server", **more):
        return BadServer(content, getattr(self.certs, name), getattr(self.certs, f"{name}_key"), **more)

    def check_unchanged(self, seen):
        self.assertEqual((self.device.slot("ota_0"), self.device.otadata()), self.before, seen)

    def upgrade(self, url, *args):
        return self.device.upgrade(url, "--ca", self.certs.ca, "--timeout", "1", *args)

    def run_app(self, url, *args):
        return self.device.run(*args, "--arg", f"url={url}", "--arg", f"ca={self.ca_text}")

    def check_good_attempt(self):
        with self.server() as server:
            self.assertEqual(self.upgrade(server.url("ok")), (0, ""))
        self.assertEqual(self.device.slot("ota_1")[:len(IMAGE)], IMAGE)
        self.assertEqual(self.device.entries(), [(1, esp.VALID, True), (2, esp.NEW, True)])

    def test_a_bad_server_changes_nothing_and_the_next_attempt_works(self):
        for behaviour, content, error in SERVERS:
            with self.subTest(behaviour=behaviour, length=len(content)):
                with self.server(content) as server:
                    code, said = self.upgrade(server.url(behaviour))
                self.assertEqual(code, 1, said)
                self.assertIn(f": {error}: ", said)
                self.check_unchanged(said)
        self.check_good_attempt()

    def test_the_running_app_survives_every_bad_server(self):
        for behaviour, content, error in SERVERS:
            with self.subTest(behaviour=behaviour, length=len(content)):
                with self.server(content) as server:
                    run = self.run_app(server.url(behaviour))
                self.assertEqual((run.code, len(run.boots)), (0, 1), run.text)
                self.assertIn(f"probe: upgrade: {error}\n", run.text)
                self.check_unchanged(run.text)
        with self.server() as server:
            run = self.run_app(server.url("ok"), "--boots", "2")
        self.assertEqual([b.version for b in run.boots], ["1", "2"], run.text)

    def test_a_server_with_the_wrong_certificate_is_not_talked_to(self):
        for name in CERTIFICATES:
            with self.subTest(name), self.server(name=name) as server:
                code, said = self.upgrade(server.url("ok"))
                self.assertEqual(code, 1)
                self.assertIn("ESP_ERR_HTTP_CONNECT: the server's certificate ", said)
                self.assertIn(CERTIFICATES[name], said)
                self.assertIn("ESP_ERR_HTTP_CONNECT", self.run_app(server.url("ok")).text)
                self.assertEqual(server.requests, [])
                self.check_unchanged(said)
        with self.server() as server:
            code, said = self.device.upgrade(server.url("ok"))  # and this host does not know our CA
            self.assertEqual((code, server.requests), (1, []), said)
        self.check_good_attempt()

    def test_an_image_comes_over_http_only_if_that_was_asked_for(self):
        with BadServer(IMAGE) as server:
            code, said = self.upgrade(server.url("ok"))
            self.assertEqual(code, 2)
            self.assertIn("without https nothing shows who sends the image", said)
            self.assertIn("ESP_ERR_INVALID_ARG", self.run_app(server.url("ok")).text)
            self.assertEqual(server.requests, [])
            self.check_unchanged(said)
            self.assertEqual(self.upgrade(server.url("ok"), "--allow-http"), (0, ""))
        self.assertEqual(self.device.slot("ota_1")[:len(IMAGE)], IMAGE)

    def test_no_connection_is_told_without_a_word_about_certificates(self):
        with self.server() as server:
            url = server.url("ok")
        with self.server() as plain:
            port = plain.url("ok").split(":")[2].split("/")[0]
        for where, words in ((url, "nobody listens"), (f"http://127.0.0.1:{port}/x", "nobody listens"),
                             ("http://nowhere.invalid/x", "has no address")):
            code, said = self.upgrade(where, "--allow-http")
            self.assertEqual(code, 1)
            self.assertIn("ESP_ERR_HTTP_CONNECT: no connection: ", said)
            self.assertIn(words, said)
            self.assertNotIn("certificate", said)
            self.assertNotIn("mbedTLS", said)
            self.check_unchanged(said)

    def test_a_failure_is_told_without_passwords(self):
        with self.server() as server:
            url = server.url("status/404").replace("https://", "https://user:s3cret@")
            code, said = self.upgrade(f"{url}?signature=t0ken#part")
        self.assertEqual(code, 1)
        self.assertRegex(said, r"(?m)^https://127.0.0.1:\d+/status/404: ESP_FAIL: the server "
                               "answered with status 404$")
        for secret in ("user", "s3cret", "t0ken"):
            self.assertNotIn(secret, said)

    def test_redirects_that_lead_nowhere_are_told_as_such(self):
        for behaviour, words in (
                ("redirect_nowhere", "the server redirects, but to no URL"),
                ("redirect_long", "redirects to a URL that is too long"),
                ("redirect_to/302?ftp://localhost/x", "redirects from https to something else"),
                ("redirect_loop", "too many redirects")):
            with self.subTest(behaviour), self.server() as server:
                code, said = self.upgrade(server.url(behaviour))
                self.assertEqual(code, 1)
                self.assertIn(words, said)

    def test_progress_goes_in_tens_and_ends_where_an_error_begins(self):
        for behaviour, last in (("ok", 100), ("truncated", 50)):
            with self.subTest(behaviour), self.server() as server:
                done = self.device.upgrade_output(server.url(behaviour), "--ca", self.certs.ca)
            seen = [int(line.split("%")[0]) for line in done.splitlines() if "%" in line]
            self.assertEqual(seen, list(range(0, seen[-1] + 1, 10)), done)
            self.assertLessEqual(seen[-1], last)

    def test_ways_to_send_an_image(self):
        for behaviour in ("ok", "close", "http10", "chunked", "longer", "redirect/3", "interim",
                          "redirect_relative/x/y?z"):
            with self.subTest(behaviour), self.server() as server:
                code, said = self.upgrade(server.url(behaviour))
                self.assertEqual(code, 0, said)
                self.assertEqual(self.device.slot("ota_1")[:len(IMAGE)], IMAGE)

    def test_credentials(self):
        user = ("--user", "molt:s3cret: word")
        for behaviour in ("basic", "digest/md5", "digest/sha256"):
            with self.subTest(behaviour), self.server() as server:
                self.assertEqual(self.upgrade(server.url(behaviour))[0], 1)
                self.assertEqual(self.upgrade(server.url(behaviour), "--user", "molt:wrong")[0], 1)
                self.assertEqual(self.upgrade(server.url(behaviour), *user), (0, ""))
        client = ("--cert", self.certs.client, "--key", self.certs.client_key)
        stranger = ("--cert", self.certs.stranger, "--key", self.certs.stranger_key)
        with self.server(client_ca=self.certs.ca) as server:
            self.assertEqual(self.upgrade(server.url("ok"))[0], 1)
            self.assertEqual(self.upgrade(server.url("ok"), *stranger)[0], 1)
            self.assertEqual(self.upgrade(server.url("ok"), *client), (0, ""))

    def test_parts(self):
        with self.server() as server:
            self.assertEqual(self.upgrade(server.url("range"), "--partial", "20000"), (0, ""))
            parts = [r for r in server.requests if "range" in r.headers]
            self.assertGreaterEqual(len(parts), len(IMAGE) // 20000)
        self.assertEqual(self.device.slot("ota_1")[:len(IMAGE)], IMAGE)
        with self.server() as server:
            self.assertEqual(self.upgrade(server.url("range"), "--resume"), (0, ""))
            self.assertEqual(self.upgrade(server.url("ok"), "--resume"), (0, ""))  # has no ranges

    def test_a_second_upgrade_before_the_first_was_started_replaces_it(self):
        with self.server() as server:
            self.assertEqual(self.upgrade(server.url("ok")), (0, ""))
            self.assertEqual(self.upgrade(server.url("ok")), (0, ""))
        self.assertEqual(self.device.slot("ota_0"), self.before[0])
        self.assertEqual(self.device.run().boots[0].version, "2")

    def test_the_version_check_refuses_what_runs(self):
        with self.server(app("probe-v1")) as server:
            code, said = self.upgrade(server.url("ok"), "--version-check")
        self.assertEqual((code, said), (1, "version 1 is what the device runs\n"))
        self.check_unchanged(said)

    def test_the_deadline_holds(self):
        with self.server() as server:
            code, said = self.upgrade(server.url("trickle"), "--deadline", "0.5")
        self.assertEqual(code, 1, said)
        self.check_unchanged(said)

    def test_usage(self):
        url = "https://localhost:1/"
        cases = [
            (("--cert", "x"), "--cert and --key belong together"),
            (("--user", "nobody"), "--user: not USER:PASSWORD"),
            (("--timeout", "soon"), "--timeout: 'soon' is not a number of seconds"),
            (("--ca", "/nix/ca.pem"), "/nix/ca.pem: No such file"),
            (("--ca", __file__), f"{__file__}: --ca: no PEM certificate in it"),
            (("--cert", self.certs.client, "--key", self.certs.client), "no PEM key in it"),
            (("--cert", self.certs.client, "--key", self.certs.stranger_key),
             "not the key of the certificate"),
            (("--chip", "z80"), "z80"),
        ]
        for args, text in cases:
            code, said = self.device.upgrade(url, *args)
            self.assertEqual(code, 2, said)
            self.assertIn(text, said)
        self.check_unchanged("")


if __name__ == "__main__":
    unittest.main()
