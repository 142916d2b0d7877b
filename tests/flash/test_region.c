#include "flash/region.h"

#include "flash/ram_nor.h"
#include "tests/support/check.h"

enum { SECTOR = 4096, CHIP_LEN = 8 * SECTOR };

/* A chip that can fail: what the next operations return, and what was asked of it. */
static struct flaky {
    struct molt_ram_nor ram;
    const struct molt_nor_ops *real;
    int reads_to_fail;
    enum molt_err read_error;
    bool drop_programs; /* says it programmed, but did not */
    int reads, programs, erases;
    uint32_t largest_program;
    bool crossed_page;
} chip;
static uint8_t bytes[CHIP_LEN];

static enum molt_err flaky_read(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len)
{
    chip.reads++;
    if (chip.reads_to_fail-- > 0) return chip.read_error;
    return chip.real->read(nor, addr, to, len);
}

static enum molt_err flaky_program(struct molt_nor *nor, uint32_t addr, const void *from,
                                   uint32_t len)
{
    chip.programs++;
    if (len > chip.largest_program) chip.largest_program = len;
    if (addr / 256 != (addr + len - 1) / 256) chip.crossed_page = true;
    return chip.drop_programs ? MOLT_OK : chip.real->program(nor, addr, from, len);
}

static enum molt_err flaky_erase(struct molt_nor *nor, uint32_t addr)
{
    chip.erases++;
    return chip.real->erase(nor, addr);
}

static struct molt_region region_of(uint32_t addr, uint32_t len)
{
    static const struct molt_nor_ops ops = { flaky_read, flaky_program, flaky_erase };
    struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);
    struct molt_region r = { 0 };

    memset(bytes, 0xFF, sizeof bytes);
    chip = (struct flaky){ 0 };
    molt_ram_nor_init(&chip.ram, &g, bytes);
    chip.real = chip.ram.nor.ops;
    chip.ram.nor.ops = &ops;
    CHECK_EQ(molt_region_make(&chip.ram.nor, addr, len, &r), MOLT_OK);
    return r;
}

TEST(a_region_cannot_leave_the_chip)
{
    struct molt_region r = region_of(SECTOR, 2 * SECTOR), part;
    const struct {
        uint32_t addr, len;
        enum molt_err err;
    } cases[] = {
        { 0, CHIP_LEN, MOLT_OK },
        { CHIP_LEN, 0, MOLT_OK },
        { 0, CHIP_LEN + 1, MOLT_ERR_RANGE },
        { CHIP_LEN - 1, 2, MOLT_ERR_RANGE },
        { UINT32_MAX, 2, MOLT_ERR_RANGE },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_EQ(molt_region_make(&chip.ram.nor, cases[i].addr, cases[i].len, &part), cases[i].err);
    CHECK_EQ(molt_region_part(&r, SECTOR, SECTOR, &part), MOLT_OK);
    CHECK_EQ(part.addr, 2 * SECTOR);
    CHECK_EQ(molt_region_part(&r, SECTOR, SECTOR + 1, &part), MOLT_ERR_RANGE);
}

TEST(every_operation_is_bounded_by_the_region)
{
    struct molt_region r = region_of(SECTOR, 2 * SECTOR);
    uint8_t buffer[16] = { 0 };

    CHECK_EQ(molt_region_read(&r, 2 * SECTOR - 8, buffer, 9), MOLT_ERR_RANGE);
    CHECK_EQ(molt_region_read(&r, UINT32_MAX, buffer, 2), MOLT_ERR_RANGE);
    CHECK_EQ(molt_region_program(&r, 2 * SECTOR - 8, buffer, 9), MOLT_ERR_RANGE);
    CHECK_EQ(molt_region_erase(&r, SECTOR, 2 * SECTOR), MOLT_ERR_RANGE);
    CHECK_EQ(chip.reads + chip.programs + chip.erases, 0);
    CHECK_EQ(molt_region_sector_len(&r, 2 * SECTOR - 1), SECTOR);
    CHECK_EQ(molt_region_sector_len(&r, 2 * SECTOR), 0);
}

TEST(a_transient_read_error_is_tried_again_an_ecc_error_is_not)
{
    const struct {
        const char *name;
        int fails;
        enum molt_err with, result;
        int reads;
    } cases[] = {
        { "two bus errors", 2, MOLT_ERR_FLASH, MOLT_OK, 3 },
        { "three bus errors", 3, MOLT_ERR_FLASH, MOLT_ERR_FLASH, 3 },
        { "uncorrectable", 1, MOLT_ERR_ECC, MOLT_ERR_ECC, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_region r = region_of(0, SECTOR);
        uint8_t byte;

        test_case = cases[i].name;
        chip.reads_to_fail = cases[i].fails;
        chip.read_error = cases[i].with;
        CHECK_EQ(molt_region_read(&r, 0, &byte, 1), cases[i].result);
        CHECK_EQ(chip.reads, cases[i].reads);
    }
}

TEST(programming_is_split_at_pages_and_read_back)
{
    struct molt_region r = region_of(SECTOR, 2 * SECTOR);
    uint8_t data[700];

    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)i;
    CHECK_EQ(molt_region_program(&r, 100, data, sizeof data), MOLT_OK);
    CHECK_MEM(bytes + SECTOR + 100, data, sizeof data);
    CHECK_EQ(chip.largest_program, 256);
    CHECK(!chip.crossed_page);

    chip.drop_programs = true;
    CHECK_EQ(molt_region_program(&r, SECTOR, data, 16), MOLT_ERR_FLASH);
    chip.drop_programs = false;
    CHECK_EQ(molt_region_program(&r, 100, data + 1, 16), MOLT_ERR_FLASH); /* bits are used up */
}

TEST(programming_takes_whole_units_only)
{
    struct molt_region r = region_of(0, SECTOR);
    uint8_t data[64] = { 0 };

    chip.ram.nor.geometry.program_len = 16;
    CHECK_EQ(molt_region_program(&r, 8, data, 16), MOLT_ERR_ALIGN);
    CHECK_EQ(molt_region_program(&r, 16, data, 24), MOLT_ERR_ALIGN);
    CHECK_EQ(molt_region_program(&r, 16, data, 32), MOLT_OK);
}

TEST(erasing_takes_whole_sectors_only_and_checks_before_the_first)
{
    struct molt_region r = region_of(SECTOR, 4 * SECTOR);

    memset(bytes, 0, sizeof bytes);
    CHECK_EQ(molt_region_erase(&r, 0, SECTOR + 1), MOLT_ERR_ALIGN);
    CHECK_EQ(molt_region_erase(&r, 1, SECTOR), MOLT_ERR_ALIGN);
    CHECK_EQ(chip.erases, 0);
    CHECK_EQ(molt_region_erase(&r, SECTOR, 2 * SECTOR), MOLT_OK);
    CHECK_EQ(bytes[2 * SECTOR - 1], 0);
    CHECK_EQ(bytes[2 * SECTOR], 0xFF);
    CHECK_EQ(bytes[4 * SECTOR - 1], 0xFF);
    CHECK_EQ(bytes[4 * SECTOR], 0);
}

TEST_MAIN()
