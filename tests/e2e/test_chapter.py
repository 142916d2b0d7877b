#!/usr/bin/env python3
"""The chapter's device against nginx: 1 upgrades to 2, which stays; 3 is rolled back to 2."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from device import BUILD, Device, app, esp  # noqa: E402

EXAMPLE = BUILD / "examples/chapter"
CONF = """
daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {0}/t1; proxy_temp_path {0}/t2; fastcgi_temp_path {0}/t3;
    uwsgi_temp_path {0}/t4; scgi_temp_path {0}/t5;
    server {{
        listen 127.0.0.1:{1} ssl;
        ssl_certificate {2}/server.pem;
        ssl_certificate_key {2}/server.key;
        root {0};
    }}
}}
"""


class Nginx:
    """On a free port; another process may take it first, so it is tried again."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        for _ in range(10):
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
            conf = pathlib.Path(self.folder, "nginx.conf")
            conf.write_text(CONF.format(self.folder, self.port, EXAMPLE))
            nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
            self.process = subprocess.Popen([nginx, "-c", conf], stderr=subprocess.DEVNULL)
            if self.listens():
                return self
            self.__exit__()
        raise RuntimeError(pathlib.Path(self.folder, "error.log").read_text())

    def listens(self):
        until = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self.process.poll() is None
            except OSError:
                time.sleep(0.02)
        return False

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Chapter(unittest.TestCase):
    def test_from_version_1_to_2_and_back_from_3(self):
        with tempfile.TemporaryDirectory() as folder, Nginx(folder) as nginx:
            os.chmod(folder, 0o755)
            url = ("--arg", f"url=https://localhost:{nginx.port}/app.bin")
            offer = pathlib.Path(folder, "app.bin")
            device = Device(folder, "chapter-v1")

            offer.write_bytes(app("chapter-v2"))
            run = device.run(*url)
            self.assertEqual(run.code, 0, run.text)
            for line in ("version 1 runs from ota_0", "version 2 is offered: upgrading", "100 % of",
                         "version 2 is installed: reset", "board: boot 2, reset by software",
                         "version 2 runs from ota_1", "self test passed: version 2 stays",
                         "version 2 is up to date"):
                self.assertIn(line, run.text)
            self.assertEqual(device.entries(), [(1, esp.VALID, True), (2, esp.VALID, True)])

            offer.write_bytes(app("chapter-v3"))
            kept = device.slot("ota_1")
            run = device.run(*url)
            self.assertEqual(run.code, 0, run.text)
            for line in ("version 3 runs from ota_0", "self test failed", "board: boot 3",
                         "version 3 was rolled back before: not again"):
                self.assertIn(line, run.text)
            self.assertEqual(device.entries(), [(3, esp.INVALID, True), (2, esp.VALID, True)])
            self.assertEqual(device.slot("ota_1"), kept)
            self.assertEqual(device.run(*url).text.count("board: boot"), 1)  # and it stays so

    def test_without_a_server_it_runs_on(self):
        with tempfile.TemporaryDirectory() as folder:
            run = Device(folder, "chapter-v1").run("--arg", "url=https://localhost:1/app.bin")
            self.assertEqual(run.code, 0)
            self.assertIn("nothing to upgrade to: ESP_ERR_HTTP_CONNECT", run.text)

    def test_the_snippet_of_the_chapter_is_there_unchanged(self):
        source = pathlib.Path(os.environ["MOLT_SOURCE"], "examples/chapter/main.c").read_text()
        self.assertIn("""    esp_http_client_config_t config = {
        .url = url,
        .cert_pem = (char *)upgrade_server_cert_pem_start,
    };
    esp_err_t ret = esp_https_ota(&config);
""", source)


if __name__ == "__main__":
    unittest.main()
