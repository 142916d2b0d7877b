#include "format/image_build.h"
#include "tests/support/check.h"
#include "tests/support/image_vector.h"

static uint8_t built[4096];
static uint32_t built_len;
static int pieces_until_error;

static enum molt_err keep(void *ctx, const uint8_t *bytes, uint32_t len)
{
    (void)ctx;
    if (pieces_until_error-- == 0) return MOLT_ERR_FULL;
    memcpy(built + built_len, bytes, len);
    built_len += len;
    return MOLT_OK;
}

static enum molt_err build(const struct molt_image_header *h, const struct molt_image_source *s,
                           size_t count, int until_error)
{
    const struct molt_image_sink sink = { .put = keep };

    built_len = 0;
    pieces_until_error = until_error;
    return molt_image_build(h, s, count, &sink);
}

TEST(the_vector_images_are_built_byte_for_byte)
{
    uint8_t vector[VECTOR_LEN], empty[EMPTY_LEN];

    vector_image(vector);
    empty_image(empty);
    struct molt_image_header h = molt_image_header_decode(vector);
    struct molt_image_source s = { 0x3F400020, vector + MOLT_APP_DESC_OFF, MOLT_APP_DESC_LEN };
    CHECK_EQ(molt_image_build_len(&h, &s, 1), VECTOR_LEN);
    CHECK_EQ(build(&h, &s, 1, -1), MOLT_OK);
    CHECK_EQ(built_len, VECTOR_LEN);
    CHECK_MEM(built, vector, sizeof vector);

    h = molt_image_header_decode(empty);
    CHECK_EQ(build(&h, NULL, 0, -1), MOLT_OK);
    CHECK_EQ(built_len, EMPTY_LEN);
    CHECK_MEM(built, empty, sizeof empty);
}

TEST(images_of_all_lengths_are_accepted_as_they_were_announced)
{
    const struct molt_image_rules rules = { .is_bootloader = false, .len_max = sizeof built };
    uint8_t desc[MOLT_APP_DESC_LEN] = { 0 }, data[80];

    memset(data, 0xA5, sizeof data);
    for (uint32_t len = 0; len <= sizeof data; len++) {
        const struct molt_image_source s[] = { { 0, desc, sizeof desc }, { 0, data, len } };
        const struct molt_image_header h = { .magic = MOLT_IMAGE_MAGIC, .hash_appended = len & 1 };
        struct molt_image_error error;
        struct molt_image image;

        CHECK_EQ(build(&h, s, 2, -1), MOLT_OK);
        CHECK_EQ(built_len, molt_image_build_len(&h, s, 2));
        CHECK_EQ(molt_image_check(built, built_len, &rules, &image, &error), MOLT_OK);
        CHECK_EQ(image.len, built_len);
        CHECK_EQ(image.segment[1].len, (len + 3) / 4 * 4);
        CHECK_MEM(built + image.segment[1].off, data, len);
    }
}

TEST(what_no_device_would_accept_is_not_built)
{
    const uint8_t one[1] = { 1 };
    struct molt_image_source s[17] = { { 0, one, 1 } };
    const struct molt_image_header h = { .magic = MOLT_IMAGE_MAGIC, .hash_appended = 1 };
    const struct {
        const char *name;
        uint32_t len;
        size_t count;
    } cases[] = {
        { "17 segments", 0, 17 },
        { "a segment of 16 MiB", 0x1000000, 1 },
        { "a segment that becomes 16 MiB", 0xFFFFFD, 1 },
        { "4 GiB - 1", UINT32_MAX, 1 },
        { "16 segments, together more than 16 MiB", 0x200000, 16 },
        { "one that leaves no room for the digest", 0xFFFFC0, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        for (size_t k = 0; k < 17; k++) s[k].len = cases[i].len;
        CHECK_EQ(molt_image_build_len(&h, s, cases[i].count), 0);
        CHECK_EQ(build(&h, s, cases[i].count, -1), MOLT_ERR_RANGE);
        CHECK_EQ(built_len, 0);
    }
}

TEST(a_chip_that_maps_all_of_its_flash_takes_longer_images)
{
    const uint8_t one[1] = { 1 };
    struct molt_image_source s[16];
    struct molt_image_header h = { .magic = MOLT_IMAGE_MAGIC, .hash_appended = 1 };

    for (size_t i = 0; i < 16; i++) s[i] = (struct molt_image_source){ 0, one, 0xFFFFFC };
    h.chip_id = molt_chip_by_name("esp32s3")->id;
    CHECK_EQ(molt_image_build_len(&h, s, 2), 0x2000000 + 80);
    CHECK(molt_image_build_len(&h, s, 16) > 0);
    CHECK(molt_image_build_len(&h, s, 16) <= MOLT_IMAGE_LEN_MAX);
    h.chip_id = molt_chip_by_name("esp32c3")->id;
    CHECK_EQ(molt_image_build_len(&h, s, 2), 0);
}

TEST(an_error_of_the_sink_stops_the_building)
{
    uint8_t desc[MOLT_APP_DESC_LEN] = { 0 };
    const struct molt_image_source s[] = { { 0, desc, sizeof desc }, { 0, desc, 5 } };
    const struct molt_image_header h = { .magic = MOLT_IMAGE_MAGIC, .hash_appended = 1 };
    int pieces = 0;

    while (build(&h, s, 2, pieces) != MOLT_OK) {
        CHECK(pieces < 20);
        pieces++;
    }
    CHECK_EQ(pieces, 8); /* header; header, data; header, data, zeros; checksum; digest */
}

TEST_MAIN()
