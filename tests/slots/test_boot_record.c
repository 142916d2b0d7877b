#include "slots/boot_record.h"

#include "flash/ram_nor.h"
#include "tests/support/check.h"

enum { SECTOR = 4096, CHIP_LEN = 8 * SECTOR, AT = 2 * SECTOR };

static struct molt_ram_nor ram;
static uint8_t bytes[CHIP_LEN];
static enum molt_err (*real_read)(struct molt_nor *, uint32_t, void *, uint32_t);
static enum molt_err (*real_program)(struct molt_nor *, uint32_t, const void *, uint32_t);
static uint32_t unreadable;     /* address; 0 = all can be read */
static int unreadable_reads;    /* so often, then it can be read; 0 = never */
static uint32_t unprogrammable; /* address where programming fails until the next erase; 0 = none */

static enum molt_err read_or_ecc(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len)
{
    if (unreadable && unreadable >= addr && unreadable - addr < len) {
        if (unreadable_reads > 0 && --unreadable_reads == 0) unreadable = 0;
        return MOLT_ERR_ECC;
    }
    return real_read(nor, addr, to, len);
}

static enum molt_err program_or_fail(struct molt_nor *nor, uint32_t addr, const void *from,
                                     uint32_t len)
{
    if (unprogrammable && addr == unprogrammable) {
        unprogrammable = 0;
        return MOLT_ERR_FLASH;
    }
    return real_program(nor, addr, from, len);
}

static struct molt_boot_record record_with(uint32_t unit, uint8_t erased)
{
    static struct molt_nor_ops ops;
    struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);
    const struct molt_slot_map map = { .otadata = { AT, 2 * SECTOR } };
    struct molt_boot_record record = { 0 };

    g.program_len = unit;
    g.erased = erased;
    if (unit > 4) g.flags = MOLT_NOR_ECC; /* chips with large units do not let them be changed */
    memset(bytes, erased, sizeof bytes);
    molt_ram_nor_init(&ram, &g, bytes);
    ops = *ram.nor.ops;
    real_read = ops.read;
    ops.read = read_or_ecc;
    real_program = ops.program;
    ops.program = program_or_fail;
    ram.nor.ops = &ops;
    unreadable = unprogrammable = 0;
    unreadable_reads = 0;
    CHECK_EQ(molt_boot_record_open(&ram.nor, &map, &record), MOLT_OK);
    return record;
}

static struct molt_otadata entry(uint32_t seq, enum molt_img_state state)
{
    struct molt_otadata e = molt_otadata_blank();

    e.seq = seq;
    e.state = state;
    e.crc = molt_otadata_crc(seq);
    return e;
}

static void check_entry(const struct molt_boot_record *record, int index, uint32_t seq,
                        enum molt_img_state state)
{
    struct molt_otadata e[2];

    molt_boot_record_read(record, e);
    CHECK_EQ(e[index].seq, seq);
    CHECK_EQ(e[index].state, state);
}

TEST(a_partition_that_is_missing_or_small_is_said_so)
{
    struct molt_boot_record record = record_with(1, 0xFF);
    const struct {
        struct molt_extent otadata;
        enum molt_err err;
    } cases[] = {
        { { 0, 0 }, MOLT_ERR_NOT_FOUND },
        { { AT, SECTOR }, MOLT_ERR_RANGE },
        { { AT, 2 * SECTOR - 1 }, MOLT_ERR_RANGE },
        { { AT, 2 * SECTOR }, MOLT_OK },
        { { AT, 3 * SECTOR }, MOLT_OK },
        { { CHIP_LEN - SECTOR, 2 * SECTOR }, MOLT_ERR_RANGE },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct molt_slot_map map = { .otadata = cases[i].otadata };
        CHECK_EQ(molt_boot_record_open(&ram.nor, &map, &record), cases[i].err);
    }
}

