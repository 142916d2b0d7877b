/* Which slots a device has: the part of the partition table that deciding what boots needs.
 *
 * The bootloader and the app both read this, so that they can never disagree on what slot N is.
 * (ESP-IDF's two count slots differently when the numbering has a gap; here `count` is the app's
 * number, the consecutive ones from ota_0, for both. Slots behind a gap are still tried last.) */
#ifndef MOLT_SLOTS_MAP_H
#define MOLT_SLOTS_MAP_H

#include <stdint.h>

#include "flash/region.h"
#include "format/ptable.h"

struct molt_extent {
    uint32_t addr;
    uint32_t len; /* 0 = the device has none */
};

struct molt_slot_map {
    struct molt_extent otadata;
    struct molt_extent factory;
    struct molt_extent test;
    struct molt_extent ota[MOLT_OTA_SLOTS_MAX]; /* by subtype: ota[3] is ota_3 */
    uint32_t count;                             /* ota_0 .. ota_(count-1) exist without a gap */
};

/* Slot numbers below: 0..15 = ota_N, and these. */
enum {
    MOLT_SLOT_FACTORY = -1,
    MOLT_SLOT_TEST = -2,
    MOLT_SLOT_NONE = -99,
};

/* Reads and checks the table at table_addr as ESP-IDF's bootloader does (the MD5 row is optional).
 * MOLT_ERR_RANGE, MOLT_ERR_FORMAT, MOLT_ERR_CHECKSUM with *error; MOLT_ERR_FLASH, MOLT_ERR_ECC. */
MOLT_MUST_USE enum molt_err molt_slot_map_read(struct molt_nor *nor, uint32_t table_addr,
                                               struct molt_slot_map *map,
                                               struct molt_ptable_error *error);

/* Calls `each` with every row of the table at table_addr; checks and errors as above. Only MOLT_OK says
 * that the rows are those of the table: they have been seen before its MD5 was, so `each` may note
 * them but not act on them. */
MOLT_MUST_USE enum molt_err molt_table_each(struct molt_nor *nor, uint32_t table_addr,
                                            void (*each)(void *ctx,
                                                         const struct molt_partition *row),
                                            void *ctx, struct molt_ptable_error *error);

/* Adds one row; for those who walk the table themselves. Call molt_slot_map_count() at the end. */
void molt_slot_map_add(struct molt_slot_map *map, const struct molt_partition *row);
void molt_slot_map_count(struct molt_slot_map *map);

/* The extent of slot 0..15, MOLT_SLOT_FACTORY or MOLT_SLOT_TEST; len 0 when there is none. */
struct molt_extent molt_slot_extent(const struct molt_slot_map *map, int slot);

/* The slot whose first byte is at `addr`, or MOLT_SLOT_NONE. */
int molt_slot_at(const struct molt_slot_map *map, uint32_t addr);

/* "ota_3", "factory", "test", "none". Constants. */
const char *molt_slot_name(int slot);

#endif
