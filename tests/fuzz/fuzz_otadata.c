/* Two otadata entries and a device, from any bytes: the choice of the next boot keeps its promises.
 *
 *     0   32  entry 0
 *     32  32  entry 1
 *     64   1  number of slots, 0..16
 *     65   1  bit 0 factory, 1 rollback, 2 anti-rollback, 3 and 4 new_enough, 5 no otadata, 6 and 7
 *             give entry 0 and 1 the right crc (which random bytes would never have) */
#include <stdlib.h>
#include <string.h>

#include "flash/ram_nor.h"
#include "slots/boot_record.h"
#include "slots/choice.h"

enum { LEN = 66 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
    if (!holds) abort();
}

static void check_encoding(const uint8_t *bytes)
{
    uint8_t again[MOLT_OTADATA_ENTRY_LEN];
    struct molt_otadata e = molt_otadata_decode(bytes);

    molt_otadata_encode(&e, again);
    must(memcmp(again, bytes, sizeof again) == 0);
    must(!molt_otadata_usable(&e) || (molt_otadata_intact(&e) && !molt_otadata_rejected(&e)));
}

static void check_choice(const struct molt_choice_facts *f)
{
    struct molt_choice plan = molt_choice_make(f);

    must(plan.start == MOLT_SLOT_FACTORY || plan.start >= 0);
    must(plan.start <= 0 || plan.start < (int)f->slot_count);
    must((plan.active >= 0) == (plan.why == MOLT_CHOICE_ENTRY));
    if (plan.active >= 0) {
        const struct molt_otadata *e = &f->entry[plan.active];

        must(f->has_otadata && molt_otadata_usable(e));
        must(plan.start == (int)molt_otadata_slot(e->seq, f->slot_count));
        must(!f->rollback || e->state != MOLT_IMG_PENDING);
        must(!f->anti_rollback || f->new_enough[plan.active]);
    }
    must(plan.write_count >= 0 && plan.write_count <= 2);
    must(f->rollback || plan.write_count == 0);
    for (int i = 0; i < plan.write_count; i++) {
        enum molt_img_state before = f->entry[plan.write[i].index].state;

        must(plan.write[i].state == MOLT_IMG_ABORTED ? before == MOLT_IMG_PENDING
                                                     : before == MOLT_IMG_NEW);
    }
    must(!plan.initialise || plan.active < 0);
    must(!plan.raise_version || f->anti_rollback);
}

/* Selecting any slot makes the bootloader choose it, whatever was there before. */
static void check_select(const uint8_t *bytes, uint32_t slot_count, uint32_t slot)
{
    static uint8_t chip[MOLT_OTADATA_LEN];
    const struct molt_nor_geometry g = molt_nor_geometry_spi(sizeof chip);
    const struct molt_slot_map map = { .otadata = { 0, MOLT_OTADATA_LEN }, .count = slot_count };
    struct molt_boot_record record;
    struct molt_ram_nor ram;
    struct molt_choice_facts f = { .has_otadata = true, .slot_count = slot_count };

    memset(chip, 0xFF, sizeof chip);
    memcpy(chip, bytes, MOLT_OTADATA_ENTRY_LEN);
    memcpy(chip + MOLT_OTADATA_SECTOR_LEN, bytes + MOLT_OTADATA_ENTRY_LEN, MOLT_OTADATA_ENTRY_LEN);
    molt_ram_nor_init(&ram, &g, chip);
    must(molt_boot_record_open(&ram.nor, &map, &record) == MOLT_OK);
    must(molt_boot_record_select(&record, slot, slot_count, MOLT_IMG_NEW) == MOLT_OK);
    molt_boot_record_read(&record, f.entry);
    must(molt_choice_make(&f).start == (int)slot);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    uint8_t entries[2 * MOLT_OTADATA_ENTRY_LEN];
    struct molt_choice_facts f = { .has_otadata = true };

    if (len != LEN) return 0;
    memcpy(entries, bytes, sizeof entries);
    uint8_t options = bytes[65];
    for (int i = 0; i < 2; i++) {
        uint8_t *at = entries + i * MOLT_OTADATA_ENTRY_LEN;

        check_encoding(at);
        f.entry[i] = molt_otadata_decode(at);
        if (options >> (6 + i) & 1) f.entry[i].crc = molt_otadata_crc(f.entry[i].seq);
        molt_otadata_encode(&f.entry[i], at);
        f.new_enough[i] = options >> (3 + i) & 1;
    }
    f.slot_count = bytes[64] % (MOLT_OTA_SLOTS_MAX + 1);
    f.has_factory = options & 1;
    f.rollback = options & 2;
    f.anti_rollback = options & 4;
    f.has_otadata = !(options & 32);
    check_choice(&f);
    if (f.slot_count > 0) check_select(entries, f.slot_count, bytes[64] / 17 % f.slot_count);
    return 0;
}
