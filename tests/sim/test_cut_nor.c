#include "sim/cut_nor.h"

#include "flash/ram_nor.h"
#include "tests/support/check.h"

enum { SECTOR = 4096, CHIP_LEN = 4 * SECTOR, AT = SECTOR, LEN = 200 };

static struct molt_ram_nor ram;
static struct molt_cut_nor cut;
static uint8_t bytes[CHIP_LEN], data[LEN];
static jmp_buf power_lost;

static void jump(void *ctx)
{
    (void)ctx;
    longjmp(power_lost, 1);
}

static void start(uint8_t erased)
{
    struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);

    g.erased = erased;
    memset(bytes, erased, sizeof bytes);
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 37 + 11);
    molt_ram_nor_init(&ram, &g, bytes);
    molt_cut_nor_init(&cut, &ram.nor);
    cut.on_power_lost = jump;
}

/* One program or one erase under a fault; true when power was lost. *err is only set otherwise. */
static bool one_operation(bool is_erase, enum molt_err *err)
{
    if (setjmp(power_lost)) return true;
    *err =
        is_erase ? cut.nor.ops->erase(&cut.nor, AT) : cut.nor.ops->program(&cut.nor, AT, data, LEN);
    return false;
}

/* Bits of [AT, AT+len) that differ between what is there and a whole operation. */
static uint32_t missing_bits(const uint8_t *whole, uint32_t len)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < len; i++)
        count += (uint32_t)__builtin_popcount((unsigned)(bytes[AT + i] ^ whole[i]));
    return count;
}

TEST(each_kind_of_torn_program_does_what_it_says)
{
    char name[64];

    for (int kind = 0; kind < MOLT_CUT_KINDS; kind++)
        for (int erased = 0; erased <= 0xFF; erased += 0xFF)
            for (uint32_t seed = 0; seed < 50; seed++) {
                enum molt_err err = MOLT_OK;
                uint8_t blank[LEN];

                (void)snprintf(name, sizeof name, "%s, erased %d, seed %u",
                               molt_cut_kind_name((enum molt_cut_kind)kind), erased,
                               (unsigned)seed);
                test_case = name;
                start((uint8_t)erased);
                memset(blank, erased, sizeof blank);
                molt_cut_nor_arm(&cut, 1, (enum molt_cut_kind)kind, seed);
                bool lost = one_operation(false, &err);
                uint32_t missing = missing_bits(data, LEN), done = missing_bits(blank, LEN);

                CHECK_EQ(lost, kind != MOLT_CUT_REFUSE && kind != MOLT_CUT_UNREADABLE);
                CHECK_EQ(cut.fired, kind != MOLT_CUT_UNREADABLE); /* it is for reads */
                if (kind == MOLT_CUT_BEFORE || kind == MOLT_CUT_REFUSE) CHECK_EQ(done, 0);
                if (kind == MOLT_CUT_REFUSE) CHECK_EQ(err, MOLT_ERR_FLASH);
                if (kind == MOLT_CUT_AFTER) CHECK_EQ(missing, 0);
                if (kind == MOLT_CUT_ALMOST) CHECK(missing <= 3);
                if (kind == MOLT_CUT_BITS) CHECK(missing > 0 && done > 0);
                CHECK_EQ(bytes[AT - 1], erased);
                CHECK_EQ(bytes[AT + LEN], erased);
            }
}

TEST(a_torn_erase_leaves_any_mixture_inside_its_sector)
{
    static uint8_t blank[SECTOR], old[SECTOR];
    uint32_t least = UINT32_MAX, most = 0;

    memset(blank, 0xFF, sizeof blank);
    for (size_t i = 0; i < sizeof old; i++) old[i] = (uint8_t)(i * 13);
    for (int kind = MOLT_CUT_BEFORE; kind <= MOLT_CUT_ECC; kind++)
        for (uint32_t seed = 0; seed < 20; seed++) {
            enum molt_err err;

            test_case = molt_cut_kind_name((enum molt_cut_kind)kind);
            start(0xFF);
            memset(bytes, 0x00, sizeof bytes);
            memcpy(bytes + AT, old, SECTOR);
            molt_cut_nor_arm(&cut, 1, (enum molt_cut_kind)kind, seed);
            CHECK(one_operation(true, &err));
            uint32_t kept = missing_bits(blank, SECTOR), changed = missing_bits(old, SECTOR);

            CHECK_EQ(changed == 0, kind == MOLT_CUT_BEFORE);
            if (kind == MOLT_CUT_AFTER) CHECK_EQ(kept, 0);
            if (kind == MOLT_CUT_ALMOST) CHECK(kept <= 3);
            if (kind == MOLT_CUT_PREFIX && kept < least) least = kept;
            if (kind == MOLT_CUT_PREFIX && kept > most) most = kept;
            for (uint32_t i = 0; i < SECTOR; i++) /* an erase never clears a bit */
                if ((bytes[AT + i] & old[i]) != old[i]) CHECK_EQ(i, UINT32_MAX);
            CHECK_EQ(bytes[AT - 1], 0);
            CHECK_EQ(bytes[AT + SECTOR], 0);
        }
    CHECK(most > least + 1000); /* seeds matter */
}

