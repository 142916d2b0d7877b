#include "flash/stream.h"

#include "flash/ram_nor.h"
#include "tests/support/check.h"

enum { SECTOR = 4096, CHIP_LEN = 8 * SECTOR, AT = 2 * SECTOR, LEN = 4 * SECTOR };

static struct molt_ram_nor ram;
static uint8_t bytes[CHIP_LEN], data[LEN];

/* A used chip: nothing is erased yet. */
static struct molt_region used_chip(uint32_t unit, uint8_t erased)
{
    struct molt_nor_geometry g = molt_nor_geometry_spi(CHIP_LEN);
    struct molt_region r = { 0 };

    g.program_len = unit;
    g.erased = erased;
    memset(bytes, 0x5A, sizeof bytes);
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + i / 251);
    molt_ram_nor_init(&ram, &g, bytes);
    CHECK_EQ(molt_region_make(&ram.nor, AT, LEN, &r), MOLT_OK);
    return r;
}

static void check_untouched(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (bytes[i] != 0x5A) {
            CHECK_EQ(i, UINT32_MAX);
            return;
        }
    }
}

TEST(bytes_in_pieces_of_any_size_land_in_order_for_every_unit)
{
    const uint32_t pieces[] = { 1, 3, 16, 61, 256, 1000, 4096, 5000 };
    const uint32_t total = 2 * SECTOR + 777;
    char name[64];

    for (uint32_t unit = 1; unit <= MOLT_NOR_UNIT_MAX; unit *= 2)
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++)
            for (int erased = 0; erased <= 0xFF; erased += 0xFF) {
                struct molt_region r = used_chip(unit, (uint8_t)erased);
                struct molt_stream s;

                (void)snprintf(name, sizeof name, "unit %u, piece %u, erased %d", (unsigned)unit,
                               (unsigned)pieces[p], erased);
                test_case = name;
                CHECK_EQ(molt_stream_open(&s, &r, 0, 0), MOLT_OK);
                for (uint32_t at = 0; at < total; at += pieces[p]) {
                    uint32_t len = total - at < pieces[p] ? total - at : pieces[p];
                    CHECK_EQ(molt_stream_write(&s, data + at, len), MOLT_OK);
                    CHECK_EQ(s.off + s.pending_len, at + len);
                }
                CHECK_EQ(molt_stream_flush(&s), MOLT_OK);
                CHECK_EQ(s.off, (total + unit - 1) / unit * unit);
                CHECK_MEM(bytes + AT, data, total);
                CHECK_EQ(bytes[AT + total], erased);
                check_untouched(0, AT);
                check_untouched(AT + 3 * SECTOR, CHIP_LEN); /* no sector too many */
            }
}

TEST(a_sector_is_erased_when_its_first_byte_comes_not_before)
{
    struct molt_region r = used_chip(1, 0xFF);
    struct molt_stream s;

    CHECK_EQ(molt_stream_open(&s, &r, 0, 0), MOLT_OK);
    check_untouched(0, CHIP_LEN);
    CHECK_EQ(molt_stream_write(&s, data, SECTOR), MOLT_OK);
    check_untouched(AT + SECTOR, CHIP_LEN);
    CHECK_EQ(molt_stream_write(&s, data + SECTOR, 1), MOLT_OK);
    CHECK_EQ(bytes[AT + 2 * SECTOR - 1], 0xFF);
    check_untouched(AT + 2 * SECTOR, CHIP_LEN);
}

TEST(what_the_caller_has_erased_is_not_erased_again)
{
    struct molt_region r = used_chip(1, 0xFF);
    struct molt_stream s;

    CHECK_EQ(molt_region_erase(&r, 0, LEN), MOLT_OK);
    bytes[AT + 100] = 0x00; /* would be gone after another erase */
    CHECK_EQ(molt_stream_open(&s, &r, 0, LEN), MOLT_OK);
    CHECK_EQ(molt_stream_write(&s, data, 100), MOLT_OK);
    CHECK_EQ(bytes[AT + 100], 0x00);
}

TEST(writing_goes_on_in_the_middle_of_a_sector)
{
    struct molt_region r = used_chip(4, 0xFF);
    struct molt_stream s;

    CHECK_EQ(molt_stream_open(&s, &r, 0, 0), MOLT_OK);
    CHECK_EQ(molt_stream_write(&s, data, SECTOR + 400), MOLT_OK);

    CHECK_EQ(molt_stream_open(&s, &r, SECTOR + 400, SECTOR + 400), MOLT_OK);
    CHECK_EQ(s.erased_to, 2 * SECTOR);
    CHECK_EQ(molt_stream_write(&s, data + SECTOR + 400, LEN - SECTOR - 400), MOLT_OK);
    CHECK_MEM(bytes + AT, data, LEN);
    check_untouched(AT + LEN, CHIP_LEN);
}

TEST(what_does_not_fit_is_refused_before_anything_is_written)
{
    struct molt_region r = used_chip(16, 0xFF);
    struct molt_stream s;

    CHECK_EQ(molt_stream_open(&s, &r, LEN - SECTOR, LEN - SECTOR), MOLT_OK);
    CHECK_EQ(molt_stream_write(&s, data, 5), MOLT_OK);
    CHECK_EQ(molt_stream_write(&s, data, SECTOR - 4), MOLT_ERR_RANGE);
    check_untouched(0, CHIP_LEN);
    CHECK_EQ(molt_stream_write(&s, data + 5, SECTOR - 5), MOLT_OK);
    CHECK_EQ(molt_stream_write(&s, data, 1), MOLT_ERR_RANGE);
    CHECK_EQ(molt_stream_write(&s, data, UINT32_MAX), MOLT_ERR_RANGE);
    CHECK_MEM(bytes + AT + LEN - SECTOR, data, SECTOR);
}

TEST(a_stream_is_opened_at_a_place_that_can_be_written)
{
    struct molt_region r = used_chip(8, 0xFF), askew = { &ram.nor, AT + 8, LEN };
    const struct molt_region half = { &ram.nor, AT, LEN + SECTOR / 2 }; /* of its last sector */
    struct molt_stream s;

    CHECK_EQ(molt_stream_open(&s, &r, 4, LEN), MOLT_ERR_ALIGN);
    CHECK_EQ(molt_stream_open(&s, &askew, 0, 0), MOLT_ERR_ALIGN);
    CHECK_EQ(molt_stream_open(&s, &half, 0, 0), MOLT_ERR_ALIGN);
    CHECK_EQ(molt_stream_open(&s, &r, 8, 0), MOLT_ERR_RANGE);
    CHECK_EQ(molt_stream_open(&s, &r, 0, LEN + 1), MOLT_ERR_RANGE);
    CHECK_EQ(molt_stream_open(&s, &r, LEN, LEN), MOLT_OK);
    CHECK_EQ(molt_stream_write(&s, data, 0), MOLT_OK);
    CHECK_EQ(molt_stream_flush(&s), MOLT_OK);
    check_untouched(0, CHIP_LEN);
}

TEST(unerased_flash_is_noticed)
{
    struct molt_region r = used_chip(1, 0xFF);
    struct molt_stream s;

    CHECK_EQ(molt_stream_open(&s, &r, 0, LEN), MOLT_OK); /* it is not erased, whatever was said */
    CHECK_EQ(molt_stream_write(&s, data, 64), MOLT_ERR_FLASH);
}

TEST_MAIN()
