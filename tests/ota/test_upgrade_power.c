/* A whole upgrade through esp_ota_*, from begin to confirmation, with every flash operation of app and
 * bootloader going wrong once, in every way a cut can tear. */
#include <stdlib.h>

#include "boot/boot.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "molt/device.h"
#include "ota/part.h"
#include "tests/support/power.h"

enum { NONE = MOLT_SLOT_NONE };

static struct power p;
static struct molt_boot_target target;
static void *memory;
static uint8_t image[BOARD_SLOT_LEN];
static uint32_t image_len;
static esp_err_t result;

static void free_memory(void)
{
    free(memory);
}

/* Bootloader, then the app that it chose; the slot that runs, or NONE. */
static int reset(struct power *power)
{
    const struct molt_boot_config config =
        molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    const struct molt_boot_hooks hooks = { 0 };

    if (!memory) {
        memory = malloc(molt_device_size());
        (void)atexit(free_memory);
    }
    if (molt_boot(&config, &power->board.port, &hooks, &target)) return NONE;
    power->board.port.chip_id = MOLT_CHIP_LINUX;
    power->board.port.running_addr = target.region.addr;
    molt_device_init(memory, &power->board.port);
    /* The other slot and otadata: nothing else may be touched from here on. */
    power->allowed[1] = (struct power_range){ board_slot_addr(1 - target.slot), BOARD_SLOT_LEN };
    return target.slot;
}

static int clean_reset(struct power *power)
{
    molt_cut_nor_arm(&power->cut, 0, MOLT_CUT_BEFORE, 0);
    int slot = reset(power);
    CHECK(slot == 0 || slot == 1);
    return slot;
}

/* Version 1 runs in slot 0, confirmed; slot 1 holds something old. */
static void prepare(struct power *power)
{
    board_start(&power->board, (struct board_shape){ .ota_mask = 3 });
    board_app(&power->board, 0, 0);
    board_app(&power->board, 1, 0);
    board_entry(&power->board, 0, 3, MOLT_IMG_VALID);
    board_entry(&power->board, 1, 2, MOLT_IMG_VALID);
    image_len = board_image(image, "2", 7);
    power_attach(power);
    CHECK_EQ(clean_reset(power), 0);
}

static esp_err_t write_image(const esp_partition_t *slot, size_t size)
{
    esp_ota_handle_t ota;

    esp_err_t err = esp_ota_begin(slot, size, &ota);
    if (err) return err;
    for (uint32_t off = 0; off < image_len && !err; off += 700)
        err = esp_ota_write(ota, image + off, image_len - off < 700 ? image_len - off : 700);
    if (!err) return esp_ota_end(ota);
    (void)esp_ota_abort(ota);
    return err;
}

static esp_err_t install(size_t size)
{
    const esp_partition_t *next = esp_ota_get_next_update_partition(NULL);

    esp_err_t err = write_image(next, size);
    return err ? err : esp_ota_set_boot_partition(next);
}

static void upgrade_with(struct power *power, size_t size)
{
    int before = target.slot;

    result = install(size);
    if (result) return;
    if (reset(power) == before) return;
    result = esp_ota_mark_app_valid_cancel_rollback();
}

static void upgrade(struct power *power)
{
    upgrade_with(power, OTA_WITH_SEQUENTIAL_WRITES);
}

static void upgrade_erasing_first(struct power *power)
{
    upgrade_with(power, OTA_SIZE_UNKNOWN);
}

/* The old app, or all of the new one; and in the end a further upgrade gets through. */
static void check(struct power *power, bool finished)
{
    for (int i = 0; i < 3; i++) {
        int slot = clean_reset(power);

        if (finished) CHECK_EQ(slot, 1);
        if (slot == 1) CHECK_MEM(power->board.bytes + board_slot_addr(1), image, image_len);
        if (slot == NONE) return;
    }
    if (finished) CHECK_EQ(result, ESP_OK);
    int before = target.slot;
    upgrade(power);
    CHECK_EQ(result, ESP_OK);
    CHECK_EQ(target.slot, 1 - before);
    CHECK_EQ(clean_reset(power), 1 - before);
    CHECK_MEM(power->board.bytes + target.region.addr, image, image_len);
}

TEST(an_upgrade_cut_off_anywhere_leaves_an_app_and_can_be_repeated)
{
    struct power_tally tally = { 0 };

    power_sweep(&p, prepare, upgrade, check, &tally);
    power_check_tally(&tally);
}

TEST(so_it_does_when_all_is_erased_first)
{
    struct power_tally tally = { 0 };

    power_sweep(&p, prepare, upgrade_erasing_first, check, &tally);
    power_check_tally(&tally);
}

/* ---- the steps behind the download ---------------------------------------------------------------- */

static void prepare_trial(struct power *power)
{
    prepare(power);
    CHECK_EQ(install(OTA_WITH_SEQUENTIAL_WRITES), ESP_OK);
    CHECK_EQ(clean_reset(power), 1);
}

static void confirm(struct power *power)
{
    (void)power;
    result = esp_ota_mark_app_valid_cancel_rollback();
}

static void check_confirmed(struct power *power, bool finished)
{
    int slot = clean_reset(power);

    if (finished) CHECK_EQ(result, ESP_OK);
    if (finished) CHECK_EQ(slot, 1);
    CHECK_EQ(clean_reset(power), slot); /* what runs after the cut stays */
}

TEST(a_confirmation_that_is_cut_off_leaves_the_old_app_or_the_new_one)
{
    struct power_tally tally = { 0 };

    power_sweep(&p, prepare_trial, confirm, check_confirmed, &tally);
    power_check_tally(&tally);
}

static void reject(struct power *power)
{
    (void)power;
    result = esp_ota_mark_app_invalid_rollback();
}

static void check_rejected(struct power *power, bool finished)
{
    if (finished) CHECK_EQ(result, ESP_OK);
    /* Whether the rejection was written or not: the trial is over, so the old app runs. */
    CHECK_EQ(clean_reset(power), 0);
    CHECK_EQ(clean_reset(power), 0);
}

TEST(a_rejection_that_is_cut_off_still_goes_back)
{
    struct power_tally tally = { 0 };

    power_sweep(&p, prepare_trial, reject, check_rejected, &tally);
    power_check_tally(&tally);
}

static void prepare_confirmed(struct power *power)
{
    prepare_trial(power);
    CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
}

static void erase_last(struct power *power)
{
    (void)power;
    result = esp_ota_erase_last_boot_app_partition();
}

static void check_erased(struct power *power, bool finished)
{
    if (finished) CHECK_EQ(result, ESP_OK);
    CHECK_EQ(clean_reset(power), 1);
    CHECK_EQ(clean_reset(power), 1);
}

TEST(erasing_the_app_before_never_costs_the_one_that_runs)
{
    struct power_tally tally = { 0 };

    power_sweep(&p, prepare_confirmed, erase_last, check_erased, &tally);
    power_check_tally(&tally);
}

TEST_MAIN()
