#include "format/image.h"
#include "tests/support/check.h"
#include "tests/support/image_vector.h"

TEST(the_vector_file_is_the_measured_one)
{
    static const uint8_t measured[] = {
        0x90, 0x9d, 0x51, 0x36, 0xb7, 0xd0, 0x94, 0x08, 0x98, 0x33, 0x88,
        0xc2, 0x14, 0x68, 0x99, 0x1d, 0x35, 0x0a, 0xca, 0x00, 0xd2, 0x85,
        0x4f, 0xd8, 0xc2, 0xd9, 0xfe, 0x15, 0xd6, 0x0f, 0x5d, 0x3c,
    };
    uint8_t bytes[VECTOR_LEN], digest[MOLT_SHA256_LEN];

    vector_image(bytes);
    CHECK_EQ(molt_sha256_of(bytes, sizeof bytes, digest), MOLT_OK);
    CHECK_MEM(digest, measured, sizeof digest);
}

TEST(every_header_field_has_its_own_place)
{
    uint8_t bytes[MOLT_IMAGE_HEADER_LEN], again[MOLT_IMAGE_HEADER_LEN];

    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7 + 3);
    struct molt_image_header h = molt_image_header_decode(bytes);
    CHECK_EQ(h.magic, 3);
    CHECK_EQ(h.segment_count, 10);
    CHECK_EQ(h.spi_mode, 17);
    CHECK_EQ(h.spi_speed, 24 & 15);
    CHECK_EQ(h.spi_size, 24 >> 4);
    CHECK_EQ(h.entry_addr, 0x342D261F);
    CHECK_EQ(h.wp_pin, 59);
    CHECK_EQ(h.spi_pin_drv[2], 80);
    CHECK_EQ(h.chip_id, 0x5E57);
    CHECK_EQ(h.min_chip_rev, 101);
    CHECK_EQ(h.min_chip_rev_full, 0x736C);
    CHECK_EQ(h.max_chip_rev_full, 0x817A);
    CHECK_EQ(h.hash_appended, 164);
    molt_image_header_encode(&h, again);
    CHECK_MEM(again, bytes, sizeof bytes);
}

TEST(the_app_descriptor_survives_a_round_trip)
{
    uint8_t bytes[VECTOR_LEN], again[MOLT_APP_DESC_LEN];

    vector_image(bytes);
    struct molt_app_desc d = molt_app_desc_decode(bytes + MOLT_APP_DESC_OFF);
    CHECK_EQ(d.magic, MOLT_APP_DESC_MAGIC);
    CHECK_STR(d.version, "1.0.0");
    CHECK_STR(d.project_name, "demo");
    CHECK_STR(d.time, "00:00:00");
    CHECK_STR(d.date, "Jan  1 2026");
    CHECK_STR(d.idf_ver, "v6.2-dev");
    CHECK_EQ(d.app_elf_sha256[31], 31);
    CHECK_EQ(d.max_efuse_blk_rev_full, 99);
    CHECK_EQ(d.mmu_page_size, 16);
    CHECK_EQ(d.spi_flash_mode, 2);
    molt_app_desc_encode(&d, again);
    CHECK_MEM(again, bytes + MOLT_APP_DESC_OFF, sizeof again);
}

TEST(texts_without_a_terminator_and_texts_with_rubbish_behind_it_are_read_alike)
{
    uint8_t bytes[MOLT_APP_DESC_LEN];

    memset(bytes, 'x', sizeof bytes);
    struct molt_app_desc d = molt_app_desc_decode(bytes);
    CHECK_EQ(strlen(d.version), 32);
    CHECK_EQ(strlen(d.project_name), 32);
    CHECK_EQ(strlen(d.time), 16);
    CHECK_EQ(strlen(d.date), 16);
    CHECK_EQ(strlen(d.idf_ver), 32);
    bytes[16 + 3] = '\0';
    d = molt_app_desc_decode(bytes);
    CHECK_STR(d.version, "xxx");
    CHECK_EQ(d.version[4], 0);
}

TEST(the_bootloader_descriptor_survives_a_round_trip)
{
    const struct molt_bootloader_desc d = {
        .magic = MOLT_BOOTLOADER_DESC_MAGIC,
        .secure_version = 3,
        .version = 0x01020304,
        .idf_ver = "v6.2-dev",
        .date_time = "Jan  1 2026 00:00:00",
    };
    uint8_t bytes[MOLT_BOOTLOADER_DESC_LEN];

    molt_bootloader_desc_encode(&d, bytes);
    CHECK_EQ(bytes[0], 80);
    CHECK_EQ(bytes[3], 3);
    CHECK_EQ(molt_load_le32(bytes + 4), 0x01020304);
    CHECK_MEM(bytes + 8, "v6.2-dev", 9);
    CHECK_MEM(bytes + 40, "Jan  1 2026 00:00:00", 21);
    struct molt_bootloader_desc again = molt_bootloader_desc_decode(bytes);
    CHECK_EQ(again.magic, 80);
    CHECK_EQ(again.secure_version, 3);
    CHECK_EQ(again.version, 0x01020304);
    CHECK_STR(again.idf_ver, d.idf_ver);
    CHECK_STR(again.date_time, d.date_time);
}

TEST(each_chip_has_its_id_bootloader_address_and_page_sizes)
{
    const struct {
        const char *name;
        uint16_t id;
        uint32_t bootloader_addr, page_min;
    } cases[] = {
        { "esp32", 0x0000, 0x1000, 0x10000 },   { "esp32s2", 0x0002, 0x1000, 0x10000 },
        { "esp32c3", 0x0005, 0, 0x10000 },      { "esp32s3", 0x0009, 0, 0x10000 },
        { "esp32c2", 0x000C, 0, 0x2000 },       { "esp32c6", 0x000D, 0, 0x2000 },
        { "esp32h2", 0x0010, 0, 0x2000 },       { "esp32p4", 0x0012, 0x2000, 0x10000 },
        { "esp32c61", 0x0014, 0, 0x2000 },      { "esp32c5", 0x0017, 0x2000, 0x10000 },
        { "esp32h21", 0x0019, 0, 0x2000 },      { "esp32h4", 0x001C, 0x2000, 0x2000 },
        { "esp32s31", 0x0020, 0x2000, 0x2000 }, { "linux", 0xFFFF, 0, 0x10000 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct molt_chip *chip = molt_chip_by_name(cases[i].name);

        test_case = cases[i].name;
        CHECK_EQ(chip->id, cases[i].id);
        CHECK_EQ(chip->bootloader_addr, cases[i].bootloader_addr);
        CHECK_EQ(chip->mmu_page_len, 0x10000);
        CHECK_EQ(chip->mmu_page_min, cases[i].page_min);
        CHECK(chip->mmu_page_max >= chip->mmu_page_len);
        CHECK(molt_chip_by_id(cases[i].id) == chip);
        CHECK(molt_chip_at(i) == chip);
    }
}

TEST(there_are_no_other_chips)
{
    CHECK(molt_chip_at(13) != NULL);
    CHECK(molt_chip_at(14) == NULL);
    CHECK(molt_chip_by_name("esp8266") == NULL);
    CHECK(molt_chip_by_id(0x1234) == NULL);
}

TEST_MAIN()
