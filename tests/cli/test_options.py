#!/usr/bin/env python3
"""What options take: words, numbers, counts and seconds that mean something else are refused."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["MOLT_SOURCE"], "tests", "support")))
from flash import BLANK, app, entry, flash

MOLT = pathlib.Path(os.environ["MOLT_BUILD"], "cli", "molt")
CREATE = "image create --app app.elf --chip linux --project-name p --version 1 out.bin".split()
UPGRADE = "device upgrade --url https://127.0.0.1:1/x --chip linux f.bin".split()


class Options(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "app.elf").write_bytes(b"\x7fELF" + bytes(100))
        self.flash = flash({"ota_0": app(), "ota_1": app()}, (entry(1), BLANK))
        (self.folder / "f.bin").write_bytes(self.flash)

    def molt(self, *args):
        return subprocess.run([MOLT, *args], cwd=self.folder, text=True, capture_output=True,
                              check=False)

    def refused(self, words, *args):
        done = self.molt(*args)
        self.assertEqual((done.returncode, done.stdout), (2, ""), (args, done.stderr))
        self.assertIn(words, done.stderr, args)
        self.assertEqual((self.folder / "f.bin").read_bytes(), self.flash, args)
        self.assertFalse((self.folder / "out.bin").exists(), args)

    def test_two_choices_in_one_word_are_no_choice(self):
        self.refused("'qio qout' is not one of", *CREATE, "--flash-mode", "qio qout")
        self.refused("'1MB 2MB' is not one of", *CREATE, "--flash-size", "1MB 2MB")
        self.refused("' ' is not one of", *CREATE, "--flash-mode", " ")
        self.refused("'qio ' is not one of", *CREATE, "--flash-mode", "qio ")
        self.refused("'new pending' is not one of", "otadata", "select", "0", "f.bin", "--state",
                     "new pending")
        self.refused("'wdt deepsleep' is not one of", "device", "boot", "f.bin", "--reset-reason",
                     "wdt deepsleep")
        self.refused("'bits almost' is not one of", "device", "run", "f.bin", "--tear",
                     "bits almost")

    def test_a_leading_zero_is_not_octal(self):
        for text in ("010", "00", "00x10", "0x", "0b1", "1e3", "0x1g", "0x100000000", "4294967296"):
            self.refused(f"'{text}' is not a number", *CREATE, "--entry", text)
        for text in ("0", "10", "0x10", "0X10", "4K"):
            self.assertEqual(self.molt(*CREATE, "--entry", text).returncode, 0, text)

    def test_counts_and_versions_have_no_unit(self):
        for args in ([*CREATE, "--secure-version"], ["device", "boot", "f.bin", "--secure-version"],
                     ["device", "run", "f.bin", "--boots"], ["device", "run", "f.bin", "--seed"],
                     ["device", "run", "f.bin", "--cut-after"]):
            for text in ("1K", "010", "", "-1", "1 "):
                self.refused(f"'{text}' is not a number such as 12 or 0x1f", *args, text)
        self.assertEqual(self.molt(*CREATE, "--secure-version", "0x1f").returncode, 0)

    def test_a_time_too_short_to_count_is_not_no_limit(self):
        for option in ("--timeout", "--deadline"):
            self.refused(f"{option}: '0' is not a number of seconds above 0", *UPGRADE, option, "0")
            self.refused(f"{option}: 'soon' is not a number of seconds", *UPGRADE, option, "soon")
        done = self.molt("device", "run", "f.bin", "--time-limit", "0.0001", "--watchdog", "0.0001")
        self.assertNotEqual(done.returncode, 2, done.stderr)

    def test_an_upgrade_from_nowhere_or_in_pieces_of_nothing_is_a_usage_error(self):
        self.refused("--url is missing", "device", "upgrade", "f.bin")
        self.refused("--url is empty", "device", "upgrade", "f.bin", "--url", "")
        for url, words in (("nonsense", "not a URL"), ("localhost/app.bin", "not a URL"),
                           ("//localhost/app.bin", "not a URL"), (" ", "not a URL"),
                           ("https://", "not a URL"), ("https://a b/", "not a URL"),
                           ("ftp://localhost/app.bin", "only https and http"),
                           ("http://localhost/app.bin", "without https nothing shows"),
                           ("https://localhost/" + "x" * 5000, "longer than 2048 bytes")):
            self.refused(f"--url: {words}", "device", "upgrade", "f.bin", "--url", url)
        self.refused("--partial: at least 1", *UPGRADE, "--partial", "0")

    def test_messages_name_what_is_wrong(self):
        self.refused("--secure: 'v3' is not one of: v1 v2", "partition-table", "encode", "--secure",
                     "v3", "in.csv", "out.bin")
        self.refused("unexpected 'x'", "partition-table", "encode", "in.csv", "out.bin", "x")
        self.refused("--otp: 'f.bin' is the flash itself", "device", "run", "f.bin", "--otp", "f.bin")
        (self.folder / "link").symlink_to("f.bin")
        self.refused("--otp: 'link' is the flash itself", "device", "run", "f.bin", "--otp", "link")

    def leaves(self, *path):
        """Every command line that ends in a command, with its help."""
        text = self.molt(*path, "--help").stdout
        names = text.partition("\ncommands:\n")[2].partition("\n\n")[0].splitlines()
        if not names:
            yield path, text
        for name in names:
            yield from self.leaves(*path, name.split()[0])

    def test_help_fits_100_columns_and_tells_what_is_needed(self):
        helps = dict(self.leaves())
        self.assertGreater(len(helps), 12)
        for path, text in helps.items():
            self.assertTrue(text.startswith(f"molt {' '.join(path)}: "), text)
            self.assertLessEqual(max(map(len, text.splitlines())), 100, path)
        for path, options in ((("image", "create"), ("app", "chip", "project-name", "version")),
                              (("flash", "create"), ("size", "partition-table")),
                              (("flash", "read"), ("partition",)),
                              (("flash", "write"), ("partition",)),
                              (("flash", "erase"), ("partition",))):
            needed = [option.split()[0] for option in " ".join(helps[path].split()).split(" --")
                      if "(needed)" in option]
            self.assertEqual(tuple(needed), options, path)
        text = " ".join(helps["device", "run"].split())
        self.assertIn("begins to write there: a partition's label, or an address --time-limit", text)
        for kind in "before after prefix patchwork bits almost".split():
            self.assertRegex(helps["device", "run"], f"\n  {kind} +[a-z]")

    def test_completion_offers_commands_options_and_their_values(self):
        tears = "before after prefix patchwork bits almost"
        for words, expected in (
                (("d",), "device"), (("device", ""), "boot run upgrade"), (("--h",), "--help"),
                (("device", "--"), "--help"), (("device", "run", ""), ""),
                (("device", "run", "--w"), "--watch --watchdog"), (("device", "run", "--he"), "--help"),
                (("device", "run", "--tear", ""), tears), (("device", "run", "--tear", "b"), "before bits"),
                (("device", "run", "--tear", "="), tears),
                (("device", "run", "--tear", "=", "p"), "prefix patchwork"),
                (("device", "run", "--tear", "bits", "--se"), "--seed"),
                (("device", "run", "--otp", "--"), ""), (("device", "run", "--boots", "b"), ""),
                (("otadata", "select", "--state", "pen"), "pending"),
                (("flash", "show", "-j", "--t"), "--title")):
            done = self.molt("__complete", *words)
            self.assertEqual((done.returncode, done.stdout.split()), (0, expected.split()), words)

    def test_a_temporary_file_in_the_way_is_named(self):
        done = subprocess.run(["sh", "-c", f'touch out.bin.$$.tmp; echo $$; exec "{MOLT}" ' + " ".join(CREATE)],
                              cwd=self.folder, text=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, f"out.bin.{done.stdout.strip()}.tmp: File exists\n")


if __name__ == "__main__":
    unittest.main()
