#include "boot/boot.h"

#include <stddef.h>

#include "boot/boot_run.h"
#include "boot/retained.h"
#include "slots/boot_record.h"
#include "slots/verify.h"

void molt_boot_trace(const struct molt_boot_run *run, struct molt_boot_event event)
{
    if (run->hooks->trace) run->hooks->trace(run->hooks->ctx, &event);
}

void molt_boot_note(const struct molt_boot_run *run, enum molt_boot_step step, enum molt_err err,
                    int slot, const struct molt_ptable_error *table)
{
    molt_boot_trace(
        run, (struct molt_boot_event){ .step = step, .err = err, .slot = slot, .table = table });
}

/* ---- which slot ------------------------------------------------------------------------------- */

static enum molt_err slot_region(const struct molt_boot_run *run, int slot,
                                 struct molt_region *region)
{
    struct molt_extent e = molt_slot_extent(&run->map, slot);

    if (e.len == 0) return MOLT_ERR_NOT_FOUND;
    return molt_region_make(run->port->flash, e.addr, e.len, region);
}

static struct molt_image_rules rules_of(const struct molt_boot_run *run, bool skip_validate)
{
    const struct molt_port *port = run->port;

    return (struct molt_image_rules){
        .chip = run->config->chip,
        .chip_rev = port->chip_rev,
        .efuse_blk_rev = port->efuse_blk_rev,
        .ignore_max_rev = port->ignore_max_rev,
        .layout_only = skip_validate,
    };
}

static bool is_image_new_enough(const struct molt_boot_run *run, const struct molt_image *image)
{
    return image->has_desc && image->secure_version >= run->version;
}

/* Whether the app that `entry` selects has a security version that this chip still accepts. */
static bool is_new_enough(const struct molt_boot_run *run, const struct molt_otadata *entry)
{
    struct molt_image_rules rules = rules_of(run, true);
    struct molt_image_error error;
    struct molt_region region;
    struct molt_image image;

    int slot = (int)molt_otadata_slot(entry->seq, run->map.count);
    if (slot_region(run, slot, &region)) return false;
    if (molt_slot_verify(&region, &rules, &image, &error)) return false;
    return is_image_new_enough(run, &image);
}

/* Whether the trial of the chosen slot, if one begins, is written down. */
static bool write_states(const struct molt_boot_run *run, const struct molt_boot_record *record,
                         const struct molt_choice *choice, struct molt_otadata entry[2])
{
    bool noted = true;

    for (int i = 0; i < choice->write_count; i++) {
        const struct molt_choice_write *w = &choice->write[i];

        entry[w->index].state = w->state;
        enum molt_err err = molt_boot_record_write(record, w->index, &entry[w->index]);
        molt_boot_trace(run, (struct molt_boot_event){ .step = MOLT_BOOT_STATE_WRITTEN,
                                                       .err = err,
                                                       .entry = w->index,
                                                       .state = w->state });
        if (err && w->index == choice->active) noted = false;
    }
    return noted;
}

struct molt_choice molt_boot_choose(const struct molt_boot_run *run)
{
    struct molt_boot_record record;
    struct molt_choice_facts facts = {
        .slot_count = run->map.count,
        .has_factory = run->map.factory.len > 0,
        .rollback = run->config->rollback,
        .anti_rollback = run->config->anti_rollback,
    };

    enum molt_err err = molt_boot_record_open(run->port->flash, &run->map, &record);
    facts.otadata_unusable = err && err != MOLT_ERR_NOT_FOUND;
    if (facts.otadata_unusable) molt_boot_note(run, MOLT_BOOT_OTADATA_BAD, err, 0, NULL);
    facts.has_otadata = !err;
    if (facts.has_otadata) facts.unreadable = molt_boot_record_read(&record, facts.entry) != 0;
    for (int i = 0; i < 2 && facts.has_otadata && facts.anti_rollback && facts.slot_count; i++)
        facts.new_enough[i] = is_new_enough(run, &facts.entry[i]);

