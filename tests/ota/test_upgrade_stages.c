/* Upgrades over several resets, with the real bootloader between them: what ESP-IDF's
 * components/app_update/test_apps/test_app_update/main/test_switch_ota.c does on a board. */
#include "boot/boot.h"
#include "tests/ota/ota_device.h"

static struct molt_boot_config options;

/* Only the factory app is there, otadata is blank. */
static void start(void)
{
    device_start(FACTORY_ADDR);
    device_flash_app(FACTORY_ADDR, "f", 0);
    options = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
}

/* A reset: the label of what the bootloader starts. */
static const char *reset(void)
{
    const struct molt_boot_hooks hooks = { 0 };
    struct molt_boot_target target;

    if (molt_boot(&options, &device.port, &hooks, &target)) return "nothing";
    device_run(target.region.addr);
    molt_ota_part()->config.rollback = options.rollback;
    return esp_ota_get_running_partition()->label;
}

/* As ESP-IDF's tests: the next slot gets a copy of what runs, and is chosen. */
static void install(void)
{
    const struct image_bytes *image = app_image("c", 0, 1000);
    const esp_partition_t *next = esp_ota_get_next_update_partition(NULL);
    esp_ota_handle_t ota;

    CHECK_EQ(esp_ota_begin(next, OTA_SIZE_UNKNOWN, &ota), ESP_OK);
    CHECK_EQ(esp_ota_write(ota, image->bytes, image->len), ESP_OK);
    CHECK_EQ(esp_ota_end(ota), ESP_OK);
    CHECK_EQ(esp_ota_set_boot_partition(next), ESP_OK);
}

static void install_and_confirm(const char *label)
{
    install();
    CHECK_STR(reset(), label);
    CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
}

static int state_of(const char *label)
{
    esp_ota_img_states_t state;

    esp_err_t err = esp_ota_get_state_partition(by_label(label), &state);
    return err ? (int)err : (int)state;
}

static void spoil_entry(int index)
{
    device.flash[OTADATA_ADDR + index * 0x1000 + 28] ^= 0x10; /* its crc */
}

TEST(apps_take_turns_from_factory_on)
{
    start();
    CHECK_STR(reset(), "factory");
    install_and_confirm("ota_0");
    install_and_confirm("ota_1");
    install_and_confirm("ota_0");
    install_and_confirm("ota_1");
    CHECK_STR(reset(), "ota_1");
}

TEST(with_otadata_damaged_the_factory_app_runs)
{
    start();
    install_and_confirm("ota_0");
    spoil_entry(0);
    CHECK_STR(reset(), "factory");
}

TEST(with_the_newer_entry_damaged_the_older_app_runs)
{
    start();
    install_and_confirm("ota_0");
    install_and_confirm("ota_1");
    spoil_entry(1);
    CHECK_STR(reset(), "ota_0");
}

TEST(a_rejected_first_upgrade_goes_back_to_factory)
{
    for (int rollback = 0; rollback < 2; rollback++) {
        start();
        options.rollback = rollback;
        CHECK_STR(reset(), "factory");
        install();
        CHECK_EQ(state_of("ota_0"), rollback ? ESP_OTA_IMG_NEW : (int)ESP_OTA_IMG_UNDEFINED);
        CHECK_STR(reset(), "ota_0");
        CHECK_EQ(state_of("ota_0"),
                 rollback ? ESP_OTA_IMG_PENDING_VERIFY : (int)ESP_OTA_IMG_UNDEFINED);
        CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
        CHECK_EQ(state_of("ota_0"), ESP_OTA_IMG_VALID);
        CHECK_STR(reset(), "ota_0");
        CHECK_EQ(esp_ota_mark_app_invalid_rollback(), ESP_OK);
        CHECK_STR(reset(), "factory");
        CHECK(esp_ota_get_last_invalid_partition() == by_label("ota_0"));
        CHECK(esp_ota_get_next_update_partition(NULL) == by_label("ota_0"));
        CHECK_EQ(state_of("ota_0"), ESP_OTA_IMG_INVALID);
        CHECK_EQ(state_of("factory"), ESP_ERR_NOT_SUPPORTED);
    }
}

TEST(an_upgrade_that_is_never_confirmed_goes_back_at_the_next_reset)
{
    start();
    install_and_confirm("ota_0");
    install();
    CHECK_STR(reset(), "ota_1");
    CHECK_EQ(state_of("ota_1"), ESP_OTA_IMG_PENDING_VERIFY);
    CHECK_STR(reset(), "ota_0"); /* it crashed, say */
    CHECK_EQ(state_of("ota_1"), ESP_OTA_IMG_ABORTED);
    CHECK_EQ(state_of("ota_0"), ESP_OTA_IMG_VALID);
    CHECK(esp_ota_get_last_invalid_partition() == by_label("ota_1"));
    CHECK_STR(reset(), "ota_0");
    install_and_confirm("ota_1"); /* the next attempt works */
}

