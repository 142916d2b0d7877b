#include "boot/boot.h"

#include "boot/retained.h"
#include "slots/boot_record.h"
#include "tests/support/board.h"

enum { FACTORY = MOLT_SLOT_FACTORY, TEST_APP = MOLT_SLOT_TEST, NONE = MOLT_SLOT_NONE };
enum { NEW = 0, PENDING = 1, VALID = 2, INVALID = 3, ABORTED = 4, UNDEF = -1 };

static struct board board;
static struct molt_boot_target target;
static int steps[MOLT_BOOT_STEPS]; /* how often each was traced */
static enum molt_choice_why why;   /* of the last choice */

static void trace(void *ctx, const struct molt_boot_event *event)
{
    (void)ctx;
    steps[event->step]++;
    if (event->choice) why = event->choice->why;
}

static enum molt_err boot_with(const struct molt_boot_config *config,
                               const struct molt_boot_hooks *hooks)
{
    memset(steps, 0, sizeof steps);
    return molt_boot(config, &board.port, hooks, &target);
}

static enum molt_err boot(void)
{
    const struct molt_boot_config config =
        molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .trace = trace };

    return boot_with(&config, &hooks);
}

/* A board whose slots all hold good apps. */
static void start(struct board_shape shape)
{
    board_start(&board, shape);
    if (shape.factory) board_app(&board, FACTORY, 0);
    if (shape.test) board_app(&board, TEST_APP, 0);
    for (int slot = 0; slot < MOLT_OTA_SLOTS_MAX; slot++)
        if (shape.ota_mask >> slot & 1) board_app(&board, slot, 0);
}

TEST(rollback_is_on_by_default)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));

    CHECK(config.rollback);
    CHECK(!config.anti_rollback);
    CHECK_EQ(config.table_addr, 0x8000);
    CHECK_STR(config.factory_reset_labels, "nvs");
}

TEST(an_update_is_tried_once_and_rolled_back)
{
    start((struct board_shape){ .ota_mask = 3 });
    board_entry(&board, 0, 1, VALID);
    board_entry(&board, 1, 2, NEW);

    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, 1);
    CHECK_EQ(target.region.addr, board_slot_addr(1));
    CHECK(target.image.has_desc);
    CHECK_EQ(board_found(&board, 1).state, PENDING);
    CHECK_EQ(steps[MOLT_BOOT_STATE_WRITTEN], 1);

    CHECK_EQ(boot(), MOLT_OK); /* it did not confirm */
    CHECK_EQ(target.slot, 0);
    CHECK_EQ(board_found(&board, 1).state, ABORTED);
    CHECK_EQ(board_found(&board, 0).state, VALID);

    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, 0);
    CHECK_EQ(steps[MOLT_BOOT_STATE_WRITTEN], 0);
}

TEST(a_blank_device_without_factory_app_is_initialised)
{
    start((struct board_shape){ .ota_mask = 3 });
    board_spoil(&board, 0);

    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, 1);
    CHECK_EQ(board_found(&board, 0).seq, 2); /* of the slot that runs, not of the first one */
    CHECK_EQ(board_found(&board, 0).state, VALID);
    CHECK_EQ(steps[MOLT_BOOT_INITIALISED], 1);
}

TEST(otadata_is_not_initialised_with_a_slot_that_it_cannot_select)
{
    start((struct board_shape){ .ota_mask = 0x11 });
    board_spoil(&board, 0);
    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, 4); /* behind a gap */
    CHECK_EQ(steps[MOLT_BOOT_INITIALISED], 0);
    CHECK_EQ(board_found(&board, 0).seq, UINT32_MAX);
}

TEST(a_blank_device_with_factory_app_stays_blank)
{
    start((struct board_shape){ .ota_mask = 3, .factory = true });
    static uint8_t before[BOARD_FLASH_LEN];

    memcpy(before, board.bytes, sizeof before);
    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, FACTORY);
    CHECK_MEM(board.bytes, before, sizeof before);
}

