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

/* Entries whose app is too old may not decide; whether there is one. */
static bool drop_too_old(const struct molt_choice_facts *facts, struct molt_otadata entry[2])
{
    bool dropped = false;

    for (int i = 0; i < 2; i++) {
        if (facts->new_enough[i] || !molt_otadata_usable(&entry[i])) continue;
        entry[i].seq = UINT32_MAX; /* blank */
        dropped = true;
    }
    return dropped;
}

/* The rest of the plan where trials and anti-rollback leave a choice among the entries. */
static void choose_entry(const struct molt_choice_facts *facts, struct molt_otadata entry[2],
                         struct molt_choice *plan)
{
    bool intact0 = molt_otadata_intact(&entry[0]), intact1 = molt_otadata_intact(&entry[1]);
    bool is_unset = !(intact0 | intact1 | facts->unreadable);
    bool rejected0 = molt_otadata_rejected(&entry[0]);
    bool all_rejected = rejected0 & molt_otadata_rejected(&entry[1]);

    plan->why = MOLT_CHOICE_DAMAGED;
    plan->initialise = is_unset && (facts->anti_rollback || (all_rejected && !facts->has_factory));
    if (facts->anti_rollback) {
        plan->raise_version = is_unset;
        if (drop_too_old(facts, entry)) plan->why = MOLT_CHOICE_TOO_OLD;
        if (is_unset) plan->why = MOLT_CHOICE_BLANK;
    } else if (all_rejected) {
        plan->why = is_unset ? MOLT_CHOICE_FIRST : MOLT_CHOICE_ALL_REJECTED;
        plan->start = 0;
        if (!facts->has_factory) return;
        plan->why = MOLT_CHOICE_BLANK;
        plan->start = MOLT_SLOT_FACTORY;
    }

    plan->active = molt_otadata_active(entry);
    if (plan->active < 0) return;
    plan->why = MOLT_CHOICE_ENTRY;
    plan->start = (int)molt_otadata_slot(entry[plan->active].seq, facts->slot_count);
    plan->raise_version =
        facts->anti_rollback && facts->entry[plan->active].state == MOLT_IMG_VALID;
    if (facts->rollback) boot_entry(plan, entry, plan->active);
}

struct molt_choice molt_choice_make(const struct molt_choice_facts *facts)
{
    struct molt_choice plan = { .start = MOLT_SLOT_FACTORY,
                                .active = -1,
                                .doubtful = MOLT_SLOT_NONE };
    struct molt_otadata entry[2] = { facts->entry[0], facts->entry[1] };

    plan.why = facts->otadata_unusable ? MOLT_CHOICE_OTADATA_UNUSABLE : MOLT_CHOICE_NO_OTADATA;
    if (!facts->has_otadata) return plan;
    if (facts->rollback) abort_pending(&plan, entry);
    plan.why = MOLT_CHOICE_NO_SLOT;
    if (facts->slot_count > 0) choose_entry(facts, entry, &plan);
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
