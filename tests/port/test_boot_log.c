#include "port/linux/boot_log.h"

#include "tests/support/check.h"

static const struct molt_choice k_choice = { .why = MOLT_CHOICE_ENTRY, .active = 1 };
static const struct molt_ptable_error k_table = { .off = 0x20, .field = "magic", .why = "is none" };
static const struct molt_image_error k_image = { 0x130, MOLT_IMAGE_DIGEST };

TEST(each_step_has_its_sentence)
{
    const struct {
        struct molt_boot_event event;
        const char *text;
        bool trouble;
    } cases[] = {
        { { .step = MOLT_BOOT_TABLE_BAD, .err = MOLT_ERR_FORMAT, .table = &k_table },
          "no partition table: magic: is none, at 0x20",
          true },
        { { .step = MOLT_BOOT_OTADATA_BAD, .err = MOLT_ERR_RANGE },
          "otadata is not used: an offset or length leaves the region it refers to",
          true },
        { { .step = MOLT_BOOT_NO_COUNTER, .err = MOLT_ERR_FLASH },
          "no security version: the flash refused or failed an operation",
          true },
        { { .step = MOLT_BOOT_WOKEN, .slot = 1 }, "woken from deep sleep: ota_1 goes on", false },
        { { .step = MOLT_BOOT_CHOSEN, .slot = 1, .choice = &k_choice },
          "ota_1: the newest usable otadata entry selects it",
          false },
        { { .step = MOLT_BOOT_STATE_WRITTEN, .entry = 1, .state = MOLT_IMG_PENDING },
          "otadata entry 1 is now on trial",
          false },
        { { .step = MOLT_BOOT_STATE_WRITTEN, .entry = 0, .state = MOLT_IMG_ABORTED },
          "otadata entry 0 is now aborted: it did not confirm itself",
          true },
        { { .step = MOLT_BOOT_STATE_WRITTEN, .state = MOLT_IMG_PENDING, .err = MOLT_ERR_FLASH },
          "otadata entry 0 is now on trial, but that failed: the flash refused or failed an "
          "operation",
          true },
        { { .step = MOLT_BOOT_FACTORY_RESET }, "the factory reset pin is held", false },
        { { .step = MOLT_BOOT_ERASED, .label = "nvs\033[2J" }, "nvs?[2J is erased", false },
        { { .step = MOLT_BOOT_TEST_APP }, "the test app pin is held", false },
        { { .step = MOLT_BOOT_REFUSED, .slot = 1, .err = MOLT_ERR_CHECKSUM, .image = &k_image },
          "ota_1 may not run: SHA-256 is not that of the image, at 0x130",
          true },
        { { .step = MOLT_BOOT_REFUSED, .slot = 2, .err = MOLT_ERR_FLASH },
          "ota_2 may not run: the flash refused or failed an operation",
          true },
        { { .step = MOLT_BOOT_TOO_OLD, .slot = MOLT_SLOT_FACTORY, .err = MOLT_ERR_OLD_VERSION },
          "factory may not run: its security version is too low",
          true },
        { { .step = MOLT_BOOT_NOT_LOADED, .slot = 0, .err = MOLT_ERR_FORMAT },
          "ota_0 may not run: segment 1 is no ELF executable",
          true },
        { { .step = MOLT_BOOT_NOT_LOADED, .slot = 0, .err = MOLT_ERR_CHECKSUM },
          "ota_0 may not run: the flash gave other bytes than were verified",
          true },
        { { .step = MOLT_BOOT_NOT_LOADED, .slot = 0, .err = MOLT_ERR_FULL },
          "ota_0 may not run: a fixed-size table or buffer has no room",
          true },
        { { .step = MOLT_BOOT_INITIALISED, .slot = 0 }, "otadata now selects ota_0", false },
        { { .step = MOLT_BOOT_VERSION_RAISED, .version = 3 },
          "the security version is now 3",
          false },
    };
    bool told[MOLT_BOOT_STEPS] = { false };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];

        test_case = cases[i].text;
        molt_boot_sentence(&cases[i].event, text, sizeof text);
        CHECK_STR(text, cases[i].text);
        CHECK_EQ(molt_boot_is_trouble(&cases[i].event), cases[i].trouble);
        told[cases[i].event.step] = true;
    }
    for (int step = 0; step < MOLT_BOOT_STEPS; step++) CHECK(told[step]);
}

TEST_MAIN()