TEST(damaged_images_are_passed_over_in_the_documented_order)
{
    const struct {
        const char *name;
        struct board_shape shape;
        uint32_t seq;
        const int spoiled[6]; /* ends with NONE */
        int slot;
    } cases[] = {
        { "none", { .ota_mask = 7, .factory = true }, 2, { NONE }, 1 },
        { "down", { .ota_mask = 7, .factory = true }, 2, { 1, NONE }, 0 },
        { "then factory", { .ota_mask = 7, .factory = true }, 2, { 1, 0, NONE }, FACTORY },
        { "then up", { .ota_mask = 7, .factory = true }, 2, { 1, 0, FACTORY, NONE }, 2 },
        { "then test", { .ota_mask = 7, .test = true }, 2, { 1, 0, 2, NONE }, TEST_APP },
        { "then behind the gap", { .ota_mask = 0x13 }, 2, { 1, 0, NONE }, 4 },
        { "16 slots and test", { .ota_mask = 0xFFFF, .test = true }, 16, { 15, 14, NONE }, 13 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start(cases[i].shape);
        board_entry(&board, 1, cases[i].seq, VALID);
        int spoiled = 0;
        for (; cases[i].spoiled[spoiled] != NONE; spoiled++)
            board_spoil(&board, cases[i].spoiled[spoiled]);
        CHECK_EQ(boot(), MOLT_OK);
        CHECK_EQ(target.slot, cases[i].slot);
        CHECK_EQ(steps[MOLT_BOOT_REFUSED], spoiled);
        CHECK_EQ(board_found(&board, 1).seq, cases[i].seq); /* otadata is not changed by it */
        CHECK_EQ(board_found(&board, 1).state, VALID);
    }
}

TEST(nothing_bootable_is_an_error_with_a_reason)
{
    start((struct board_shape){ .ota_mask = 3 });
    board_spoil(&board, 0);
    board_spoil(&board, 1);
    CHECK_EQ(boot(), MOLT_ERR_NOT_FOUND);
    CHECK_EQ(steps[MOLT_BOOT_REFUSED], 2);
    CHECK_EQ(board_found(&board, 0).seq, UINT32_MAX);

    start((struct board_shape){ .ota_mask = 3 });
    board.bytes[MOLT_PTABLE_ADDR + 5] ^= 1;
    CHECK_EQ(boot(), MOLT_ERR_CHECKSUM);
    CHECK_EQ(steps[MOLT_BOOT_TABLE_BAD], 1);

    memset(board.bytes + MOLT_PTABLE_ADDR, 0xFF, 4096);
    CHECK_EQ(boot(), MOLT_ERR_FORMAT);
}

TEST(otadata_that_is_missing_or_too_small_is_absent)
{
    start((struct board_shape){ .ota_mask = 3, .factory = true, .no_otadata = true });
    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, FACTORY);

    start((struct board_shape){ .ota_mask = 3, .no_otadata = true });
    board_spoil(&board, 0);
    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, 1);

    start((struct board_shape){ .ota_mask = 3, .otadata_len = BOARD_SECTOR });
    board_entry(&board, 0, 2, VALID);
    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, 0);
    CHECK_EQ(steps[MOLT_BOOT_OTADATA_BAD], 1);
    CHECK_EQ(why, MOLT_CHOICE_OTADATA_UNUSABLE);
}

TEST(what_the_bootloader_cannot_work_with_is_an_argument_error)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .trace = trace };

    start((struct board_shape){ .ota_mask = 3 });
    board.ram.nor.geometry.area[0].sector_len = 0;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_ERR_ARG);
    board.ram.nor.geometry.area[0].sector_len = BOARD_SECTOR;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
    config.chip = NULL;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_ERR_ARG);
    CHECK_EQ(target.slot, NONE);
}

/* A cut right after the only entry's crc was cleared, on a device without factory app. */
/* As in ESP-IDF: the slot runs untracked, nothing is written, and the next selection heals it. */
TEST(a_damaged_only_entry_is_left_until_a_slot_is_selected)
{
    for (int state = NEW; state <= ABORTED; state++) {
        const struct molt_slot_map map = { .otadata = { BOARD_OTADATA, 2 * BOARD_SECTOR } };
        struct molt_boot_record record;
        bool rejected = state == INVALID || state == ABORTED || state == PENDING;

        start((struct board_shape){ .ota_mask = 3 });
        board_entry(&board, 0, 1, state);
        memset(board.bytes + BOARD_OTADATA + 28, 0, 4);
        CHECK_EQ(boot(), MOLT_OK);
        CHECK_EQ(steps[MOLT_BOOT_INITIALISED], rejected);
        if (rejected) continue;
        CHECK_EQ(boot(), MOLT_OK);
        CHECK_EQ(why, MOLT_CHOICE_DAMAGED);
        CHECK_EQ(molt_boot_record_open(&board.ram.nor, &map, &record), MOLT_OK);
        CHECK_EQ(molt_boot_record_select(&record, 1, 2, MOLT_IMG_NEW), MOLT_OK);
        CHECK_EQ(boot(), MOLT_OK);
        CHECK_EQ(why, MOLT_CHOICE_ENTRY);
    }
}

