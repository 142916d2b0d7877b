"""App images, made without molt."""
import hashlib
import struct


def app_desc(version=b"1.0.0", project=b"demo"):
    desc = struct.pack("<II8x32s32s16s16s32s32sHHBB", 0xABCD5432, 0, version, project, b"00:00:00",
                       b"Jan  1 2026", b"v6.2-dev", bytes(range(32)), 0, 99, 16, 2)
    return desc.ljust(256, b"\0")


def image(segments, chip=0, digest=True, max_rev=399):
    out = struct.pack("<BBBBIB3xHBHH4xB", 0xE9, len(segments), 2, 0x20, 0x40080400, 0xEE, chip, 0, 0,
                      max_rev, digest)
    checksum = 0xEF
    for addr, data in segments:
        out += struct.pack("<II", addr, len(data)) + data
        for byte in data:
            checksum ^= byte
    out += bytes(15 - len(out) % 16) + bytes([checksum])
    return out + hashlib.sha256(out).digest() if digest else out
