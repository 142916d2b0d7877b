#include "format/ptable_draft.h"

#include "tests/support/ptable.h"

enum { ROW = MOLT_PTABLE_ROW_LEN };

static uint8_t bytes[MOLT_PTABLE_LEN];

/* ESP-IDF's test table: three rows and an MD5 row. */
static const uint8_t k_three[5 * ROW] =
    "\xAA\x50\x00\x00\x00\x00\x01\x00\x00\x00\x10\x00"
    "factory\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xAA\x50\x01\x20\x00\x00\x11\x00\x00\x02\x00\x00"
    "data\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xAA\x50\x10\x00\x00\x00\x15\x00\x00\x10\x00\x00"
    "second\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\xEB\xEB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xF9\xBD\x06\x1B\x45\x68\x6F\x86\x57\x1A\x2C\xD5\x2A\x1D\xA6\x5B"
    "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";

static void start(void)
{
    pt_start(0x8000);
    memset(bytes, 0xFF, sizeof bytes);
    memcpy(bytes, k_three, sizeof k_three);
}

TEST(rows_are_read_and_written_back_to_the_same_bytes)
{
    uint8_t again[MOLT_PTABLE_LEN];

    start();
    CHECK_EQ(pt_read(k_three, sizeof k_three), MOLT_OK);
    CHECK_EQ(pt.draft.count, 3);
    CHECK_STR(pt_name(1), "data");
    CHECK_EQ(pt.draft.row[2].type, 0x10);
    CHECK_EQ(pt_check(), MOLT_OK);
    CHECK_EQ(pt_table(), MOLT_OK);
    CHECK_EQ(molt_ptable_encode(&pt.table, true, again), MOLT_OK);
    CHECK_MEM(again, bytes, sizeof bytes);
}

TEST(a_row_without_md5_row_is_read)
{
    start();
    memcpy(bytes,
           "\xAA\x50\x30\xEE\x00\x00\x10\x00\x00\x00\x20\x00"
           "0123456789abc\0\0\0\0\0\0\0",
           ROW);
    memset(bytes + ROW, 0xFF, ROW);
    CHECK_EQ(pt_read(bytes, 2 * ROW), MOLT_OK);
    CHECK_EQ(pt.draft.count, 1);
    CHECK_EQ(pt.draft.row[0].type, 0x30);
    CHECK_EQ(pt.draft.row[0].subtype, 0xEE);
    CHECK_EQ(pt.draft.row[0].addr, 0x100000);
    CHECK_EQ(pt.draft.row[0].len, 0x200000);
    CHECK_STR(pt_name(0), "0123456789abc");
}

TEST(a_label_that_begins_with_a_byte_order_mark_keeps_it)
{
    start();
    memcpy(bytes + 12, "\xEF\xBB\xBFnvs\0\0\0\0\0\0\0\0\0\0", 16);
    memset(bytes + ROW, 0xFF, ROW);
    CHECK_EQ(pt_read(bytes, 2 * ROW), MOLT_OK);
    CHECK_STR(pt_name(0), "\xEF\xBB\xBFnvs");
}

TEST(a_label_of_sixteen_bytes_is_read_whole)
{
    start();
    memcpy(bytes + 12, "abcdefghijklmnop", 16);
    memset(bytes + ROW, 0xFF, ROW);
    CHECK_EQ(pt_read(bytes, 2 * ROW), MOLT_OK);
    CHECK_STR(pt_name(0), "abcdefghijklmnop");
}

TEST(an_empty_table_is_read_as_such)
{
    start();
    memset(bytes, 0xFF, ROW);
    CHECK_EQ(pt_read(bytes, sizeof bytes), MOLT_OK);
    CHECK_EQ(pt.draft.count, 0);
}

TEST(what_follows_the_end_is_ignored)
{
    start();
    memset(bytes + sizeof k_three, 0x5A, 100);
    CHECK_EQ(pt_read(bytes, sizeof k_three + 7), MOLT_OK);
    CHECK_EQ(pt.draft.count, 3);
}