    for (int doubtful = MOLT_SLOT_NONE;;) {
        struct molt_choice choice = molt_choice_make(&facts);
        choice.doubtful = doubtful;
        molt_boot_trace(run, (struct molt_boot_event){ .step = MOLT_BOOT_CHOSEN,
                                                       .slot = choice.start,
                                                       .choice = &choice });
        if (write_states(run, &record, &choice, facts.entry)) return choice;
        /* A trial that nobody remembers would begin at every boot, for ever if the app crashes. */
        facts.entry[choice.active].state = MOLT_IMG_ABORTED;
        doubtful = choice.start;
    }
}

/* ---- the slot's image -------------------------------------------------------------------------- */

/* Verifies and loads what target->slot and target->region say. */
static enum molt_err take(const struct molt_boot_run *run, bool skip_validate,
                          struct molt_boot_target *target)
{
    struct molt_image_rules rules = rules_of(run, skip_validate);
    struct molt_boot_event event = { .step = MOLT_BOOT_REFUSED, .slot = target->slot };
    struct molt_image_error error = { 0 };

    event.image = &error;
    event.err = molt_slot_verify(&target->region, &rules, &target->image, &error);
    if (!event.err && run->config->anti_rollback && !is_image_new_enough(run, &target->image)) {
        event.step = MOLT_BOOT_TOO_OLD;
        event.err = MOLT_ERR_OLD_VERSION;
    }
    if (!event.err && run->hooks->load) {
        event.step = MOLT_BOOT_NOT_LOADED;
        event.err = run->hooks->load(run->hooks->ctx, target);
    }
    if (event.err) molt_boot_trace(run, event);
    return event.err;
}

static bool skips_validation(const struct molt_boot_run *run, enum molt_reset_reason reason)
{
    const struct molt_boot_config *config = run->config;

    return config->skip_validate_always ||
           (config->skip_validate_on_power_on && reason == MOLT_RESET_POWERON);
}

/* ---- waking up --------------------------------------------------------------------------------- */

/* The place that was booted before deep sleep; without retained memory what otadata says, which is
 * not written to. That an entry is PENDING does not tell that its image could be started. */
static enum molt_err place_before_sleep(const struct molt_boot_run *run,
                                        struct molt_boot_target *target, bool *skip_validate)
{
    struct molt_boot_retained retained;
    struct molt_boot_record record;
    struct molt_otadata entry[2];

    if (run->hooks->retained) {
        if (!molt_boot_retained_decode(run->hooks->retained, &retained)) return MOLT_ERR_NOT_FOUND;
        target->slot = molt_slot_at(&run->map, retained.addr);
        return molt_region_make(run->port->flash, retained.addr, retained.len, &target->region);
    }

    target->slot = MOLT_SLOT_FACTORY;
    if (run->map.count > 0 && !molt_boot_record_open(run->port->flash, &run->map, &record)) {
        (void)molt_boot_record_read(&record, entry);
        int active = molt_otadata_active(entry);
        if (active >= 0) {
            if (entry[active].state == MOLT_IMG_NEW) return MOLT_ERR_STATE;
            *skip_validate = entry[active].state != MOLT_IMG_PENDING;
            target->slot = (int)molt_otadata_slot(entry[active].seq, run->map.count);
        }
    }
    return slot_region(run, target->slot, &target->region);
}

static bool wakes(const struct molt_boot_run *run, struct molt_boot_target *target)
{
    bool skip_validate = true;

    if (place_before_sleep(run, target, &skip_validate)) return false;
    molt_boot_note(run, MOLT_BOOT_WOKEN, MOLT_OK, target->slot, NULL);
    return take(run, skip_validate, target) == MOLT_OK;
}

/* ---- all of it --------------------------------------------------------------------------------- */

/* Entry 0 of a device that was never updated: the slot that runs is the confirmed one. */
static void initialise(const struct molt_boot_run *run, int slot)
{
    struct molt_otadata entry = molt_otadata_blank();
    struct molt_boot_record record;

    entry.seq = (uint32_t)slot + 1;
    entry.state = MOLT_IMG_VALID;
    entry.crc = molt_otadata_crc(entry.seq);
    enum molt_err err = molt_boot_record_open(run->port->flash, &run->map, &record);
    if (!err) err = molt_boot_record_write(&record, 0, &entry);
    molt_boot_note(run, MOLT_BOOT_INITIALISED, err, slot, NULL);
}

