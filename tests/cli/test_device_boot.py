#!/usr/bin/env python3
"""molt device boot against flash states whose boot ESP-IDF documents."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["MOLT_SOURCE"], "tests", "support")))
from flash import (ABORTED, BLANK, INVALID, NEW, OTADATA, PENDING, SECTOR, UNDEFINED, VALID, app,
                   entries_of, entry, flash, spoiled)

MOLT = pathlib.Path(os.environ["MOLT_BUILD"], "cli", "molt")
GOOD, BAD = app(), spoiled(app())
TORN = entry(6, UNDEFINED, crc_is=0xFFFFFFFF)
ZEROS = bytes(32)
ROLLBACK, NO_ROLLBACK = [], ["--no-rollback"]
SAME = None  # otadata is left as it is


def slots(*names, **images):
    return {name: images.get(name, GOOD) for name in names}


TWO = slots("ota_0", "ota_1")
THREE = slots("ota_0", "ota_1", "ota_2")
FACTORY_TWO = slots("factory", "ota_0", "ota_1")

# name, apps, entries, options, label that boots, entries afterwards: (seq, state) each
STATES = [
    ("both sectors erased, factory", FACTORY_TWO, (BLANK, BLANK), ROLLBACK, "factory", SAME),
    ("both erased, no factory", TWO, (BLANK, BLANK), ROLLBACK, "ota_0",
     [(1, VALID), (0xFFFFFFFF, UNDEFINED)]),
    ("both erased, no factory, no rollback", TWO, (BLANK, BLANK), NO_ROLLBACK, "ota_0",
     [(1, VALID), (0xFFFFFFFF, UNDEFINED)]),
    ("both erased, first slot empty", slots("ota_0", "ota_1", ota_0=b""), (BLANK, BLANK), ROLLBACK,
     "ota_1", [(2, VALID), (0xFFFFFFFF, UNDEFINED)]),
    ("both erased, all slots bad, test app", slots("ota_0", "test", ota_0=BAD), (BLANK, BLANK),
     ROLLBACK, "test", SAME),
    ("rec0 good {5}, rec1 torn, n=2", TWO, (entry(5), TORN), ROLLBACK, "ota_0", SAME),
    ("rec0 good {5}, rec1 torn, n=3", THREE, (entry(5), TORN), ROLLBACK, "ota_1", SAME),
    ("active lost during its rewrite", TWO, (entry(1), BLANK), ROLLBACK, "ota_0", SAME),
    ("active lost, none other, factory", FACTORY_TWO, (BLANK, BLANK), ROLLBACK, "factory", SAME),
    ("torn: seq blank, state PENDING", TWO, (entry(1), entry(0xFFFFFFFF, PENDING, crc_is=1)),
     ROLLBACK, "ota_0", [(1, VALID), (0xFFFFFFFF, ABORTED)]),
    ("equal seqs, both valid", TWO, (entry(2), entry(2)), ROLLBACK, "ota_1", SAME),
    ("equal seqs, rec0 NEW is the active one", TWO, (entry(2, NEW), entry(2)), ROLLBACK, "ota_1",
     [(2, PENDING), (2, VALID)]),
    ("equal seqs, rec0 ABORTED", TWO, (entry(2, ABORTED), entry(2)), ROLLBACK, "ota_1", SAME),
    ("seq 0 in a blank record, n=2", TWO, (entry(0, UNDEFINED), BLANK), ROLLBACK, "ota_1", SAME),
    ("seq 0 in a blank record, n=3", THREE, (entry(0, UNDEFINED), BLANK), ROLLBACK, "ota_0", SAME),
    ("all bytes 0, factory", FACTORY_TWO, (ZEROS, ZEROS), ROLLBACK, "factory", SAME),
    ("all bytes 0, no factory", TWO, (ZEROS, BLANK), ROLLBACK, "ota_0", SAME),
    ("seq 0xFFFFFFFE, n=2", TWO, (entry(0xFFFFFFFE), entry(3)), ROLLBACK, "ota_1", SAME),
    ("seq larger than n", THREE, (entry(100), entry(98)), ROLLBACK, "ota_0", SAME),
    ("active corrupt", slots("ota_0", "ota_1", ota_1=BAD), (entry(1), entry(2)), ROLLBACK, "ota_0",
     SAME),
    ("active corrupt, NEW", slots("ota_0", "ota_1", ota_1=BAD), (entry(1), entry(2, NEW)), ROLLBACK,
     "ota_0", [(1, VALID), (2, PENDING)]),
    ("... and at the next boot", slots("ota_0", "ota_1", ota_1=BAD), (entry(1), entry(2, PENDING)),
     ROLLBACK, "ota_0", [(1, VALID), (2, ABORTED)]),
    ("0 and 1 corrupt: factory before 2",
     slots("factory", "ota_0", "ota_1", "ota_2", ota_0=BAD, ota_1=BAD), (entry(2), BLANK), ROLLBACK,
     "factory", SAME),
    ("0, 1 and factory corrupt: 2",
     slots("factory", "ota_0", "ota_1", "ota_2", ota_0=BAD, ota_1=BAD, factory=BAD),
     (entry(2), BLANK), ROLLBACK, "ota_2", SAME),
    ("all corrupt but test", slots("ota_0", "ota_1", "test", ota_0=BAD, ota_1=BAD),
     (entry(2), BLANK), ROLLBACK, "test", SAME),
    ("all corrupt", slots("ota_0", "ota_1", ota_0=BAD, ota_1=BAD), (entry(2), BLANK), ROLLBACK, None,
     SAME),
    ("INVALID and ABORTED, no factory", TWO, (entry(1, INVALID), entry(2, ABORTED)), ROLLBACK,
     "ota_0", SAME),
    ("INVALID and ABORTED, no factory, ota_0 corrupt", slots("ota_0", "ota_1", ota_0=BAD),
     (entry(1, INVALID), entry(2, ABORTED)), ROLLBACK, "ota_1", SAME),
    ("INVALID and ABORTED, factory", FACTORY_TWO, (entry(1, INVALID), entry(2, ABORTED)), ROLLBACK,
     "factory", SAME),
    ("INVALID and damaged, no factory", TWO, (entry(1, INVALID), TORN), ROLLBACK, "ota_0", SAME),
    ("factory only, count 0", slots("factory"), (entry(1), BLANK), ROLLBACK, "factory", SAME),
    ("NEW starts its trial", TWO, (entry(1), entry(2, NEW)), ROLLBACK, "ota_1",
     [(1, VALID), (2, PENDING)]),
    ("not confirmed", TWO, (entry(1), entry(2, PENDING)), ROLLBACK, "ota_0",
     [(1, VALID), (2, ABORTED)]),
    ("without rollback NEW stays", TWO, (entry(1), entry(2, NEW)), NO_ROLLBACK, "ota_1", SAME),
    ("without rollback PENDING boots", TWO, (entry(1), entry(2, PENDING)), NO_ROLLBACK, "ota_1",
     SAME),
    ("without rollback ABORTED is honoured", TWO, (entry(1), entry(2, ABORTED)), NO_ROLLBACK,
     "ota_0", SAME),
    ("without rollback INVALID is honoured", TWO, (entry(1), entry(2, INVALID)), NO_ROLLBACK,
     "ota_0", SAME),
    ("UNDEFINED boots without limits", TWO, (entry(1), entry(2, UNDEFINED)), ROLLBACK, "ota_1",
     SAME),
    ("junk state boots without limits", TWO, (entry(1), entry(2, 77)), ROLLBACK, "ota_1", SAME),
    ("gap: two slots from ota_0 on, the rest last", slots("ota_0", "ota_1", "ota_4"),
     (entry(3), BLANK), ROLLBACK, "ota_0", SAME),
    ("gap: behind it when all else is bad", slots("ota_0", "ota_4", ota_0=BAD), (entry(1), BLANK),
     ROLLBACK, "ota_4", SAME),
    ("16 slots and a test app", slots(*(f"ota_{i}" for i in range(16)), "test"),
     (entry(16), BLANK), ROLLBACK, "ota_15", SAME),
]


class DeviceBoot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, "flash.bin")

    def boot(self, image, *options):
        self.path.write_bytes(image)
        return self.again(*options)

    def again(self, *options):
        return subprocess.run([MOLT, "device", "boot", self.path, *options], text=True,
                              capture_output=True, check=False)

    def check_boots(self, done, label):
        self.assertEqual(done.stdout.splitlines()[-1], f"boot: {label or 'none'}", done.stdout)
        self.assertEqual(done.returncode, 0 if label else 1)
        self.assertEqual(done.stderr, "")

    def test_documented_states(self):
        for name, apps, entries, options, label, after in STATES:
            with self.subTest(name):
                before = flash(apps, entries, size=0x50000)
                done = self.boot(before, *options)
                self.check_boots(done, label)
                self.assertGreater(len(done.stdout.splitlines()), 1, "it says why")
                now = self.path.read_bytes()
                if after is SAME:
                    self.assertEqual(now, before)
                    continue
                self.assertEqual([e[:2] for e in entries_of(now)], after)
                self.assertEqual(now[:OTADATA], before[:OTADATA])
                self.assertEqual(now[OTADATA + 2 * SECTOR:], before[OTADATA + 2 * SECTOR:])

    def test_a_dry_run_says_the_same_and_writes_nothing(self):
        before = flash(TWO, (entry(1), entry(2, NEW)))
        dry = self.boot(before, "--dry-run")
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual(self.again().stdout, dry.stdout)
        self.assertNotEqual(self.path.read_bytes(), before)

    def test_no_or_small_otadata_is_absent(self):
        self.check_boots(self.boot(flash(FACTORY_TWO, otadata_len=0)), "factory")
        self.check_boots(self.boot(flash(TWO, otadata_len=0)), "ota_0")
        self.check_boots(self.boot(flash(TWO, (entry(2), BLANK), otadata_len=0x1000)), "ota_0")

    def test_flash_show_says_what_the_bootloader_does(self):
        cases = [(name, flash(apps, entries, size=0x50000), options)
                 for name, apps, entries, options, _, _ in STATES]
        for otadata_len in (0, 0x1000, 0x1800, 0x2000, 0x2800, 0x3000):
            for apps in (TWO, FACTORY_TWO):
                cases.append((hex(otadata_len), flash(apps, (entry(2), entry(1)), otadata_len), []))
        for name, image, options in cases:
            with self.subTest(name):
                boots = self.boot(image, "--dry-run", *options).stdout.splitlines()[-1]
                shown = json.loads(subprocess.run([MOLT, "flash", "show", "--json", self.path,
                                                   *options], capture_output=True, check=True).stdout)
                self.assertEqual(f"boot: {shown['next_boot']['slot']}", boots)

    def test_the_label_is_the_table_s(self):
        image = flash(TWO, (entry(2), BLANK), labels={"ota_1": "main B"})
        self.check_boots(self.boot(image), "main B")
        image = flash(TWO, (entry(2), BLANK), labels={"ota_1": "\033[2Jmain\nboot: x"})
        self.check_boots(self.boot(image), "?[2Jmain?boot: x")

    def test_anti_rollback(self):
        apps = {"ota_0": app(secure_version=3), "ota_1": app(secure_version=2)}
        image = flash(apps, (entry(1), entry(2)))
        self.check_boots(self.boot(image, "--anti-rollback"), "ota_1")
        self.check_boots(self.boot(image, "--anti-rollback", "--secure-version", "3"), "ota_0")
        self.check_boots(self.boot(image, "--anti-rollback", "--secure-version", "4"), None)
        done = self.boot(image, "--anti-rollback", "--secure-version", "1")
        self.assertIn("the security version is now 2", done.stdout)
        self.check_boots(self.boot(flash(slots("factory"), (entry(1), BLANK)), "--anti-rollback"),
                         "factory")
        blank = flash(apps)
        self.check_boots(self.boot(blank, "--anti-rollback", "--secure-version", "3"), "ota_0")
        self.assertEqual(entries_of(self.path.read_bytes())[0][:2], (1, VALID))

    def test_the_chip_must_fit(self):
        image = flash({"ota_0": app(chip=5)})
        self.check_boots(self.boot(image), None)
        self.check_boots(self.boot(image, "--chip", "esp32c3"), "ota_0")

    def test_deep_sleep_uses_up_a_trial_unless_configured(self):
        image = flash(TWO, (entry(1), entry(2, PENDING)))
        self.check_boots(self.boot(image, "--reset-reason", "deepsleep"), "ota_0")

    def test_a_table_elsewhere(self):
        image = flash(TWO, (entry(2), BLANK))
        moved = image[:0x8000] + b"\xff" * 0x1000 + image[0x8000:0x9000] + image[0xA000:]
        self.check_boots(self.boot(moved), None)
        self.check_boots(self.boot(moved, "--partition-table-offset", "0x9000"), "ota_1")

    def test_bad_table(self):
        image = bytearray(flash(TWO))
        image[0x8004] ^= 1
        done = self.boot(bytes(image))
        self.check_boots(done, None)
        self.assertIn("MD5", done.stdout)
        self.check_boots(self.boot(b"\0" * 0x10000), None)

    def test_usage(self):
        image = flash(TWO)
        for options in (["--anti-rollback", "--no-rollback"], ["--chip", "z80"],
                        ["--chip-revision", "x"], ["--reset-reason", "boredom"],
                        ["--secure-version", "many"], ["--secure-version", "3"], ["--nope"]):
            with self.subTest(options):
                done = self.boot(image, *options)
                self.assertEqual(done.returncode, 2)
                self.assertNotEqual(done.stderr, "")
                self.assertEqual(self.path.read_bytes(), image)
        self.assertIn("--secure-version needs --anti-rollback",
                      self.boot(image, "--secure-version", "3").stderr)
        self.assertEqual(self.boot(b"").returncode, 2)
        self.assertEqual(self.boot(b"x" * 5000).returncode, 2)
        self.assertEqual(self.boot(b"x" * 5000, "--dry-run").returncode, 2)
        self.path.unlink()
        self.assertEqual(self.again().returncode, 2)


if __name__ == "__main__":
    unittest.main()
