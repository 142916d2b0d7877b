#include "format/ptable.h"

#include "tests/support/check.h"

#include "base/bytes.h"

enum { ROW = MOLT_PTABLE_ROW_LEN };

/* ESP-IDF's stock "two OTA" table, and its MD5 row. */
static const struct molt_ptable k_two_ota = {
    .row = { { "nvs", MOLT_PART_DATA, MOLT_DATA_NVS, 0x9000, 0x4000, 0 },
             { "otadata", MOLT_PART_DATA, MOLT_DATA_OTA, 0xD000, 0x2000, 0 },
             { "phy_init", MOLT_PART_DATA, MOLT_DATA_PHY, 0xF000, 0x1000, 0 },
             { "factory", MOLT_PART_APP, MOLT_APP_FACTORY, 0x10000, 0x100000, 0 },
             { "ota_0", MOLT_PART_APP, MOLT_APP_OTA_0, 0x110000, 0x100000, 0 },
             { "ota_1", MOLT_PART_APP, MOLT_APP_OTA_0 + 1, 0x210000, 0x100000, 0 } },
    .count = 6,
};
static const uint8_t k_two_ota_rows[7 * ROW] =
    "\xAA\x50\x01\x02\x00\x90\x00\x00\x00\x40\x00\x00nvs\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xAA\x50\x01\x00\x00\xD0\x00\x00\x00\x20\x00\x00otadata\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xAA\x50\x01\x01\x00\xF0\x00\x00\x00\x10\x00\x00phy_init\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xAA\x50\x00\x00\x00\x00\x01\x00\x00\x00\x10\x00"
    "factory\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xAA\x50\x00\x10\x00\x00\x11\x00\x00\x00\x10\x00ota_0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xAA\x50\x00\x11\x00\x00\x21\x00\x00\x00\x10\x00ota_1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xEB\xEB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xBF\x25\x82\x2C\x0F\xA6\xD8\x64\x1B\xD9\x30\x25\x1E\x06\xB4\xC4";

static uint8_t bytes[MOLT_PTABLE_LEN];
static struct molt_ptable table;
static struct molt_ptable_error error;

static void start_from_two_ota(void)
{
    CHECK_EQ(molt_ptable_encode(&k_two_ota, true, bytes), MOLT_OK);
    table.count = 0;
    error = (struct molt_ptable_error){ 0 };
}

static enum molt_err decode(void)
{
    return molt_ptable_decode(bytes, sizeof bytes, UINT32_MAX, &table, &error);
}

static void check_same_rows(const struct molt_ptable *got, const struct molt_ptable *want)
{
    CHECK_EQ(got->count, want->count);
    for (size_t i = 0; i < got->count && i < want->count; i++) {
        CHECK_STR(got->row[i].label, want->row[i].label);
        CHECK_EQ(got->row[i].type, want->row[i].type);
        CHECK_EQ(got->row[i].subtype, want->row[i].subtype);
        CHECK_EQ(got->row[i].addr, want->row[i].addr);
        CHECK_EQ(got->row[i].len, want->row[i].len);
        CHECK_EQ(got->row[i].flags, want->row[i].flags);
    }
}

TEST(the_stock_table_has_the_bytes_that_espidf_writes)
{
    uint8_t digest[MOLT_SHA256_LEN];

    start_from_two_ota();
    CHECK_MEM(bytes, k_two_ota_rows, sizeof k_two_ota_rows);
    CHECK(molt_all_bytes_are(bytes + sizeof k_two_ota_rows, sizeof bytes - sizeof k_two_ota_rows,
                             0xFF));
    CHECK_EQ(molt_sha256_of(bytes, sizeof bytes, digest), MOLT_OK);
    CHECK_MEM(digest,
              "\xD1\xC0\xE9\xD0\x2F\xA9\xD2\x6C\xD2\xE1\x98\x4E\x7B\x5D\xD2\x01"
              "\x57\x20\x4F\x50\x1D\xDC\x83\xCE\x82\x22\x9E\x5F\x31\x75\xEE\x8B",
              sizeof digest);
}

TEST(what_was_encoded_decodes_to_the_same_rows)
{
    start_from_two_ota();
    CHECK_EQ(decode(), MOLT_OK);
    check_same_rows(&table, &k_two_ota);
}

TEST(a_table_without_md5_row_is_accepted)
{
    CHECK_EQ(molt_ptable_encode(&k_two_ota, false, bytes), MOLT_OK);
    CHECK_EQ(decode(), MOLT_OK);
    check_same_rows(&table, &k_two_ota);
}

TEST(the_reader_says_whether_there_was_an_md5_row)
{
    for (int with_md5 = 0; with_md5 < 2; with_md5++) {
        struct molt_ptable_reader r;
        struct molt_partition row;
        enum molt_ptable_step step = MOLT_PTABLE_ROW;

        CHECK_EQ(molt_ptable_encode(&k_two_ota, with_md5, bytes), MOLT_OK);
        molt_ptable_reader_start(&r, UINT32_MAX);
        for (uint32_t off = 0; step == MOLT_PTABLE_ROW || step == MOLT_PTABLE_MD5; off += ROW)
            step = molt_ptable_reader_next(&r, bytes + off, &row);
        CHECK_EQ(step, MOLT_PTABLE_END);
        CHECK_EQ(r.md5_seen, with_md5);
    }
}