/* Writes down that target is about to run. Nothing here can keep it from running. */
static void note_success(const struct molt_boot_run *run, const struct molt_choice *choice,
                         const struct molt_boot_target *target)
{
    bool is_slot = target->slot >= 0 && target->slot < (int)run->map.count;
    bool initialises = choice->initialise && is_slot;
    uint32_t version = target->image.secure_version;

    if (initialises) initialise(run, target->slot);
    /* Only what has been verified and is confirmed raises the version, and only if it is what runs;
     * a damaged descriptor must not lock the device. */
    bool confirmed = initialises || (!choice->initialise && target->slot == choice->start);
    if (choice->raise_version && confirmed && version > run->version) {
        const struct molt_port *port = run->port;
        enum molt_err err = port->secure_version->raise(port->ctx, version);

        molt_boot_trace(run, (struct molt_boot_event){ .step = MOLT_BOOT_VERSION_RAISED,
                                                       .err = err,
                                                       .version = version });
    }
    if (run->hooks->retained) {
        struct molt_boot_retained retained;

        (void)molt_boot_retained_decode(run->hooks->retained, &retained);
        retained.addr = target->region.addr;
        retained.len = target->region.len;
        if (retained.boots < UINT16_MAX) retained.boots++;
        molt_boot_retained_encode(&retained, run->hooks->retained);
    }
}

static enum molt_err read_counter(struct molt_boot_run *run)
{
    const struct molt_port *port = run->port;

    if (!run->config->anti_rollback) return MOLT_OK;
    enum molt_err err = MOLT_ERR_UNSUPPORTED;
    if (port->secure_version) err = port->secure_version->get(port->ctx, &run->version);
    if (err) molt_boot_note(run, MOLT_BOOT_NO_COUNTER, err, 0, NULL);
    return err;
}

static enum molt_err boot_first_that_runs(const struct molt_boot_run *run,
                                          const struct molt_choice *choice, bool skip_validate,
                                          struct molt_boot_target *target)
{
    int order[3 + MOLT_SLOT_ORDER_MAX], count = 0;

    if (choice->doubtful != MOLT_SLOT_NONE) {
        if (choice->active >= 0) order[count++] = choice->start;
        order[count++] = MOLT_SLOT_FACTORY;
        order[count++] = choice->doubtful;
    }
    count += molt_slot_order(&run->map, choice->start, order + count);
    for (int i = 0; i < count; i++) {
        target->slot = order[i];
        if (slot_region(run, target->slot, &target->region)) continue;
        if (take(run, skip_validate, target)) continue;
        note_success(run, choice, target);
        return MOLT_OK;
    }
    return MOLT_ERR_NOT_FOUND;
}

enum molt_err molt_boot(const struct molt_boot_config *config, const struct molt_port *port,
                        const struct molt_boot_hooks *hooks, struct molt_boot_target *target)
{
    struct molt_boot_run run = { .config = config, .port = port, .hooks = hooks };
    enum molt_reset_reason reason = port->reset_reason(port->ctx);
    bool woken = reason == MOLT_RESET_DEEPSLEEP;
    struct molt_ptable_error error;

    *target = (struct molt_boot_target){ .slot = MOLT_SLOT_NONE };
    if (!config->chip || molt_nor_check(&port->flash->geometry)) return MOLT_ERR_ARG;
    enum molt_err err = read_counter(&run);
    if (err) return err;
    err = molt_slot_map_read(port->flash, config->table_addr, &run.map, &error);
    if (err) molt_boot_note(&run, MOLT_BOOT_TABLE_BAD, err, 0, &error);

    /* What ran before deep sleep needs no table, and no second look. */
    if (woken && config->skip_validate_in_deep_sleep && wakes(&run, target)) return MOLT_OK;
    if (err) return err;

    struct molt_choice choice = molt_boot_choose(&run);
    if (!woken) err = molt_boot_pins(&run, &choice);
    if (err) return err;
    return boot_first_that_runs(&run, &choice, skips_validation(&run, reason), target);
}