/* ---- flash and loader that fail ---------------------------------------------------------------- */

static enum molt_err (*real_read)(struct molt_nor *, uint32_t, void *, uint32_t);
static uint32_t bad_addr;
static bool is_protected;

static enum molt_err bad_read(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len)
{
    if (bad_addr >= addr && bad_addr - addr < len) return MOLT_ERR_ECC;
    return real_read(nor, addr, to, len);
}

static enum molt_err no_erase(struct molt_nor *nor, uint32_t addr)
{
    (void)nor;
    (void)addr;
    return MOLT_ERR_PROTECTED;
}

static enum molt_err no_program(struct molt_nor *nor, uint32_t addr, const void *from, uint32_t len)
{
    (void)nor;
    (void)addr;
    (void)from;
    (void)len;
    return MOLT_ERR_PROTECTED;
}

static void make_flash_bad(void)
{
    static struct molt_nor_ops ops;

    ops = *board.ram.nor.ops;
    real_read = ops.read;
    ops.read = bad_read;
    if (is_protected) {
        ops.erase = no_erase;
        ops.program = no_program;
    }
    board.ram.nor.ops = &ops;
    board.ram.nor.mapped = NULL;
}

TEST(an_unreadable_entry_or_image_is_absent)
{
    start((struct board_shape){ .ota_mask = 3 });
    board_entry(&board, 0, 1, VALID);
    board_entry(&board, 1, 2, VALID);
    bad_addr = BOARD_OTADATA + BOARD_SECTOR;
    make_flash_bad();
    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, 0);

    bad_addr = board_slot_addr(1) + 600;
    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, 0);
    CHECK_EQ(steps[MOLT_BOOT_REFUSED], 1);
}

TEST(a_trial_that_cannot_be_written_down_begins_only_when_nothing_else_runs)
{
    const struct {
        const char *name;
        bool factory;
        int state[2]; /* of entry 0, which selects slot 0, and of entry 1 */
        int spoiled[3];
        int slot;
    } cases[] = {
        { "the entry before", false, { VALID, NEW }, { NONE }, 0 },
        { "the entry before, over the factory app", true, { VALID, NEW }, { NONE }, 0 },
        { "the factory app", true, { VALID, NEW }, { 0, NONE }, FACTORY },
        { "the factory app, not a rejected slot", true, { INVALID, NEW }, { NONE }, FACTORY },
        { "both on trial: the factory app", true, { NEW, NEW }, { NONE }, FACTORY },
        { "nothing else but a rejected slot", false, { INVALID, NEW }, { NONE }, 1 },
        { "a damaged factory app", true, { INVALID, NEW }, { FACTORY, NONE }, 1 },
        { "when it is damaged too, what verifies", false, { INVALID, NEW }, { 1, NONE }, 0 },
        { "both on trial, no factory app", false, { NEW, NEW }, { NONE }, 0 },
        { "nothing else", true, { VALID, NEW }, { 0, FACTORY, NONE }, 1 },
        { "nothing at all", true, { VALID, NEW }, { 0, 1, FACTORY }, NONE },
        { "no trial begins", false, { VALID, VALID }, { NONE }, 1 },
        { "one that failed", false, { VALID, PENDING }, { NONE }, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start((struct board_shape){ .ota_mask = 3, .factory = cases[i].factory });
        for (int e = 0; e < 2; e++) board_entry(&board, e, (uint32_t)e + 1, cases[i].state[e]);
        for (int k = 0; k < 3 && cases[i].spoiled[k] != NONE; k++)
            board_spoil(&board, cases[i].spoiled[k]);
        bad_addr = 0;
        is_protected = true;
        make_flash_bad();
        for (int again = 0; again < 3; again++) {
            CHECK_EQ(boot(), cases[i].slot == NONE ? MOLT_ERR_NOT_FOUND : MOLT_OK);
            if (cases[i].slot != NONE) CHECK_EQ(target.slot, cases[i].slot);
        }
        is_protected = false;
    }
}

/* Slot 0 is on trial in entry 1, slot 1 in entry 0 is damaged: the factory app comes before slot 0,
 * which is below slot 1. */
TEST(a_slot_whose_trial_cannot_be_written_down_is_the_last_one)
{
    start((struct board_shape){ .ota_mask = 3, .factory = true });
    board_entry(&board, 0, 2, VALID);
    board_entry(&board, 1, 3, NEW);
    board_spoil(&board, 1);
    bad_addr = 0;
    is_protected = true;
    make_flash_bad();
    CHECK_EQ(boot(), MOLT_OK);
    CHECK_EQ(target.slot, FACTORY);
    is_protected = false;
}

static int load_calls, loads_to_refuse;

static enum molt_err load(void *ctx, const struct molt_boot_target *t)
{
    (void)ctx;
    load_calls++;
    CHECK(t->image.len > 0);
    return load_calls <= loads_to_refuse ? MOLT_ERR_RANGE : MOLT_OK;
}

TEST(what_cannot_be_loaded_does_not_run)
{
    const struct molt_boot_config config =
        molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .load = load, .trace = trace };

    start((struct board_shape){ .ota_mask = 3 });
    board_entry(&board, 1, 2, VALID);
    load_calls = 0;
    loads_to_refuse = 1;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
    CHECK_EQ(target.slot, 0);
    CHECK_EQ(steps[MOLT_BOOT_NOT_LOADED], 1);
    loads_to_refuse = 9;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_ERR_NOT_FOUND);
}

