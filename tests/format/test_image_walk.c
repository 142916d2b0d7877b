#include "base/bytes.h"
#include "format/image.h"
#include "tests/support/check.h"
#include "tests/support/image_vector.h"

static struct molt_image image;
static struct molt_image_error error;

static struct molt_image_rules rules_for(const char *chip)
{
    return (struct molt_image_rules){
        .chip = molt_chip_by_name(chip),
        .addr = VECTOR_ADDR,
        .len_max = 0x100000,
    };
}

static enum molt_err check(const uint8_t *bytes, size_t len, const struct molt_image_rules *rules)
{
    return molt_image_check(bytes, len, rules, &image, &error);
}

TEST(the_vector_image_is_accepted_and_described)
{
    struct molt_image_rules rules = rules_for("esp32");
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);
    CHECK_EQ(image.len, VECTOR_LEN);
    CHECK_EQ(image.header.segment_count, 1);
    CHECK_EQ(image.header.entry_addr, 0x40080400);
    CHECK_EQ(image.header.max_chip_rev_full, 399);
    CHECK_EQ(image.segment[0].load_addr, 0x3F400020);
    CHECK_EQ(image.segment[0].len, 256);
    CHECK_EQ(image.segment[0].off, 32);
    CHECK(image.has_desc);
    CHECK_EQ(image.secure_version, 0);
    CHECK_EQ(image.mmu_page_len, 0x10000);
    CHECK_MEM(image.digest, bytes + VECTOR_DIGEST_OFF, MOLT_SHA256_LEN);
}

TEST(an_image_without_segments_is_accepted)
{
    struct molt_image_rules rules = rules_for("esp32");
    uint8_t bytes[EMPTY_LEN];

    empty_image(bytes);
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);
    CHECK_EQ(image.len, EMPTY_LEN);
    CHECK(!image.has_desc);

    /* The digest of what has none is the computed one. */
    uint8_t digest[MOLT_SHA256_LEN];
    CHECK_EQ(molt_sha256_of(bytes, sizeof bytes, digest), MOLT_OK);
    CHECK_MEM(image.digest, digest, sizeof digest);

    rules.need_app_desc = true;
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_ERR_FORMAT);
    CHECK_STR(molt_image_error_field(&error), "app descriptor");
}

TEST(every_truncation_is_refused)
{
    struct molt_image_rules rules = rules_for("esp32");
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    for (uint32_t len = 0; len < VECTOR_LEN; len++) {
        CHECK_EQ(check(bytes, len, &rules), MOLT_ERR_RANGE); /* the file ends early */
        CHECK_EQ(error.off, len);

        rules.len_max = len; /* the partition ends early */
        CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_ERR_RANGE);
        CHECK(error.off <= len);
        CHECK_EQ(image.len, 0);
        rules.len_max = 0x100000;
    }
}

TEST(every_changed_byte_is_noticed)
{
    struct molt_image_rules rules = rules_for("esp32");
    uint8_t bytes[VECTOR_LEN];

    for (uint32_t off = 0; off < VECTOR_LEN; off++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            vector_image(bytes);
            bytes[off] ^= (uint8_t)(1u << bit);
            if (check(bytes, sizeof bytes, &rules) != MOLT_OK) continue;
            /* One flag switches the digest off: the image then ends before it. */
            CHECK(off == 23 && image.len == VECTOR_DIGEST_OFF);
        }
    }
}

TEST(pieces_of_any_size_give_the_same_result)
{
    struct molt_image_rules rules = rules_for("esp32");
    uint8_t bytes[VECTOR_LEN + 100] = { 0 };

    vector_image(bytes);
    for (uint32_t size = 1; size <= sizeof bytes; size++) {
        struct molt_image_walk w;
        uint32_t off = 0;

        molt_image_walk_start(&w, &rules, &image, &error);
        for (; off < sizeof bytes; off += size) {
            uint32_t left = (uint32_t)sizeof bytes - off;

            CHECK_EQ(molt_image_walk_feed(&w, bytes + off, size < left ? size : left), MOLT_OK);
        }
        CHECK(molt_image_walk_done(&w));
        CHECK_EQ(molt_image_walk_wants(&w), 0);
        CHECK_EQ(image.len, VECTOR_LEN);
        CHECK_MEM(image.digest, bytes + VECTOR_DIGEST_OFF, MOLT_SHA256_LEN);
    }
}