TEST(an_app_on_trial_cannot_upgrade_before_it_confirms)
{
    esp_ota_handle_t ota;

    start();
    install_and_confirm("ota_0");
    install();
    CHECK_STR(reset(), "ota_1");
    CHECK_EQ(esp_ota_begin(by_label("ota_0"), OTA_SIZE_UNKNOWN, &ota),
             ESP_ERR_OTA_ROLLBACK_INVALID_STATE);
    CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
    install();
    CHECK_STR(reset(), "ota_0");
}

TEST(the_app_before_can_be_erased_for_good)
{
    start();
    install_and_confirm("ota_0");
    install_and_confirm("ota_1");
    CHECK_EQ(esp_ota_erase_last_boot_app_partition(), ESP_OK);
    CHECK_EQ(device.flash[OTA_0_ADDR], 0xFF);
    CHECK_EQ(state_of("ota_0"), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_ota_mark_app_invalid_rollback(), ESP_OK); /* to factory */
    CHECK_STR(reset(), "factory");
    CHECK_EQ(esp_ota_erase_last_boot_app_partition(), ESP_FAIL);
}

TEST(a_slot_being_written_is_forgotten_and_the_running_one_stays)
{
    esp_ota_handle_t ota;

    start();
    install_and_confirm("ota_0");
    install_and_confirm("ota_1");
    CHECK_EQ(state_of("ota_0"), ESP_OTA_IMG_VALID);
    CHECK_EQ(esp_ota_begin(by_label("ota_0"), OTA_SIZE_UNKNOWN, &ota), ESP_OK);
    CHECK_EQ(state_of("ota_0"), ESP_ERR_NOT_FOUND);
    const struct image_bytes *image = app_image("c", 0, 1000);
    CHECK_EQ(esp_ota_write(ota, image->bytes, image->len), ESP_OK);
    CHECK_EQ(esp_ota_end(ota), ESP_OK);
    CHECK_STR(reset(), "ota_1"); /* written, but not chosen */
    CHECK_EQ(state_of("ota_1"), ESP_OTA_IMG_VALID);
}

TEST(choosing_twice_keeps_the_running_apps_entry)
{
    start();
    install_and_confirm("ota_0");
    install();
    install();
    CHECK_EQ(state_of("ota_0"), ESP_OTA_IMG_VALID);
    CHECK_STR(reset(), "ota_1");
}

TEST(a_fallback_does_not_confirm_the_broken_image)
{
    start();
    install_and_confirm("ota_0");
    install();
    device.flash[OTA_1_ADDR + 600] ^= 1; /* it rots before the reset */
    CHECK_STR(reset(), "ota_0");
    CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK); /* as every app does at its start */
    CHECK_EQ(state_of("ota_1"), ESP_OTA_IMG_PENDING_VERIFY);
    CHECK_STR(reset(), "ota_0");
    CHECK_EQ(state_of("ota_1"), ESP_OTA_IMG_ABORTED);
    install_and_confirm("ota_1");
}

TEST(the_security_version_rises_with_confirmation_and_forbids_the_way_back)
{
    const esp_partition_t *ota_0, *ota_1;

    device_start(OTA_0_ADDR);
    device_flash_app(OTA_0_ADDR, "1", 1);
    device_flash_app(OTA_1_ADDR, "2", 2);
    options = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    options.anti_rollback = true;
    CHECK_STR(reset(), "ota_0");
    molt_ota_part()->config.anti_rollback = true;
    ota_1 = by_label("ota_1");
    CHECK_EQ(esp_ota_set_boot_partition(ota_1), ESP_OK);
    CHECK_STR(reset(), "ota_1");
    molt_ota_part()->config.anti_rollback = true;
    CHECK(device.fuse < 2);
    CHECK(esp_ota_check_rollback_is_possible());
    CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
    CHECK_EQ(device.fuse, 2);
    CHECK(!esp_ota_check_rollback_is_possible());
    ota_0 = by_label("ota_0");
    CHECK_EQ(esp_ota_set_boot_partition(ota_0), ESP_ERR_OTA_SMALL_SEC_VER);
    CHECK_EQ(device.flash[OTA_0_ADDR], 0xFF);
    CHECK_STR(reset(), "ota_1");
}

TEST_MAIN()
