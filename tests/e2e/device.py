"""A virtual device for the end-to-end tests: a flash image and `molt device run` on it.

    device = Device(folder, "probe-v1")          version 1 in ota_0, nothing in ota_1
    run = device.run("--arg", "trial=confirm")   run.code, run.text, run.boots

Everything it asserts it reads from the flash file itself, with tests/support/flash.py.
"""
import collections
import hashlib
import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["MOLT_SOURCE"])
BUILD = pathlib.Path(os.environ["MOLT_BUILD"])
sys.path.insert(0, str(SOURCE / "tests" / "support"))
import flash as esp  # noqa: E402

MOLT = BUILD / "cli" / "molt"
OTADATA, OTADATA_LEN = 0xD000, 0x2000
# Sanitizers make large apps.
LARGE = max(p.stat().st_size for p in BUILD.glob("tests/e2e/*.bin")) > 0xF0000
CHIP_LEN, SLOT_LEN = (16 << 20, 0x700000) if LARGE else (2 << 20, 0xF0000)
SLOTS = {"ota_0": 0x10000, "ota_1": CHIP_LEN // 2}
LIMIT_S = "60"       # no device of these tests runs that long

Run = collections.namedtuple("Run", "code text boots")
Boot = collections.namedtuple("Boot", "version slot state reset")


def app(name):
    """The image of an app of this build: tests/e2e or examples/chapter."""
    found = [p for p in (BUILD / "tests/e2e" / f"{name}.bin", BUILD / "examples/chapter" / f"{name}.bin")
             if p.exists()]
    return found[0].read_bytes()


def blank_flash():
    table = b"".join(esp.row(*r) for r in (
        (1, 2, 0x9000, 0x4000, "nvs"), (1, 0, OTADATA, OTADATA_LEN, "otadata"),
        (0, 0x10, SLOTS["ota_0"], SLOT_LEN, "ota_0"), (0, 0x11, SLOTS["ota_1"], SLOT_LEN, "ota_1")))
    table += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(table).digest()
    out = bytearray(b"\xff" * CHIP_LEN)
    out[0x8000:0x8000 + len(table)] = table
    return out


class Device:
    def __init__(self, folder, name, other=None, entries=None):
        """`other`: an image for ota_1; `entries`: both of otadata."""
        self.path = pathlib.Path(folder, "device.flash")
        out = blank_flash()
        for slot, image in (("ota_0", app(name)), ("ota_1", other or b"")):
            out[SLOTS[slot]:SLOTS[slot] + len(image)] = image
        if entries:
            out[OTADATA:OTADATA + OTADATA_LEN] = esp.otadata(*entries)
        self.path.write_bytes(out)

    def command(self, *args):
        """The process of `molt device run`, for those who do something meanwhile."""
        return [MOLT, "device", "run", self.path, "--time-limit", LIMIT_S, *args]

    def run(self, *args):
        done = subprocess.run(self.command(*args), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        boots = [Boot(*match) for match in re.findall(
            r"probe: version (\S+) in (\w+), state (\d+), reset (\d+)", done.stdout)]
        return Run(done.returncode, done.stdout, boots)

    def upgrade(self, url, *args):
        """molt device upgrade; its exit code and standard error."""
        done = subprocess.run([MOLT, "device", "upgrade", self.path, "--url", url, *args], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.returncode, done.stderr

    def upgrade_output(self, url, *args):
        """Its standard output instead."""
        done = subprocess.run([MOLT, "device", "upgrade", self.path, "--url", url, *args], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.stdout

    def read(self, addr, length):
        with open(self.path, "rb") as file:
            file.seek(addr)
            return file.read(length)

    def slot(self, label):
        return self.read(SLOTS[label], SLOT_LEN)

    def otadata(self):
        return self.read(OTADATA, OTADATA_LEN)

    def entries(self):
        return esp.entries_of(self.otadata(), 0)
