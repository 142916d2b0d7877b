#include "slots/choice.h"

#include "slots/trial.h"

/* Gives entry `index` the state that a boot leads to; notes the write if that is another one. */
static void boot_entry(struct molt_choice *plan, struct molt_otadata entry[2], int index)
{
    enum molt_img_state state = entry[index].state;

    if (molt_trial_step(&state, MOLT_TRIAL_BOOT) || state == entry[index].state) return;
    entry[index].state = state;
    plan->write[plan->write_count++] = (struct molt_choice_write){ index, state };
}

/* Neither seq nor crc matters here, as in ESP-IDF: a torn entry may be written once more. */
static void abort_pending(struct molt_choice *plan, struct molt_otadata entry[2])
{
    for (int i = 0; i < 2; i++)
        if (entry[i].state == MOLT_IMG_PENDING) boot_entry(plan, entry, i);
}

/* Sets start and why where no entry decides. */
static struct molt_choice without_entry(struct molt_choice plan, int start,
                                        enum molt_choice_why why)
{
    plan.start = start;
    plan.why = why;
    return plan;
}

/* Entries whose app is too old may not decide; whether there is one. */
static bool drop_too_old(const struct molt_choice_facts *facts, struct molt_otadata entry[2])
{
    bool dropped = false;

    for (int i = 0; i < 2; i++) {
        if (facts->new_enough[i] || !molt_otadata_usable(&entry[i])) continue;
        entry[i] = molt_otadata_blank();
        dropped = true;
    }
    return dropped;
}

struct molt_choice molt_choice_make(const struct molt_choice_facts *facts)
{
    struct molt_choice plan = { .active = -1 };
    struct molt_otadata entry[2] = { facts->entry[0], facts->entry[1] };

    if (!facts->has_otadata) return without_entry(plan, MOLT_SLOT_FACTORY, MOLT_CHOICE_NO_OTADATA);

    if (facts->rollback) abort_pending(&plan, entry);
    if (facts->slot_count == 0) return without_entry(plan, MOLT_SLOT_FACTORY, MOLT_CHOICE_NO_SLOT);

    bool none_intact = !molt_otadata_intact(&entry[0]) && !molt_otadata_intact(&entry[1]);
    bool all_rejected = molt_otadata_rejected(&entry[0]) && molt_otadata_rejected(&entry[1]);
    enum molt_choice_why why_none = MOLT_CHOICE_DAMAGED;
    if (facts->anti_rollback) {
        plan.initialise = plan.raise_version = none_intact;
        if (none_intact) return without_entry(plan, MOLT_SLOT_FACTORY, MOLT_CHOICE_BLANK);
        if (drop_too_old(facts, entry)) why_none = MOLT_CHOICE_TOO_OLD;
    } else if (all_rejected && facts->has_factory) {
        return without_entry(plan, MOLT_SLOT_FACTORY, MOLT_CHOICE_BLANK);
    } else if (all_rejected) {
        plan.initialise = none_intact;
        return without_entry(plan, 0, none_intact ? MOLT_CHOICE_FIRST : MOLT_CHOICE_ALL_REJECTED);
    }

    plan.active = molt_otadata_active(entry);
    if (plan.active < 0) return without_entry(plan, MOLT_SLOT_FACTORY, why_none);
    plan.start = (int)molt_otadata_slot(entry[plan.active].seq, facts->slot_count);
    plan.why = MOLT_CHOICE_ENTRY;
    plan.raise_version = facts->anti_rollback && facts->entry[plan.active].state == MOLT_IMG_VALID;
    if (facts->rollback) boot_entry(&plan, entry, plan.active);
    return plan;
}

int molt_slot_order(const struct molt_slot_map *map, int start, int order[MOLT_SLOT_ORDER_MAX])
{
    int count = (int)map->count, n = 0;

    if (start != MOLT_SLOT_TEST) {
        for (int slot = start; slot >= 0; slot--)
            if (slot < count) order[n++] = slot;
        if (map->factory.len > 0) order[n++] = MOLT_SLOT_FACTORY;
        for (int slot = start + 1; slot < count; slot++) order[n++] = slot;
    }
    if (map->test.len > 0) order[n++] = MOLT_SLOT_TEST;
    if (start == MOLT_SLOT_TEST) return n;
    for (int slot = count; slot < MOLT_OTA_SLOTS_MAX; slot++)
        if (map->ota[slot].len > 0) order[n++] = slot;
    return n;
}
