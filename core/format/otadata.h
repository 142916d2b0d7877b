/* otadata: the 8 KiB partition that tells the bootloader which app slot to start.
 *
 * It is two flash sectors; each holds one 32-byte entry at its start. Writers alternate between
 * the sectors, so that one good entry survives a power cut during the other's rewrite.
 *
 *     off  len  field  meaning
 *       0    4  seq    1, 2, 3, ...; 0xFFFFFFFF = erased.  slot = (seq - 1) % slot_count
 *       4   20  label  unused; writers keep what was there
 *      24    4  state  enum molt_img_state; NOT covered by crc
 *      28    4  crc    molt_crc32(UINT32_MAX, seq, 4)
 *
 * All integers little-endian. Source: ESP-IDF components/bootloader_support/include/
 * esp_flash_partitions.h (esp_ota_select_entry_t) and src/bootloader_common_loader.c.
 *
 * This file is pure: bytes in, structs out. Reading and writing flash is slots/boot_record.h. */
#ifndef MOLT_FORMAT_OTADATA_H
#define MOLT_FORMAT_OTADATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum {
    MOLT_OTADATA_ENTRY_LEN = 32,
    MOLT_OTADATA_SECTOR_LEN = 0x1000, /* entry 1 is this far behind entry 0, on every chip */
    MOLT_OTADATA_LEN = 0x2000,        /* the partition; a larger one's tail is not used */
    MOLT_OTADATA_LABEL_LEN = 20,
};

/* Values are on flash, and equal ESP-IDF's esp_ota_img_states_t. Other values can be on flash too;
 * they behave like UNDEFINED. */
enum molt_img_state {
    MOLT_IMG_NEW = 0,     /* written, never started */
    MOLT_IMG_PENDING = 1, /* started once, not yet confirmed by the app */
    MOLT_IMG_VALID = 2,
    MOLT_IMG_INVALID = 3,    /* the app rejected itself */
    MOLT_IMG_ABORTED = 4,    /* reset before confirming */
    MOLT_IMG_UNDEFINED = -1, /* 0xFFFFFFFF on flash: rollback is not in use */
};

struct molt_otadata {
    uint32_t seq;
    uint8_t label[MOLT_OTADATA_LABEL_LEN];
    enum molt_img_state state;
    uint32_t crc; /* as read; compare with molt_otadata_crc() */
};

uint32_t molt_otadata_crc(uint32_t seq);

/* Bytes to struct. Never fails: every 32-byte pattern is some entry, perhaps an unusable one.
 * encode(decode(x)) == x for every x. */
struct molt_otadata molt_otadata_decode(const uint8_t bytes[MOLT_OTADATA_ENTRY_LEN]);
void molt_otadata_encode(const struct molt_otadata *entry, uint8_t bytes[MOLT_OTADATA_ENTRY_LEN]);

/* An erased entry. */
struct molt_otadata molt_otadata_blank(void);

/* The predicates of ESP-IDF, shared there as here by bootloader and app.
 * rejected: blank, or state INVALID or ABORTED (the crc is not looked at).
 * intact:   not blank and the crc is right (the state is not looked at).
 * usable:   may decide the next boot: intact and not rejected. */
bool molt_otadata_rejected(const struct molt_otadata *entry);
bool molt_otadata_intact(const struct molt_otadata *entry);
bool molt_otadata_usable(const struct molt_otadata *entry);

/* Which of the two entries decides the next boot: 0 or 1, or -1 when neither may. Equal numbers
 * choose entry 0, as ESP-IDF's bootloader does. */
int molt_otadata_active(const struct molt_otadata entry[2]);

/* The slot that `seq` selects, 0-based. slot_count > 0. seq 0 wraps as it does in ESP-IDF. */
uint32_t molt_otadata_slot(uint32_t seq, uint32_t slot_count);

/* The smallest number >= `seq` (> seq, when seq selects another slot) that selects `slot`.
 * MOLT_ERR_ARG when slot >= slot_count. MOLT_ERR_RANGE when none is left below 0xFFFFFFFF, the
 * blank marker: 2^32 updates, or a corrupt `seq`. */
MOLT_MUST_USE enum molt_err molt_otadata_seq_for(uint32_t seq, uint32_t slot, uint32_t slot_count,
                                                 uint32_t *next);

#endif
