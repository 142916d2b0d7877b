#include "flash/ram_nor.h"

#include "tests/support/check.h"

enum { CHIP_LEN = 4 * 4096 };

TEST(an_erase_sets_one_whole_sector)
{
    static uint8_t bytes[CHIP_LEN];
    struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);
    struct molt_ram_nor ram;

    memset(bytes, 0x5A, sizeof bytes);
    molt_ram_nor_init(&ram, &g, bytes);
    CHECK_EQ(ram.nor.ops->erase(&ram.nor, 4096), MOLT_OK);
    CHECK_EQ(bytes[4095], 0x5A);
    CHECK_EQ(bytes[4096], 0xFF);
    CHECK_EQ(bytes[8191], 0xFF);
    CHECK_EQ(bytes[8192], 0x5A);
    CHECK_EQ(ram.nor.ops->erase(&ram.nor, 4097), MOLT_ERR_RANGE);
    CHECK_EQ(ram.nor.ops->erase(&ram.nor, CHIP_LEN), MOLT_ERR_RANGE);
}

TEST(programming_only_moves_bits_away_from_the_erased_value)
{
    const struct {
        const char *name;
        uint8_t erased, before, write, after;
    } cases[] = {
        { "erased to 1", 0xFF, 0xF0, 0x3C, 0x30 },
        { "erased to 0", 0x00, 0xF0, 0x3C, 0xFC },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static uint8_t bytes[CHIP_LEN];
        struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);
        struct molt_ram_nor ram;
        uint8_t found;

        test_case = cases[i].name;
        g.erased = cases[i].erased;
        bytes[7] = cases[i].before;
        molt_ram_nor_init(&ram, &g, bytes);
        CHECK_EQ(ram.nor.ops->program(&ram.nor, 7, &cases[i].write, 1), MOLT_OK);
        CHECK_EQ(ram.nor.ops->read(&ram.nor, 7, &found, 1), MOLT_OK);
        CHECK_EQ(found, cases[i].after);
    }
}

TEST(nothing_outside_the_chip_is_touched)
{
    static uint8_t bytes[CHIP_LEN + 16];
    struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);
    struct molt_ram_nor ram;
    uint8_t buffer[16] = { 0 };

    memset(bytes, 0xFF, sizeof bytes);
    molt_ram_nor_init(&ram, &g, bytes);
    CHECK_EQ(ram.nor.ops->program(&ram.nor, CHIP_LEN - 8, buffer, 16), MOLT_ERR_RANGE);
    CHECK_EQ(ram.nor.ops->read(&ram.nor, CHIP_LEN - 8, buffer, 16), MOLT_ERR_RANGE);
    for (size_t i = 0; i < sizeof bytes; i++) CHECK_EQ(bytes[i], 0xFF);
}

TEST(what_a_chip_would_refuse_is_refused_and_changes_nothing)
{
    const struct {
        const char *name;
        uint32_t unit, addr, len;
        uint8_t flags, before;
        enum molt_err err;
    } cases[] = {
        { "a whole unit", 8, 16, 8, 0, 0xFF, MOLT_OK },
        { "half a unit", 8, 16, 4, 0, 0xFF, MOLT_ERR_ALIGN },
        { "not at a unit", 8, 20, 8, 0, 0xFF, MOLT_ERR_ALIGN },
        { "a whole page", 1, 256, 256, 0, 0xFF, MOLT_OK },
        { "over the end of a page", 1, 257, 256, 0, 0xFF, MOLT_ERR_ALIGN },
        { "what is not erased", 8, 16, 8, MOLT_NOR_ECC, 0x7F, MOLT_ERR_FLASH },
        { "what is not erased, and may be", 8, 16, 8, MOLT_NOR_CLEARS_BITS, 0x7F, MOLT_OK },
        { "far outside", 1, UINT32_MAX - 3, 8, 0, 0xFF, MOLT_ERR_RANGE },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static uint8_t bytes[CHIP_LEN], before[CHIP_LEN];
        struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);
        struct molt_ram_nor ram;
        uint8_t zeros[256] = { 0 };

        test_case = cases[i].name;
        g.program_len = cases[i].unit;
        g.flags = cases[i].flags;
        memset(bytes, cases[i].before, sizeof bytes);
        memcpy(before, bytes, sizeof bytes);
        molt_ram_nor_init(&ram, &g, bytes);
        CHECK_EQ(ram.nor.ops->program(&ram.nor, cases[i].addr, zeros, cases[i].len), cases[i].err);
        if (cases[i].err == MOLT_OK) memset(before + cases[i].addr, 0, cases[i].len);
        CHECK_MEM(bytes, before, sizeof bytes);
    }
}

