#!/usr/bin/env python3
"""molt partition-table and molt gen-esp32part, as a user and as a build script call them."""
import hashlib
import os
import pathlib
import stat
import subprocess
import tempfile
import unittest

MOLT = pathlib.Path(os.environ["MOLT_BUILD"], "cli", "molt")
TWO_OTA = """\
# Name,   Type, SubType, Offset,  Size, Flags
nvs,      data, nvs,     ,        0x4000,
otadata,  data, ota,     ,        0x2000,
phy_init, data, phy,     ,        0x1000,
factory,  app,  factory, ,        1M,
ota_0,    app,  ota_0,   ,        1M,
ota_1,    app,  ota_1,   ,        1M,
"""
TWO_OTA_SHA256 = "d1c0e9d02fa9d26cd2e1984e7b5dd20157204f501ddc83ce82229e5f3175ee8b"
TWO_OTA_WRITTEN = """\
# ESP-IDF Partition Table
# Name, Type, SubType, Offset, Size, Flags
nvs,data,nvs,0x9000,16K,
otadata,data,ota,0xd000,8K,
phy_init,data,phy,0xf000,4K,
factory,app,factory,0x10000,1M,
ota_0,app,ota_0,0x110000,1M,
ota_1,app,ota_1,0x210000,1M,
"""
SECURE = "ota_0,  app, ota_0, ,  0x101000\nota_1,  app, ota_1, ,  0x100800\n"
HINT = "\nPlease check extra_partition_subtypes.inc file in build/config directory\n"


