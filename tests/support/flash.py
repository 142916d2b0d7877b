"""Flash images made without molt, byte by byte as ESP-IDF documents them: table, otadata, apps."""
import hashlib
import struct
import zlib

NEW, PENDING, VALID, INVALID, ABORTED, UNDEFINED = 0, 1, 2, 3, 4, 0xFFFFFFFF
SECTOR = 0x1000
OTADATA = 0xC000
SLOT_LEN = 0x2000
PLACES = {"factory": 0x10000, "test": 0x12000, **{f"ota_{i}": 0x14000 + i * SLOT_LEN for i in range(16)}}
SUBTYPES = {"factory": 0x00, "test": 0x20, **{f"ota_{i}": 0x10 + i for i in range(16)}}


def crc(seq):
    return zlib.crc32(struct.pack("<I", seq), 0xFFFFFFFF)


def entry(seq, state=VALID, crc_is=None, label=b"\xff" * 20):
    return struct.pack("<I20sII", seq, label, state, crc(seq) if crc_is is None else crc_is)


BLANK = b"\xff" * 32


def otadata(first, second):
    return first.ljust(SECTOR, b"\xff") + second.ljust(SECTOR, b"\xff")


def row(kind, subtype, addr, size, label):
    return struct.pack("<HBBII16sI", 0x50AA, kind, subtype, addr, size, label.encode(), 0)


def table(slots, otadata_len=0x2000, labels=None):
    rows = row(1, 2, 0xA000, 0x2000, "nvs")
    if otadata_len:
        rows += row(1, 0, OTADATA, otadata_len, "otadata")
    for slot in slots:
        label = (labels or {}).get(slot, slot)
        rows += row(0, SUBTYPES[slot], PLACES[slot], SLOT_LEN, label)
    rows += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(rows).digest()
    return rows.ljust(0xC00, b"\xff")


def app(version="1", secure_version=0, chip=0xFFFF):
    desc = struct.pack("<II8x32s32s", 0xABCD5432, secure_version, version.encode(), b"demo")
    data = desc.ljust(256, b"\0") + bytes(range(200))
    out = struct.pack("<BBBBIB3xHBHH4xB", 0xE9, 1, 2, 0x20, 0, 0xEE, chip, 0, 0, 0xFFFF, 1)
    out += struct.pack("<II", 0, len(data)) + data
    checksum = 0xEF
    for byte in data:
        checksum ^= byte
    out += bytes(15 - len(out) % 16) + bytes([checksum])
    return out + hashlib.sha256(out).digest()


def spoiled(image):
    return image[:100] + bytes([image[100] ^ 1]) + image[101:]


def flash(apps, entries=(BLANK, BLANK), otadata_len=0x2000, labels=None, size=0x40000):
    """apps: slot name -> image, or b"" for a slot that holds none."""
    out = bytearray(b"\xff" * size)
    out[0x8000:0x8C00] = table(apps, otadata_len, labels)
    if otadata_len:
        data = otadata(*entries)[:otadata_len]
        out[OTADATA:OTADATA + len(data)] = data
    for slot, image in apps.items():
        out[PLACES[slot]:PLACES[slot] + len(image)] = image
    return bytes(out)


def entries_of(image, at=OTADATA):
    """(seq, state, crc is right) of both."""
    found = []
    for index in range(2):
        seq, _, state, check = struct.unpack_from("<I20sII", image, at + index * SECTOR)
        found.append((seq, state, check == crc(seq)))
    return found
