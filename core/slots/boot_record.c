#include "slots/boot_record.h"

#include <string.h>

#include "base/bytes.h"

enum {
    SEQ_LEN = 4,
    CRC_LEN = 4,
    STATE_AND_CRC_LEN = 8,
    READ_TRIES = 3,
};

/* The header says why. */
static bool can_tell_torn(const struct molt_nor_geometry *g)
{
    if (g->flags & MOLT_NOR_ECC && g->program_len >= STATE_AND_CRC_LEN) return true;
    return g->flags & MOLT_NOR_CLEARS_BITS && g->program_len <= MOLT_OTADATA_ENTRY_LEN / 2;
}

enum molt_err molt_boot_record_open(struct molt_nor *nor, const struct molt_slot_map *map,
                                    struct molt_boot_record *record)
{
    if (map->otadata.len == 0) return MOLT_ERR_NOT_FOUND;
    if (map->otadata.len < MOLT_OTADATA_LEN) return MOLT_ERR_RANGE;
    enum molt_err err = molt_region_make(nor, map->otadata.addr, map->otadata.len, &record->region);
    for (uint32_t off = 0; !err && off < MOLT_OTADATA_LEN; off += MOLT_OTADATA_SECTOR_LEN)
        err = molt_region_check_sectors(&record->region, off, MOLT_OTADATA_SECTOR_LEN);
    if (!err && !can_tell_torn(&nor->geometry)) err = MOLT_ERR_UNSUPPORTED;
    return err;
}

/* Whether the entry can be read. What stands for one that cannot: not intact, so it never decides; but
 * not blank either, so that no device is initialised over an entry that may be good. */
static bool read_entry(const struct molt_region *region, uint32_t off, struct molt_otadata *entry)
{
    uint8_t bytes[MOLT_OTADATA_ENTRY_LEN];
    enum molt_err err = MOLT_ERR_ECC;

    *entry = molt_otadata_blank();
    /* Whatever the error: one that passes must not let the older entry decide. */
    for (int i = 0; i < READ_TRIES && err; i++)
        err = molt_region_read(region, off, bytes, sizeof bytes);
    if (err) {
        entry->seq = entry->crc = 0;
        return false;
    }
    /* Where erased flash reads as 0x00, blank must not look like number 0, which a torn erase may
     * leave with a right crc. */
    if (region->nor->geometry.erased || molt_load_le32(bytes)) *entry = molt_otadata_decode(bytes);
    return true;
}

unsigned molt_boot_record_read(const struct molt_boot_record *record, struct molt_otadata entry[2])
{
    unsigned absent = 0;

    for (unsigned i = 0; i < 2; i++)
        if (!read_entry(&record->region, i * MOLT_OTADATA_SECTOR_LEN, &entry[i])) absent |= 1u << i;
    return absent;
}

/* Makes an entry unusable by one program, where the flash allows it, before its sector is erased:
 * an erase that is cut short may turn a state word back to 0xFFFFFFFF while seq and crc still stand,
 * and INVALID would become UNDEFINED. A crc that is cut short while it is cleared is just wrong. */
static void retire(const struct molt_region *region, uint32_t off)
{
    const struct molt_nor_geometry *g = &region->nor->geometry;
    struct molt_otadata entry;
    uint8_t bytes[MOLT_OTADATA_ENTRY_LEN];
    uint32_t len = g->program_len > CRC_LEN ? g->program_len : CRC_LEN;
    uint32_t start = MOLT_OTADATA_ENTRY_LEN - len;

    if (!(g->flags & MOLT_NOR_CLEARS_BITS) || len > MOLT_OTADATA_ENTRY_LEN) return;
    if (!read_entry(region, off, &entry) || !molt_otadata_intact(&entry)) return;
    entry.crc = g->erased ? 0 : UINT32_MAX;
    molt_otadata_encode(&entry, bytes);
    /* A cell that cannot be programmed any more is no reason not to erase it. */
    enum molt_err err = molt_region_program(region, off + start, bytes + start, len);
    (void)err;
}

