/* The partition table: who owns which bytes of the flash.
 *
 * People write it as CSV (format/ptable_csv.h), the device reads it as 32-byte rows; struct
 * molt_ptable is what both become. On flash, at 0x8000 unless configured otherwise:
 *
 *     rows        32 bytes each, at most 96 with the two below:
 *       off  len  field
 *         0    2  magic    AA 50
 *         2    1  type
 *         3    1  subtype
 *         4    4  offset   (our `addr`: it counts from the start of flash)
 *         8    4  size     (our `len`)
 *        12   16  label    NUL-padded; 16 bytes have no terminator
 *        28    4  flags    bit 0 encrypted, bit 1 readonly
 *     MD5 row     EB EB, 14 x FF, MD5 of all rows before it (optional)
 *     end         32 x FF, then FF up to 0xC00
 *
 * All integers little-endian. Source: ESP-IDF components/partition_table/gen_esp32part.py and
 * components/bootloader_support/src/flash_partitions.c. */
#ifndef MOLT_FORMAT_PTABLE_H
#define MOLT_FORMAT_PTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

enum {
    MOLT_PTABLE_ADDR = 0x8000, /* CONFIG_PARTITION_TABLE_OFFSET's default */
    MOLT_PTABLE_SECTOR_LEN = 0x1000,
    MOLT_PTABLE_LEN = 0xC00, /* bytes that rows may use */
    MOLT_PTABLE_ROW_LEN = 32,
    MOLT_PTABLE_MAX = 95,     /* 0xC00 bytes of rows, less the end */
    MOLT_PART_LABEL_LEN = 16, /* not counting a terminator */
    MOLT_PART_ENCRYPTED = 1 << 0,
    MOLT_PART_READONLY = 1 << 1,
};

enum molt_part_type {
    MOLT_PART_APP = 0x00,
    MOLT_PART_DATA = 0x01,
    MOLT_PART_BOOTLOADER = 0x02,
    MOLT_PART_TABLE = 0x03,
    MOLT_PART_END = 0xFF,
};

enum molt_part_subtype {
    MOLT_APP_FACTORY = 0x00,
    MOLT_APP_OTA_0 = 0x10,
    MOLT_APP_OTA_15 = 0x1F,
    MOLT_APP_TEST = 0x20,
    MOLT_DATA_OTA = 0x00,
    MOLT_DATA_PHY = 0x01,
    MOLT_DATA_NVS = 0x02,
    MOLT_DATA_COREDUMP = 0x03,
    MOLT_DATA_NVS_KEYS = 0x04,
    MOLT_DATA_EFUSE = 0x05,
    MOLT_DATA_UNDEFINED = 0x06,
    MOLT_DATA_TEE_OTA = 0x90,
    MOLT_BOOTLOADER_PRIMARY = 0x00,
    MOLT_BOOTLOADER_OTA = 0x01,
    MOLT_BOOTLOADER_RECOVERY = 0x02,
    MOLT_TABLE_PRIMARY = 0x00,
    MOLT_TABLE_OTA = 0x01,
};

enum { MOLT_OTA_SLOTS_MAX = 16 };

struct molt_partition {
    char label[MOLT_PART_LABEL_LEN + 1]; /* always terminated here */
    uint8_t type;
    uint8_t subtype;
    uint32_t addr;
    uint32_t len;   /* bytes */
    uint32_t flags; /* MOLT_PART_ENCRYPTED, MOLT_PART_READONLY; unknown bits are kept as read */
};

struct molt_ptable {
    struct molt_partition row[MOLT_PTABLE_MAX];
    size_t count;
};

/* Where and why reading a table stopped. Texts are constants. */
struct molt_ptable_error {
    uint32_t off;      /* byte of the table at which `field` stands */
    const char *field; /* "magic", "offset", "MD5", ... */
    const char *why;
    enum molt_err err; /* RANGE: a row leaves the chip; CHECKSUM: MD5; else FORMAT */
};

/* ---- reading, a row at a time: what bootloader, app and tools share --------------------------
 *
 * A row comes in, one of these comes out. The reader keeps the running MD5 and the row's number;
 * it stores no rows, so that the bootloader needs no table in RAM. */
enum molt_ptable_step {
    MOLT_PTABLE_ROW, /* *row is the next partition */
    MOLT_PTABLE_MD5, /* an MD5 row, and it matches */
    MOLT_PTABLE_END, /* the table is complete */
    MOLT_PTABLE_BAD, /* r->error says where and why */
};

struct molt_ptable_reader {
    struct molt_md5 md5;
    uint32_t index; /* of the next row */
    uint32_t chip_len;
    bool md5_seen; /* this reader accepts a table without; ESP-IDF's app-side reader does not */
    struct molt_ptable_error error;
};

/* chip_len: rows must lie in [0, chip_len); UINT32_MAX = do not check. */
void molt_ptable_reader_start(struct molt_ptable_reader *r, uint32_t chip_len);
enum molt_ptable_step molt_ptable_reader_next(struct molt_ptable_reader *r,
                                              const uint8_t bytes[MOLT_PTABLE_ROW_LEN],
                                              struct molt_partition *row);

/* The fields of a row, whatever its magic: for those who read with other rules. Bytes of the label
 * behind its first NUL are not looked at. */
struct molt_partition molt_ptable_row_decode(const uint8_t bytes[MOLT_PTABLE_ROW_LEN]);

/* ---- whole tables --------------------------------------------------------------------------- */

/* Rules of ESP-IDF's bootloader (esp_partition_table_verify): len may be MOLT_PTABLE_LEN or less.
 * MOLT_ERR_RANGE: a row leaves the chip; MOLT_ERR_FORMAT; MOLT_ERR_CHECKSUM: MD5. */
MOLT_MUST_USE enum molt_err molt_ptable_decode(const uint8_t *bytes, size_t len, uint32_t chip_len,
                                               struct molt_ptable *table,
                                               struct molt_ptable_error *error);

/* Always writes all MOLT_PTABLE_LEN bytes. MOLT_ERR_FULL: more than 94 rows with MD5, 95 without. */
MOLT_MUST_USE enum molt_err molt_ptable_encode(const struct molt_ptable *table, bool with_md5,
                                               uint8_t bytes[MOLT_PTABLE_LEN]);

/* The first row that matches; label NULL = any. NULL when none does. */
const struct molt_partition *molt_ptable_find(const struct molt_ptable *table, uint8_t type,
                                              uint8_t subtype, const char *label);
const struct molt_partition *molt_ptable_find_label(const struct molt_ptable *table,
                                                    const char *label);

#endif
