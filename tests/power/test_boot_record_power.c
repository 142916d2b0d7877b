/* Every flash operation of every change to otadata goes wrong once, in every way. */
#include "slots/boot_record.h"
#include "slots/choice.h"
#include "tests/support/power.h"

enum { NEW = 0, PENDING = 1, VALID = 2, INVALID = 3, ABORTED = 4, UNDEF = -1, BLANK = 9 };

static struct power p;
static enum molt_err work_err;
static struct board_flash flash;

/* The entries before the change; slot 0 is what runs. */
static struct scene {
    const char *name;
    uint32_t seq[2];
    int state[2]; /* BLANK: no entry */
    int old_slot, new_slot;
    enum molt_img_state new_state;
} scene;

static struct molt_boot_record record_of(struct power *power)
{
    const struct molt_slot_map map = { .otadata = { BOARD_OTADATA, 2 * BOARD_SECTOR } };
    struct molt_boot_record record = { 0 };

    CHECK_EQ(molt_boot_record_open(&power->cut.nor, &map, &record), MOLT_OK);
    return record;
}

static void prepare(struct power *power)
{
    board_start(&power->board,
                (struct board_shape){ .ota_mask = 3, .factory = true, .flash = flash });
    for (int i = 0; i < 2; i++)
        if (scene.state[i] != BLANK) board_entry(&power->board, i, scene.seq[i], scene.state[i]);
    power_attach(power);
    work_err = MOLT_OK;
}

static struct molt_choice choose(struct power *power, struct molt_otadata entry[2])
{
    struct molt_boot_record record = record_of(power);

    molt_boot_record_read(&record, entry);
    const struct molt_choice_facts facts = {
        .has_otadata = true, .entry = { entry[0], entry[1] }, .slot_count = 2, .has_factory = true
    };
    return molt_choice_make(&facts);
}

static void check_other_entry_is_untouched(struct power *power, int index)
{
    uint8_t want[MOLT_OTADATA_ENTRY_LEN];
    struct molt_otadata e = molt_otadata_blank();

    e.seq = scene.seq[index];
    e.state = (enum molt_img_state)scene.state[index];
    e.crc = molt_otadata_crc(e.seq);
    molt_otadata_encode(&e, want);
    if (scene.state[index] == BLANK) memset(want, flash.erased_to_0 ? 0 : 0xFF, sizeof want);
    CHECK_MEM(power->board.bytes + BOARD_OTADATA + index * BOARD_SECTOR, want, sizeof want);
}

/* ---- every kind of flash ----------------------------------------------------------------------- */

/* Whether otadata is kept on such flash at all; which it must be is test_boot_record's. */
static bool keeps_otadata(void)
{
    const struct molt_slot_map map = { .otadata = { BOARD_OTADATA, 2 * BOARD_SECTOR } };
    struct molt_boot_record record;

    prepare(&p);
    return molt_boot_record_open(&p.cut.nor, &map, &record) == MOLT_OK;
}

/* All scenes on SPI NOR with many seeds, then on each flash that otadata is kept on with some. */
static void sweep(const struct scene *scenes, size_t count, void (*work)(struct power *),
                  void (*check)(struct power *, bool finished))
{
    struct power_tally tally = { 0 };
    char name[80];

    for (int erased = 0xFF; erased >= 0; erased -= 0xFF)
        for (uint8_t flags = 0; flags <= (MOLT_NOR_CLEARS_BITS | MOLT_NOR_ECC); flags++)
            for (uint32_t unit = 1; unit <= MOLT_NOR_UNIT_MAX; unit *= 2) {
                flash = (struct board_flash){ unit, erased == 0, flags };
                p.seeds = unit == 1 && erased ? POWER_SEEDS : 6;
                if (!keeps_otadata()) continue;
                for (size_t i = 0; i < count; i++) {
                    scene = scenes[i];
                    (void)snprintf(name, sizeof name, "unit %u, erased %d, flags %u, %s",
                                   (unsigned)unit, erased, flags, scene.name);
                    test_case = name;
                    power_sweep(&p, prepare, work, check, &tally);
                    if (test_failures) return;
                }
            }
    test_case = "";
    power_check_tally(&tally);
}

/* ---- selecting another slot -------------------------------------------------------------------- */

static void select_new(struct power *power)
{
    struct molt_boot_record record = record_of(power);

    work_err = molt_boot_record_select(&record, (uint32_t)scene.new_slot, 2, scene.new_state);
}

/* It boots the old image, or the new one with the state that was asked for; a failure was reported;
 * and the change can be made again. */
static void check_select(struct power *power, bool finished)
{
    struct molt_otadata entry[2];
    struct molt_choice choice = choose(power, entry);

    if (choice.start == scene.new_slot)
        CHECK_EQ(entry[choice.active].state, scene.new_state);
    else
        CHECK_EQ(choice.start, scene.old_slot);
    if (!power->lost && work_err == MOLT_OK) CHECK_EQ(choice.start, scene.new_slot);
    if (finished) CHECK(!power->lost && work_err == MOLT_OK);

    CHECK(!power_run(power, 0, MOLT_CUT_BEFORE, 0, select_new));
    CHECK_EQ(work_err, MOLT_OK);
    choice = choose(power, entry);
    CHECK_EQ(choice.start, scene.new_slot);
    CHECK_EQ(entry[choice.active].state, scene.new_state);
}

