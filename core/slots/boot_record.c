#include "slots/boot_record.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

enum { SEQ_LEN = 4, CRC_LEN = 4, READ_TRIES = 3 };

enum molt_err molt_boot_record_open(struct molt_nor *nor, const struct molt_slot_map *map,
                                    struct molt_boot_record *record)
{
    if (map->otadata.len == 0) return MOLT_ERR_NOT_FOUND;
    if (map->otadata.len < MOLT_OTADATA_LEN) return MOLT_ERR_RANGE;
    return molt_region_make(nor, map->otadata.addr, map->otadata.len, &record->region);
}

/* What stands for an entry that cannot be read: not intact, so it never decides; but not blank either,
 * so that no device is initialised over an entry that may be good. */
static struct molt_otadata unreadable(void)
{
    struct molt_otadata entry = molt_otadata_blank();

    entry.seq = 0;
    entry.crc = 0;
    assert(!molt_otadata_intact(&entry));
    return entry;
}

static struct molt_otadata read_entry(const struct molt_region *region, uint32_t off)
{
    uint8_t bytes[MOLT_OTADATA_ENTRY_LEN];
    enum molt_err err = MOLT_ERR_ECC;

    /* Whatever the error: one that passes must not let the older entry decide. */
    for (int i = 0; i < READ_TRIES && err; i++)
        err = molt_region_read(region, off, bytes, sizeof bytes);
    if (err) return unreadable();
    /* Where erased flash reads as 0x00, blank must not look like a record of zeros. */
    if (molt_all_bytes_are(bytes, sizeof bytes, region->nor->geometry.erased))
        return molt_otadata_blank();
    return molt_otadata_decode(bytes);
}

void molt_boot_record_read(const struct molt_boot_record *record, struct molt_otadata entry[2])
{
    for (uint32_t i = 0; i < 2; i++)
        entry[i] = read_entry(&record->region, i * MOLT_OTADATA_SECTOR_LEN);
}

/* Makes an entry unusable by one program, where the flash allows it, before its sector is erased:
 * an erase that is cut short may turn a state word back to 0xFFFFFFFF while seq and crc still stand,
 * and INVALID would become UNDEFINED. A crc that is cut short while it is cleared is just wrong. */
static enum molt_err retire(const struct molt_region *region, uint32_t off)
{
    const struct molt_nor_geometry *g = &region->nor->geometry;
    struct molt_otadata entry = read_entry(region, off);
    uint8_t bytes[MOLT_OTADATA_ENTRY_LEN];
    uint32_t len = g->program_len > CRC_LEN ? g->program_len : CRC_LEN;
    uint32_t start = MOLT_OTADATA_ENTRY_LEN - len;

    if (!(g->flags & MOLT_NOR_CLEARS_BITS) || len > MOLT_OTADATA_ENTRY_LEN) return MOLT_OK;
    if (!molt_otadata_intact(&entry)) return MOLT_OK;
    entry.crc = g->erased ? 0 : UINT32_MAX;
    molt_otadata_encode(&entry, bytes);
    return molt_region_program(region, off + start, bytes + start, len);
}

enum molt_err molt_boot_record_erase_entry(const struct molt_boot_record *record, int index)
{
    uint32_t off = index ? MOLT_OTADATA_SECTOR_LEN : 0;

    /* A cell that cannot be programmed any more is no reason not to erase it. */
    enum molt_err err = retire(&record->region, off);
    if (err && err != MOLT_ERR_FLASH && err != MOLT_ERR_ECC) return err;
    /* Sectors may be smaller than the distance between the entries: then it is several. */
    return molt_region_erase(&record->region, off, MOLT_OTADATA_SECTOR_LEN);
}

enum molt_err molt_boot_record_erase(const struct molt_boot_record *record)
{
    const struct molt_region *region = &record->region;
    struct molt_otadata entry[2];

    molt_boot_record_read(record, entry);
    int last = molt_otadata_active(entry) == 0 ? 0 : 1;

    enum molt_err err = molt_boot_record_erase_entry(record, 1 - last);
    if (err) return err;
    err = molt_boot_record_erase_entry(record, last);
    if (err) return err;
    return molt_region_erase(region, MOLT_OTADATA_LEN, region->len - MOLT_OTADATA_LEN);
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
    molt_boot_record_read(record, entry);

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

    molt_boot_record_read(record, entry);
    int active = molt_otadata_active(entry);
    if (active < 0) return MOLT_ERR_NOT_FOUND;
    return rewrite(record, entry, active, entry[active].seq, state);
}