TEST(a_label_of_sixteen_bytes_has_no_terminator_on_flash)
{
    const struct molt_ptable one = {
        .row = { { "abcdefghijklmnop", MOLT_PART_DATA, MOLT_DATA_UNDEFINED, 0x9000, 0x1000, 0 } },
        .count = 1,
    };

    CHECK_EQ(molt_ptable_encode(&one, true, bytes), MOLT_OK);
    CHECK_MEM(bytes, "\xAA\x50\x01\x06\0\x90\0\0\0\x10\0\0abcdefghijklmnop\0\0\0\0", ROW);
    CHECK_MEM(bytes + ROW + 16, "\x3C\x8B\xE6\x21\x41\x74\x0E\x5D\xD7\x41\x2A\x96\x43\xB8\xA5\x0E",
              16);
    CHECK_EQ(decode(), MOLT_OK);
    CHECK_STR(table.row[0].label, "abcdefghijklmnop");
}

TEST(custom_types_and_flags_are_kept)
{
    const struct molt_ptable two = {
        .row = { { "first", 0x30, 0xEE, 0x100400, 0x300000, 0 },
                 { "second", 0x40, 0x01, 0x500000, 0x1000, 0x80000003 } },
        .count = 2,
    };

    CHECK_EQ(molt_ptable_encode(&two, true, bytes), MOLT_OK);
    CHECK_MEM(bytes, "\xAA\x50\x30\xEE\x00\x04\x10\x00\x00\x00\x30\x00", 12);
    CHECK_EQ(decode(), MOLT_OK);
    check_same_rows(&table, &two);
}

TEST(one_row_has_the_md5_that_espidf_writes)
{
    const struct molt_ptable one = {
        .row = { { "first", 0x30, 0xEE, 0x100400, 0x300000, 0 } },
        .count = 1,
    };

    CHECK_EQ(molt_ptable_encode(&one, true, bytes), MOLT_OK);
    CHECK_MEM(bytes + ROW + 16, "\x43\x03\x3F\x33\x40\x87\x57\x51\x69\x83\x9B\x40\x61\xB1\x27\x26",
              16);
}

TEST(bytes_behind_a_labels_first_nul_are_not_part_of_it)
{
    CHECK_EQ(molt_ptable_encode(&k_two_ota, false, bytes), MOLT_OK);
    bytes[12 + 5] = 'x';
    CHECK_EQ(decode(), MOLT_OK);
    CHECK_STR(table.row[0].label, "nvs");
    CHECK(molt_all_bytes_are(table.row[0].label + 3, sizeof table.row[0].label - 3, 0));
}

TEST(the_table_holds_94_rows_with_md5_and_95_without)
{
    static struct molt_ptable many;
    const struct {
        size_t count;
        bool with_md5;
        enum molt_err err;
    } cases[] = {
        { 94, true, MOLT_OK },
        { 95, true, MOLT_ERR_FULL },
        { 95, false, MOLT_OK },
    };

    for (size_t i = 0; i < MOLT_PTABLE_MAX; i++)
        many.row[i] = (struct molt_partition){ .label = "p", .addr = (uint32_t)i };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        many.count = cases[i].count;
        CHECK_EQ(molt_ptable_encode(&many, cases[i].with_md5, bytes), cases[i].err);
        if (cases[i].err) continue;
        CHECK_EQ(decode(), MOLT_OK);
        check_same_rows(&table, &many);
    }
}

