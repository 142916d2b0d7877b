#include "cli/flash_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/unicode.h"
#include "cli/image.h"
#include "slots/boot_record.h"

enum { SECTOR_LEN = 4096 };

static uint32_t used_len(const uint8_t *bytes, uint32_t len)
{
    while (len > 0 && bytes[len - 1] == 0xFF) len--;
    return len;
}

/* The first sector that is erased as a whole, in bytes from the start; `len` when none is. */
static uint32_t first_erased(const uint8_t *bytes, uint32_t len)
{
    for (uint32_t off = 0; off + SECTOR_LEN <= len; off += SECTOR_LEN) {
        if (molt_all_bytes_are(bytes + off, SECTOR_LEN, 0xFF)) return off;
    }
    return len;
}

static void look_at_image(struct molt_flash_view *view, struct molt_flash_part *part,
                          const struct molt_flash_view_rules *rules, bool is_bootloader)
{
    const uint8_t *bytes = view->bytes + part->row.addr;
    uint32_t len = part->row.len;
    struct molt_image_rules image_rules = molt_image_own_rules(bytes, len, rules->chip);

    image_rules.is_bootloader = is_bootloader;
    image_rules.addr = part->row.addr;
    image_rules.len_max = len;
    enum molt_err err = molt_image_check(bytes, len, &image_rules, &part->image, &part->error);
    if (len >= MOLT_APP_DESC_OFF + MOLT_APP_DESC_LEN)
        part->desc = molt_app_desc_decode(bytes + MOLT_APP_DESC_OFF);
    part->has_desc = part->desc.magic == MOLT_APP_DESC_MAGIC;
    if (!err) {
        part->content = MOLT_CONTENT_IMAGE;
        part->used = part->image.len;
        return;
    }
    uint32_t erased_from = first_erased(bytes, len);
    bool is_begun = bytes[0] == MOLT_IMAGE_MAGIC && part->error.off >= erased_from;
    if (erased_from == 0 || (erased_from < len && is_begun)) {
        part->content = MOLT_CONTENT_PARTIAL;
        part->used = erased_from;
    } else if (bytes[0] != MOLT_IMAGE_MAGIC) {
        part->content = MOLT_CONTENT_DATA;
    } else {
        part->content = MOLT_CONTENT_DAMAGED;
    }
}

static void look_at(struct molt_flash_view *view, struct molt_flash_part *part,
                    const struct molt_flash_view_rules *rules)
{
    const struct molt_partition *row = &part->row;
    bool is_bootloader = row->type == MOLT_PART_BOOTLOADER;

    part->slot = row->type == MOLT_PART_APP ? molt_slot_at(&view->map, row->addr) : MOLT_SLOT_NONE;
    part->used = used_len(view->bytes + row->addr, row->len);
    part->content = part->used ? MOLT_CONTENT_DATA : MOLT_CONTENT_ERASED;
    if (part->used > 0 && (is_bootloader || row->type == MOLT_PART_APP))
        look_at_image(view, part, rules, is_bootloader);
}

/* The bootloader is below the table, in no row of it; where exactly depends on the chip. */
static void look_at_bootloader(struct molt_flash_view *view,
                               const struct molt_flash_view_rules *rules)
{
    static const uint32_t addrs[] = { 0x0, 0x1000, 0x2000 };
    struct molt_partition *row = &view->bootloader.row;

    *row = (struct molt_partition){ .label = "bootloader", .type = MOLT_PART_BOOTLOADER };
    for (size_t i = 0; i < sizeof addrs / sizeof addrs[0]; i++) {
        if (addrs[i] >= view->table_addr || addrs[i] >= view->len) break;
        if (view->bytes[addrs[i]] != MOLT_IMAGE_MAGIC) continue;
        row->addr = addrs[i];
        row->len = view->table_addr - addrs[i];
        look_at(view, &view->bootloader, rules);
        return;
    }
}

/* A chip that is read only. */
struct dump {
    struct molt_nor nor; /* first member */
    const struct molt_flash_view *view;
};

static enum molt_err read_dump(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len)
{
    const struct molt_flash_view *view = ((const struct dump *)(void *)nor)->view;

    if (!molt_range_fits(addr, len, view->len)) return MOLT_ERR_RANGE;
    memcpy(to, view->bytes + addr, len);
    return MOLT_OK;
}

/* By the bootloader's own reading, so that it cannot be another one. */
static void read_otadata(struct molt_flash_view *view)
{
    static const struct molt_nor_ops ops = { .read = read_dump };
    struct dump dump = { .nor = { &ops, molt_nor_geometry_spi(molt_round_up(view->len, SECTOR_LEN)),
                                  NULL },
                         .view = view };
    struct molt_boot_record record;

    view->entry[0] = view->entry[1] = molt_otadata_blank();
    view->otadata = molt_boot_record_open(&dump.nor, &view->map, &record);
    if (view->otadata == MOLT_OK) molt_boot_record_read(&record, view->entry);
}