TEST(otadata_is_kept_only_where_its_entries_have_sectors_of_their_own)
{
    const struct {
        const char *name;
        uint32_t sector_len, addr, len;
        enum molt_err err;
    } cases[] = {
        { "sectors of 256", 256, 0x20000, 0x2000, MOLT_OK },
        { "sectors of 4 KiB", 4096, 0x20000, 0x2000, MOLT_OK },
        { "sectors of 8 KiB", 8192, 0x20000, 0x2000, MOLT_ERR_ALIGN },
        { "sectors of 16 KiB", 0x4000, 0x20000, 0x8000, MOLT_ERR_ALIGN },
        { "sectors of 64 KiB", 0x10000, 0x20000, 0x20000, MOLT_ERR_ALIGN },
        { "sectors of 128 KiB", 0x20000, 0x20000, 0x20000, MOLT_ERR_ALIGN },
        { "half a sector further on", 4096, 0x20800, 0x2000, MOLT_ERR_ALIGN },
        { "one byte further on", 256, 0x20001, 0x2000, MOLT_ERR_ALIGN },
        { "with a tail", 4096, 0x20000, 0x2800, MOLT_OK },
    };
    static uint8_t chip[0x40000];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_nor_geometry g = molt_nor_geometry_spi(sizeof chip);
        const struct molt_slot_map map = { .otadata = { cases[i].addr, cases[i].len } };
        struct molt_boot_record record;

        test_case = cases[i].name;
        g.area[0].sector_len = cases[i].sector_len;
        CHECK_EQ(molt_nor_check(&g), MOLT_OK);
        molt_ram_nor_init(&ram, &g, chip);
        CHECK_EQ(molt_boot_record_open(&ram.nor, &map, &record), cases[i].err);
    }
}

TEST(otadata_is_kept_only_where_torn_entries_can_be_told)
{
    enum { CLEARS = MOLT_NOR_CLEARS_BITS, ECC = MOLT_NOR_ECC };
    const struct {
        uint8_t flags;
        uint32_t unit_min, unit_max; /* where it is kept */
    } cases[] = { { 0, 1, 0 }, { CLEARS, 1, 16 }, { ECC, 8, 64 }, { CLEARS | ECC, 1, 64 } };
    char name[64];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (uint32_t unit = 1; unit <= MOLT_NOR_UNIT_MAX; unit *= 2) {
            struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);
            const struct molt_slot_map map = { .otadata = { AT, 2 * SECTOR } };
            bool kept = unit >= cases[i].unit_min && unit <= cases[i].unit_max;
            struct molt_boot_record record;

            (void)snprintf(name, sizeof name, "unit %u, flags %u", (unsigned)unit, cases[i].flags);
            test_case = name;
            g.program_len = unit;
            g.flags = cases[i].flags;
            molt_ram_nor_init(&ram, &g, bytes);
            CHECK_EQ(molt_boot_record_open(&ram.nor, &map, &record),
                     kept ? MOLT_OK : MOLT_ERR_UNSUPPORTED);
        }
}

TEST(where_erased_flash_reads_as_zeros_seq_0_is_blank)
{
    struct molt_boot_record record = record_with(1, 0x00);
    const struct molt_otadata blank = molt_otadata_blank();

    memset(bytes + AT + 28, 0xFF, 4); /* a torn erase has left the crc, which is that of 0 */
    check_entry(&record, 0, blank.seq, blank.state);
    CHECK_EQ(molt_boot_record_set_state(&record, MOLT_IMG_VALID), MOLT_ERR_NOT_FOUND);
}

TEST(what_is_written_is_read_for_every_unit_and_erased_value)
{
    char name[64];

    for (uint32_t unit = 1; unit <= MOLT_NOR_UNIT_MAX; unit *= 2)
        for (int erased = 0; erased <= 0xFF; erased += 0xFF) {
            struct molt_boot_record record = record_with(unit, (uint8_t)erased);
            const struct molt_otadata seven = entry(7, MOLT_IMG_VALID);
            struct molt_otadata blank = molt_otadata_blank();

            (void)snprintf(name, sizeof name, "unit %u, erased %d", (unsigned)unit, erased);
            test_case = name;
            check_entry(&record, 0, blank.seq, blank.state);
            CHECK_EQ(molt_boot_record_write(&record, 1, &seven), MOLT_OK);
            CHECK_EQ(molt_boot_record_write(&record, 0, &seven), MOLT_OK);
            check_entry(&record, 0, 7, MOLT_IMG_VALID);
            check_entry(&record, 1, 7, MOLT_IMG_VALID);
            CHECK_EQ(molt_boot_record_erase_entry(&record, 0), MOLT_OK);
            check_entry(&record, 0, blank.seq, blank.state);
            check_entry(&record, 1, 7, MOLT_IMG_VALID);
        }
}

TEST(the_bytes_on_flash_are_those_of_the_stock_layout)
{
    struct molt_boot_record record = record_with(1, 0xFF);
    const struct molt_otadata two = entry(2, MOLT_IMG_NEW);
    uint8_t want[2 * SECTOR];

    memset(want, 0xFF, sizeof want);
    memcpy(want + SECTOR, "\x02\0\0\0", 4);
    memcpy(want + SECTOR + 24, "\0\0\0\0\x74\x37\xf6\x55", 8);
    CHECK_EQ(molt_boot_record_write(&record, 1, &two), MOLT_OK);
    CHECK_MEM(bytes + AT, want, sizeof want);
}

