#include "format/otadata.h"

#include "base/bytes.h"
#include "tests/support/check.h"

static struct molt_otadata entry(uint32_t seq, enum molt_img_state state)
{
    struct molt_otadata e = molt_otadata_blank();

    e.seq = seq;
    e.state = state;
    e.crc = molt_otadata_crc(seq);
    return e;
}

static struct molt_otadata damaged(uint32_t seq, enum molt_img_state state)
{
    struct molt_otadata e = entry(seq, state);

    e.crc++;
    return e;
}

/* Measured with ESP-IDF's otatool and ROM. */
TEST(the_crc_equals_measured_values)
{
    const struct {
        uint32_t seq, crc;
        uint8_t bytes[4];
    } cases[] = {
        { 0, 0xFFFFFFFF, { 0xff, 0xff, 0xff, 0xff } },
        { 1, 0x4743989A, { 0x9a, 0x98, 0x43, 0x47 } },
        { 2, 0x55F63774, { 0x74, 0x37, 0xf6, 0x55 } },
        { 3, 0xED4A5011, { 0x11, 0x50, 0x4a, 0xed } },
        { 4, 0x709D68A8, { 0xa8, 0x68, 0x9d, 0x70 } },
        { 5, 0xC8210FCD, { 0xcd, 0x0f, 0x21, 0xc8 } },
        { 6, 0xDA94A023, { 0x23, 0xa0, 0x94, 0xda } },
        { 7, 0x6228C746, { 0x46, 0xc7, 0x28, 0x62 } },
        { 8, 0x3A4BD710, { 0x10, 0xd7, 0x4b, 0x3a } },
        { 10, 0x90421F9B, { 0x9b, 0x1f, 0x42, 0x90 } },
        { 100, 0x4BBB9FAB, { 0xab, 0x9f, 0xbb, 0x4b } },
        { 0xFFFFFFFE, 0x99F8B879, { 0x79, 0xb8, 0xf8, 0x99 } },
        { 0xFFFFFFFF, 0x2144DF1C, { 0x1c, 0xdf, 0x44, 0x21 } },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_otadata e = { .seq = cases[i].seq, .crc = molt_otadata_crc(cases[i].seq) };
        uint8_t bytes[MOLT_OTADATA_ENTRY_LEN];

        CHECK_EQ(e.crc, cases[i].crc);
        molt_otadata_encode(&e, bytes);
        CHECK_MEM(bytes + 28, cases[i].bytes, 4);
    }
}

