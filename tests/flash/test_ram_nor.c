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