static void choose(struct molt_flash_view *view)
{
    const struct molt_choice_facts facts = {
        .has_otadata = view->otadata == MOLT_OK,
        .otadata_unusable = view->otadata != MOLT_OK && view->otadata != MOLT_ERR_NOT_FOUND,
        .entry = { view->entry[0], view->entry[1] },
        .slot_count = view->map.count,
        .has_factory = view->map.factory.len > 0,
        .rollback = view->rollback,
    };
    int order[MOLT_SLOT_ORDER_MAX];

    view->choice = molt_choice_make(&facts);
    view->boots = MOLT_SLOT_NONE;
    int count = molt_slot_order(&view->map, view->choice.start, order);
    for (int i = 0; i < count && view->boots == MOLT_SLOT_NONE; i++) {
        int slot = (int)order[i];
        const struct molt_flash_part *part = molt_flash_view_slot(view, slot);
        if (part && part->content == MOLT_CONTENT_IMAGE) view->boots = slot;
    }
}

enum molt_err molt_flash_view_make(struct molt_flash_view *view, const uint8_t *bytes, uint32_t len,
                                   const struct molt_flash_view_rules *rules,
                                   struct molt_ptable_error *error)
{
    struct molt_ptable table;

    memset(view, 0, sizeof *view);
    view->bytes = bytes;
    view->len = len;
    view->table_addr = rules->table_addr;
    view->rollback = !rules->no_rollback;
    *error =
        (struct molt_ptable_error){ .field = "magic", .why = "the file ends before the table" };
    if (rules->table_addr >= len) return MOLT_ERR_RANGE;

    uint32_t table_len = len - rules->table_addr;
    if (table_len > MOLT_PTABLE_LEN) table_len = MOLT_PTABLE_LEN;
    enum molt_err err =
        molt_ptable_decode(bytes + rules->table_addr, table_len, view->len, &table, error);
    if (err) return err;
    for (size_t i = 0; i < table.count; i++) molt_slot_map_add(&view->map, &table.row[i]);
    molt_slot_map_count(&view->map);

    for (view->count = 0; view->count < table.count; view->count++) {
        view->part[view->count].row = table.row[view->count];
        look_at(view, &view->part[view->count], rules);
    }
    look_at_bootloader(view, rules);
    read_otadata(view);
    choose(view);
    return MOLT_OK;
}

const struct molt_flash_part *molt_flash_view_slot(const struct molt_flash_view *view, int slot)
{
    for (size_t i = 0; i < view->count; i++) {
        if (view->part[i].slot == slot && slot != MOLT_SLOT_NONE) return &view->part[i];
    }
    return NULL;
}

enum molt_img_state molt_flash_view_state(const struct molt_flash_view *view, int slot)
{
    const struct molt_otadata *newest = NULL;

    if (slot < 0 || (uint32_t)slot >= view->map.count) return MOLT_IMG_UNDEFINED;
    for (int i = 0; i < 2; i++) {
        const struct molt_otadata *e = &view->entry[i];
        bool selects =
            molt_otadata_intact(e) && molt_otadata_slot(e->seq, view->map.count) == (uint32_t)slot;

        if (selects && (!newest || e->seq > newest->seq)) newest = e;
    }
    return newest ? newest->state : MOLT_IMG_UNDEFINED;
}

static void name_of(const struct molt_flash_part *part, char *text, size_t size)
{
    if (part->has_desc)
        (void)snprintf(text, size, "%s %s", part->desc.project_name, part->desc.version);
    else
        (void)snprintf(text, size, "%s",
                       part->row.type == MOLT_PART_BOOTLOADER ? "bootloader" : "an app");
    molt_tidy(text);
}

void molt_flash_part_text(const struct molt_flash_part *part, char *text, size_t size)
{
    char name[80];

    name_of(part, name, sizeof name);
    switch (part->content) {
    case MOLT_CONTENT_ERASED:
        (void)snprintf(text, size, "erased");
        break;
    case MOLT_CONTENT_IMAGE:
        (void)snprintf(text, size, "%s", name);
        break;
    case MOLT_CONTENT_PARTIAL:
        if (part->used == 0)
            (void)snprintf(text, size, "erased at its start, old data behind");
        else
            (void)snprintf(text, size, "%s, written up to %" PRIu32 " KB, erased behind", name,
                           part->used / 1024);
        break;
    case MOLT_CONTENT_DAMAGED:
        (void)snprintf(text, size, "%s, damaged: offset 0x%" PRIx32 ": %s %s", name,
                       part->error.off, molt_image_error_field(&part->error),
                       molt_image_error_why(&part->error));
        break;
    case MOLT_CONTENT_DATA:
        (void)snprintf(text, size, "data up to %" PRIu32 " KB", (part->used + 1023) / 1024);
        break;
    }
}