/* ---- anti-rollback ----------------------------------------------------------------------------- */

static enum molt_err boot_anti_rollback(void)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .trace = trace };

    config.anti_rollback = true;
    return boot_with(&config, &hooks);
}

TEST(an_app_below_the_security_version_never_runs)
{
    start((struct board_shape){ .ota_mask = 3 });
    board_app(&board, 0, 3);
    board_app(&board, 1, 2);
    board_entry(&board, 0, 1, VALID);
    board_entry(&board, 1, 2, NEW);
    board.version = 3;
    CHECK_EQ(boot_anti_rollback(), MOLT_OK);
    CHECK_EQ(target.slot, 0);
    CHECK_EQ(board_found(&board, 1).state, NEW); /* no trial for what is not chosen */

    board.version = 4;
    CHECK_EQ(boot_anti_rollback(), MOLT_ERR_NOT_FOUND);
    CHECK_EQ(steps[MOLT_BOOT_TOO_OLD], 2);
}

TEST(the_security_version_is_raised_only_by_a_confirmed_app_that_verifies)
{
    const struct {
        const char *name;
        int state;
        bool spoiled;
        uint32_t version;
    } cases[] = {
        { "on trial", NEW, false, 1 },
        { "confirmed", VALID, false, 5 },
        { "confirmed, but damaged", VALID, true, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start((struct board_shape){ .ota_mask = 3 });
        board_app(&board, 0, 2);
        board_app(&board, 1, 5);
        board_entry(&board, 0, 1, VALID);
        board_entry(&board, 1, 2, cases[i].state);
        if (cases[i].spoiled) board_spoil(&board, 1);
        board.version = 1;
        CHECK_EQ(boot_anti_rollback(), MOLT_OK);
        CHECK_EQ(target.slot, cases[i].spoiled ? 0 : 1);
        CHECK_EQ(board.version, cases[i].version);
    }
}

TEST(a_blank_device_with_anti_rollback_is_initialised_by_what_runs)
{
    start((struct board_shape){ .ota_mask = 3 });
    board_app(&board, 0, 2);
    board_app(&board, 1, 4);
    board.version = 3;
    CHECK_EQ(boot_anti_rollback(), MOLT_OK);
    CHECK_EQ(target.slot, 1);
    CHECK_EQ(board_found(&board, 0).seq, 2);
    CHECK_EQ(board_found(&board, 0).state, VALID);
    CHECK_EQ(board.version, 4);
}

TEST(anti_rollback_without_a_slot_or_a_counter_does_not_crash)
{
    start((struct board_shape){ .factory = true });
    board_entry(&board, 0, 1, VALID);
    CHECK_EQ(boot_anti_rollback(), MOLT_OK);
    CHECK_EQ(target.slot, FACTORY);

    board.counter_err = MOLT_ERR_FLASH;
    CHECK_EQ(boot_anti_rollback(), MOLT_ERR_FLASH);
    board.port.secure_version = NULL;
    CHECK_EQ(boot_anti_rollback(), MOLT_ERR_UNSUPPORTED);
    CHECK_EQ(steps[MOLT_BOOT_NO_COUNTER], 1);
}

TEST(an_app_without_descriptor_has_no_security_version_and_never_runs)
{
    start((struct board_shape){ .ota_mask = 3 });
    board_entry(&board, 0, 1, VALID);
    board_entry(&board, 1, 2, VALID);
    board_bare_app(&board, 1);
    CHECK_EQ(boot(), MOLT_OK); /* without anti-rollback it may */
    CHECK_EQ(target.slot, 1);
    CHECK(!target.image.has_desc);
    CHECK_EQ(boot_anti_rollback(), MOLT_OK);
    CHECK_EQ(target.slot, 0);
    board_bare_app(&board, 0);
    CHECK_EQ(boot_anti_rollback(), MOLT_ERR_NOT_FOUND);
    CHECK_EQ(steps[MOLT_BOOT_TOO_OLD], 2);
}

TEST(an_entry_that_cannot_be_read_is_neither_replaced_nor_raises_the_security_version)
{
    start((struct board_shape){ .ota_mask = 3 });
    board_app(&board, 0, 5);
    board_app(&board, 1, 4);
    board_entry(&board, 1, 2, VALID);
    bad_addr = BOARD_OTADATA + BOARD_SECTOR;
    board.version = 3;
    make_flash_bad();
    CHECK_EQ(boot_anti_rollback(), MOLT_OK);
    CHECK_EQ(target.slot, 0);
    CHECK_EQ(steps[MOLT_BOOT_INITIALISED], 0);
    CHECK_EQ(board.version, 3);
    bad_addr = 0;
    CHECK_EQ(boot_anti_rollback(), MOLT_OK); /* it can be read again */
    CHECK_EQ(target.slot, 1);
    CHECK_EQ(board_found(&board, 0).seq, UINT32_MAX);
}

/* ---- skipping validation, deep sleep ------------------------------------------------------------ */

TEST(validation_is_skipped_only_when_the_configuration_says_so)
{
    const struct {
        const char *name;
        bool always, on_power_on, in_deep_sleep;
        enum molt_reset_reason reason;
        int slot; /* 1 is damaged */
    } cases[] = {
        { "never", false, false, false, MOLT_RESET_POWERON, 0 },
        { "always", true, false, false, MOLT_RESET_SW, 1 },
        { "power-on", false, true, false, MOLT_RESET_POWERON, 1 },
        { "power-on, but a reset", false, true, false, MOLT_RESET_SW, 0 },
        { "deep sleep", false, false, true, MOLT_RESET_DEEPSLEEP, 1 },
        { "deep sleep, but a reset", false, false, true, MOLT_RESET_SW, 0 },
        { "deep sleep, not allowed", false, false, false, MOLT_RESET_DEEPSLEEP, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
        const struct molt_boot_hooks hooks = { .trace = trace };

        test_case = cases[i].name;
        start((struct board_shape){ .ota_mask = 3 });
        board_entry(&board, 1, 2, VALID);
        board_spoil(&board, 1);
        board.reason = cases[i].reason;
        config.skip_validate_always = cases[i].always;
        config.skip_validate_on_power_on = cases[i].on_power_on;
        config.skip_validate_in_deep_sleep = cases[i].in_deep_sleep;
        CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
        CHECK_EQ(target.slot, cases[i].slot);
    }
}

TEST(waking_up_runs_what_ran_before_and_writes_nothing)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    uint8_t memory[MOLT_BOOT_RETAINED_LEN] = { 0 };
    struct molt_boot_hooks hooks = { .trace = trace, .retained = memory };
    struct molt_boot_retained retained;

    config.skip_validate_in_deep_sleep = true;
    start((struct board_shape){ .ota_mask = 3 });
    board_entry(&board, 0, 1, VALID);
    board_entry(&board, 1, 2, NEW);
    CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
    CHECK_EQ(board_found(&board, 1).state, PENDING);
    CHECK(molt_boot_retained_decode(memory, &retained));
    CHECK_EQ(retained.addr, board_slot_addr(1));
    CHECK_EQ(retained.len, BOARD_SLOT_LEN);
    CHECK_EQ(retained.boots, 1);

    board.reason = MOLT_RESET_DEEPSLEEP; /* on trial still: sleeping does not use it up */
    CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
    CHECK_EQ(steps[MOLT_BOOT_WOKEN], 1);
    CHECK_EQ(target.slot, 1);
    CHECK_EQ(board_found(&board, 1).state, PENDING);

    board.bytes[MOLT_PTABLE_ADDR] = 0; /* it needs no table */
    CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
    CHECK_EQ(target.region.addr, board_slot_addr(1));
    CHECK_EQ(target.slot, NONE);

    memory[3] ^= 1; /* nor can it trust memory that changed */
    CHECK_EQ(boot_with(&config, &hooks), MOLT_ERR_FORMAT);
}

TEST(waking_up_needs_the_counter_too)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .trace = trace };

    config.anti_rollback = config.skip_validate_in_deep_sleep = true;
    start((struct board_shape){ .ota_mask = 3 });
    board_entry(&board, 0, 1, VALID);
    board.reason = MOLT_RESET_DEEPSLEEP;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
    board.version = 1;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_ERR_NOT_FOUND);
    board.counter_err = MOLT_ERR_FLASH;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_ERR_FLASH);
}