TEST(what_it_wants_never_passes_the_image)
{
    struct molt_image_rules rules = rules_for("esp32");
    struct molt_image_walk w;
    uint8_t bytes[VECTOR_LEN];
    uint32_t off = 0;

    vector_image(bytes);
    rules.len_max = VECTOR_LEN;
    molt_image_walk_start(&w, &rules, &image, &error);
    while (!molt_image_walk_done(&w)) {
        uint32_t len = molt_image_walk_wants(&w);

        CHECK(len > 0 && off + len <= VECTOR_LEN);
        CHECK_EQ(molt_image_walk_feed(&w, bytes + off, len), MOLT_OK);
        off += len;
    }
    CHECK_EQ(off, VECTOR_LEN);
}

/* ---- what is refused, and how -------------------------------------------------------------------- */

struct change {
    uint32_t off, len, value;
};

static void apply(uint8_t *bytes, const struct change *c)
{
    uint8_t le[4];

    molt_store_le32(le, c->value);
    if (c->len > 0) memcpy(bytes + c->off, le, c->len);
}

TEST(each_rule_has_its_error_place_and_name)
{
    const struct {
        const char *name;
        struct change change;
        enum molt_err err;
        uint32_t off;
        const char *field;
    } cases[] = {
        { "no magic", { 0, 1, 0xFF }, MOLT_ERR_FORMAT, 0, "magic" },
        { "17 segments", { 1, 1, 17 }, MOLT_ERR_FORMAT, 1, "segment count" },
        { "255 segments", { 1, 1, 255 }, MOLT_ERR_FORMAT, 1, "segment count" },
        { "padding taken for a segment", { 1, 1, 2 }, MOLT_ERR_CHECKSUM, 304, "SHA-256" },
        { "checksum taken for a segment", { 1, 1, 3 }, MOLT_ERR_FORMAT, 300, "segment length" },
        { "esp32c3's id", { 12, 2, 5 }, MOLT_ERR_WRONG_CHIP, 12, "chip id" },
        { "linux's id", { 12, 2, 0xFFFF }, MOLT_ERR_WRONG_CHIP, 12, "chip id" },
        { "needs 1.1", { 15, 2, 101 }, MOLT_ERR_WRONG_CHIP, 15, "minimum chip revision" },
        { "needs 655.35", { 15, 2, 65535 }, MOLT_ERR_WRONG_CHIP, 15, "minimum chip revision" },
        { "at most 0.99", { 17, 2, 99 }, MOLT_ERR_WRONG_CHIP, 17, "maximum chip revision" },
        { "length 257", { 28, 4, 257 }, MOLT_ERR_FORMAT, 28, "segment length" },
        { "length 258", { 28, 4, 258 }, MOLT_ERR_FORMAT, 28, "segment length" },
        { "length 0", { 28, 4, 0 }, MOLT_ERR_FORMAT, 28, "segment length" },
        { "length 252", { 28, 4, 252 }, MOLT_ERR_FORMAT, 28, "segment length" },
        { "length 16 MiB", { 28, 4, 0x1000000 }, MOLT_ERR_FORMAT, 28, "segment length" },
        { "length 4 GiB - 4", { 28, 4, 0xFFFFFFFC }, MOLT_ERR_FORMAT, 28, "segment length" },
        { "length just too long", { 28, 4, 308 }, MOLT_ERR_RANGE, 28, "segment length" },
        { "length up to the end", { 28, 4, 304 }, MOLT_ERR_RANGE, 336, "checksum" },
        { "no room for the digest", { 28, 4, 288 }, MOLT_ERR_CHECKSUM, 335, "checksum" },
        { "mapped elsewhere", { 24, 4, 0x3F400024 }, MOLT_ERR_FORMAT, 24, "load address" },
        { "a data byte", { 200, 1, 0xAA }, MOLT_ERR_CHECKSUM, 303, "checksum" },
        { "the checksum", { 303, 1, 0 }, MOLT_ERR_CHECKSUM, 303, "checksum" },
        { "a padding byte", { 290, 1, 1 }, MOLT_ERR_CHECKSUM, 304, "SHA-256" },
        { "the digest", { 335, 1, 0 }, MOLT_ERR_CHECKSUM, 304, "SHA-256" },
        { "nothing", { 0, 0, 0 }, MOLT_OK, 0, NULL },
    };
    struct molt_image_rules rules = rules_for("esp32");

    rules.len_max = VECTOR_LEN;
    rules.chip_rev = 100;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[VECTOR_LEN];
        const struct molt_image none = { 0 };

        test_case = cases[i].name;
        vector_image(bytes);
        apply(bytes, &cases[i].change);
        CHECK_EQ(check(bytes, sizeof bytes, &rules), cases[i].err);
        if (cases[i].err == MOLT_OK) continue;
        CHECK_EQ(error.off, cases[i].off);
        CHECK_STR(molt_image_error_field(&error), cases[i].field);
        CHECK(*molt_image_error_why(&error));
        CHECK_MEM(&image, &none, sizeof none);
    }
}