TEST(the_same_seed_tears_the_same_bits)
{
    uint8_t first[LEN];
    enum molt_err err;

    for (int kind = MOLT_CUT_PREFIX; kind <= MOLT_CUT_ALMOST; kind++) {
        start(0xFF);
        molt_cut_nor_arm(&cut, 1, (enum molt_cut_kind)kind, 7);
        CHECK(one_operation(false, &err));
        memcpy(first, bytes + AT, LEN);
        start(0xFF);
        molt_cut_nor_arm(&cut, 1, (enum molt_cut_kind)kind, 7);
        CHECK(one_operation(false, &err));
        CHECK_MEM(bytes + AT, first, LEN);
    }
}

TEST(operations_are_counted_and_only_the_chosen_one_goes_wrong)
{
    enum molt_err err = MOLT_OK;

    start(0xFF);
    molt_cut_nor_arm(&cut, 3, MOLT_CUT_REFUSE, 0);
    for (uint32_t n = 1; n <= 4; n++) {
        CHECK(!one_operation(n == 1, &err));
        CHECK_EQ(err, n == 3 ? MOLT_ERR_FLASH : MOLT_OK);
        CHECK_EQ(cut.ops, n);
        CHECK_EQ(cut.fired, n >= 3);
    }
    molt_cut_nor_arm(&cut, 0, MOLT_CUT_BEFORE, 0);
    CHECK(!one_operation(false, &err));
    CHECK(!cut.fired);
}

TEST(a_torn_unit_with_ecc_cannot_be_read_until_it_is_erased)
{
    enum molt_err err = MOLT_OK;
    uint8_t found[8];

    start(0xFF);
    molt_cut_nor_arm(&cut, 1, MOLT_CUT_ECC, 0);
    CHECK(cut.nor.mapped == NULL);
    CHECK(one_operation(false, &err));
    molt_cut_nor_arm(&cut, 0, MOLT_CUT_BEFORE, 0);
    CHECK_EQ(cut.nor.ops->read(&cut.nor, AT + LEN - 1, found, 8), MOLT_ERR_ECC);
    CHECK_EQ(cut.nor.ops->read(&cut.nor, AT - 8, found, 8), MOLT_OK);
    CHECK_EQ(cut.nor.ops->read(&cut.nor, AT + LEN, found, 8), MOLT_OK);
    CHECK(!one_operation(true, &err));
    CHECK_EQ(cut.nor.ops->read(&cut.nor, AT + LEN - 1, found, 8), MOLT_OK);
}

TEST(the_chosen_read_fails_and_no_other)
{
    uint8_t found[8];

    start(0xFF);
    molt_cut_nor_arm(&cut, 2, MOLT_CUT_UNREADABLE, 0);
    CHECK_EQ(cut.nor.ops->read(&cut.nor, 0, found, 8), MOLT_OK);
    CHECK_EQ(cut.nor.ops->read(&cut.nor, 0, found, 8), MOLT_ERR_ECC);
    CHECK_EQ(cut.nor.ops->read(&cut.nor, 0, found, 8), MOLT_OK);
    CHECK(cut.fired);
}

TEST(kinds_have_names)
{
    for (int kind = 0; kind < MOLT_CUT_KINDS; kind++) {
        enum molt_cut_kind found = MOLT_CUT_KINDS;

        CHECK(molt_cut_kind_parse(molt_cut_kind_name((enum molt_cut_kind)kind), &found));
        CHECK_EQ(found, kind);
        CHECK(strstr(molt_cut_kind_choices, molt_cut_kind_name(found)) != NULL);
        CHECK(strlen(molt_cut_kind_text(found)) > 10);
    }
    CHECK(!molt_cut_kind_parse("half", &(enum molt_cut_kind){ 0 }));
    CHECK_STR(molt_cut_kind_name(MOLT_CUT_KINDS), "?");
}

TEST_MAIN()
