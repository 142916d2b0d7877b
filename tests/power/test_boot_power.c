/* Whole boots, and a whole upgrade, with every flash operation going wrong once. */
#include "boot/boot.h"
#include "flash/stream.h"
#include "slots/boot_record.h"
#include "tests/support/power.h"

enum { NEW = 0, PENDING = 1, VALID = 2, INVALID = 3, ABORTED = 4, UNDEF = -1, BLANK = 9 };
enum { FACTORY = MOLT_SLOT_FACTORY, NONE = MOLT_SLOT_NONE };

static struct power p;
static struct molt_boot_target target;
static enum molt_err work_err;

static void boot(struct power *power)
{
    const struct molt_boot_config config =
        molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { 0 };

    work_err = molt_boot(&config, &power->board.port, &hooks, &target);
}

/* A boot without faults; the slot that runs. */
static int clean_boot(struct power *power)
{
    CHECK(!power_run(power, 0, MOLT_CUT_BEFORE, 0, boot));
    CHECK_EQ(work_err, MOLT_OK);
    return work_err ? NONE : target.slot;
}

/* ---- one boot ------------------------------------------------------------------------------------ */

static struct scene {
    const char *name;
    uint32_t seq[2];
    int state[2];
    bool factory;
    int spoiled;    /* slot with a damaged image, or NONE */
    int may_run[2]; /* in the boot after the fault */
    int ends_with;  /* after three boots without confirmation; NONE = either of them */
} scene;

static void prepare_scene(struct power *power)
{
    board_start(&power->board, (struct board_shape){ .ota_mask = 3, .factory = scene.factory });
    for (int i = 0; i < 2; i++) {
        if (scene.state[i] != BLANK) board_entry(&power->board, i, scene.seq[i], scene.state[i]);
        board_app(&power->board, i, 0);
    }
    if (scene.factory) board_app(&power->board, FACTORY, 0);
    if (scene.spoiled != NONE) board_spoil(&power->board, scene.spoiled);
    power_attach(power);
}

static void check_scene(struct power *power, bool finished)
{
    (void)finished;
    int first = clean_boot(power);
    CHECK(first == scene.may_run[0] || first == scene.may_run[1]);
    (void)clean_boot(power);
    int last = clean_boot(power);
    if (scene.ends_with != NONE) CHECK_EQ(last, scene.ends_with);
    CHECK(last == scene.may_run[0] || last == scene.may_run[1]);
    CHECK_EQ(power->cut.ops, 0); /* nothing is left to be written */
}

TEST(a_boot_that_is_cut_off_boots_the_old_or_the_new_image_next)
{
    const struct scene scenes[] = {
        { "new image", { 1, 2 }, { VALID, NEW }, false, NONE, { 0, 1 }, 0 },
        { "not confirmed", { 1, 2 }, { VALID, PENDING }, false, NONE, { 0, 0 }, 0 },
        { "confirmed", { 1, 2 }, { VALID, VALID }, false, NONE, { 1, 1 }, 1 },
        /* An image that cannot be read once is passed over, and what runs then stays. */
        { "never updated", { 0, 0 }, { BLANK, BLANK }, false, NONE, { 0, 1 }, NONE },
        { "never updated, slot 0 bad", { 0, 0 }, { BLANK, BLANK }, false, 0, { 1, 1 }, 1 },
        { "both on trial", { 1, 2 }, { NEW, PENDING }, false, NONE, { 0, 0 }, 0 },
        { "trial without a way back",
          { 2, 0 },
          { PENDING, BLANK },
          true,
          NONE,
          { FACTORY, FACTORY },
          FACTORY },
        { "first update over factory",
          { 1, 0 },
          { NEW, BLANK },
          true,
          NONE,
          { 0, FACTORY },
          FACTORY },
        { "new image is bad", { 1, 2 }, { VALID, NEW }, false, 1, { 0, 0 }, 0 },
        { "without rollback", { 1, 2 }, { UNDEF, UNDEF }, false, NONE, { 1, 1 }, 1 },
    };
    struct power_tally tally = { 0 };

    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        scene = scenes[i];
        test_case = scene.name;
        power_sweep(&p, prepare_scene, boot, check_scene, &tally);
    }
    power_check_tally(&tally);
}

/* ---- a whole upgrade ------------------------------------------------------------------------------ */

static uint8_t image[BOARD_SLOT_LEN];
static uint32_t image_len;

static void prepare_upgrade(struct power *power)
{
    board_start(&power->board, (struct board_shape){ .ota_mask = 3 });
    board_app(&power->board, 0, 0);
    board_entry(&power->board, 0, 1, VALID);
    image_len = board_image(image, "2", 7);
    power_attach(power);
    power->allowed[1] = (struct power_range){ board_slot_addr(1), BOARD_SLOT_LEN };
}

static struct molt_boot_record record_of(struct power *power)
{
    const struct molt_slot_map map = { .otadata = { BOARD_OTADATA, 2 * BOARD_SECTOR } };
    struct molt_boot_record record = { 0 };

    CHECK_EQ(molt_boot_record_open(&power->cut.nor, &map, &record), MOLT_OK);
    return record;
}