TEST(revisions_are_compared_as_the_chip_compares_them)
{
    const struct {
        const char *name;
        uint16_t min, max, own;
        bool ignore_max, bootloader;
        enum molt_err err;
    } cases[] = {
        { "exactly the minimum", 301, 0, 301, false, false, MOLT_OK },
        { "below the minimum", 301, 0, 300, false, false, MOLT_ERR_WRONG_CHIP },
        { "below, bootloader", 301, 0, 300, false, true, MOLT_ERR_WRONG_CHIP },
        { "below, fuse", 301, 0, 300, true, false, MOLT_ERR_WRONG_CHIP },
        { "exactly the maximum", 0, 399, 399, false, false, MOLT_OK },
        { "above the maximum", 0, 399, 400, false, false, MOLT_ERR_WRONG_CHIP },
        { "above, bootloader", 0, 399, 400, false, true, MOLT_OK },
        { "above, fuse", 0, 399, 400, true, false, MOLT_OK },
        { "maximum 0 is none", 0, 0, 65534, false, false, MOLT_OK },
        { "maximum 65535 is none", 0, 65535, 65534, false, false, MOLT_OK },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_image_rules rules = rules_for("esp32");
        uint8_t bytes[VECTOR_LEN];

        test_case = cases[i].name;
        vector_image(bytes);
        molt_store_le16(bytes + 15, cases[i].min);
        molt_store_le16(bytes + 17, cases[i].max);
        reseal(bytes, VECTOR_DIGEST_OFF);
        rules.chip_rev = cases[i].own;
        rules.ignore_max_rev = cases[i].ignore_max;
        rules.is_bootloader = cases[i].bootloader;
        CHECK_EQ(check(bytes, sizeof bytes, &rules), cases[i].err);
    }
}

