#!/usr/bin/env python3
"""molt image create, info and verify, as a user calls them."""
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest

from app_images import app_desc, image

MOLT = pathlib.Path(os.environ["MOLT_BUILD"], "cli", "molt")
CHIPS = ("esp32 esp32s2 esp32c3 esp32s3 esp32c2 esp32c6 esp32h2 esp32p4 esp32c61 esp32c5 esp32h21 "
         "esp32h4 esp32s31 linux").split()
ELF = b"\x7fELF" + bytes(range(256)) * 5 + b"!"  # 1285 bytes: not a multiple of 4

VECTOR = image([(0x3F400020, app_desc())])
BOOTLOADER = image([(0x3FFF0030, b"P\0\0\x07" + struct.pack("<I32s24s16x", 9, b"v6.2", b"Jan  1 2026")),
                    (0x40078000, b"code" * 20)])


class Image(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file("app.elf", ELF)

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def molt(self, *args, env=None):
        return subprocess.run([MOLT, "image", *map(str, args)], cwd=self.folder, text=True,
                              capture_output=True, env={**os.environ, **(env or {})}, check=False)

    def ok(self, *args, env=None):
        done = self.molt(*args, env=env)
        self.assertEqual((done.returncode, done.stderr), (0, ""), args)
        return done.stdout

    def create(self, *more, chip="linux", env=None):
        self.ok("create", "--app", "app.elf", "--chip", chip, "--project-name", "demo", "--version",
                "1.2.3", *more, "out.bin", env=env)
        return (self.folder / "out.bin").read_bytes()

    # ---- create

    def test_the_app_stands_byte_for_byte_in_segment_1(self):
        out = self.create()
        self.assertEqual(out[32:36], struct.pack("<I", 0xABCD5432))
        self.assertEqual(struct.unpack("<II", out[288:296]), (0, 1288))
        self.assertEqual(out[296:296 + len(ELF)], ELF)
        self.assertEqual(out[296 + len(ELF):296 + 1288], bytes(3))
        self.assertEqual(out[32 + 144:32 + 176], hashlib.sha256(ELF).digest())
        self.assertEqual(out[-32:], hashlib.sha256(out[:-32]).digest())
        self.assertEqual(struct.unpack("<H", out[12:14]), (0xFFFF,))
        self.assertEqual(len(out) % 16, 0)

    def test_every_option_arrives(self):
        self.create("--secure-version", "7", "--min-rev", "1.2", "--max-rev", "3.99", "--entry",
                    "0x40080400", "--load-addr", "0x3FFB0000", "--flash-mode", "qout",
                    "--flash-size", "16MB", "--idf-ver", "v6.2", "--time", "12:34:56", "--date",
                    "Feb  2 2026", chip="esp32")
        info = json.loads(self.ok("info", "--json", "out.bin"))
        self.assertEqual([info[k] for k in ("type", "chip", "entry", "flash_mode", "flash_size_mb",
                                            "min_chip_rev", "max_chip_rev")],
                         ["app", "esp32", 0x40080400, "QOUT", 16, 102, 399])
        self.assertEqual(info["segments"][0]["use"], "mapped from flash")
        self.assertEqual(info["segments"][1]["load_addr"], 0x3FFB0000)
        app = info["app"]
        self.assertEqual([app[k] for k in ("project_name", "version", "secure_version", "time",
                                           "date", "idf_ver", "mmu_page_size", "spi_flash_mode")],
                         ["demo", "1.2.3", 7, "12:34:56", "Feb  2 2026", "v6.2", 16, 2])

    def test_the_same_input_gives_the_same_bytes(self):
        env = {"SOURCE_DATE_EPOCH": "1767225600"}
        first = self.create(env=env)
        self.assertEqual(self.create(env=env), first)
        self.assertIn(b"00:00:00", first)
        self.assertIn(b"Jan  1 2026", first)
        bad = self.molt("create", "--app", "app.elf", "--chip", "linux", "--project-name", "p",
                        "--version", "1", "x.bin", env={"SOURCE_DATE_EPOCH": "today"})
        self.assertEqual(bad.returncode, 2)
        self.assertIn("SOURCE_DATE_EPOCH", bad.stderr)

    def test_an_image_for_each_chip_is_accepted_by_that_chip_alone(self):
        for chip, addr in zip(CHIPS, (0x3F400020, 0x3F000020, 0x3C000020, 0x3C000020, 0x3C000020,
                                      0x42000020, 0x42000020, 0x40000020, 0x42000020, 0x42000020,
                                      0x42000020, 0x42000020, 0x40000020, 0), strict=True):
            self.assertEqual(struct.unpack("<I", self.create(chip=chip)[24:28])[0], addr)
            for other in CHIPS:
                done = self.molt("verify", "--chip", other, "--address", "0x40000", "out.bin")
                self.assertEqual(done.returncode, 0 if other == chip else 1, (chip, other))
                if other != chip:
                    self.assertEqual(done.stderr,
                                     f"out.bin: offset 0xc: chip id: is that of {chip}, wanted is "
                                     f"{other}\n")
        self.file("x.bin", VECTOR[:12] + b"\x34\x12" + VECTOR[14:])
        self.assertIn("x.bin: offset 0xc: chip id: 0x1234 is no chip known here, wanted is esp32s3\n",
                      self.molt("verify", "--chip", "esp32s3", "x.bin").stderr)

    def test_what_cannot_become_an_image_is_refused_and_nothing_written(self):
        self.file("text", b"#!/bin/sh\n")
        self.file("huge", b"\x7fELF" + bytes(16 * 1024 * 1024 - 300))
        base = {"--app": "app.elf", "--chip": "linux", "--project-name": "p", "--version": "1"}
        for change, code, word in (
                ({"--app": "text"}, 1, "text: is not an ELF executable"),
                ({"--app": "huge"}, 1, "huge: is too long"),
                ({"--app": "none"}, 2, "none: No such file"),
                ({"--app": None}, 2, "--app is needed"),
                ({"--chip": None}, 2, "--chip is needed"),
                ({"--chip": "esp8266"}, 2, "is not one of: esp32 "),
                ({"--project-name": None}, 2, "--project-name is needed"),
                ({"--version": "x" * 32}, 2, "longer than 31"),
                ({"--secure-version": "-1"}, 2, "is not a number"),
                ({"--min-rev": "3"}, 2, "is not a revision"),
                ({"--min-rev": "3.1x"}, 2, "is not a revision"),
                ({"--min-rev": "-3.1"}, 2, "is not a revision"),
                ({"--flash-mode": "spi"}, 2, "is not one of"),
                ({"--chip": "esp32", "--load-addr": "0x400D0000"}, 1, "offset 0x120: load address"),
        ):
            words = [w for k, v in {**base, **change}.items() if v is not None for w in (k, v)]
            done = self.molt("create", *words, "refused.bin")
            self.assertEqual(done.returncode, code, (change, done.stderr))
            self.assertIn(word, done.stderr)
            self.assertFalse((self.folder / "refused.bin").exists())
        self.assertIn(b"x" * 31 + b"\0", self.create("--version", "x" * 31))

    # ---- info

    def test_info_shows_an_image_made_elsewhere(self):
        self.assertEqual(hashlib.sha256(VECTOR).hexdigest(),
                         "909d5136b7d09408983388c21468991d350aca00d2854fd8c2d9fe15d60f5d3c")
        self.file("v.bin", VECTOR)
        text = self.ok("info", "v.bin")
        for line in ("Image type:              app", "Chip:                    esp32 (id 0x0000)",
                     "Image length:            336 bytes", "Entry point:             0x40080400",
                     "Flash:                   DIO, clock/2, 4 MB", "Maximal chip revision:   v3.99",
                     "      0  0x00000100  0x3f400020  0x00000020  mapped from flash",
                     "Checksum:                0xf8 (valid)", "App version:             1.0.0",
                     "eFuse block revisions:   v0.0 to v0.99"):
            self.assertIn(line + "\n", text)
        self.assertIn("f1c4f089ea31b5ba9360a8d2ef27af774f4bd1f83a3e370a5620729ee78601e0 (valid)",
                      text)

    def test_info_shows_a_bootloader(self):
        self.file("b.bin", BOOTLOADER)
        info = json.loads(self.ok("info", "b.bin", "--json"))
        self.assertEqual(info["type"], "bootloader")
        self.assertEqual(info["bootloader"], {"version": 9, "secure_version": 7, "idf_ver": "v6.2",
                                              "date_time": "Jan  1 2026"})
        self.assertIn("Bootloader version:      9\n", self.ok("info", "b.bin"))

    def test_info_of_a_damaged_image_shows_it_and_exits_1(self):
        self.file("v.bin", VECTOR[:100] + b"?" + VECTOR[101:])
        done = self.molt("info", "v.bin")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Checksum:                0xf8 (INVALID, computed 0x", done.stdout)
        self.assertIn("(INVALID, computed ", done.stdout.split("SHA-256:")[1])
        done = self.molt("info", "--json", "v.bin")
        self.assertEqual(done.returncode, 1)
        self.assertEqual([json.loads(done.stdout)[k]["valid"] for k in ("checksum", "digest")],
                         [False, False])

    def test_info_of_something_else_says_what_is_wrong(self):
        for data, words in ((b"", "offset 0x0: image: is truncated"),
                            (b"<!DOCTYPE html>" * 30, "offset 0x0: magic: is not 0xE9"),
                            (VECTOR[:300], "offset 0x12c: image: is truncated"),
                            (VECTOR[:1] + b"\x63" + VECTOR[2:], "offset 0x1: segment count")):
            self.file("x.bin", data)
            done = self.molt("info", "x.bin")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("x.bin: " + words, done.stderr)
        self.assertEqual(self.molt("info", "none").returncode, 2)

    def test_how_much_of_a_truncated_image_is_missing_is_told(self):
        for digest in (True, False):
            whole = image([(0x3F400020, app_desc()), (0, b"1234" * 25)], digest=digest)
            for cut, least in ((0, 24), (23, 1), (24, 8), (31, 1), (32, 264), (288, 8), (295, 1),
                               (296, 0), (300, 0), (len(whole) - 2, 0), (len(whole) - 1, 0)):
                self.file("x.bin", whole[:cut])
                n = least or len(whole) - cut
                reason = ("at least " if least else "") + f"{n} byte{' is' if n == 1 else 's are'}"
                for command in ("info", "verify"):
                    done = self.molt(command, "x.bin")
                    self.assertEqual(done.returncode, 1)
                    self.assertEqual(done.stderr, f"x.bin: offset 0x{cut:x}: image: is truncated: "
                                     f"{reason} missing\n")

    def test_info_of_texts_that_are_not_utf_8_is_still_json(self):
        self.file("v.bin", image([(0x3F400020, app_desc(b"\xff\xfe"))]))
        self.assertEqual(json.loads(self.ok("info", "-j", "v.bin"))["app"]["version"],
                         "(not UTF-8)")

    def test_info_neither_commands_the_terminal_nor_forges_lines(self):
        self.file("v.bin", image([(0x3F400020, app_desc(b"1\nChecksum: ok", b"\x1b[2J\xc2\x9bz\x7f\xff"))]))
        text = self.ok("info", "v.bin")
        self.assertIn("App version:             1?Checksum: ok\n", text)
        self.assertIn("Project name:            ?[2J?z??\n", text)
        self.file("b.bin", image([(0x3FFF0030, BOOTLOADER[32:112].replace(b"v6.2", b"\r\x1b[2"))]))
        self.assertIn("??[2", self.ok("info", "b.bin"))

    # ---- verify

    def test_verify_follows_the_chip_s_rules(self):
        self.file("v.bin", VECTOR)
        self.file("longer.bin", VECTOR + b"\xff" * 5000)
        self.file("flipped.bin", VECTOR[:200] + b"?" + VECTOR[201:])
        self.file("none.bin", image([]))
        self.file("b.bin", BOOTLOADER)
        self.file("patched.bin", BOOTLOADER[:2] + b"\0" + BOOTLOADER[3:])
        self.file("s3.bin", image([(0, app_desc())], chip=9))
        self.file("c9.bin", image([(0, app_desc())], chip=0x9999))
        for words, error in (
                ("v.bin", None),
                ("longer.bin", None),
                ("v.bin --chip esp32 --chip-revision 3.99", None),
                ("v.bin --chip-revision 4.0", "offset 0x11: maximum chip revision"),
                ("v.bin --chip-revision 4.0 --ignore-max-revision", None),
                ("v.bin --efuse-revision 9.0", None),  # esp32 has no such eFuses
                ("v.bin --address 0x11000", "offset 0x18: load address"),
                ("v.bin --address 0x20000", None),
                ("v.bin --size 336", None),
                ("v.bin --size 335", "offset 0x130: SHA-256: leaves the partition"),
                ("v.bin --size 32MB", "offset 0x0: partition: is larger than 16 MiB"),
                ("s3.bin --size 32MB", None),
                ("s3.bin --size 17MB --chip esp32c3", "offset 0x0: partition: is larger than 16 MiB"),
                ("flipped.bin", "offset 0x12f: checksum: is not that of the segments"),
                ("none.bin", None),
                ("none.bin --need-descriptor", "offset 0x1: app descriptor: is missing"),
                ("b.bin", "it looks like a bootloader; try --bootloader"),
                ("b.bin --bootloader", None),
                ("patched.bin --bootloader", None),
                ("c9.bin", "offset 0xc: chip id"),  # no device known here would take it
                ("c9.bin --chip esp32", "offset 0xc: chip id"),
        ):
            done = self.molt("verify", *words.split())
            self.assertEqual(done.returncode, 1 if error else 0, (words, done.stderr))
            self.assertIn(error or "", done.stderr)
            if not error:
                self.assertEqual(done.stdout + done.stderr, "")

    def test_usage_errors_exit_2(self):
        self.file("v.bin", VECTOR)
        for words in ("verify", "verify v.bin v.bin", "verify none.bin", "verify v.bin --chip x",
                      "verify v.bin --chip-revision 1", "info", "info --yaml v.bin", "create", "",
                      "paint v.bin"):
            self.assertEqual(self.molt(*words.split()).returncode, 2, words)
        for words in ("--help", "create --help", "info --help", "verify --help"):
            self.assertIn("usage: molt image", self.ok(*words.split()))

    def test_images_pass_through_pipes(self):
        done = subprocess.run([MOLT, "image", "verify", "-"], input=VECTOR, capture_output=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))


if __name__ == "__main__":
    unittest.main()
