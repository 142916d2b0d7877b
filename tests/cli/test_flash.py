#!/usr/bin/env python3
"""molt flash create, show, read, write and erase, as a user calls them."""
import json
import os
import pathlib
import signal
import struct
import subprocess
import tempfile
import time
import unittest
import zlib

from app_images import app_desc, image

MOLT = pathlib.Path(os.environ["MOLT_BUILD"], "cli", "molt")
MB = 1024 * 1024
CSV = """nvs,     data, nvs,     0x9000, 16K,
otadata, data, ota,     ,       8K,
ota_0,   app,  ota_0,   0x10000, 1M,
ota_1,   app,  ota_1,   ,        1M,
config,  data, 0x06,    ,        64K, readonly
"""
ADDR = {"nvs": 0x9000, "otadata": 0xD000, "ota_0": 0x10000, "ota_1": 0x110000, "config": 0x210000}


def app(version, project=b"demo", fill=5000, chip=0):
    data = bytes(i * 7 % 251 for i in range(fill // 4 * 4))
    return image([(0x3F400020, app_desc(version, project)), (0, data)], chip=chip)


def entry(seq, state, good=True):
    crc = zlib.crc32(struct.pack("<I", seq), 0xFFFFFFFF) ^ (0 if good else 1)
    return struct.pack("<I20sII", seq, b"\xff" * 20, state & 0xFFFFFFFF, crc)


BOOTLOADER = image([(0x3FFF0030, b"P\0\0\x07" + struct.pack("<I32s24s16x", 9, b"v6.2", b"Jan  1 2026"))])


class Flash(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file("p.csv", CSV.encode())
        self.file("1.bin", app(b"1.0.0"))
        self.file("2.bin", app(b"2.0.0"))

    def file(self, name, data):
        (self.folder / name).write_bytes(data)

    def bytes(self, name="f.bin"):
        return (self.folder / name).read_bytes()

    def molt(self, *args, **more):
        return subprocess.run([MOLT, *map(str, args)], cwd=self.folder, capture_output=True,
                              check=False, **more)

    def ok(self, *args, **more):
        done = self.molt(*args, **more)
        self.assertEqual((done.returncode, done.stderr), (0, b""), args)
        return done.stdout

    def refused(self, code, words, *args, **more):
        done = self.molt(*args, **more)
        self.assertEqual(done.returncode, code, (args, done.stderr))
        self.assertIn(words, done.stderr.decode(), args)
        self.assertEqual(done.stdout, b"")

    def create(self, *more, name="f.bin"):
        self.ok("flash", "create", "--size", "4MB", "--partition-table", "p.csv", *more, name)
        return self.bytes(name)

    def show(self, *more):
        return json.loads(self.ok("flash", "show", "--json", *more, "f.bin"))

    def poke(self, addr, data, name="f.bin"):
        whole = self.bytes(name)
        self.file(name, whole[:addr] + data + whole[addr + len(data):])

    # ---- create

    def test_everything_is_where_the_table_says_and_the_rest_erased(self):
        self.file("b.bin", BOOTLOADER)
        self.file("config", b"x" * 65536)
        flash = self.create("--bootloader", "b.bin", "--write", "ota_0=1.bin", "--write",
                            "ota_1=2.bin", "--write", "config=config")
        self.ok("partition-table", "encode", "-q", "p.csv", "t.bin")
        expected = bytearray(b"\xff" * 4 * MB)
        for addr, data in ((0x1000, BOOTLOADER), (0x8000, self.bytes("t.bin")),
                           (ADDR["ota_0"], self.bytes("1.bin")),
                           (ADDR["ota_1"], self.bytes("2.bin")), (ADDR["config"], b"x" * 65536)):
            expected[addr:addr + len(data)] = data
        self.assertEqual(flash, expected)
        # A binary table does the same, and so does another place for it.
        self.assertEqual(self.ok("flash", "create", "--size", "4M", "-t", "t.bin", "-b", "b.bin",
                                 "-w", "ota_0=1.bin", "-w", "ota_1=2.bin", "-w", "config=config",
                                 "-"), expected)
        self.file("p.csv", CSV.replace("0x9000", "0xA000").replace("0x10000", "0x20000").encode())
        flash = self.create("--partition-table-offset", "0x9000", "--write", "ota_0=1.bin")
        self.assertEqual(flash[0x9000:0x9002], b"\xaa\x50")
        self.assertEqual(flash[0x8000:0x9000], b"\xff" * 0x1000)
        self.assertEqual(flash[0x20000:0x20001], b"\xe9")

    def test_each_chip_has_its_bootloader_elsewhere(self):
        for chip, addr in ((0, 0x1000), (5, 0), (0x12, 0x2000)):
            self.file("b.bin", BOOTLOADER[:12] + struct.pack("<H", chip) + BOOTLOADER[14:])
            self.assertEqual(self.create("--bootloader", "b.bin").find(b"\xe9"), addr)
        self.assertEqual(self.create("--bootloader", "b.bin", "--bootloader-offset",
                                     "0x3000").find(b"\xe9"), 0x3000)

    def test_what_does_not_fit_or_verify_is_refused_and_nothing_written(self):
        self.file("long", bytes(65537))
        self.file("longboot", bytes(0x7001))
        self.file("c3.bin", app(b"1", chip=5))
        self.file("damaged.bin", self.bytes("1.bin")[:400] + b"?" + self.bytes("1.bin")[401:])
        self.file("bad.csv", b"nvs, data, nvs, 0x9000, what,\n")
        base = "flash create --size 4MB --partition-table p.csv".split()
        for code, words, more in (
                (1, "long: 65537 bytes do not fit into 'config' of 65536", "-w config=long"),
                (1, "longboot: 28673 bytes at 0x1000 run into", "-b longboot --chip esp32"),
                (1, "c3.bin: offset 0xc: chip id: is that of esp32c3, wanted is esp32\n", "-w ota_0=c3.bin -c esp32"),
                (1, "c3.bin: offset 0xc: chip id", "-w ota_0=1.bin -w ota_1=c3.bin"),
                (1, "damaged.bin: offset 0x", "-w ota_0=damaged.bin"),
                (1, "p.csv: offset 0x0: magic", "-w ota_0=p.csv"),
                (1, "p.csv: ota_1: ends at 0x210000, the flash at 0x200000", "-s 2MB"),
                (1, "bad.csv:1: Size", "-t bad.csv"),
                (2, "no such partition", "-w ota_7=1.bin"),
                (2, "not LABEL=FILE", "-w ota_0"),
                (2, "written twice", "-w ota_0=1.bin -w ota_0=2.bin"),
                (2, "none: No such file", "-w ota_0=none"),
                (2, "none: No such file", "-b none"),
                (2, "--size: needed", "-s 0"),
                (2, "--size: needed", "-s 5000"),
                (2, "not a number", "-s big"),
                (2, "not a sector", "--partition-table-offset 0x8100"),
                (2, "not a sector", "--partition-table-offset 4M"),
        ):
            self.refused(code, words, *base, *more.split(), "refused.bin")
            self.assertFalse((self.folder / "refused.bin").exists(), more)
        self.refused(2, "--partition-table is needed", "flash", "create", "--size", "4MB", "x.bin")
        # Unless the user knows better.
        self.create("--no-verify", "--write", "ota_0=damaged.bin", "--write", "ota_1=p.csv")

    # ---- show

    def test_show_says_what_boots_and_why(self):
        new, pending, valid, invalid = 0, 1, 2, 3
        one, two = app(b"1.0.0"), app(b"2.0.0")
        broken = two[:400] + b"?" + two[401:]
        for name, entries, slots, boots, chosen, why in (
                ("blank", (None, None), (one, two), "ota_0", "ota_0", "otadata is blank"),
                ("first", (entry(1, valid), None), (one, two), "ota_0", "ota_0", "newest usable"),
                ("second", (entry(1, valid), entry(2, valid)), (one, two), "ota_1", "ota_1",
                 "newest usable"),
                ("torn", (entry(1, valid), entry(2, valid, False)), (one, two), "ota_0", "ota_0",
                 "newest usable"),
                ("rejected", (entry(1, valid), entry(2, invalid)), (one, two), "ota_0", "ota_0",
                 "newest usable"),
                ("trial failed", (entry(1, valid), entry(2, pending)), (one, two), "ota_0", "ota_0",
                 "newest usable"),
                ("trial begins", (entry(1, valid), entry(2, new)), (one, two), "ota_1", "ota_1",
                 "newest usable"),
                ("chosen is broken", (entry(1, valid), entry(2, valid)), (one, broken), "ota_0",
                 "ota_1", "newest usable"),
                ("nothing", (None, None), (b"", b""), "none", "ota_0", "otadata is blank"),
        ):
            with self.subTest(name):
                self.create()
                for i, e in enumerate(entries):
                    self.poke(ADDR["otadata"] + 0x1000 * i, e or b"")
                for i, s in enumerate(slots):
                    self.poke(ADDR[f"ota_{i}"], s)
                boot = self.show()["next_boot"]
                self.assertEqual((boot["slot"], boot["chosen"]), (boots, chosen))
                self.assertIn(why, boot["why"])
                text = self.ok("flash", "show", "f.bin").decode()
                self.assertIn(f"next boot: {boots}", text)
                self.assertIn(boot["why"], text)
                self.assertEqual("does not verify" in text, boots != chosen)
        self.create("--write", "ota_0=1.bin", "--write", "ota_1=2.bin")
        self.poke(ADDR["otadata"], entry(2, pending))
        self.assertEqual(self.show("--no-rollback")["next_boot"]["slot"], "ota_1")

    def test_show_tells_what_is_in_each_partition(self):
        one = app(b"1.0.0", fill=50000)
        cases = (("erased", b"", "erased"), ("image", one, "demo 1.0.0"),
                 ("partial", one[:20480], "demo 1.0.0, written up to 20 KB, erased behind"),
                 ("partial", b"\xff" * 4096 + one[4096:], "erased at its start, old data behind"),
                 ("damaged", one[:9000] + b"?" + one[9001:], "demo 1.0.0, damaged: offset 0x"),
                 ("data", b"<html>" * 100, "data up to 1 KB"))
        for content, data, text in cases:
            with self.subTest(content):
                self.create()
                self.poke(ADDR["ota_1"], data)
                part = next(p for p in self.show()["partitions"] if p["label"] == "ota_1")
                self.assertEqual(part["content"], content)
                self.assertIn(text, part["text"])
                self.assertEqual(part["offset"], ADDR["ota_1"])
                picture = self.ok("flash", "show", "--picture", "f.bin").decode()
                first = {"erased": ".", "image": "#"}.get(content, "~")  # a cell is 37 KB
                self.assertIn("  ota_1      [" + first, picture)
                word = "active " if content == "image" else "passive"  # ota_0 is erased
                self.assertIn(f".....]  {word}  " + part["text"], picture)
        self.file("b.bin", BOOTLOADER)
        self.create("--bootloader", "b.bin")
        self.assertEqual(self.show()["bootloader"]["content"], "image")
        self.assertIn("(bootloader)      bootloader/primary: bootloader",
                      self.ok("flash", "show", "f.bin").decode())

    def test_the_picture_is_the_one_in_the_manual(self):
        self.file("1.bin", app(b"1.0.0", fill=MB // 2 - 1000))
        self.create("--write", "ota_0=1.bin")
        self.assertEqual(self.ok("flash", "show", "--picture", "--title", "step 0", "f.bin").decode(),
                         "step 0\n"
                         "  otadata    0 (blank)\n"
                         "  ota_0      [##############..............]  active   demo 1.0.0\n"
                         "  ota_1      [............................]  passive  erased\n")
        self.poke(ADDR["otadata"], entry(2, 2))
        self.poke(ADDR["ota_1"], app(b"2.0.0"))
        self.assertEqual(self.ok("flash", "show", "--picture", "f.bin").decode(),
                         "  otadata    1\n"
                         "  ota_0      [##############..............]  passive  demo 1.0.0\n"
                         "  ota_1      [#...........................]  active   demo 2.0.0\n")

    def test_the_picture_says_what_otadata_says_of_each_slot(self):
        new, pending, valid, invalid, aborted = range(5)
        one, two = app(b"1.0.0"), app(b"2.0.0")
        broken = two[:400] + b"?" + two[401:]
        for name, entries, slots, otadata, active, texts, more in (
                ("rejected alone", (entry(2, aborted), None), (one, two), "none usable", 0,
                 ("demo 1.0.0", "demo 2.0.0, rejected"), ()),
                ("torn alone", (entry(1, valid, False), None), (one, two), "none usable", 0,
                 ("demo 1.0.0", "demo 2.0.0"), ()),
                ("rejected", (entry(1, valid), entry(2, invalid)), (one, two), "0", 0,
                 ("demo 1.0.0", "demo 2.0.0, rejected"), ()),
                ("selected again", (entry(2, invalid), entry(4, new)), (one, two), "1", 1,
                 ("demo 1.0.0", "demo 2.0.0, on trial"), ()),
                ("not confirmed", (entry(1, valid), entry(2, pending)), (one, two), "1", 0,
                 ("demo 1.0.0", "demo 2.0.0, on trial"), ()),
                ("no trials", (entry(1, valid), entry(2, pending)), (one, two), "1", 1,
                 ("demo 1.0.0", "demo 2.0.0"), ("--no-rollback",)),
                ("no such image", (entry(1, valid), None), (b"", two), "0", 1,
                 ("erased", "demo 2.0.0"), ()),
                ("chosen is broken", (entry(1, valid), entry(2, new)), (one, broken), "1", 0,
                 ("demo 1.0.0", "demo 2.0.0, damaged: offset "), ()),
                ("nothing", (None, None), (b"", b""), "0 (blank)", None, ("erased", "erased"), ()),
        ):
            with self.subTest(name):
                self.create()
                for i in range(2):
                    self.poke(ADDR["otadata"] + 0x1000 * i, entries[i] or b"")
                    self.poke(ADDR[f"ota_{i}"], slots[i])
                lines = self.ok("flash", "show", "--picture", *more, "f.bin").decode().splitlines()
                self.assertEqual(lines[0], f"  otadata    {otadata}")
                for i, line in enumerate(lines[1:]):
                    word = "active " if i == active else "passive"
                    rest = line.partition("]")[2]
                    self.assertTrue(rest.startswith(f"  {word}  {texts[i]}"), line)
                    self.assertTrue(rest.endswith(texts[i]) or "damaged" in rest, line)

    def test_show_of_a_part_is_refused_as_by_the_bootloader_and_helps(self):
        self.create("--write", "ota_0=1.bin")
        whole = self.bytes()
        for end, why, off in ((0x220000, None, None),
                              (0x21F000, "size: the partition ends beyond the end of", 0x88),
                              (0x100000, "size: the partition ends beyond the end of", 0x48),
                              (0xC000, "size: the partition ends beyond the end of", 0x08),
                              (0xB000, "size: the partition ends beyond the end of", 0x08)):
            self.file("f.bin", whole[:end])
            boot = self.molt("device", "boot", "--dry-run", "--chip", "esp32", "f.bin")
            self.assertEqual(boot.returncode, 1 if why else 0)
            for more in ((), ("--json",), ("--picture",)):
                if not why:
                    self.ok("flash", "show", *more, "f.bin")
                    continue
                self.refused(1, f"f.bin: no partition table at 0x8000: {why} the flash, at 0x{off:x}\n"
                             f"f.bin: it has 0x{end:x} bytes; a flash image has as many as the chip\n",
                             "flash", "show", *more, "f.bin")
                self.assertIn(f"no partition table: {why} the flash, at 0x{off:x}".encode(), boot.stdout)
        self.file("table", whole[0x8000:0x8C00])
        self.file("otadata", b"\xff" * 8192)
        for name, words in (("table", "molt partition-table show"), ("otadata", "molt otadata show"),
                            ("1.bin", "molt image info"), ("p.csv", "--partition-table-offset")):
            self.refused(1, words, "flash", "show", name)
        self.refused(2, "none: No such file", "flash", "show", "none")

    def test_show_survives_any_bytes(self):
        self.create("--write", "ota_0=1.bin")
        flash = bytearray(self.bytes()[:0x220000])
        state = 1
        for turn in range(60):
            broken = bytearray(flash)
            for _ in range(1 + turn % 5):
                state = state * 1103515245 + 12345 & 0x7FFFFFFF
                at = (0x8000 + state % 0x100, 0xD000 + state % 64, 0x10000 + state % 400)[turn % 3]
                broken[at] = state >> 16 & 0xFF
            # The MD5 row would refuse almost every change of a row.
            rows = broken[0x8000:0x8000 + 5 * 32]
            broken[0x8000:0x8C00] = bytes(rows).ljust(0xC00, b"\xff")
            self.file("f.bin", bytes(broken))
            for more in ((), ("--json",), ("--picture",)):
                self.assertIn(self.molt("flash", "show", *more, "f.bin").returncode, (0, 1))

    def test_what_is_in_a_flash_neither_commands_the_terminal_nor_forges_lines(self):
        self.create()
        self.poke(ADDR["ota_0"], app(b"1\nnext boot: x\x9b", project=b"\x1b]0;evil\x07"))
        for more in ((), ("--picture",)):
            text = self.ok("flash", "show", *more, "f.bin")
            self.assertIn("?]0;evil? 1?next boot: x?".encode(), text)
            self.assertFalse(set(text) & set(range(32)) - {10}, text)
        self.assertEqual(self.show()["next_boot"]["slot"], "ota_0")

    # ---- read, write, erase

    def test_an_app_that_could_never_boot_is_not_written(self):
        before = self.create("--write", "ota_0=1.bin")
        self.file("app.elf", b"\x7fELF" + bytes(5000))
        self.file("c3.bin", app(b"1", chip=5))
        write = "flash write f.bin -p ota_1".split()
        for words, more in (("app.elf: offset 0x0: magic: is not 0xE9", ["-i", "app.elf"]),
                            ("c3.bin: offset 0xc: chip id", ["-i", "c3.bin", "--chip", "esp32"]),
                            ("<stdin>: offset 0x", [])):
            self.refused(1, words, *write, *more, **({} if more else {"input": self.bytes("1.bin")[:999]}))
            self.assertEqual(self.bytes(), before)
        self.ok(*write, "-i", "2.bin")
        self.ok(*write, "-i", "c3.bin")
        self.ok(*write, "-i", "app.elf", "--no-verify")
        self.assertEqual(self.bytes()[ADDR["ota_1"]:][:4], b"\x7fELF")

    def test_write_read_erase_touch_their_partition_only(self):
        before = self.create("--write", "ota_0=1.bin", "--write", "ota_1=2.bin")
        data = bytes(range(256)) * 20
        self.file("data", data)
        self.ok("flash", "write", "f.bin", "--partition", "nvs", "--input", "data")
        after = self.bytes()
        self.assertEqual(after[ADDR["nvs"]:ADDR["nvs"] + len(data)], data)
        self.assertEqual(after[:ADDR["nvs"]], before[:ADDR["nvs"]])
        self.assertEqual(after[ADDR["nvs"] + 8192:], before[ADDR["nvs"] + 8192:])
        self.ok("flash", "read", "f.bin", "--partition", "nvs", "--output", "out")
        self.assertEqual(self.bytes("out"), data.ljust(16384, b"\xff"))
        # Over other bytes: the sectors it needs are erased, those behind are not.
        self.ok("flash", "write", "f.bin", "-p", "nvs", input=b"\0" * 5000)
        self.ok("flash", "write", "f.bin", "-p", "nvs", input=b"\xa5" * 10)
        self.assertEqual(self.ok("flash", "read", "f.bin", "-p", "nvs"),
                         (b"\xa5" * 10).ljust(4096, b"\xff") + (b"\0" * 904).ljust(12288, b"\xff"))
        self.ok("flash", "erase", "f.bin", "-p", "nvs")
        self.assertEqual(self.bytes(), before)

    def test_an_overlong_or_readonly_write_touches_nothing(self):
        before = self.create("--write", "ota_0=1.bin")
        self.refused(1, "65537 bytes do not fit into 'config' of 65536", "flash", "write", "f.bin",
                     "-p", "config", "--ignore-readonly", input=bytes(65537))
        self.refused(1, "f.bin: config: is readonly", "flash", "write", "f.bin", "-p", "config",
                     input=b"x")
        self.refused(1, "f.bin: config: is readonly", "flash", "erase", "f.bin", "-p", "config")
        self.refused(2, "there is no partition 'ota_9'", "flash", "erase", "f.bin", "-p", "ota_9")
        self.refused(2, "--partition is needed", "flash", "erase", "f.bin")
        self.refused(2, "none", "flash", "write", "f.bin", "-p", "nvs", "-i", "none")
        self.refused(2, "no.bin", "flash", "write", "no.bin", "-p", "nvs", input=b"x")
        self.refused(2, "partition table at 0x0", "flash", "erase", "f.bin", "-p", "nvs",
                     "--partition-table-offset", "0")
        self.assertEqual(self.bytes(), before)
        self.ok("flash", "write", "f.bin", "-p", "config", "--ignore-readonly", input=b"x" * 65536)
        self.ok("flash", "erase", "f.bin", "-p", "config", "--ignore-readonly")
        self.assertEqual(self.bytes(), before)

    def test_a_killed_write_leaves_the_rest_of_the_flash(self):
        before = self.create("--write", "ota_0=1.bin")
        self.file("big", b"\x55" * MB)
        for wait in (0.0, 0.002, 0.005, 0.01, 0.02):
            job = subprocess.Popen([MOLT, "flash", "write", "f.bin", "-p", "ota_1", "-i", "big",
                                    "--no-verify"],
                                   cwd=self.folder)
            time.sleep(wait)
            job.send_signal(signal.SIGKILL)
            job.wait()
            after = self.bytes()
            self.assertEqual(len(after), len(before))
            self.assertEqual(after[:ADDR["ota_1"]], before[:ADDR["ota_1"]])
            self.assertEqual(after[ADDR["config"]:], before[ADDR["config"]:])
            self.assertEqual(self.show()["next_boot"]["slot"], "ota_0")
        self.ok("flash", "write", "f.bin", "-p", "ota_1", "-i", "2.bin")
        self.assertEqual({p["label"]: p["content"] for p in self.show()["partitions"]}["ota_1"],
                         "image")


if __name__ == "__main__":
    unittest.main()
