#include "slots/map.h"

#include <stddef.h>

#include "flash/region.h"

static bool is_ota(int slot)
{
    return slot >= 0 && slot < MOLT_OTA_SLOTS_MAX;
}

void molt_slot_map_add(struct molt_slot_map *map, const struct molt_partition *row)
{
    struct molt_extent extent = { .addr = row->addr, .len = row->len };

    if (row->type == MOLT_PART_DATA && row->subtype == MOLT_DATA_OTA) map->otadata = extent;
    if (row->type != MOLT_PART_APP) return;
    if (row->subtype == MOLT_APP_FACTORY) map->factory = extent;
    if (row->subtype == MOLT_APP_TEST) map->test = extent;
    if (row->subtype >= MOLT_APP_OTA_0 && row->subtype <= MOLT_APP_OTA_15)
        map->ota[row->subtype - MOLT_APP_OTA_0] = extent;
}

void molt_slot_map_count(struct molt_slot_map *map)
{
    map->count = 0;
    while (map->count < MOLT_OTA_SLOTS_MAX && map->ota[map->count].len > 0) map->count++;
}

enum molt_err molt_table_each(struct molt_nor *nor, uint32_t table_addr,
                              void (*each)(void *ctx, const struct molt_partition *row), void *ctx,
                              struct molt_ptable_error *error)
{
    struct molt_ptable_reader reader;
    struct molt_region table;

    *error = (struct molt_ptable_error){ .field = "table", .why = "outside the flash" };
    enum molt_err err = molt_region_make(nor, table_addr, MOLT_PTABLE_LEN, &table);
    if (err) return err;

    molt_ptable_reader_start(&reader, nor->geometry.size);
    for (uint32_t off = 0;; off += MOLT_PTABLE_ROW_LEN) {
        uint8_t bytes[MOLT_PTABLE_ROW_LEN];
        struct molt_partition row;

        *error = (struct molt_ptable_error){ .off = off, .field = "table", .why = "no end" };
        if (off == MOLT_PTABLE_LEN) return MOLT_ERR_FORMAT;
        error->why = "cannot be read from flash";
        err = molt_region_read(&table, off, bytes, sizeof bytes);
        if (err) return err;

        switch (molt_ptable_reader_next(&reader, bytes, &row)) {
        case MOLT_PTABLE_ROW:
            each(ctx, &row);
            break;
        case MOLT_PTABLE_MD5:
            break;
        case MOLT_PTABLE_END:
            return MOLT_OK;
        case MOLT_PTABLE_BAD:
            *error = reader.error;
            return reader.error.err;
        }
    }
}

static void add_row(void *ctx, const struct molt_partition *row)
{
    molt_slot_map_add(ctx, row);
}

enum molt_err molt_slot_map_read(struct molt_nor *nor, uint32_t table_addr,
                                 struct molt_slot_map *map, struct molt_ptable_error *error)
{
    *map = (struct molt_slot_map){ .count = 0 };
    enum molt_err err = molt_table_each(nor, table_addr, add_row, map, error);
    if (err)
        *map = (struct molt_slot_map){ .count = 0 };
    else
        molt_slot_map_count(map);
    return err;
}

struct molt_extent molt_slot_extent(const struct molt_slot_map *map, int slot)
{
    if (is_ota(slot)) return map->ota[slot];
    if (slot == MOLT_SLOT_FACTORY) return map->factory;
    if (slot == MOLT_SLOT_TEST) return map->test;
    return (struct molt_extent){ 0 };
}

int molt_slot_at(const struct molt_slot_map *map, uint32_t addr)
{
    for (int slot = MOLT_SLOT_TEST; slot < MOLT_OTA_SLOTS_MAX; slot++) {
        struct molt_extent e = molt_slot_extent(map, slot);

        if (e.len > 0 && e.addr == addr) return slot;
    }
    return MOLT_SLOT_NONE;
}

const char *molt_slot_name(int slot)
{
    static const char *const names[MOLT_OTA_SLOTS_MAX] = {
        "ota_0", "ota_1", "ota_2",  "ota_3",  "ota_4",  "ota_5",  "ota_6",  "ota_7",
        "ota_8", "ota_9", "ota_10", "ota_11", "ota_12", "ota_13", "ota_14", "ota_15",
    };

    if (is_ota(slot)) return names[slot];
    if (slot == MOLT_SLOT_FACTORY) return "factory";
    if (slot == MOLT_SLOT_TEST) return "test";
    return "none";
}