TEST(efuse_block_revisions_count_except_on_esp32)
{
    const struct {
        const char *name, *chip;
        uint16_t min, max, own;
        bool ignore_max, layout_only;
        enum molt_err err;
        uint32_t off;
    } cases[] = {
        { "unset", "esp32c3", 0, 0, 0, false, false, MOLT_OK, 0 },
        { "unset by 65535", "esp32c3", 65535, 65535, 5, false, false, MOLT_OK, 0 },
        { "inside", "esp32c3", 1, 199, 100, false, false, MOLT_OK, 0 },
        { "below", "esp32c3", 101, 199, 100, false, false, MOLT_ERR_WRONG_CHIP, 208 },
        { "above", "esp32c3", 1, 199, 200, false, false, MOLT_ERR_WRONG_CHIP, 210 },
        { "above, fuse", "esp32c3", 1, 199, 200, true, false, MOLT_OK, 0 },
        { "below, layout only", "esp32c3", 101, 199, 100, false, true, MOLT_OK, 0 },
        { "below, esp32", "esp32", 101, 199, 100, false, false, MOLT_OK, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_image_rules rules = rules_for(cases[i].chip);
        uint8_t bytes[VECTOR_LEN];

        test_case = cases[i].name;
        vector_image(bytes);
        molt_store_le16(bytes + 12, rules.chip->id);
        molt_store_le32(bytes + 24, 0);
        molt_store_le16(bytes + MOLT_APP_DESC_OFF + 176, cases[i].min);
        molt_store_le16(bytes + MOLT_APP_DESC_OFF + 178, cases[i].max);
        reseal(bytes, VECTOR_DIGEST_OFF);
        rules.efuse_blk_rev = cases[i].own;
        rules.ignore_max_rev = cases[i].ignore_max;
        rules.layout_only = cases[i].layout_only;
        CHECK_EQ(check(bytes, sizeof bytes, &rules), cases[i].err);
        if (cases[i].err) CHECK_EQ(error.off, cases[i].off);
    }
}

TEST(mapped_segments_agree_with_the_flash_address_modulo_the_page)
{
    const struct {
        const char *name, *chip;
        uint32_t addr, load_addr;
        uint8_t page_log2;
        enum molt_err err;
        uint32_t page_len;
    } cases[] = {
        { "esp32 DROM", "esp32", 0x20000, 0x3F410020, 0, MOLT_OK, 0x10000 },
        { "esp32 IROM", "esp32", 0x20000, 0x400D0020, 0, MOLT_OK, 0x10000 },
        { "slot not on a page", "esp32", 0x11000, 0x3F410020, 0, MOLT_ERR_FORMAT, 0 },
        { "slot and address both off", "esp32", 0x11000, 0x3F411020, 0, MOLT_OK, 0x10000 },
        { "RAM is not mapped", "esp32", 0x11000, 0x3FFB0000, 0, MOLT_OK, 0x10000 },
        { "just behind DROM", "esp32", 0x10000, 0x3F800000, 0, MOLT_OK, 0x10000 },
        { "last of DROM", "esp32", 0x10000, 0x3F7FFFFC, 0, MOLT_ERR_FORMAT, 0 },
        { "esp32 ignores the descriptor's page", "esp32", 0x14000, 0x3F410020, 14, MOLT_ERR_FORMAT,
          0 },
        { "c6, 16 KiB pages", "esp32c6", 0x14000, 0x42000020, 14, MOLT_OK, 0x4000 },
        { "c6, 64 KiB pages", "esp32c6", 0x14000, 0x42000020, 16, MOLT_ERR_FORMAT, 0 },
        { "c6, old image", "esp32c6", 0x14000, 0x42000020, 0, MOLT_ERR_FORMAT, 0 },
        { "c6, old image on a page", "esp32c6", 0x10000, 0x42000020, 0, MOLT_OK, 0x10000 },
        { "c6, page size 4 KiB is not one", "esp32c6", 0x11000, 0x42000020, 12, MOLT_ERR_FORMAT,
          0 },
        { "c6, page size 2^255 is not one", "esp32c6", 0x10000, 0x42000020, 255, MOLT_OK, 0x10000 },
        { "c6, page size 512 KiB is not one", "esp32c6", 0x10000, 0x42000020, 19, MOLT_OK,
          0x10000 },
        { "p4 external RAM", "esp32p4", 0x10000, 0x48000000, 16, MOLT_ERR_FORMAT, 0 },
        { "linux maps nothing", "linux", 0x10000, 0x42000000, 16, MOLT_OK, 0x10000 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_image_rules rules = rules_for(cases[i].chip);
        uint8_t bytes[VECTOR_LEN];

        test_case = cases[i].name;
        vector_image(bytes);
        molt_store_le16(bytes + 12, rules.chip->id);
        molt_store_le32(bytes + 24, cases[i].load_addr);
        bytes[MOLT_APP_DESC_OFF + 180] = cases[i].page_log2;
        bytes[MOLT_APP_DESC_OFF + 178] = 0;
        reseal(bytes, VECTOR_DIGEST_OFF);
        rules.addr = cases[i].addr;
        CHECK_EQ(check(bytes, sizeof bytes, &rules), cases[i].err);
        CHECK_EQ(image.mmu_page_len, cases[i].page_len);
        if (cases[i].err) CHECK_STR(molt_image_error_field(&error), "load address");
    }
}

TEST(a_missing_descriptor_matters_where_the_page_size_is_in_it)
{
    const struct {
        const char *name, *chip;
        bool need_app_desc, is_bootloader;
        enum molt_err err;
    } cases[] = {
        { "esp32 accepts it", "esp32", false, false, MOLT_OK },
        { "esp32, upgrades do not", "esp32", true, false, MOLT_ERR_FORMAT },
        { "c6 does not", "esp32c6", false, false, MOLT_ERR_WRONG_CHIP },
        { "c6, bootloader", "esp32c6", false, true, MOLT_OK },
        { "c6, upgrade", "esp32c6", true, false, MOLT_ERR_FORMAT },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_image_rules rules = rules_for(cases[i].chip);
        uint8_t bytes[VECTOR_LEN];

        test_case = cases[i].name;
        vector_image(bytes);
        molt_store_le16(bytes + 12, rules.chip->id);
        molt_store_le32(bytes + 24, 0);
        bytes[MOLT_APP_DESC_OFF] ^= 1;
        reseal(bytes, VECTOR_DIGEST_OFF);
        rules.need_app_desc = cases[i].need_app_desc;
        rules.is_bootloader = cases[i].is_bootloader;
        CHECK_EQ(check(bytes, sizeof bytes, &rules), cases[i].err);
        CHECK(!image.has_desc);
        if (!cases[i].err) continue;
        CHECK_EQ(error.off, MOLT_APP_DESC_OFF);
        CHECK_STR(molt_image_error_field(&error), "app descriptor");
    }
}

TEST(a_bootloader_is_checked_but_for_its_digest_and_descriptor)
{
    struct molt_image_rules rules = rules_for("esp32");
    uint8_t bytes[VECTOR_LEN];

    rules.is_bootloader = true;
    vector_image(bytes);
    bytes[2] = 0; /* the flash mode, as patched while flashing */
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);
    CHECK_MEM(image.digest, bytes + VECTOR_DIGEST_OFF, MOLT_SHA256_LEN);
    bytes[VECTOR_CHECKSUM_OFF] ^= 1;
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_ERR_CHECKSUM);
}