enum molt_err molt_boot_record_erase_entry(const struct molt_boot_record *record, int index)
{
    uint32_t off = index ? MOLT_OTADATA_SECTOR_LEN : 0;

    retire(&record->region, off);
    /* Sectors may be smaller than the distance between the entries: then it is several. */
    return molt_region_erase(&record->region, off, MOLT_OTADATA_SECTOR_LEN);
}

enum molt_err molt_boot_record_erase(const struct molt_boot_record *record)
{
    struct molt_otadata entry[2];

    (void)molt_boot_record_read(record, entry);
    int last = molt_otadata_active(entry) == 0 ? 0 : 1;

    enum molt_err err = molt_boot_record_erase_entry(record, 1 - last);
    if (err) return err;
    return molt_boot_record_erase_entry(record, last);
}

enum molt_err molt_boot_record_write(const struct molt_boot_record *record, int index,
                                     const struct molt_otadata *entry)
{
    const struct molt_nor_geometry *g = &record->region.nor->geometry;
    uint32_t off = index ? MOLT_OTADATA_SECTOR_LEN : 0;
    uint32_t first = g->program_len > SEQ_LEN ? g->program_len : SEQ_LEN;
    uint8_t bytes[MOLT_NOR_UNIT_MAX];

    memset(bytes, g->erased, sizeof bytes);
    molt_otadata_encode(entry, bytes);
    enum molt_err err = molt_boot_record_erase_entry(record, index);
    if (err) return err;
    if (first < MOLT_OTADATA_ENTRY_LEN) {
        err = molt_region_program(&record->region, off + first, bytes + first,
                                  MOLT_OTADATA_ENTRY_LEN - first);
        if (err) return err;
    }
    return molt_region_program(&record->region, off, bytes, first);
}

/* Entry `index` becomes {seq, state}; it keeps its label. */
static enum molt_err rewrite(const struct molt_boot_record *record,
                             const struct molt_otadata entry[2], int index, uint32_t seq,
                             enum molt_img_state state)
{
    struct molt_otadata fresh = entry[index];

    fresh.seq = seq;
    fresh.state = state;
    fresh.crc = molt_otadata_crc(seq);
    return molt_boot_record_write(record, index, &fresh);
}

enum molt_err molt_boot_record_select(const struct molt_boot_record *record, uint32_t slot,
                                      uint32_t slot_count, enum molt_img_state state)
{
    struct molt_otadata entry[2];
    uint32_t seq;

    if (slot >= slot_count) return MOLT_ERR_ARG;
    unsigned absent = molt_boot_record_read(record, entry);
    for (int i = 0; i < 2; i++) {
        enum molt_err err = absent >> i & 1 ? molt_boot_record_erase_entry(record, i) : MOLT_OK;
        if (err) return err;
    }

    int active = molt_otadata_active(entry);
    if (active < 0) return rewrite(record, entry, 0, slot + 1, state);

    uint32_t now = entry[active].seq;
    if (molt_otadata_slot(now, slot_count) == slot)
        return rewrite(record, entry, active, now, state);
    if (molt_otadata_seq_for(now, slot, slot_count, &seq) == MOLT_OK)
        return rewrite(record, entry, 1 - active, seq, state);

    /* Numbers have run out: start again from below. The small number does not count until the large
     * one is gone, so a power cut leaves the old choice or the new one here too. */
    enum molt_err err = rewrite(record, entry, 1 - active, slot + 1, state);
    if (err) return err;
    return molt_boot_record_erase_entry(record, active);
}

enum molt_err molt_boot_record_set_state(const struct molt_boot_record *record,
                                         enum molt_img_state state)
{
    struct molt_otadata entry[2];

    (void)molt_boot_record_read(record, entry);
    int active = molt_otadata_active(entry);
    if (active < 0) return MOLT_ERR_NOT_FOUND;
    return rewrite(record, entry, active, entry[active].seq, state);
}
