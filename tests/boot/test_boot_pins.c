#include "boot/boot.h"
#include "boot/retained.h"
#include "tests/support/board.h"

enum { FACTORY = MOLT_SLOT_FACTORY, TEST_APP = MOLT_SLOT_TEST };

static struct board board;
static bool reset_held, test_held;

static bool held(void *ctx, enum molt_boot_pin pin)
{
    (void)ctx;
    return pin == MOLT_BOOT_PIN_FACTORY_RESET ? reset_held : test_held;
}

/* Factory, test, two slots; slot 1 is active; all images are good; there is data in nvs. */
static void start(bool with_test)
{
    board_start(&board, (struct board_shape){ .ota_mask = 3, .factory = true, .test = with_test });
    for (int slot = with_test ? TEST_APP : FACTORY; slot < 2; slot++) board_app(&board, slot, 0);
    board_entry(&board, 0, 1, MOLT_IMG_VALID);
    board_entry(&board, 1, 2, MOLT_IMG_VALID);
    memset(board.bytes + BOARD_NVS, 0x42, 2 * BOARD_SECTOR);
}

struct row {
    const char *name;
    bool reset_on, erase_otadata, test_on, anti_rollback;
    const char *labels;
    bool hold_reset, hold_test, no_test_app, deep_sleep;
    enum molt_err err;
    int slot;
    bool nvs_erased, otadata_erased;
};

TEST(held_pins_do_what_the_configuration_allows)
{
    const struct row rows[] = {
        { "nothing held", true, true, true, false, "nvs", .slot = 1 },
        { "reset held, not enabled", .labels = "nvs", .hold_reset = true, .slot = 1 },
        { "reset: nvs", true, .labels = "nvs", .hold_reset = true, .slot = 1, .nvs_erased = true },
        { "reset: nvs and otadata", true, true, .labels = "nvs", .hold_reset = true,
          .slot = FACTORY, .nvs_erased = true, .otadata_erased = true },
        { "reset: otadata alone", true, true, .labels = "", .hold_reset = true, .slot = FACTORY,
          .otadata_erased = true },
        { "labels are whole words", true, .labels = "nvs2, xnvs nv", .hold_reset = true,
          .slot = 1 },
        { "a list", true, .labels = "phy,storage nvs", .hold_reset = true, .slot = 1,
          .nvs_erased = true },
        { "apps are never erased", true, .labels = "ota_1,factory", .hold_reset = true, .slot = 1 },
        { "otadata by its label", true, .labels = "otadata", .hold_reset = true, .slot = FACTORY,
          .otadata_erased = true },
        { "not after deep sleep", true, true, .labels = "nvs", .hold_reset = true,
          .deep_sleep = true, .slot = 1 },
        { "test app", .test_on = true, .labels = "", .hold_test = true, .slot = TEST_APP },
        { "test app, not enabled", .labels = "", .hold_test = true, .slot = 1 },
        { "test app, but there is none", .test_on = true, .labels = "", .hold_test = true,
          .no_test_app = true, .err = MOLT_ERR_STATE },
        { "no test app with anti-rollback", .test_on = true, .anti_rollback = true, .labels = "",
          .hold_test = true, .slot = 1 },
        { "both held: the reset wins", true, .test_on = true, .labels = "nvs", .hold_reset = true,
          .hold_test = true, .slot = 1, .nvs_erased = true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
        const struct molt_boot_hooks hooks = { .held = held };
        struct molt_boot_target target;

        test_case = r->name;
        start(!r->no_test_app);
        config.factory_reset = r->reset_on;
        config.ota_data_erase = r->erase_otadata;
        config.app_test = r->test_on;
        config.anti_rollback = r->anti_rollback;
        config.factory_reset_labels = r->labels;
        reset_held = r->hold_reset;
        test_held = r->hold_test;
        if (r->deep_sleep) board.reason = MOLT_RESET_DEEPSLEEP;
        CHECK_EQ(molt_boot(&config, &board.port, &hooks, &target), r->err);
        if (!r->err) CHECK_EQ(target.slot, r->slot);
        CHECK_EQ(board.bytes[BOARD_NVS + 0x1FFF] == 0xFF, r->nvs_erased);
        CHECK_EQ(board.bytes[BOARD_OTADATA] == 0xFF, r->otadata_erased);
        CHECK_EQ(board.bytes[BOARD_OTADATA + BOARD_SECTOR] == 0xFF, r->otadata_erased);
    }
}

TEST(a_factory_reset_is_remembered_for_the_app)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    uint8_t memory[MOLT_BOOT_RETAINED_LEN] = { 0 };
    const struct molt_boot_hooks hooks = { .held = held, .retained = memory };
    struct molt_boot_retained retained;
    struct molt_boot_target target;

    start(true);
    config.factory_reset = true;
    reset_held = true;
    CHECK_EQ(molt_boot(&config, &board.port, &hooks, &target), MOLT_OK);
    CHECK(molt_boot_retained_decode(memory, &retained));
    CHECK_EQ(retained.flags, MOLT_BOOT_RETAINED_FACTORY_RESET);
    CHECK_EQ(retained.boots, 1);
    CHECK_EQ(retained.addr, board_slot_addr(1));
}

/* A bit of a row that flips while the table is read for the second time, which is for the reset. */
static enum molt_err (*real_read)(struct molt_nor *, uint32_t, void *, uint32_t);
static int reads_of_row;

static enum molt_err flipping_read(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len)
{
    enum molt_err err = real_read(nor, addr, to, len);

    if (addr == MOLT_PTABLE_ADDR && len == MOLT_PTABLE_ROW_LEN && ++reads_of_row == 2)
        ((uint8_t *)to)[6] ^= 1; /* nvs is at 0x1a000 now */
    return err;
}

TEST(a_factory_reset_acts_on_no_row_before_the_md5_is_known)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .held = held };
    static uint8_t before[BOARD_FLASH_LEN];
    struct molt_boot_target target;
    struct molt_nor_ops ops;

    start(true);
    memset(board.bytes + BOARD_NVS + 0x10000, 0x42, 2 * BOARD_SECTOR); /* what would be hit */
    memcpy(before, board.bytes, sizeof before);
    ops = *board.ram.nor.ops;
    real_read = ops.read;
    ops.read = flipping_read;
    board.ram.nor.ops = &ops;
    reads_of_row = 0;
    config.factory_reset = true;
    reset_held = true;
    test_held = false;
    CHECK_EQ(molt_boot(&config, &board.port, &hooks, &target), MOLT_OK);
    CHECK(reads_of_row >= 2);
    CHECK_MEM(board.bytes, before, sizeof before);
    CHECK_EQ(molt_boot(&config, &board.port, &hooks, &target), MOLT_OK); /* the next one is good */
    CHECK_EQ(board.bytes[BOARD_NVS], 0xFF);
    CHECK_MEM(board.bytes + 0x10000, before + 0x10000, sizeof before - 0x10000);
}

TEST(only_the_test_app_is_tried_when_it_was_asked_for)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { .held = held };
    struct molt_boot_target target;

    start(true);
    board_spoil(&board, TEST_APP);
    config.app_test = true;
    reset_held = false;
    test_held = true;
    CHECK_EQ(molt_boot(&config, &board.port, &hooks, &target), MOLT_ERR_NOT_FOUND);
}

TEST_MAIN()