static enum molt_err download(struct power *power)
{
    const struct molt_region slot = { &power->cut.nor, board_slot_addr(1), BOARD_SLOT_LEN };
    struct molt_stream stream;

    enum molt_err err = molt_stream_open(&stream, &slot, 0, 0);
    if (!err) err = molt_stream_write(&stream, image, image_len);
    if (!err) err = molt_stream_flush(&stream);
    return err;
}

/* Downloads, selects, reboots, and, if the new image runs, confirms it. */
static void upgrade(struct power *power)
{
    struct molt_boot_record record = record_of(power);

    work_err = download(power);
    if (!work_err) work_err = molt_boot_record_select(&record, 1, 2, MOLT_IMG_NEW);
    if (work_err) return;
    boot(power);
    if (work_err || target.slot != 1) return;
    work_err = molt_boot_record_set_state(&record, MOLT_IMG_VALID);
}

/* Slot 0 while it is the confirmed one; the new image only when it is complete; and in the end the
 * upgrade gets through. */
static void check_upgrade(struct power *power, bool finished)
{
    for (int i = 0; i < 3; i++) {
        int slot = clean_boot(power);

        CHECK(slot == 0 || slot == 1);
        if (finished) CHECK_EQ(slot, 1);
        if (slot == 1) CHECK_MEM(power->board.bytes + board_slot_addr(1), image, image_len);
    }
    if (clean_boot(power) == 1) return; /* it was confirmed before power was lost */
    CHECK(!power_run(power, 0, MOLT_CUT_BEFORE, 0, upgrade));
    CHECK_EQ(work_err, MOLT_OK);
    CHECK_EQ(clean_boot(power), 1);
    CHECK_EQ(clean_boot(power), 1);
}

TEST(an_upgrade_that_is_cut_off_anywhere_boots_and_can_be_repeated)
{
    struct power_tally tally = { 0 };

    power_sweep(&p, prepare_upgrade, upgrade, check_upgrade, &tally);
    power_check_tally(&tally);
}

/* ---- a factory reset ------------------------------------------------------------------------------ */

static bool held(void *ctx, enum molt_boot_pin pin)
{
    (void)ctx;
    return pin == MOLT_BOOT_PIN_FACTORY_RESET;
}

static void factory_reset(struct power *power)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .held = held };

    config.factory_reset = config.ota_data_erase = true;
    work_err = molt_boot(&config, &power->board.port, &hooks, &target);
}

static void prepare_reset(struct power *power)
{
    prepare_scene(power);
    power->allowed[1] = (struct power_range){ BOARD_NVS, 2 * BOARD_SECTOR };
}

/* The slot that was active or the factory app, never the older or the rejected one. */
static void check_reset(struct power *power, bool finished)
{
    for (int i = 0; i < 3; i++) {
        int slot = clean_boot(power);

        CHECK(slot == scene.may_run[0] || slot == FACTORY);
        if (finished) CHECK_EQ(slot, FACTORY);
    }
    CHECK(!power_run(power, 0, MOLT_CUT_BEFORE, 0, factory_reset));
    CHECK_EQ(clean_boot(power), FACTORY);
}

TEST(a_factory_reset_that_is_cut_off_never_lets_an_older_or_rejected_image_run)
{
    const struct scene scenes[] = {
        { "0 is active", { 3, 2 }, { VALID, VALID }, true, NONE, { 0 }, NONE },
        { "1 is active", { 1, 2 }, { VALID, VALID }, true, NONE, { 1 }, NONE },
        { "the newer one is rejected", { 3, 4 }, { VALID, INVALID }, true, NONE, { 0 }, NONE },
        { "the newer one was aborted", { 3, 4 }, { VALID, ABORTED }, true, NONE, { 0 }, NONE },
    };
    struct power_tally tally = { 0 };

    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        scene = scenes[i];
        test_case = scene.name;
        power_sweep(&p, prepare_reset, factory_reset, check_reset, &tally);
    }
    power_check_tally(&tally);
}

/* ---- faults while recovering from faults ------------------------------------------------------------ */

TEST(power_that_fails_at_every_boot_for_a_while_bricks_nothing)
{
    for (uint32_t seed = 0; seed < 500; seed++) {
        uint32_t random = seed * 2654435761u + 1;

        (void)snprintf(p.name, sizeof p.name, "seed %u", (unsigned)seed);
        test_case = p.name;
        prepare_upgrade(&p);
        for (int fault = 0; fault < 8; fault++) {
            random = random * 1664525u + 1013904223u;
            enum molt_cut_kind kind = (enum molt_cut_kind)(random >> 16) % MOLT_CUT_KINDS;
            uint32_t at = 1 + (random >> 24) % 20;

            (void)power_run(&p, at, kind, random, fault % 2 ? upgrade : boot);
        }
        for (int i = 0; i < 3; i++) {
            int slot = clean_boot(&p);
            CHECK(slot == 0 || slot == 1);
        }
        CHECK(!p.strayed);
        if (test_failures) return;
    }
}

TEST_MAIN()