TEST(tools_may_look_at_any_chip_s_image)
{
    struct molt_image_rules rules = { .addr = 0x123, .len_max = VECTOR_LEN };
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    molt_store_le16(bytes + 12, 0x7777);
    molt_store_le16(bytes + 15, 65535);
    reseal(bytes, VECTOR_DIGEST_OFF);
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);
    CHECK_EQ(image.header.chip_id, 0x7777);
}

/* Where ESP-IDF's soc_caps.h has SOC_SPI_MEM_SUPPORT_CACHE_32BIT_ADDR_MAP there is no limit. */
TEST(a_partition_larger_than_the_chip_maps_is_an_argument_error)
{
    static const char *const unlimited[] = { "esp32s3", "esp32p4", "esp32c61",
                                             "esp32c5", "esp32h4", "esp32s31" };
    const struct molt_chip *chip;

    for (size_t i = 0; (chip = molt_chip_at(i)); i++) {
        struct molt_image_rules rules = { .chip = chip, .layout_only = true };
        bool has_limit = true;
        uint8_t bytes[EMPTY_LEN];

        for (size_t u = 0; u < sizeof unlimited / sizeof unlimited[0]; u++)
            if (strcmp(chip->name, unlimited[u]) == 0) has_limit = false;
        test_case = chip->name;
        empty_image(bytes);
        rules.len_max = 0x1000000;
        CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);
        for (uint32_t len = 0x1000001; len > 0x1000000; len = len * 2 - 1) {
            rules.len_max = len;
            CHECK_EQ(check(bytes, sizeof bytes, &rules), has_limit ? MOLT_ERR_ARG : MOLT_OK);
            if (has_limit) CHECK_STR(molt_image_error_field(&error), "partition");
            rules.chip = NULL; /* any chip: some have no limit */
            CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);
            rules.chip = chip;
            if (len > 0x7FFFFFFF) break;
        }
    }
}