TEST(a_slot_change_leaves_the_old_choice_or_the_complete_new_one)
{
    const int F = MOLT_SLOT_FACTORY;
    const struct scene scenes[] = {
        { "first update", { 0, 0 }, { BLANK, BLANK }, F, 0, MOLT_IMG_NEW },
        { "second update", { 1, 0 }, { VALID, BLANK }, 0, 1, MOLT_IMG_NEW },
        { "later update", { 3, 2 }, { VALID, VALID }, 0, 1, MOLT_IMG_NEW },
        { "over a rolled-back one", { 1, 2 }, { VALID, ABORTED }, 0, 1, MOLT_IMG_NEW },
        { "over a rejected one", { 1, 2 }, { VALID, INVALID }, 0, 1, MOLT_IMG_NEW },
        { "from entry 1", { 1, 2 }, { VALID, VALID }, 1, 0, MOLT_IMG_NEW },
        { "without rollback", { 3, 2 }, { UNDEF, UNDEF }, 0, 1, MOLT_IMG_UNDEFINED },
        { "numbers run out", { 1, UINT32_MAX - 1 }, { VALID, VALID }, 1, 0, MOLT_IMG_NEW },
    };

    sweep(scenes, sizeof scenes / sizeof scenes[0], select_new, check_select);
}

/* ---- changing the state in place ---------------------------------------------------------------- */

static void change_state(struct power *power)
{
    struct molt_boot_record record = record_of(power);

    work_err = molt_boot_record_set_state(&record, scene.new_state);
}

/* Stock otadata keeps a state in the entry that it belongs to, so changing it erases that entry: a
 * cut in between loses it, and the other entry decides, which is the older image. (A journal in the
 * spare bytes of the other sector is to close this gap.) What must hold: the entry is as it was, as
 * it is to be, or unusable, never anything else; and the other one is untouched. */
static void check_state(struct power *power, bool finished)
{
    struct molt_otadata entry[2];
    struct molt_choice choice = choose(power, entry);
    const struct molt_otadata *e = &entry[1];

    check_other_entry_is_untouched(power, 0);
    if (molt_otadata_intact(e)) {
        CHECK_EQ(e->seq, scene.seq[1]);
        CHECK((int)e->state == scene.state[1] || e->state == scene.new_state);
    }
    CHECK(choice.start == scene.old_slot || choice.start == scene.new_slot);
    if (finished) CHECK_EQ(work_err, MOLT_OK);
    if (!power->lost && work_err == MOLT_OK && scene.state[1] != ABORTED) {
        CHECK(molt_otadata_intact(e));
        CHECK_EQ(e->state, scene.new_state);
    }
}

TEST(a_state_change_leaves_the_old_state_the_new_one_or_no_entry)
{
    const struct scene scenes[] = {
        { "confirmed", { 1, 2 }, { VALID, PENDING }, 0, 1, MOLT_IMG_VALID },
        { "rejected", { 1, 2 }, { VALID, PENDING }, 0, 1, MOLT_IMG_INVALID },
        { "confirmed without rollback", { 1, 2 }, { UNDEF, UNDEF }, 0, 1, MOLT_IMG_VALID },
        { "on trial again", { 3, 4 }, { VALID, VALID }, 0, 1, MOLT_IMG_NEW },
    };

    sweep(scenes, sizeof scenes / sizeof scenes[0], change_state, check_state);
}

/* ---- erasing ------------------------------------------------------------------------------------- */

static void erase_all(struct power *power)
{
    struct molt_boot_record record = record_of(power);

    work_err = molt_boot_record_erase(&record);
}

/* Back to the factory app: the slot that ran, or the factory app, never the older slot. */
static void check_erase(struct power *power, bool finished)
{
    struct molt_otadata entry[2];
    struct molt_choice choice = choose(power, entry);

    CHECK(choice.start == scene.old_slot || choice.start == MOLT_SLOT_FACTORY);
    if (finished) CHECK_EQ(choice.start, MOLT_SLOT_FACTORY);
    CHECK(!power_run(power, 0, MOLT_CUT_BEFORE, 0, erase_all));
    CHECK_EQ(work_err, MOLT_OK);
    CHECK_EQ(choose(power, entry).start, MOLT_SLOT_FACTORY);
}

static void erase_inactive(struct power *power)
{
    struct molt_boot_record record = record_of(power);

    work_err = molt_boot_record_erase_entry(&record, 1);
}

/* A rejected entry must not come back to life while it is erased. */
static void check_erase_inactive(struct power *power, bool finished)
{
    struct molt_otadata entry[2];

    CHECK_EQ(choose(power, entry).start, scene.old_slot);
    check_other_entry_is_untouched(power, 0);
    if (finished) CHECK_EQ(entry[1].seq, UINT32_MAX);
}

TEST(erasing_never_lets_an_older_or_rejected_entry_decide)
{
    const struct scene whole[] = {
        { "0 is active", { 3, 2 }, { VALID, VALID }, 0, 0, MOLT_IMG_NEW },
        { "1 is active", { 3, 4 }, { VALID, VALID }, 1, 1, MOLT_IMG_NEW },
        { "one entry", { 3, 0 }, { VALID, BLANK }, 0, 0, MOLT_IMG_NEW },
    };
    const struct scene one[] = {
        { "aborted", { 1, 2 }, { VALID, ABORTED }, 0, 0, MOLT_IMG_NEW },
        { "invalid", { 1, 2 }, { VALID, INVALID }, 0, 0, MOLT_IMG_NEW },
        { "older", { 3, 2 }, { VALID, VALID }, 0, 0, MOLT_IMG_NEW },
    };

    sweep(whole, sizeof whole / sizeof whole[0], erase_all, check_erase);
    sweep(one, sizeof one / sizeof one[0], erase_inactive, check_erase_inactive);
}

TEST_MAIN()
