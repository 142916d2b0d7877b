/* What a person can ask for by holding a pin at reset: a factory reset, the test app. */
#include <string.h>

#include "boot/boot_run.h"
#include "boot/retained.h"
#include "slots/boot_record.h"

static bool is_held(const struct molt_boot_run *run, bool enabled, enum molt_boot_pin pin)
{
    return enabled && run->hooks->held && run->hooks->held(run->hooks->ctx, pin);
}

/* Whether `label` is one of the words of `list`, which are separated by commas or blanks. */
static bool is_listed(const char *list, const char *label)
{
    while (*list) {
        size_t len = strcspn(list, ", ");

        if (len > 0 && len == strlen(label) && memcmp(list, label, len) == 0) return true;
        list += len;
        if (*list) list++;
    }
    return false;
}

/* The index-th row that a factory reset erases. */
struct search {
    const struct molt_boot_config *config;
    int index, count;
    struct molt_partition row;
};

static void look_at_row(void *ctx, const struct molt_partition *row)
{
    struct search *s = ctx;

    if (row->type != MOLT_PART_DATA) return;
    bool is_otadata = row->subtype == MOLT_DATA_OTA && s->config->ota_data_erase;
    if (!is_otadata && !is_listed(s->config->factory_reset_labels, row->label)) return;
    if (s->count++ == s->index) s->row = *row;
}

/* The table's otadata goes in an order that never lets an older entry decide. */
static enum molt_err erase_row(const struct molt_boot_run *run, const struct molt_partition *row)
{
    struct molt_boot_record record;
    struct molt_region region;

    if (row->addr == run->map.otadata.addr &&
        !molt_boot_record_open(run->port->flash, &run->map, &record))
        return molt_boot_record_erase(&record);
    enum molt_err err = molt_region_make(run->port->flash, row->addr, row->len, &region);
    if (err) return err;
    return molt_region_erase(&region, 0, region.len);
}

/* The table is read anew for each row, to its MD5, and only then the row is acted on: a bit that flips
 * while it is read must not erase what was not meant. That needs no room for all of them. */
static void erase_rows(const struct molt_boot_run *run)
{
    struct search s = { .config = run->config };

    for (;; s.index++) {
        struct molt_ptable_error error;

        s.count = 0;
        enum molt_err err =
            molt_table_each(run->port->flash, run->config->table_addr, look_at_row, &s, &error);
        if (err) molt_boot_note(run, MOLT_BOOT_TABLE_BAD, err, 0, &error);
        if (err || s.count <= s.index) return;
        err = erase_row(run, &s.row);
        molt_boot_trace(run, (struct molt_boot_event){
                                 .step = MOLT_BOOT_ERASED, .err = err, .label = s.row.label });
    }
}

static void factory_reset(const struct molt_boot_run *run)
{
    molt_boot_note(run, MOLT_BOOT_FACTORY_RESET, MOLT_OK, 0, NULL);
    erase_rows(run);
    if (run->hooks->retained) {
        struct molt_boot_retained retained;

        (void)molt_boot_retained_decode(run->hooks->retained, &retained);
        retained.flags |= MOLT_BOOT_RETAINED_FACTORY_RESET;
        molt_boot_retained_encode(&retained, run->hooks->retained);
    }
}

enum molt_err molt_boot_pins(const struct molt_boot_run *run, struct molt_choice *choice)
{
    const struct molt_boot_config *config = run->config;

    if (is_held(run, config->factory_reset, MOLT_BOOT_PIN_FACTORY_RESET)) {
        factory_reset(run);
        *choice = molt_boot_choose(run);
        return MOLT_OK;
    }
    if (!is_held(run, config->app_test && !config->anti_rollback, MOLT_BOOT_PIN_APP_TEST))
        return MOLT_OK;

    enum molt_err err = run->map.test.len > 0 ? MOLT_OK : MOLT_ERR_STATE;
    choice->start = MOLT_SLOT_TEST;
    choice->doubtful = MOLT_SLOT_NONE;
    molt_boot_note(run, MOLT_BOOT_TEST_APP, err, 0, NULL);
    return err;
}
