#include "slots/verify.h"

#include "flash/ram_nor.h"
#include "tests/support/check.h"
#include "tests/support/image_vector.h"

enum { FLASH_LEN = 0x40000, SLOT_LEN = 0x10000 };

static uint8_t flash[FLASH_LEN];
static struct molt_ram_nor ram;
static struct molt_region slot;
static struct molt_image image;
static struct molt_image_error error;

/* The image in a slot of a flash that is mapped, or not. */
static struct molt_image_rules put(const uint8_t *bytes, uint32_t len, uint32_t slot_len,
                                   bool mapped)
{
    const struct molt_nor_geometry geometry = molt_nor_geometry_spi(FLASH_LEN);

    memset(flash, 0xFF, sizeof flash);
    if (bytes) memcpy(flash + VECTOR_ADDR, bytes, len);
    molt_ram_nor_init(&ram, &geometry, flash);
    if (!mapped) ram.nor.mapped = NULL;
    CHECK_EQ(molt_region_make(&ram.nor, VECTOR_ADDR, slot_len, &slot), MOLT_OK);
    return (struct molt_image_rules){ .chip = molt_chip_by_name("esp32") };
}

TEST(an_image_in_flash_is_verified_with_and_without_a_mapping)
{
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    for (int mapped = 0; mapped <= 1; mapped++) {
        struct molt_image_rules rules = put(bytes, sizeof bytes, SLOT_LEN, mapped);

        CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_OK);
        CHECK_EQ(image.len, VECTOR_LEN);
        flash[VECTOR_ADDR + 100] ^= 4;
        CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_ERR_CHECKSUM);
        CHECK_EQ(image.len, 0);
        CHECK_STR(molt_image_error_field(&error), "checksum");
    }
}

TEST(an_image_longer_than_one_piece_is_read_in_pieces)
{
    enum { DATA = 0x3000, LEN = 24 + 8 + DATA + 16 + 32 };
    static uint8_t bytes[LEN];
    uint8_t head[VECTOR_LEN];

    vector_image(head);
    memcpy(bytes, head, MOLT_APP_DESC_OFF + MOLT_APP_DESC_LEN);
    molt_store_le32(bytes + 28, DATA);
    for (uint32_t i = MOLT_APP_DESC_OFF + MOLT_APP_DESC_LEN; i < 32 + DATA; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    reseal(bytes, 24 + 8 + DATA + 16);
    for (int mapped = 0; mapped <= 1; mapped++) {
        struct molt_image_rules rules = put(bytes, LEN, SLOT_LEN, mapped);

        CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_OK);
        CHECK_EQ(image.len, LEN);
    }
}

TEST(nothing_behind_the_partition_is_read)
{
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    for (int mapped = 0; mapped <= 1; mapped++) {
        for (uint32_t len = 0; len < VECTOR_LEN; len++) {
            struct molt_image_rules rules = put(bytes, sizeof bytes, len, mapped);

            CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_ERR_RANGE);
        }
        struct molt_image_rules rules = put(bytes, sizeof bytes, VECTOR_LEN, mapped);
        CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_OK);
    }
}

TEST(the_slot_s_address_decides_about_the_mapping)
{
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    struct molt_image_rules rules = put(bytes, sizeof bytes, SLOT_LEN, true);
    memcpy(flash + 0x21000, bytes, sizeof bytes);
    CHECK_EQ(molt_region_make(&ram.nor, 0x21000, SLOT_LEN, &slot), MOLT_OK);
    CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_ERR_FORMAT);
    CHECK_STR(molt_image_error_field(&error), "load address");
}

TEST(an_erased_slot_has_no_image_and_no_descriptor)
{
    struct molt_app_desc desc;

    struct molt_image_rules rules = put(NULL, 0, SLOT_LEN, true);
    CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_ERR_FORMAT);
    CHECK_EQ(error.off, 0);
    CHECK_STR(molt_image_error_field(&error), "magic");
    CHECK_EQ(molt_slot_app_desc(&slot, &desc), MOLT_ERR_NOT_FOUND);
}

TEST(the_descriptor_is_read_without_verifying)
{
    struct molt_app_desc desc;
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    bytes[VECTOR_CHECKSUM_OFF] ^= 1;
    (void)put(bytes, sizeof bytes, SLOT_LEN, false);
    CHECK_EQ(molt_slot_app_desc(&slot, &desc), MOLT_OK);
    CHECK_STR(desc.version, "1.0.0");
    (void)put(bytes, sizeof bytes, 100, false);
    CHECK_EQ(molt_slot_app_desc(&slot, &desc), MOLT_ERR_RANGE);
}

TEST(layout_only_reads_no_data)
{
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    bytes[VECTOR_CHECKSUM_OFF] ^= 1;
    for (int mapped = 0; mapped <= 1; mapped++) {
        struct molt_image_rules rules = put(bytes, sizeof bytes, SLOT_LEN, mapped);

        rules.layout_only = true;
        CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_OK);
        CHECK_EQ(image.len, VECTOR_LEN);
        CHECK_EQ(molt_region_make(&ram.nor, VECTOR_ADDR, VECTOR_LEN - 1, &slot), MOLT_OK);
        CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error), MOLT_ERR_RANGE);
        CHECK_STR(molt_image_error_field(&error), "SHA-256");
    }
}

/* ---- a flash that cannot be read ---------------------------------------------------------------- */

static uint32_t bad_addr;
static enum molt_err bad_err;

static enum molt_err read_with_bad_byte(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len)
{
    if (bad_addr >= addr && bad_addr - addr < len) return bad_err;
    memcpy(to, flash + addr, len);
    (void)nor;
    return MOLT_OK;
}

TEST(what_cannot_be_read_is_not_an_image)
{
    static const struct molt_nor_ops ops = { .read = read_with_bad_byte };
    const enum molt_err errors[] = { MOLT_ERR_ECC, MOLT_ERR_FLASH };
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    for (size_t i = 0; i < 2; i++) {
        for (uint32_t off = 0; off <= VECTOR_LEN; off++) {
            struct molt_image_rules rules = put(bytes, sizeof bytes, SLOT_LEN, false);

            ram.nor.ops = &ops;
            bad_addr = VECTOR_ADDR + off;
            bad_err = errors[i];
            CHECK_EQ(molt_slot_verify(&slot, &rules, &image, &error),
                     off < VECTOR_LEN ? errors[i] : MOLT_OK);
            if (off == VECTOR_LEN) continue;
            CHECK(error.off <= off);
            CHECK_EQ(image.header.magic, 0);
        }
    }
}

TEST_MAIN()
