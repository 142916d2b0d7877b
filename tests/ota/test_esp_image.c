/* esp_image_format.h, esp_flash_partitions.h, esp_system.h: thin functions over core. */
#include "esp_system.h"
#include "ota/esp_err_map.h"
#include "tests/ota/ota_device.h"

static const esp_partition_pos_t slot_0 = { OTA_0_ADDR, SLOT_LEN };

TEST(an_image_is_verified_and_described)
{
    esp_image_metadata_t data;

    device_start(FACTORY_ADDR);
    device_flash_app(OTA_0_ADDR, "1", 3);
    const struct image_bytes *image = app_image("1", 3, 1000);
    for (int metadata = 0; metadata < 2; metadata++) {
        memset(&data, 0x55, sizeof data);
        CHECK_EQ(metadata ? esp_image_get_metadata(&slot_0, &data)
                          : esp_image_verify(ESP_IMAGE_VERIFY, &slot_0, &data),
                 ESP_OK);
        CHECK_EQ(data.start_addr, OTA_0_ADDR);
        CHECK_EQ(data.image.magic, ESP_IMAGE_HEADER_MAGIC);
        CHECK_EQ((uint16_t)data.image.chip_id, MOLT_CHIP_LINUX);
        CHECK_EQ(data.image.segment_count, 1);
        CHECK_EQ(data.segments[0].data_len, 1256);
        CHECK_EQ(data.segment_data[0], OTA_0_ADDR + 32);
        CHECK_EQ(data.image_len, image->len);
        CHECK_MEM(data.image_digest, image->bytes + image->len - 32, 32);
        CHECK_EQ(data.secure_version, 3);
        CHECK_EQ(data.mmu_page_size, 0x10000);
    }
}

TEST(a_bad_image_has_its_code_and_no_description)
{
    const struct {
        const char *name;
        uint32_t off;
        uint8_t value;
        esp_err_t result, metadata;
    } cases[] = {
        { "magic", 0, 0xE8, ESP_ERR_IMAGE_INVALID, ESP_ERR_IMAGE_INVALID },
        { "chip", 12, 5, ESP_FAIL, ESP_OK },
        { "minimum revision", 15, 101, ESP_FAIL, ESP_OK },
        { "maximum revision", 17, 99, ESP_FAIL, ESP_OK },
        { "segment count", 1, 17, ESP_ERR_IMAGE_INVALID, ESP_ERR_IMAGE_INVALID },
        { "segment length", 28, 1, ESP_ERR_IMAGE_INVALID, ESP_ERR_IMAGE_INVALID },
        { "segment leaves the slot", 30, 0x10, ESP_ERR_IMAGE_INVALID, ESP_ERR_IMAGE_INVALID },
        { "a byte of data", 700, 0x99, ESP_ERR_IMAGE_INVALID, ESP_OK },
    };
    static const esp_image_metadata_t zero;
    esp_image_metadata_t data;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        device_start(FACTORY_ADDR);
        device_flash_app(OTA_0_ADDR, "1", 0);
        device.flash[OTA_0_ADDR + cases[i].off] = cases[i].value;
        CHECK_EQ(esp_image_verify(ESP_IMAGE_VERIFY_SILENT, &slot_0, &data), cases[i].result);
        CHECK_MEM((const uint8_t *)&data, (const uint8_t *)&zero, sizeof data);
        CHECK_EQ(esp_image_get_metadata(&slot_0, &data), cases[i].metadata);
    }
}