TEST(a_geometry_that_cannot_be_is_refused)
{
    const struct molt_nor_geometry spi = molt_nor_geometry_spi(0x400000);
    const struct molt_nor_geometry mixed = {
        .size = 0x40000,
        .program_len = 4,
        .area = { { 0x10000, 0x4000 }, { 0x10000, 0x10000 }, { 0x20000, 0x20000 } },
    };
    struct {
        const char *name;
        struct molt_nor_geometry g;
        enum molt_err err;
    } cases[] = {
        { "spi", spi, MOLT_OK },
        { "mixed sectors", mixed, MOLT_OK },
        { "no pages", spi, MOLT_OK },
        { "nothing", { .size = 0 }, MOLT_ERR_ARG },
        { "no unit", spi, MOLT_ERR_ARG },
        { "unit of 3", spi, MOLT_ERR_ARG },
        { "unit of 128", spi, MOLT_ERR_ARG },
        { "page of 100 in units of 8", spi, MOLT_ERR_ARG },
        { "sectors of 0", spi, MOLT_ERR_ARG },
        { "sectors of 6 in units of 4", spi, MOLT_ERR_ARG },
        { "part of a sector", spi, MOLT_ERR_ARG },
        { "areas do not fill it", spi, MOLT_ERR_ARG },
        { "areas leave it", spi, MOLT_ERR_ARG },
        { "areas wrap around", spi, MOLT_ERR_ARG },
        { "a sector that starts askew", mixed, MOLT_ERR_ARG },
        { "erased to 0x55", spi, MOLT_ERR_ARG },
    };
    size_t i = 2;

    cases[i++].g.page_len = 0;
    i++;
    cases[i++].g.program_len = 0;
    cases[i++].g.program_len = 3;
    cases[i].g.page_len = 0;
    cases[i++].g.program_len = 128;
    cases[i].g.page_len = 100;
    cases[i++].g.program_len = 8;
    cases[i++].g.area[0].sector_len = 0;
    cases[i].g.program_len = 4;
    cases[i].g.size = cases[i].g.area[0].len = 6000;
    cases[i++].g.area[0].sector_len = 6;
    cases[i].g.size = cases[i].g.area[0].len = 4096 + 2048;
    i++;
    cases[i++].g.area[0].len -= 4096;
    cases[i++].g.size -= 4096;
    cases[i].g.area[1].len = 0x80000000u;
    cases[i].g.area[2].len = 0x80000000u;
    cases[i].g.area[1].sector_len = cases[i].g.area[2].sector_len = 4096;
    i++;
    cases[i].g.area[0].len = 0x8000;
    cases[i++].g.size = 0x38000;
    cases[i++].g.erased = 0x55;
    CHECK_EQ(i, sizeof cases / sizeof cases[0]);

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        CHECK_EQ(molt_nor_check(&cases[i].g), cases[i].err);
    }
}

TEST(mixed_sector_sizes_are_found_by_address)
{
    const struct molt_nor_geometry g = {
        .size = 0x40000,
        .program_len = 4,
        .area = { { 0x10000, 0x4000 }, { 0x10000, 0x10000 }, { 0x20000, 0x20000 } },
        .erased = 0xFF,
    };
    const struct {
        uint32_t addr, sector_len;
    } cases[] = {
        { 0, 0x4000 },        { 0xFFFF, 0x4000 },   { 0x10000, 0x10000 },
        { 0x20000, 0x20000 }, { 0x3FFFF, 0x20000 }, { 0x40000, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_EQ(molt_nor_sector_len(&g, cases[i].addr), cases[i].sector_len);
}

TEST_MAIN()