TEST(bad_bytes_are_refused_with_place_and_reason)
{
    const struct {
        const char *name;
        uint32_t at; /* where `with` is put */
        const char *with;
        size_t with_len;
        enum molt_err err;
        uint32_t off;
        const char *field;
    } cases[] = {
        { "first magic is wrong", 0, "\xAA\x51", 2, MOLT_ERR_FORMAT, 0, "magic" },
        { "a later magic is wrong", 2 * ROW, "\0\0", 2, MOLT_ERR_FORMAT, 2 * ROW, "magic" },
        { "end marker has a type", 7 * ROW + 2, "\0", 1, MOLT_ERR_FORMAT, 7 * ROW, "magic" },
        { "end marker has a subtype", 7 * ROW + 3, "\0", 1, MOLT_ERR_FORMAT, 7 * ROW, "magic" },
        { "empty table", 0, "\xFF\xFF\xFF\xFF", 4, MOLT_ERR_FORMAT, 0, "magic" },
        { "a row was changed", 14, "x", 1, MOLT_ERR_CHECKSUM, 6 * ROW + 16, "MD5" },
        { "the digest was changed", 6 * ROW + 31, "x", 1, MOLT_ERR_CHECKSUM, 6 * ROW + 16, "MD5" },
        { "two MD5 rows", 7 * ROW, "\xEB\xEB", 2, MOLT_ERR_FORMAT, 7 * ROW, "magic" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start_from_two_ota();
        memcpy(bytes + cases[i].at, cases[i].with, cases[i].with_len);
        CHECK_EQ(decode(), cases[i].err);
        CHECK_EQ(error.err, cases[i].err);
        CHECK_EQ(error.off, cases[i].off);
        CHECK_STR(error.field, cases[i].field);
        CHECK(error.why != NULL);
    }
}

TEST(the_end_marker_is_judged_by_its_first_four_bytes)
{
    start_from_two_ota();
    memset(bytes + 7 * ROW + 4, 0, ROW - 4);
    CHECK_EQ(decode(), MOLT_OK);
}

TEST(rows_behind_the_md5_row_are_tolerated)
{
    start_from_two_ota();
    memcpy(bytes + 7 * ROW, bytes, ROW);
    CHECK_EQ(decode(), MOLT_OK);
    CHECK_EQ(table.count, 7);
}

TEST(a_row_must_lie_within_the_chip)
{
    const struct {
        const char *name;
        uint32_t addr, len, chip_len;
        enum molt_err err;
        uint32_t off;
    } cases[] = {
        { "ends at the end", 0x100000, 0x100000, 0x200000, MOLT_OK, 0 },
        { "ends one byte behind", 0x100000, 0x100001, 0x200000, MOLT_ERR_RANGE, 8 },
        { "starts behind", 0x200001, 0, 0x200000, MOLT_ERR_RANGE, 4 },
        { "empty at the end", 0x200000, 0, 0x200000, MOLT_OK, 0 },
        { "sum overflows", 0x1000, UINT32_MAX, 0x200000, MOLT_ERR_RANGE, 8 },
        { "sum overflows, no chip known", 0x1000, UINT32_MAX, UINT32_MAX, MOLT_OK, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct molt_ptable one = {
            .row = { { "a", 0x40, 0, cases[i].addr, cases[i].len, 0 } },
            .count = 1,
        };

        test_case = cases[i].name;
        error = (struct molt_ptable_error){ 0 };
        CHECK_EQ(molt_ptable_encode(&one, true, bytes), MOLT_OK);
        CHECK_EQ(molt_ptable_decode(bytes, sizeof bytes, cases[i].chip_len, &table, &error),
                 cases[i].err);
        CHECK_EQ(error.off, cases[i].off);
    }
}

TEST(a_table_that_stops_before_its_end_is_refused_at_every_length)
{
    start_from_two_ota();
    for (size_t len = 0; len < 8 * ROW; len++) {
        CHECK_EQ(molt_ptable_decode(bytes, len, UINT32_MAX, &table, &error), MOLT_ERR_FORMAT);
        CHECK_EQ(error.off, len / ROW * ROW);
    }
    CHECK_EQ(molt_ptable_decode(bytes, 8 * ROW, UINT32_MAX, &table, &error), MOLT_OK);
}

TEST(ninety_six_rows_without_an_end_are_refused)
{
    start_from_two_ota();
    for (uint32_t off = 0; off < MOLT_PTABLE_LEN; off += ROW) memcpy(bytes + off, bytes, ROW);
    CHECK_EQ(decode(), MOLT_ERR_FORMAT);
    CHECK_EQ(error.off, MOLT_PTABLE_LEN);
}

TEST(the_reader_stops_behind_the_last_row_that_can_be)
{
    struct molt_ptable_reader r;
    struct molt_partition row;

    start_from_two_ota();
    molt_ptable_reader_start(&r, UINT32_MAX);
    for (int i = 0; i < 96; i++)
        CHECK_EQ(molt_ptable_reader_next(&r, bytes, &row), MOLT_PTABLE_ROW);
    CHECK_EQ(molt_ptable_reader_next(&r, bytes, &row), MOLT_PTABLE_BAD);
    CHECK_EQ(r.error.off, MOLT_PTABLE_LEN);
    CHECK_EQ(r.error.err, MOLT_ERR_FORMAT);
}

TEST(rows_are_found_by_type_subtype_and_label)
{
    const struct molt_partition *ota_1 = &k_two_ota.row[5];

    CHECK(molt_ptable_find(&k_two_ota, MOLT_PART_APP, MOLT_APP_OTA_0 + 1, NULL) == ota_1);
    CHECK(molt_ptable_find(&k_two_ota, MOLT_PART_APP, MOLT_APP_OTA_0 + 1, "ota_1") == ota_1);
    CHECK(molt_ptable_find(&k_two_ota, MOLT_PART_APP, MOLT_APP_OTA_0 + 1, "ota_0") == NULL);
    CHECK(molt_ptable_find(&k_two_ota, MOLT_PART_APP, MOLT_APP_TEST, NULL) == NULL);
    CHECK(molt_ptable_find_label(&k_two_ota, "ota_1") == ota_1);
    CHECK(molt_ptable_find_label(&k_two_ota, "ota") == NULL);
}

TEST_MAIN()