TEST(an_entry_that_cannot_be_read_is_absent)
{
    struct molt_boot_record record = record_with(1, 0xFF);
    struct molt_otadata e[2];

    CHECK_EQ(molt_boot_record_select(&record, 0, 2, MOLT_IMG_VALID), MOLT_OK);
    CHECK_EQ(molt_boot_record_select(&record, 1, 2, MOLT_IMG_VALID), MOLT_OK);
    unreadable = AT + SECTOR + 9;
    molt_boot_record_read(&record, e);
    CHECK(!molt_otadata_intact(&e[1]));
    CHECK(e[1].seq != UINT32_MAX); /* not blank: there may be an entry */
    CHECK_EQ(molt_boot_record_read(&record, e), 1u << 1);
    check_entry(&record, 0, 1, MOLT_IMG_VALID);

    /* It cannot be written either: the other one goes on deciding. */
    CHECK_EQ(molt_boot_record_select(&record, 1, 2, MOLT_IMG_NEW), MOLT_ERR_ECC);
    check_entry(&record, 0, 1, MOLT_IMG_VALID);
    unreadable = 0;
    molt_boot_record_read(&record, e);
    CHECK_EQ(e[1].seq, UINT32_MAX); /* seq was not programmed */
    CHECK_EQ(molt_boot_record_select(&record, 1, 2, MOLT_IMG_NEW), MOLT_OK);
    check_entry(&record, 1, 2, MOLT_IMG_NEW);
}

