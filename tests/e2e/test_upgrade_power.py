#!/usr/bin/env python3
"""Power fails at every flash operation of an upgrade: download, selection, trial, confirmation.

Whatever the moment and whatever the torn operation leaves behind, the device boots the old version
or the new one, goes on by itself to the new one, and can take a further upgrade.
"""
import concurrent.futures
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from device import LARGE, Device, app, esp  # noqa: E402
import certs  # noqa: E402
from badserver import BadServer  # noqa: E402

NEW = app("tiny-v2")
# Programs of 256 bytes, erases of 4 KiB, and those of otadata, as an upper bound.
OPERATIONS = len(NEW) // 256 + len(NEW) // 4096 + 40
EVERY = 40 if LARGE else 1  # of the sanitizers' large images only some
KINDS = {"bits": EVERY, "before": 23 * EVERY, "after": 29 * EVERY, "prefix": 19 * EVERY,
         "patchwork": 17 * EVERY, "almost": 13 * EVERY}


class PowerCut(unittest.TestCase):
    def one(self, folder, server, kind, at):
        """Whether the cut happened; raises when the device does not come through it."""
        device = Device(folder, "probe-v1", entries=(esp.entry(1), esp.BLANK))
        run = device.run("--arg", f"url={server.url('ok')}", "--arg", f"ca={self.ca_text}",
                         "--cut-after", str(at), "--tear", kind, "--seed", str(at))
        seen = (kind, at, run.text)
        self.assertEqual(run.code, 0, seen)
        self.assertEqual((run.boots[-1].version, device.slot("ota_1")[:len(NEW)] == NEW),
                         ("2", True), seen)
        self.assertNotIn("boot loop", run.text)
        seq, state, intact = max(device.entries())
        self.assertEqual((seq % 2, state, intact), (0, esp.VALID, True), seen)
        self.assertEqual(device.upgrade(server.url("ok"), "--ca", self.ca), (0, ""), seen)
        return "board: power cut in flash operation" in run.text

    def server(self, folder):
        made = certs.make(folder)
        self.ca = made.ca
        self.ca_text = pathlib.Path(made.ca).read_text(encoding="ascii")
        return BadServer(NEW, made.server, made.server_key)

    def test_at_every_operation_in_every_kind_of_tear(self):
        with tempfile.TemporaryDirectory() as folder, self.server(folder) as server, \
                concurrent.futures.ThreadPoolExecutor(2) as pool:
            jobs = {}
            for kind, step in KINDS.items():
                for at in [*range(1, OPERATIONS, step), OPERATIONS + 1000]:
                    place = pathlib.Path(folder, f"{kind}-{at}")
                    place.mkdir()
                    jobs[kind, at] = pool.submit(self.in_folder, place, server, kind, at)
            happened = {key: job.result() for key, job in jobs.items()}
        cuts = sum(happened.values())
        self.assertGreater(cuts, OPERATIONS // EVERY * 0.9)  # nearly every plan was carried out
        for kind in KINDS:
            self.assertTrue(happened[kind, 1])
            self.assertFalse(happened[kind, OPERATIONS + 1000])

    def in_folder(self, place, *args):
        try:
            return self.one(place, *args)
        finally:
            for file in place.iterdir():
                file.unlink()


if __name__ == "__main__":
    unittest.main()
