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

struct reset {
    const struct molt_boot_run *run;
};

static void erase_row(void *ctx, const struct molt_partition *row)
{
    const struct molt_boot_run *run = ((const struct reset *)ctx)->run;
    const struct molt_boot_config *config = run->config;
    struct molt_region region;

    if (row->type != MOLT_PART_DATA) return;
    bool is_otadata = row->subtype == MOLT_DATA_OTA && config->ota_data_erase;
    if (!is_otadata && !is_listed(config->factory_reset_labels, row->label)) return;
    enum molt_err err = molt_region_make(run->port->flash, row->addr, row->len, &region);
    if (!err) err = molt_region_erase(&region, 0, region.len);
    molt_boot_trace(
        run, (struct molt_boot_event){ .step = MOLT_BOOT_ERASED, .err = err, .label = row->label });
}

static void factory_reset(const struct molt_boot_run *run)
{
    struct molt_ptable_error error;
    struct reset reset = { run };

    molt_boot_trace(run, (struct molt_boot_event){ .step = MOLT_BOOT_FACTORY_RESET });
    enum molt_err err =
        molt_table_each(run->port->flash, run->config->table_addr, erase_row, &reset, &error);
    if (err)
        molt_boot_trace(run, (struct molt_boot_event){
                                 .step = MOLT_BOOT_TABLE_BAD, .err = err, .table = &error });
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
    molt_boot_trace(run, (struct molt_boot_event){ .step = MOLT_BOOT_TEST_APP, .err = err });
    return err;
}
