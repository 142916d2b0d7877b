#!/usr/bin/env python3
"""molt otadata show, select and erase, on flash images and on dumps."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["MOLT_SOURCE"], "tests", "support")))
from flash import (ABORTED, BLANK, NEW, OTADATA, SECTOR, UNDEFINED, VALID, app, entries_of, entry,
                   flash, otadata)

MOLT = pathlib.Path(os.environ["MOLT_BUILD"], "cli", "molt")
TWO = {"ota_0": app(), "ota_1": app()}
FACTORY_TWO = {"factory": app(), **TWO}


class Otadata(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, "flash.bin")

    def molt(self, *args, exit_code=0):
        done = subprocess.run([MOLT, "otadata", *args, self.path], text=True, capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, exit_code, (args, done.stderr))
        self.assertEqual(done.stderr == "", exit_code == 0, done.stderr)
        return done.stdout

    def test_show_explains_entries_and_the_next_boot(self):
        cases = [
            ((BLANK, BLANK), TWO, ["entry 0: blank", "entry 1: blank", "next boot: ota_0: "]),
            ((BLANK, BLANK), FACTORY_TWO, ["next boot: factory: "]),
            ((entry(1), entry(2, NEW)), TWO,
             ["entry 0: seq 1, VALID, selects ota_0\n", "entry 1: seq 2, NEW, selects ota_1, active\n",
              "next boot: ota_1: ", "next boot: entry 1 becomes PENDING_VERIFY"]),
            ((entry(1), entry(2, ABORTED)), TWO, ["ABORTED, selects ota_1, rejected"]),
            ((entry(1), entry(2, 77)), TWO, ["UNDEFINED (0x0000004d is no state)"]),
            ((entry(1), entry(2, crc_is=5)), TWO, ["damaged: crc is 0x00000005, not 0x55f63774"]),
        ]
        for entries, apps, wanted in cases:
            image = flash(apps, entries)
            self.path.write_bytes(image)
            shown = self.molt("show")
            for text in wanted:
                self.assertIn(text, shown)
            self.assertEqual(self.path.read_bytes(), image)
        self.path.write_bytes(flash(TWO, (entry(1), entry(2, NEW))))
        self.assertNotIn("becomes", self.molt("show", "--no-rollback"))

    def test_select_counts_on_as_the_app_would(self):
        cases = [
            ((BLANK, BLANK), ["1"], 0, (2, NEW)),
            ((BLANK, BLANK), ["ota_0"], 0, (1, NEW)),
            ((entry(1), BLANK), ["1"], 1, (2, NEW)),
            ((entry(1), entry(2)), ["0"], 0, (3, NEW)),
            ((entry(5), entry(4)), ["ota_1"], 1, (6, NEW)),
            ((entry(1), entry(2)), ["1"], 1, (2, NEW)),
            ((entry(1), entry(2, ABORTED)), ["1"], 1, (2, NEW)),
            ((entry(1), entry(2)), ["0", "--state", "valid"], 0, (3, VALID)),
            ((entry(1), entry(2)), ["0", "--state=undefined"], 0, (3, UNDEFINED)),
        ]
        for entries, args, index, wanted in cases:
            with self.subTest(args=args, entries=entries):
                before = flash(TWO, entries)
                self.path.write_bytes(before)
                self.molt("select", *args)
                now = self.path.read_bytes()
                self.assertEqual(entries_of(now)[index], (*wanted, True))
                self.assertEqual(entries_of(now)[1 - index], entries_of(before)[1 - index])
                self.assertEqual(now[:OTADATA], before[:OTADATA])
                self.assertEqual(now[OTADATA + 2 * SECTOR:], before[OTADATA + 2 * SECTOR:])

    def test_select_factory_erases(self):
        self.path.write_bytes(flash(FACTORY_TWO, (entry(1), entry(2))))
        self.molt("select", "factory")
        self.assertEqual(self.path.read_bytes(), flash(FACTORY_TWO))

    def test_select_refuses_what_is_not_there(self):
        image = flash(TWO, (entry(1), BLANK))
        self.path.write_bytes(image)
        for slot in ("2", "ota_15", "16", "factory", "ota_", "test", "-1", "01"):
            self.molt("select", slot, exit_code=2)
        self.assertEqual(self.path.read_bytes(), image)

    def test_erase(self):
        self.path.write_bytes(flash(TWO, (entry(1), entry(2))))
        self.molt("erase")
        self.assertEqual(self.path.read_bytes(), flash(TWO))

    def test_a_dump_is_read_without_a_table(self):
        self.path.write_bytes(otadata(entry(1), entry(2, NEW)))
        self.assertIn("entry 1: seq 2, NEW, selects ota_1, active", self.molt("show"))
        self.assertIn("entry 1: seq 2, NEW, selects ota_0", self.molt("show", "--slots", "1"))
        self.molt("select", "2", "--slots", "3")
        self.assertEqual(entries_of(self.path.read_bytes(), 0)[0], (3, NEW, True))
        self.molt("select", "2", exit_code=2)
        self.molt("show", "--slots", "17", exit_code=2)
        self.molt("select", "factory")
        self.assertEqual(self.path.read_bytes(), b"\xff" * 0x2000)
        self.assertIn("next boot: factory, if the device has one", self.molt("show"))

    def test_unreadable_input(self):
        for data in (b"", b"\xff" * 4096, b"\xff" * 5000, b"\xff" * 0x10000,
                     flash(TWO, otadata_len=0), flash(TWO, otadata_len=0x1000)):
            self.path.write_bytes(data)
            for args in (["show"], ["select", "0"], ["erase"]):
                self.molt(*args, exit_code=2)
                self.assertEqual(self.path.read_bytes(), data)


if __name__ == "__main__":
    unittest.main()
