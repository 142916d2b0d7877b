#!/usr/bin/env python3
"""A new version on trial, on the virtual device: what it does decides whether it stays."""
import os
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from device import BUILD, Device, app, esp  # noqa: E402

VALID, PENDING, INVALID, ABORTED = "2", "1", "3", "4"  # esp_ota_img_states_t
POWERON, SW, PANIC, TASK_WDT = "1", "3", "4", "6"      # esp_reset_reason_t
V2_SELECTED = (esp.entry(1), esp.entry(2, esp.NEW))


class Trial(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def upgraded(self):
        """Version 1 runs, version 2 is written and selected, as an upgrade leaves it."""
        return Device(self.folder, "probe-v1", app("probe-v2"), V2_SELECTED)

    def test_a_version_that_confirms_itself_stays(self):
        device = self.upgraded()
        self.assertEqual(device.run().boots, [("2", "ota_1", PENDING, POWERON)])
        self.assertEqual(device.entries(), [(1, esp.VALID, True), (2, esp.VALID, True)])
        self.assertEqual(device.run("--arg", "trial=crash").boots, [("2", "ota_1", VALID, POWERON)])

    def test_a_version_that_fails_in_any_way_is_rolled_back(self):
        cases = [
            ("reject", SW, esp.INVALID),
            ("crash", PANIC, esp.ABORTED),
            ("exit", PANIC, esp.ABORTED),
            ("hang", TASK_WDT, esp.ABORTED),
        ]
        for trial, reset, state in cases:
            with self.subTest(trial):
                device = self.upgraded()
                before = device.slot("ota_0")
                run = device.run("--arg", f"trial={trial}", "--watchdog", "0.3")
                self.assertEqual(run.code, 0, run.text)
                self.assertEqual(run.boots, [("2", "ota_1", PENDING, POWERON),
                                             ("1", "ota_0", VALID, reset)], run.text)
                self.assertEqual(device.entries()[1], (2, state, True))
                self.assertEqual(device.slot("ota_0"), before)

    def test_a_version_that_never_confirms_itself_is_rolled_back_by_the_next_reset(self):
        device = self.upgraded()
        self.assertEqual(device.run("--arg", "trial=wait").boots, [("2", "ota_1", PENDING, POWERON)])
        self.assertEqual(device.run("--arg", "trial=wait").boots, [("1", "ota_0", VALID, POWERON)])
        self.assertEqual(device.entries()[1], (2, esp.ABORTED, True))

    def test_a_power_cut_at_every_operation_of_a_trial_leaves_a_device_that_boots(self):
        versions = set()
        for kind in ("before", "after", "prefix", "bits", "almost"):
            at, cut = 0, True
            while cut:
                at += 1
                device = self.upgraded()
                run = device.run("--cut-after", str(at), "--tear", kind, "--seed", str(at))
                cut = "power cut in flash operation" in run.text
                self.assertEqual(run.code, 0, run.text)
                self.assertIn(run.boots[-1].version, ("1", "2"))
                again = device.run()
                self.assertEqual((again.code, again.boots[-1].version, again.boots[-1].state),
                                 (0, run.boots[-1].version, VALID), (kind, at, run.text, again.text))
                versions.add((cut, run.boots[-1].version))
            self.assertGreater(at, 4)  # at least two entries were rewritten: erase, program
        self.assertEqual(versions, {(True, "1"), (True, "2"), (False, "2")})


class Board(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.device = Device(folder.name, "probe-v1")

    def test_a_confirmed_version_that_always_crashes_is_a_boot_loop(self):
        run = self.device.run("--arg", "after=crash")
        self.assertEqual(run.code, 1)
        self.assertEqual(len(run.boots), 10)
        self.assertIn("board: boot loop, 10 crashes in a row: switched off", run.text)

    def test_boots_and_time_can_be_limited(self):
        run = self.device.run("--arg", "after=crash", "--boots", "2")
        self.assertEqual((run.code, len(run.boots)), (0, 2))
        run = self.device.run("--arg", "after=hang", "--watchdog", "0", "--time-limit", "0.3")
        self.assertEqual(run.code, 1)
        self.assertIn("board: still running after 0.3 s: switched off", run.text)

    def test_a_watched_place_shows_the_slots_before_it_is_written(self):
        run = self.device.run("--watch", "otadata", "--watch", "0x9000")
        self.assertEqual(run.code, 0, run.text)
        self.assertIn("board: flash operation 1, the first in otadata\n  otadata    0 (blank)\n"
                      "  ota_0      [#", run.text)
        self.assertEqual(run.text.count("the first in"), 1)
        run = self.device.run("--watch", "nowhere")
        self.assertEqual(run.code, 2)
        self.assertIn("--watch: 'nowhere' is no partition and no address", run.text)

    def test_two_devices_cannot_share_a_flash(self):
        first = subprocess.Popen(self.device.command("--arg", "after=hang", "--watchdog", "0"),
                                 stdout=subprocess.PIPE, text=True)
        try:
            first.stdout.readline()
            second = self.device.run()
            self.assertEqual(second.code, 2)
            self.assertIn("device.flash: another process is using this file", second.text)
            first.send_signal(signal.SIGTERM)
            self.assertEqual(first.wait(timeout=20), 128 + signal.SIGTERM)
            self.assertEqual(self.device.run().code, 0)  # and now it is free
        finally:
            first.kill()
            first.stdout.close()
            first.wait()

    def test_bad_use_is_said_before_anything_runs(self):
        cases = [
            (["--tear", "gently"], "gently"),
            (["--boots", "many"], "--boots: 'many' is not a number"),
            (["--time-limit", "-1"], "--time-limit: '-1' is not a number of seconds"),
            (["--arg", "novalue"], "--arg: 'novalue' is not NAME=VALUE"),
        ]
        before = self.device.path.read_bytes()
        for args, text in cases:
            run = self.device.run(*args)
            self.assertEqual(run.code, 2)
            self.assertIn(text, run.text)
        self.assertEqual(self.device.path.read_bytes(), before)
        self.device.path.write_bytes(b"\xff" * 100)
        run = self.device.run()
        self.assertEqual(run.code, 2)
        self.assertIn("not a flash image", run.text)

    def test_molt_add_app_embeds_texts_and_describes_the_image(self):
        device = Device(self.device.path.parent, "embedded")
        self.assertIn("embedded: 18 bytes, 17 characters, made by the build, secure version 3",
                      device.run().text)
        desc = app("embedded")[32:32 + 256]
        self.assertEqual((desc[16:19], desc[48:53]), (b"1.0", b"texts"))

    def test_a_firmware_without_its_board_says_what_to_do(self):
        run = subprocess.run([BUILD / "tests/e2e/probe-v1"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 2)
        self.assertIn("molt device run", run.stderr)


if __name__ == "__main__":
    unittest.main()