TEST(layout_only_skips_data_and_ignores_chip_checksum_and_digest)
{
    struct molt_image_rules rules = rules_for("esp32");
    struct molt_image_walk w;
    uint8_t bytes[VECTOR_LEN];
    uint32_t off = 0;

    rules.layout_only = true;
    vector_image(bytes);
    bytes[12] = 5;
    bytes[VECTOR_CHECKSUM_OFF] ^= 1;
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);

    molt_image_walk_start(&w, &rules, &image, &error);
    while (!molt_image_walk_done(&w)) {
        uint32_t len = molt_image_walk_wants(&w);

        CHECK_EQ(molt_image_walk_feed(&w, bytes + off, len), MOLT_OK);
        off += len;
        uint32_t skipped = molt_image_walk_skip(&w);
        if (off == 288) CHECK_EQ(skipped, 16); /* the checksum's block */
        off += skipped;
    }
    CHECK_EQ(off, VECTOR_LEN);
    CHECK_EQ(image.len, VECTOR_LEN);
    CHECK_MEM(image.digest, bytes + VECTOR_DIGEST_OFF, MOLT_SHA256_LEN);
}

TEST(layout_only_leaves_a_digest_that_is_not_there_zero)
{
    struct molt_image_rules rules = rules_for("esp32");
    const uint8_t zeros[MOLT_SHA256_LEN] = { 0 };
    uint8_t bytes[EMPTY_LEN];

    rules.layout_only = true;
    empty_image(bytes);
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);
    CHECK_EQ(image.len, EMPTY_LEN);
    CHECK_MEM(image.digest, zeros, sizeof zeros);
}

TEST(after_a_failure_the_walk_is_over_and_says_the_same_again)
{
    struct molt_image_rules rules = rules_for("esp32");
    struct molt_image_walk w;
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    bytes[0] = 0;
    molt_image_walk_start(&w, &rules, &image, &error);
    CHECK_EQ(molt_image_walk_feed(&w, bytes, 24), MOLT_ERR_FORMAT);
    CHECK(molt_image_walk_done(&w));
    CHECK_EQ(molt_image_walk_wants(&w), 0);
    vector_image(bytes);
    CHECK_EQ(molt_image_walk_feed(&w, bytes, sizeof bytes), MOLT_ERR_FORMAT);
    CHECK_STR(molt_image_error_field(&error), "magic");
}

TEST(sixteen_segments_some_of_them_empty_are_accepted)
{
    struct molt_image_rules rules = rules_for("esp32");
    uint8_t bytes[512] = { 0xE9, MOLT_IMAGE_SEGMENTS_MAX };
    uint32_t off = MOLT_IMAGE_HEADER_LEN;

    rules.is_bootloader = true;
    for (uint32_t i = 0; i < MOLT_IMAGE_SEGMENTS_MAX; i++) {
        molt_store_le32(bytes + off + 4, i % 3 * 4);
        off += 8 + i % 3 * 4;
    }
    off = molt_round_up(off + 1, 16);
    bytes[23] = 1;
    reseal(bytes, off);
    CHECK_EQ(check(bytes, sizeof bytes, &rules), MOLT_OK);
    CHECK_EQ(image.len, off + MOLT_SHA256_LEN);
    for (uint32_t i = 0; i < MOLT_IMAGE_SEGMENTS_MAX; i++)
        CHECK_EQ(image.segment[i].len, i % 3 * 4);
}

TEST_MAIN()