class PartitionTable(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file("t.csv", TWO_OTA)

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def molt(self, *args, stdin=b"", env=None):
        """(exit code, stdout, stderr as text)"""
        done = subprocess.run([MOLT, *map(str, args)], cwd=self.folder, input=stdin, check=False,
                              capture_output=True, env={**os.environ, **(env or {})})
        return done.returncode, done.stdout, done.stderr.decode()

    def table(self, *args, **kw):
        return self.molt("partition-table", *args, **kw)

    def gen(self, *args, **kw):
        return self.molt("gen-esp32part", *args, **kw)

    # ---- molt's own commands

    def test_encode_and_decode_are_each_others_opposite(self):
        self.assertEqual(self.table("encode", "t.csv", "t.bin"), (0, b"", ""))
        binary = (self.folder / "t.bin").read_bytes()
        self.assertEqual(hashlib.sha256(binary).hexdigest(), TWO_OTA_SHA256)
        self.assertEqual(self.table("decode", "t.bin", "back.csv"), (0, b"", ""))
        self.assertEqual((self.folder / "back.csv").read_text(), TWO_OTA_WRITTEN)
        self.assertEqual(self.table("encode", "back.csv", "-"), (0, binary, ""))

    def test_a_dash_is_standard_input_and_output(self):
        code, binary, _ = self.table("encode", "-", "-", stdin=TWO_OTA.encode())
        self.assertEqual((code, hashlib.sha256(binary).hexdigest()), (0, TWO_OTA_SHA256))
        self.assertEqual(self.table("decode", "-", "-", stdin=binary), (0, TWO_OTA_WRITTEN.encode(), ""))

    def test_an_error_is_file_line_field_reason_and_nothing_is_written(self):
        cases = {
            "a,data,nvs,,1.5M": "bad.csv:1: Size: '1.5' is not a number such as 4096, 0x1000, 4K or 1M",
            "\n\n,foo,,,": "bad.csv:3: Type: 'foo' is neither a number nor one of: bootloader, "
                           "partition_table, app, data",
            "a,app,0,0x18000,1M": "bad.csv:1: Offset: 0x18000 is not a multiple of 0x10000",
            "a,data,6,,4K\n#\na,data,6,,4K": "bad.csv:3: Name: 'a' is used more than once",
            "a,300,6,,4K": "bad.csv:1: Type: 300 is not in 0..255",
            "a,app,0,,-1": "bad.csv:1: Size: the partition ends at 0x1, before its offset 0x10000",
            "$NO_SUCH_THING": "bad.csv:1: unknown variable 'NO_SUCH_THING'",
        }
        for csv, message in cases.items():
            with self.subTest(csv):
                self.file("bad.csv", csv)
                self.assertEqual(self.table("encode", "bad.csv", "out.bin"), (1, b"", message + "\n"))
                self.assertFalse((self.folder / "out.bin").exists())
        self.assertEqual(self.table("encode", "-", "-", stdin=b"a,app,,,")[2],
                         "<stdin>:1: SubType: empty, which an app's must not be\n")

    def test_a_bad_binary_table_names_the_row(self):
        code, binary, _ = self.table("encode", "--disable-md5sum", "t.csv", "-")
        self.assertEqual(code, 0)
        self.file("low.bin", binary[:4] + b"\x00\x10\x00\x00" + binary[8:])
        self.assertEqual(self.table("decode", "low.bin", "-"),
                         (1, b"", "low.bin: row 0 (nvs): Offset: 0x1000 is below 0x9000, the end of "
                                  "the partition table\n"))
        self.file("noise.bin", b"\x00" * 64)
        self.assertEqual(self.table("decode", "noise.bin", "-"),
                         (1, b"", "noise.bin: no partition table row at byte 0x0\n"))
        self.file("cut.bin", binary[:40])
        self.assertEqual(self.table("decode", "cut.bin", "-"),
                         (1, b"", "cut.bin: ends in the middle of a row of 32 bytes\n"))

    def test_warnings_do_not_stop_and_can_be_silenced(self):
        self.file("w.csv", "ota_0,app,ota_1,,1M\nabcdefghijklmnopqrst,data,6,,4K\n")
        code, binary, err = self.table("encode", "w.csv", "-")
        self.assertEqual((code, len(binary)), (0, 3072))
        self.assertEqual(err, "w.csv:1: Name: warning: 'ota_0' is the name of a subtype, but this "
                              "partition has type 0x0 and subtype 0x11\n"
                              "w.csv:2: Name: warning: 'abcdefghijklmnopqrst' is longer than 16 bytes "
                              "and is cut to 'abcdefghijklmnop'\n")
        self.assertEqual(self.table("encode", "--quiet", "w.csv", "-"), (0, binary, ""))

    def test_wrong_use_and_unreadable_files_exit_with_2(self):
        self.file("t.bin", self.table("encode", "t.csv", "-")[1])
        for args in (["encode", "missing.csv", "-"], ["encode", "t.csv"], ["encode", "t.bin", "-"],
                     ["encode", "--offset", "x", "t.csv", "-"], ["encode", "--no-such", "t.csv", "-"],
                     ["encode", "--flash-size", "3MB", "t.csv", "-"], ["no-such-command"],
                     ["encode", "t.csv", "no-such-folder/t.bin"], ["encode", ".", "-"],
                     ["encode", "--extra-partition-subtypes", "data,x", "--quiet", "t.csv", "-"],
                     ["encode", "--primary-bootloader-offset", "0x9000", "t.csv", "-"]):
            with self.subTest(args):
                code, out, err = self.table(*args)
                self.assertEqual((code, out), (2, b""))
                self.assertNotEqual(err, "")

    def test_a_file_is_replaced_whole_and_keeps_mode_and_links(self):
        self.file("t.bin", "old").chmod(0o640)
        (self.folder / "link").symlink_to("t.bin")
        self.assertEqual(self.table("encode", "t.csv", "link"), (0, b"", ""))
        self.assertTrue((self.folder / "link").is_symlink())
        self.assertEqual(stat.S_IMODE((self.folder / "t.bin").stat().st_mode), 0o640)
        self.assertEqual((self.folder / "t.bin").stat().st_size, 3072)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["link", "t.bin", "t.csv"])
        self.assertEqual(self.table("encode", "t.csv", "/dev/null"), (0, b"", ""))
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_a_full_disk_is_an_error(self):
        self.assertEqual(self.table("encode", "t.csv", "/dev/full"),
                         (2, b"", "/dev/full: No space left on device\n"))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([MOLT, "partition-table", "encode", self.folder / "t.csv", "-"],
                                  stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr), (2, b"<stdout>: No space left on device\n"))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([MOLT, "partition-table", "show", self.folder / "t.csv"],
                                  stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"standard output", done.stderr)

    def test_control_characters_of_a_table_do_not_reach_the_terminal(self):
        self.file("c.csv", b"a,\x1b[31m,,,")
        self.assertEqual(self.table("encode", "c.csv", "-")[2],
                         "c.csv:1: Type: '?[31' is neither a number nor one of: bootloader, "
                         "partition_table, app, data\n")

    # ---- show

    def test_show_draws_what_is_where_and_what_is_free(self):
        code, out, err = self.table("show", "t.csv", "--flash-size", "4MB")
        lines = out.decode().splitlines()
        self.assertEqual((code, err), (0, ""))
        self.assertEqual([line.split() for line in lines[1:10]], [
            ["a", "0x00000000", "32K", "(bootloader)"],
            ["b", "0x00008000", "4K", "(partition", "table)"],
            ["c", "0x00009000", "16K", "nvs", "data", "nvs"],
            ["d", "0x0000d000", "8K", "otadata", "data", "ota"],
            ["e", "0x0000f000", "4K", "phy_init", "data", "phy"],
            ["f", "0x00010000", "1M", "factory", "app", "factory"],
            ["g", "0x00110000", "1M", "ota_0", "app", "ota_0"],
            ["h", "0x00210000", "1M", "ota_1", "app", "ota_1"],
            [".", "0x00310000", "960K", "(free)"]])
        strip = "".join(line.split()[1] for line in lines if line.startswith("0x"))
        self.assertEqual((len(strip), strip.count("f"), strip.count("h"), strip.count(".")),
                         (256, 64, 64, 60))
        self.assertEqual(lines[-1], "6 partitions; of 4M flash 960K are free, 960K in one piece")

    def test_show_reads_csv_binary_and_flash_images(self):
        binary = self.table("encode", "t.csv", "-")[1]
        self.file("t.bin", binary)
        self.file("flash.img", (b"\xff" * 0x8000 + binary).ljust(4 << 20, b"\xff"))
        expected = self.table("show", "--flash-size", "4MB", "t.csv")
        self.assertEqual(expected[0], 0)
        self.assertEqual(self.table("show", "--flash-size", "4MB", "t.bin"), expected)
        self.assertEqual(self.table("show", "flash.img"), expected)

    def test_show_finds_gaps_between_partitions(self):
        self.file("g.csv", "a,data,6,0x9000,4K\nb,data,6,0x20000,4K,readonly\n")
        code, out, _ = self.table("show", "g.csv")
        self.assertEqual(code, 0)
        self.assertIn(".  0x0000a000       88K  (free)\n", out.decode())
        self.assertIn("undefined  readonly\n", out.decode())
        self.assertTrue(out.endswith(b"2 partitions; 88K are free between them\n"))
        self.file("g.csv", "a,data,6,0x9000,4K\n")
        self.assertTrue(self.table("show", "g.csv")[1]
                        .endswith(b"1 partitions; nothing is free between them\n"))
        self.file("g.csv", "a,data,6,0x9000,0x3f7000\n")
        self.assertTrue(self.table("show", "--flash-size", "4MB", "g.csv")[1]
                        .endswith(b"1 partitions; of 4M flash nothing is free\n"))

    def test_show_of_a_bad_table_still_draws_it_and_exits_with_1(self):
        self.file("bad.csv", "a,data,nvs,,4K\n")
        code, out, err = self.table("show", "bad.csv")
        self.assertEqual(code, 1)
        self.assertIn(b"0x00009000", out)
        self.assertEqual(err, "bad.csv:1: Size: 0x1000 is too small for NVS that is written, which "
                              "needs 0x3000\n")
        self.file("flash.img", (b"\xff" * 0x8000 + self.table("encode", "t.csv", "-")[1])
                  .ljust(2 << 20, b"\xff"))
        code, out, err = self.table("show", "flash.img")
        self.assertEqual((code, err), (1, "flash.img: row 5 (ota_1): Size: the partitions end at "
                                          "0x310000, the flash at 0x200000\n"))

    # ---- gen-esp32part

    def test_gen_converts_both_ways_with_status_lines(self):
        code, binary, err = self.gen("t.csv")
        self.assertEqual((code, err), (0, "Parsing CSV input...\nVerifying table...\n"))
        self.assertEqual(hashlib.sha256(binary).hexdigest(), TWO_OTA_SHA256)
        self.file("t.bin", binary)
        self.assertEqual(self.gen("t.bin", "new/folder/t.csv"),
                         (0, b"", "Parsing binary partition input...\nVerifying table...\n"))
        self.assertEqual((self.folder / "new/folder/t.csv").read_text(), TWO_OTA_WRITTEN)
        self.assertEqual(self.gen("-q", "new/folder/t.csv", "again.bin"), (0, b"", ""))
        self.assertEqual((self.folder / "again.bin").read_bytes(), binary)

    def test_gen_takes_the_options_of_the_build(self):
        self.file("b.csv", "b,bootloader,primary,N/A,N/A\nr,bootloader,recovery,N/A,N/A\n")
        code, _, err = self.gen("-q", "--flash-size", "4MB", "--disable-md5sum", "-v", "--verify",
                                "--offset", "0x9000", "--primary-bootloader-offset", "0x1000",
                                "--recovery-bootloader-offset=0x200000", "--secure", "v2",
                                "b.csv", "b.bin")
        self.assertEqual((code, err), (0, ""))
        code, out, err = self.gen("-q", "--disable-md5sum", "-o", "36864", "b.bin", "-")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out.decode().splitlines()[2:], ["b,bootloader,primary,0x1000,32K,",
                                                         "r,bootloader,recovery,0x200000,32K,"])

    def test_gen_errors_are_the_reference_tools(self):
        secure = self.file("s.csv", SECURE)
        cases = [
            (["-q", secure], "Partition ota_1 invalid: Size 0x100800 is not aligned to 0x1000\n"),
            (["-q", secure, "--secure"],
             "Partition ota_0 invalid: Size 0x101000 is not aligned to 0x10000\n"),
            (["-q", secure, "--secure", "V1"],
             "Partition ota_0 invalid: Size 0x101000 is not aligned to 0x10000\n"),
            (["-q", secure, "--secure", "v2"],
             "Partition ota_1 invalid: Size 0x100800 is not aligned to 0x1000\n"),
            (["-q", self.file("f.csv", "a,data,nvs,,24K, # note")],
             "Error at line 1: CSV flag column contains unknown flag '# note'" + HINT),
            ([self.file("n.csv", "x,data,6,,4K\nx,data,6,,8K")],
             "Parsing CSV input...\nVerifying table...\n"
             "A list of partitions that have the same name:\nx,data,undefined,0x9000,4K,\n"
             "x,data,undefined,0xa000,8K,\nPartition names must be unique\n"),
            (["-q", "--no-verify", "--flash-size", "1MB", "t.csv"],
             "Partitions tables occupies 3.1MB of flash (3211264 bytes) which does not fit in "
             "configured flash size 1MB. Change the flash size in menuconfig under the 'Serial "
             "Flasher Config' menu.\n"),
            (["-q", "--primary-bootloader-offset", "0x9000", "t.csv"],
             "Unsupported configuration. Primary bootloader must be below partition table. Check "
             "--primary-bootloader-offset=0x9000 and --offset=0x8000\n"),
            (["t.csv", "-q", "--extra-partition-subtypes", "foo,x,40"],
             "Error parsing custom subtypes: Invalid partition type\n"),
        ]
        for args, message in cases:
            with self.subTest(args):
                self.assertEqual(self.gen(*args), (2, b"", message))

    def test_gen_reports_what_would_crash_the_reference(self):
        for data in ("a,256,0,,4K", "a,data,6,,-1", b"\xffa,data,6,,4K", "a,data,6,,4096M"):
            with self.subTest(data):
                self.file("c.csv", data)
                code, out, err = self.gen("-q", "c.csv")
                self.assertEqual((code, out), (2, b""))
                self.assertEqual(err.count("\n"), 1)

    def test_gen_extra_subtypes_take_all_words_up_to_the_next_option(self):
        self.file("x.csv", "a,data,custom1,,4K\nb,app,custom2,,64K\n")
        extra = ["--extra-partition-subtypes", "data,custom1,0x40", "app,custom2,50"]
        code, binary, err = self.gen(*extra, "--quiet", "x.csv")
        self.assertEqual((code, err, binary[3], binary[35]), (0, "", 0x40, 0x50))
        code, out, _ = self.gen(*extra, "-q", "-", stdin=binary)
        self.assertEqual(code, 0)
        self.assertEqual(out.decode().splitlines()[2:], ["a,data,custom1,0x9000,4K,",
                                                         "b,app,custom2,0x10000,64K,"])

        self.assertEqual(self.gen("-q", *extra, "--", "x.csv", "-"),
                         self.gen("-q", "x.csv", *extra))

    def test_gen_expands_the_environment(self):
        self.file("e.csv", "${LABEL}_x,data,6,,$SIZE\n")
        env = {"LABEL": "store", "SIZE": "64K"}
        code, binary, _ = self.gen("-q", "e.csv", env=env)
        self.assertEqual((code, binary[8:19]), (0, b"\x00\x00\x01\x00store_x"))

    def test_gen_reads_a_table_with_unicode_names_and_any_encoding(self):
        csv = "nvs,data,nvs,0x9000,24K,\nphy_инит_,data,phy,0xf000,0x1000,\n"
        expected = self.gen("-q", "-", stdin=csv.encode())[1]
        self.assertEqual(expected[44:60], "phy_инит_".encode().ljust(16, b"\0"))
        for encoding in ("utf-8-sig", "utf-16"):
            self.assertEqual(self.gen("-q", "-", stdin=csv.encode(encoding)), (0, expected, ""))
        self.assertEqual(self.gen("-q", "-", stdin=b"\xfe\xff" + csv.encode("utf-16-be")),
                         (0, expected, ""))
        self.assertEqual(self.gen("-q", "-", stdin=csv.encode("utf-32-le"))[0], 2)

    def test_help_shows_every_option(self):
        for command in (["gen-esp32part"], ["partition-table", "encode"]):
            code, out, _ = self.molt(*command, "--help")
            self.assertEqual(code, 0)
            for option in ("--flash-size", "--disable-md5sum", "--no-verify", "--quiet", "--offset",
                           "--primary-bootloader-offset", "--recovery-bootloader-offset", "--secure",
                           "--extra-partition-subtypes"):
                self.assertIn(option, out.decode())


if __name__ == "__main__":
    unittest.main()