TEST(boots_are_counted_up_to_65535)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    struct molt_boot_retained retained = { .boots = UINT16_MAX - 1 };
    uint8_t memory[MOLT_BOOT_RETAINED_LEN];
    const struct molt_boot_hooks hooks = { .trace = trace, .retained = memory };

    start((struct board_shape){ .ota_mask = 3 });
    molt_boot_retained_encode(&retained, memory);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
        CHECK(molt_boot_retained_decode(memory, &retained));
        CHECK_EQ(retained.boots, UINT16_MAX);
    }
}

TEST(without_retained_memory_only_a_proven_image_wakes_up_unverified)
{
    const struct {
        const char *name;
        int state;
        bool spoiled;
        int slot, state_after, woken;
    } cases[] = {
        { "confirmed", VALID, false, 1, VALID, 1 },
        { "confirmed and damaged", VALID, true, 1, VALID, 1 },
        { "without rollback", UNDEF, true, 1, UNDEF, 1 },
        { "never started", NEW, false, 1, PENDING, 0 },
        { "never started and damaged", NEW, true, 0, PENDING, 0 },
        { "on trial", PENDING, false, 1, PENDING, 1 },
        { "on trial and damaged", PENDING, true, 0, ABORTED, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
        const struct molt_boot_hooks hooks = { .trace = trace };

        test_case = cases[i].name;
        config.skip_validate_in_deep_sleep = true;
        start((struct board_shape){ .ota_mask = 3 });
        board_entry(&board, 0, 1, VALID);
        board_entry(&board, 1, 2, cases[i].state);
        if (cases[i].spoiled) board_spoil(&board, 1);
        board.reason = MOLT_RESET_DEEPSLEEP;
        CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
        CHECK_EQ(target.slot, cases[i].slot);
        CHECK_EQ(board_found(&board, 1).state, cases[i].state_after);
        CHECK_EQ(steps[MOLT_BOOT_WOKEN], cases[i].woken);
    }
}

TEST(without_retained_memory_waking_up_reads_otadata)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .trace = trace };

    config.skip_validate_in_deep_sleep = true;
    start((struct board_shape){ .ota_mask = 3, .factory = true });
    board_entry(&board, 0, 1, VALID);
    board_entry(&board, 1, 2, PENDING);
    board.reason = MOLT_RESET_DEEPSLEEP;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
    CHECK_EQ(target.slot, 1);
    CHECK_EQ(board_found(&board, 1).state, PENDING);

    start((struct board_shape){ .ota_mask = 3, .factory = true });
    board.reason = MOLT_RESET_DEEPSLEEP;
    CHECK_EQ(boot_with(&config, &hooks), MOLT_OK);
    CHECK_EQ(target.slot, FACTORY);
}

TEST_MAIN()