TEST(whole_entries_equal_measured_bytes)
{
    const struct {
        uint32_t seq;
        enum molt_img_state state;
        const char *start, *end; /* bytes 0..3 and 24..31; 0xFF between */
    } cases[] = {
        { 1, MOLT_IMG_VALID, "\x01\0\0\0", "\x02\0\0\0\x9a\x98\x43\x47" },
        { 2, MOLT_IMG_NEW, "\x02\0\0\0", "\0\0\0\0\x74\x37\xf6\x55" },
        { 1, MOLT_IMG_UNDEFINED, "\x01\0\0\0", "\xff\xff\xff\xff\x9a\x98\x43\x47" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_otadata e = entry(cases[i].seq, cases[i].state);
        uint8_t bytes[MOLT_OTADATA_ENTRY_LEN], want[MOLT_OTADATA_ENTRY_LEN];

        memset(want, 0xFF, sizeof want);
        memcpy(want, cases[i].start, 4);
        memcpy(want + 24, cases[i].end, 8);
        molt_otadata_encode(&e, bytes);
        CHECK_MEM(bytes, want, sizeof want);
        e = molt_otadata_decode(want);
        CHECK_EQ(e.seq, cases[i].seq);
        CHECK_EQ(e.state, cases[i].state);
        CHECK(molt_otadata_usable(&e));
    }
}

TEST(an_erased_sector_reads_as_blank)
{
    struct molt_otadata blank = molt_otadata_blank();

    CHECK_EQ(blank.seq, UINT32_MAX);
    CHECK_EQ(blank.state, MOLT_IMG_UNDEFINED);
    CHECK(molt_all_bytes_are(blank.label, sizeof blank.label, 0xFF));
    CHECK(molt_otadata_rejected(&blank));
    CHECK(!molt_otadata_intact(&blank));
}

TEST(predicates_look_at_what_esp_idf_looks_at)
{
    const struct {
        const char *name;
        struct molt_otadata e;
        bool rejected, intact, usable;
    } cases[] = {
        { "new", entry(1, MOLT_IMG_NEW), false, true, true },
        { "pending", entry(1, MOLT_IMG_PENDING), false, true, true },
        { "valid", entry(1, MOLT_IMG_VALID), false, true, true },
        { "undefined", entry(1, MOLT_IMG_UNDEFINED), false, true, true },
        { "junk state", entry(1, (enum molt_img_state)77), false, true, true },
        { "invalid", entry(1, MOLT_IMG_INVALID), true, true, false },
        { "aborted", entry(1, MOLT_IMG_ABORTED), true, true, false },
        { "wrong crc", damaged(1, MOLT_IMG_VALID), false, false, false },
        { "aborted, wrong crc", damaged(1, MOLT_IMG_ABORTED), true, false, false },
        { "blank seq with its crc", entry(UINT32_MAX, MOLT_IMG_VALID), true, false, false },
        { "seq 0, rest blank", entry(0, MOLT_IMG_UNDEFINED), false, true, true },
        { "all zeros", { 0 }, false, false, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        CHECK_EQ(molt_otadata_rejected(&cases[i].e), cases[i].rejected);
        CHECK_EQ(molt_otadata_intact(&cases[i].e), cases[i].intact);
        CHECK_EQ(molt_otadata_usable(&cases[i].e), cases[i].usable);
    }
}

TEST(the_usable_entry_with_the_larger_number_decides)
{
    const struct molt_otadata blank = molt_otadata_blank();
    const struct {
        const char *name;
        struct molt_otadata e[2];
        int active;
    } cases[] = {
        { "blank device", { blank, blank }, -1 },
        { "only 0", { entry(1, MOLT_IMG_VALID), blank }, 0 },
        { "only 1", { blank, entry(1, MOLT_IMG_VALID) }, 1 },
        { "1 is newer", { entry(4, MOLT_IMG_VALID), entry(5, MOLT_IMG_NEW) }, 1 },
        { "0 is newer", { entry(6, MOLT_IMG_VALID), entry(5, MOLT_IMG_VALID) }, 0 },
        { "equal", { entry(5, MOLT_IMG_VALID), entry(5, MOLT_IMG_VALID) }, 0 },
        { "equal, 0 aborted", { entry(5, MOLT_IMG_ABORTED), entry(5, MOLT_IMG_VALID) }, 1 },
        { "newer is aborted", { entry(4, MOLT_IMG_VALID), entry(5, MOLT_IMG_ABORTED) }, 0 },
        { "newer is torn", { damaged(6, MOLT_IMG_NEW), entry(5, MOLT_IMG_VALID) }, 1 },
        { "unsigned", { entry(0x80000000, MOLT_IMG_VALID), entry(1, MOLT_IMG_VALID) }, 0 },
        { "no wrap", { entry(UINT32_MAX - 1, MOLT_IMG_VALID), entry(1, MOLT_IMG_VALID) }, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        CHECK_EQ(molt_otadata_active(cases[i].e), cases[i].active);
    }
}

TEST(a_number_selects_its_slot_modulo_the_count)
{
    const struct {
        uint32_t seq, count, slot;
    } cases[] = {
        { 1, 2, 0 },   { 2, 2, 1 }, { 3, 2, 0 }, { 100, 3, 0 }, { 16, 16, 15 },
        { 17, 16, 0 }, { 9, 1, 0 }, { 0, 2, 1 }, { 0, 3, 0 }, /* 0xFFFFFFFF modulo 3 */
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_EQ(molt_otadata_slot(cases[i].seq, cases[i].count), cases[i].slot);
}

TEST(the_next_number_is_the_smallest_that_selects_the_slot)
{
    const struct {
        uint32_t seq, slot, count, next;
        enum molt_err err;
    } cases[] = {
        { 0, 0, 2, 1, MOLT_OK },
        { 0, 1, 2, 2, MOLT_OK },
        { 1, 1, 2, 2, MOLT_OK },
        { 2, 0, 2, 3, MOLT_OK },
        { 5, 1, 2, 6, MOLT_OK },
        { 1, 2, 3, 3, MOLT_OK },
        { 3, 1, 3, 5, MOLT_OK },
        { 3, 2, 3, 3, MOLT_OK }, /* it selects the slot already */
        { 8, 0, 1, 8, MOLT_OK },
        { UINT32_MAX - 2, 1, 2, UINT32_MAX - 1, MOLT_OK },
        { UINT32_MAX - 1, 0, 2, 0, MOLT_ERR_RANGE },
        { 1, 2, 2, 0, MOLT_ERR_ARG },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t next = 0;

        CHECK_EQ(molt_otadata_seq_for(cases[i].seq, cases[i].slot, cases[i].count, &next),
                 cases[i].err);
        CHECK_EQ(next, cases[i].next);
    }
}

TEST_MAIN()