TEST(arguments_of_the_verifier_are_checked)
{
    esp_partition_pos_t large = { 0, 0x1000001 }, outside = { FLASH_LEN - 16, 4096 };
    esp_image_metadata_t data;

    device_start(FACTORY_ADDR);
    CHECK_EQ(esp_image_verify(ESP_IMAGE_VERIFY, NULL, &data), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_image_verify(ESP_IMAGE_VERIFY, &slot_0, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_image_verify(ESP_IMAGE_VERIFY, &large, &data), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_image_verify(ESP_IMAGE_VERIFY, &outside, &data), ESP_ERR_IMAGE_INVALID);
    CHECK_EQ(esp_image_get_metadata(NULL, &data), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_image_get_metadata(&large, &data), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_image_verify_bootloader_data(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(bootloader_load_image(&slot_0, &data), ESP_FAIL);
    CHECK_EQ(bootloader_load_image_no_verify(&slot_0, &data), ESP_FAIL);
}

TEST(a_chip_that_molt_does_not_know_runs_nothing)
{
    esp_image_metadata_t data;

    device_start(FACTORY_ADDR);
    device_flash_app(OTA_0_ADDR, "1", 0);
    device.port.chip_id = 0x7777;
    CHECK_EQ(esp_image_verify(ESP_IMAGE_VERIFY, &slot_0, &data), ESP_FAIL);
    CHECK_EQ(esp_ota_set_boot_partition(by_label("ota_0")), ESP_ERR_OTA_VALIDATE_FAILED);
}

TEST(the_bootloader_is_verified_where_it_lies)
{
    uint32_t len = 7;

    device_start(FACTORY_ADDR);
    CHECK_EQ(esp_image_verify_bootloader(&len), ESP_ERR_IMAGE_INVALID);
    CHECK_EQ(len, 0);
    const struct image_bytes *image = app_image("b", 0, 100);
    memcpy(device.flash, image->bytes, image->len);
    device.flash[17] =
        99; /* a maximum revision, and with it a wrong hash: both do not count here */
    CHECK_EQ(esp_image_verify_bootloader(&len), ESP_OK);
    CHECK_EQ(len, image->len);
    CHECK_EQ(esp_image_verify_bootloader(NULL), ESP_OK);
    memcpy(device.flash + OTA_0_ADDR, device.flash, image->len);
    CHECK_EQ(esp_image_verify(ESP_IMAGE_VERIFY, &slot_0, &(esp_image_metadata_t){ 0 }), ESP_FAIL);
    esp_image_bootloader_offset_set(OTA_0_ADDR);
    CHECK_EQ(esp_image_bootloader_offset_get(), OTA_0_ADDR);
    CHECK_EQ(esp_image_verify(ESP_IMAGE_VERIFY, &slot_0, &(esp_image_metadata_t){ 0 }), ESP_OK);
}

TEST(flash_sizes_are_those_of_the_header)
{
    CHECK_EQ(esp_image_get_flash_size(ESP_IMAGE_FLASH_SIZE_1MB), 1 << 20);
    CHECK_EQ(esp_image_get_flash_size(ESP_IMAGE_FLASH_SIZE_128MB), 128 << 20);
    CHECK_EQ(esp_image_get_flash_size(ESP_IMAGE_FLASH_SIZE_MAX), 0);
}

TEST(a_table_is_verified_as_the_bootloader_does)
{
    static esp_partition_info_t rows[ESP_PARTITION_TABLE_MAX_ENTRIES];
    const uint8_t *table = device.flash + MOLT_PTABLE_ADDR;
    int count = -1;

    for (int md5 = 0; md5 < 2; md5++) {
        device_start(FACTORY_ADDR);
        device_write_table(stock_table(), md5);
        memcpy(rows, table, sizeof rows);
        CHECK_EQ(esp_partition_table_verify(rows, false, &count), ESP_OK);
        CHECK_EQ(count, 8);
    }
    rows[3].pos.size = FLASH_LEN;
    CHECK_EQ(esp_partition_table_verify(rows, true, &count), ESP_ERR_INVALID_SIZE);
    memcpy(rows, table, sizeof rows);
    rows[3].label[0] ^= 1;
    CHECK_EQ(esp_partition_table_verify(rows, true, &count), ESP_ERR_INVALID_STATE);
    memset(rows, 0xFF, sizeof rows);
    CHECK_EQ(esp_partition_table_verify(rows, true, &count), ESP_ERR_INVALID_STATE);
    memcpy(rows, table, 32);
    for (size_t i = 1; i < ESP_PARTITION_TABLE_MAX_ENTRIES; i++) rows[i] = rows[0];
    CHECK_EQ(esp_partition_table_verify(rows, true, &count), ESP_ERR_INVALID_STATE); /* no end */
    CHECK_EQ(esp_partition_table_verify(NULL, true, &count), ESP_ERR_INVALID_ARG);
}

TEST(a_restart_is_a_software_reset)
{
    device_start(FACTORY_ADDR);
    CHECK_EQ(esp_reset_reason(), ESP_RST_POWERON);
    if (setjmp(device.on_reset) == 0) esp_restart();
    CHECK_EQ(device.reset_with, MOLT_RESET_SW);
    CHECK_EQ((int)ESP_RST_BROWNOUT, (int)MOLT_RESET_BROWNOUT);
    CHECK_EQ((int)ESP_RST_TASK_WDT, (int)MOLT_RESET_TASK_WDT);
    CHECK_EQ((int)ESP_RST_PANIC, (int)MOLT_RESET_PANIC);
}

TEST(every_molt_error_has_an_esp_error)
{
#define X(name, text)                                                                              \
    test_case = #name;                                                                             \
    CHECK_EQ(molt_esp_err(MOLT_ERR_##name) == ESP_OK, MOLT_ERR_##name == MOLT_OK);
    MOLT_ERR_LIST(X)
#undef X
    CHECK_EQ(molt_esp_err((enum molt_err)999), ESP_FAIL);
}

TEST(names_and_constants_agree)
{
    const struct {
        esp_err_t code;
        const char *name;
    } cases[] = {
        { ESP_ERR_OTA_PARTITION_CONFLICT, "ESP_ERR_OTA_PARTITION_CONFLICT" },
        { ESP_ERR_OTA_SELECT_INFO_INVALID, "ESP_ERR_OTA_SELECT_INFO_INVALID" },
        { ESP_ERR_OTA_VALIDATE_FAILED, "ESP_ERR_OTA_VALIDATE_FAILED" },
        { ESP_ERR_OTA_SMALL_SEC_VER, "ESP_ERR_OTA_SMALL_SEC_VER" },
        { ESP_ERR_OTA_ROLLBACK_FAILED, "ESP_ERR_OTA_ROLLBACK_FAILED" },
        { ESP_ERR_OTA_ROLLBACK_INVALID_STATE, "ESP_ERR_OTA_ROLLBACK_INVALID_STATE" },
        { ESP_ERR_OTA_ALREADY_IN_PROGRESS, "ESP_ERR_OTA_ALREADY_IN_PROGRESS" },
        { ESP_ERR_OTA_SPI_MODE_MISMATCH, "ESP_ERR_OTA_SPI_MODE_MISMATCH" },
        { ESP_ERR_IMAGE_FLASH_FAIL, "ESP_ERR_IMAGE_FLASH_FAIL" },
        { ESP_ERR_IMAGE_INVALID, "ESP_ERR_IMAGE_INVALID" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_STR(esp_err_to_name(cases[i].code), cases[i].name);
}

TEST_MAIN()