/* From a read that fails to one that does not: a flaky cell, a supply that was low. */
TEST(an_entry_that_can_be_read_again_does_not_win_over_what_was_selected_meanwhile)
{
    const struct {
        const char *name;
        uint32_t seq[2]; /* UINT32_MAX = blank; entry 1 cannot be read */
        uint32_t slot;
    } cases[] = {
        { "alone", { UINT32_MAX, 2 }, 0 },
        { "newest, the other slot", { 1, 2 }, 1 },
        { "newest, the same slot", { 1, 2 }, 0 },
        { "older", { 3, 2 }, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_boot_record record = record_with(1, 0xFF);
        struct molt_otadata e[2];

        test_case = cases[i].name;
        for (int k = 0; k < 2; k++) {
            const struct molt_otadata before = entry(cases[i].seq[k], MOLT_IMG_VALID);
            if (cases[i].seq[k] != UINT32_MAX)
                CHECK_EQ(molt_boot_record_write(&record, k, &before), MOLT_OK);
        }
        unreadable = AT + SECTOR + 9;
        unreadable_reads = 3; /* as long as reading is tried */
        CHECK_EQ(molt_boot_record_select(&record, cases[i].slot, 2, MOLT_IMG_NEW), MOLT_OK);
        unreadable = 0;
        (void)molt_boot_record_read(&record, e);
        int active = molt_otadata_active(e);
        CHECK(active >= 0);
        if (active < 0) continue;
        CHECK_EQ(molt_otadata_slot(e[active].seq, 2), cases[i].slot);
        CHECK_EQ(e[active].state, MOLT_IMG_NEW);
    }
}

/* The erase, which would heal the sector, comes after it. */
TEST(an_entry_whose_crc_cannot_be_cleared_is_erased_all_the_same)
{
    struct molt_boot_record record = record_with(1, 0xFF);
    const struct molt_otadata two = entry(2, MOLT_IMG_PENDING);

    CHECK_EQ(molt_boot_record_write(&record, 1, &two), MOLT_OK);
    unprogrammable = AT + SECTOR + 28;
    CHECK_EQ(molt_boot_record_set_state(&record, MOLT_IMG_VALID), MOLT_OK);
    check_entry(&record, 1, 2, MOLT_IMG_VALID);
}

TEST(selecting_a_slot_alternates_sectors_and_counts_up)
{
    const struct {
        const char *name;
        struct molt_otadata before[2];
        uint32_t slot, count;
        int index; /* the entry that must be written */
        uint32_t seq;
    } cases[] = {
        { "blank", { molt_otadata_blank(), molt_otadata_blank() }, 1, 2, 0, 2 },
        { "to the other slot", { entry(1, 2), molt_otadata_blank() }, 1, 2, 1, 2 },
        { "and back", { entry(1, 2), entry(2, 2) }, 0, 2, 0, 3 },
        { "5 to slot 1", { entry(5, 2), entry(4, 2) }, 1, 2, 1, 6 },
        { "three slots, skipping one", { entry(1, 2), molt_otadata_blank() }, 2, 3, 1, 3 },
        { "three slots, 3 to 1", { entry(2, 2), entry(3, 2) }, 1, 3, 0, 5 },
        { "same slot: in place", { entry(1, 2), entry(2, 2) }, 1, 2, 1, 2 },
        { "one slot only", { entry(3, 2), molt_otadata_blank() }, 0, 1, 0, 3 },
        { "after an aborted one", { entry(1, 2), entry(2, 4) }, 1, 2, 1, 2 },
        { "both rejected", { entry(8, 3), entry(9, 4) }, 1, 2, 0, 2 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_boot_record record = record_with(1, 0xFF);
        struct molt_otadata other;

        test_case = cases[i].name;
        for (int e = 0; e < 2; e++)
            CHECK_EQ(molt_boot_record_write(&record, e, &cases[i].before[e]), MOLT_OK);
        CHECK_EQ(molt_boot_record_select(&record, cases[i].slot, cases[i].count, MOLT_IMG_NEW),
                 MOLT_OK);
        check_entry(&record, cases[i].index, cases[i].seq, MOLT_IMG_NEW);
        other = cases[i].before[1 - cases[i].index];
        check_entry(&record, 1 - cases[i].index, other.seq, other.state);
    }
}

TEST(a_slot_that_does_not_exist_is_refused)
{
    struct molt_boot_record record = record_with(1, 0xFF);

    CHECK_EQ(molt_boot_record_select(&record, 2, 2, MOLT_IMG_NEW), MOLT_ERR_ARG);
    CHECK_EQ(molt_boot_record_select(&record, 0, 0, MOLT_IMG_NEW), MOLT_ERR_ARG);
    check_entry(&record, 0, UINT32_MAX, MOLT_IMG_UNDEFINED);
}

TEST(when_the_numbers_have_run_out_they_start_again)
{
    struct molt_boot_record record = record_with(1, 0xFF);
    const struct molt_otadata last = entry(UINT32_MAX - 1, MOLT_IMG_VALID);

    CHECK_EQ(molt_boot_record_write(&record, 0, &last), MOLT_OK);
    CHECK_EQ(molt_boot_record_select(&record, 0, 2, MOLT_IMG_NEW), MOLT_OK);
    check_entry(&record, 1, 1, MOLT_IMG_NEW);
    check_entry(&record, 0, UINT32_MAX, MOLT_IMG_UNDEFINED);
}

TEST(a_state_changes_in_the_active_entry_and_keeps_its_label)
{
    struct molt_boot_record record = record_with(1, 0xFF);
    struct molt_otadata two = entry(2, MOLT_IMG_PENDING), found[2];
    const struct molt_otadata one = entry(1, MOLT_IMG_VALID);

    CHECK_EQ(molt_boot_record_set_state(&record, MOLT_IMG_VALID), MOLT_ERR_NOT_FOUND);
    memcpy(two.label, "kept as it was      ", sizeof two.label);
    CHECK_EQ(molt_boot_record_write(&record, 0, &one), MOLT_OK);
    CHECK_EQ(molt_boot_record_write(&record, 1, &two), MOLT_OK);
    CHECK_EQ(molt_boot_record_set_state(&record, MOLT_IMG_VALID), MOLT_OK);
    check_entry(&record, 0, 1, MOLT_IMG_VALID);
    check_entry(&record, 1, 2, MOLT_IMG_VALID);
    molt_boot_record_read(&record, found);
    CHECK_MEM(found[1].label, two.label, sizeof two.label);

    CHECK_EQ(molt_boot_record_set_state(&record, MOLT_IMG_INVALID), MOLT_OK);
    check_entry(&record, 1, 2, MOLT_IMG_INVALID);
    CHECK_EQ(molt_boot_record_set_state(&record, MOLT_IMG_INVALID), MOLT_OK);
    check_entry(&record, 0, 1, MOLT_IMG_INVALID); /* the next active one */
}

TEST(erasing_leaves_no_entry_and_nothing_else_is_touched)
{
    const struct molt_slot_map map = { .otadata = { AT, 2 * SECTOR + SECTOR / 2 } };
    struct molt_boot_record record = record_with(1, 0xFF);

    CHECK_EQ(molt_boot_record_open(&ram.nor, &map, &record), MOLT_OK);
    memset(bytes, 0, sizeof bytes);
    CHECK_EQ(molt_boot_record_erase(&record), MOLT_OK);
    for (uint32_t i = 0; i < CHIP_LEN; i++)
        if (bytes[i] != (i >= AT && i < AT + 2 * SECTOR ? 0xFF : 0)) CHECK_EQ(i, UINT32_MAX);
}

TEST_MAIN()