TEST(unknown_flags_are_dropped_with_a_warning)
{
    start();
    bytes[28] = 0x07;
    bytes[31] = 0x80;
    memset(bytes + ROW, 0xFF, ROW);
    CHECK_EQ(pt_read(bytes, 2 * ROW), MOLT_OK);
    CHECK_EQ(pt.draft.row[0].flags, 3);
    CHECK_STR(
        pt.notes,
        "WARNING: Partition definition had unknown flag(s) 0x80000004. Newer binary format?\n");
}

TEST(the_reserved_bytes_of_an_md5_row_are_not_looked_at)
{
    start();
    memset(bytes + 3 * ROW + 2, 0, 14);
    CHECK_EQ(pt_read(bytes, sizeof bytes), MOLT_OK);
}

TEST(an_md5_row_may_be_repeated_and_covers_all_rows_before_it)
{
    start();
    memcpy(bytes + 4 * ROW, bytes + 3 * ROW, ROW);
    CHECK_EQ(pt_read(bytes, sizeof bytes), MOLT_OK);
    CHECK_EQ(pt.draft.count, 3);
}

TEST(bad_bytes_have_the_reference_tools_messages)
{
    const struct {
        const char *name;
        size_t at;
        const char *with;
        size_t with_len, len;
        bool no_md5;
        const char *message;
    } cases[] = {
        { "a changed row", 12, "F", 1, sizeof bytes, false,
          "MD5 checksums don't match! (computed: 0xaa125b74278d05a034415b9021a1bbe7, parsed: "
          "0xb'f9bd061b45686f86571a2cd52a1da65b')" },
        { "wrong magic", 0, "OHAI", 4, sizeof bytes, false,
          "Invalid magic bytes (b'OH') for partition definition" },
        { "magic with a quote", ROW, "'\"", 2, sizeof bytes, false,
          "Invalid magic bytes (b'\\'\"') for partition definition" },
        { "magic with one quote", ROW, "'\\", 2, sizeof bytes, false,
          "Invalid magic bytes (b\"'\\\\\") for partition definition" },
        { "magic with control characters", ROW, "\t\n", 2, sizeof bytes, false,
          "Invalid magic bytes (b'\\t\\n') for partition definition" },
        { "magic with others", ROW, "\r\x7F", 2, sizeof bytes, false,
          "Invalid magic bytes (b'\\r\\x7f') for partition definition" },
        { "MD5 row where none is known", 0, "\xAA", 1, sizeof bytes, true,
          "Invalid magic bytes (b'\\xeb\\xeb') for partition definition" },
        { "cut inside a row", 0, "\xAA", 1, 2 * ROW + 5, false,
          "Partition table length must be a multiple of 32 bytes" },
        { "cut behind a row", 0, "\xAA", 1, 2 * ROW, false,
          "Partition table is missing an end-of-table marker" },
        { "nothing", 0, "\xAA", 1, 0, false, "Partition table is missing an end-of-table marker" },
        { "label is not UTF-8", ROW + 12, "\xFF", 1, sizeof bytes, false,
          "Partition label at byte 0x2c is not UTF-8" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start();
        pt.rules.no_md5 = cases[i].no_md5;
        memcpy(bytes + cases[i].at, cases[i].with, cases[i].with_len);
        CHECK(pt_read(bytes, cases[i].len) != MOLT_OK);
        CHECK_STR(pt.message, cases[i].message);
        CHECK(pt.why[0] != '\0');
    }
}

TEST(more_rows_than_a_draft_holds_are_refused)
{
    static uint8_t many[300 * ROW];

    start();
    for (size_t i = 0; i < 300; i++) memcpy(many + i * ROW, k_three, ROW);
    CHECK_EQ(pt_read(many, sizeof many), MOLT_ERR_FULL);
    CHECK_EQ(pt.draft.count, 256);
}

TEST_MAIN()
