#include "slots/map.h"

#include "tests/support/board.h"

static struct board board;
static struct molt_slot_map map;
static struct molt_ptable_error error;

static enum molt_err read_map(void)
{
    return molt_slot_map_read(&board.ram.nor, MOLT_PTABLE_ADDR, &map, &error);
}

TEST(the_map_has_what_the_table_says)
{
    board_start(&board, (struct board_shape){ .ota_mask = 7, .factory = true, .test = true });
    CHECK_EQ(read_map(), MOLT_OK);
    CHECK_EQ(map.otadata.addr, BOARD_OTADATA);
    CHECK_EQ(map.otadata.len, 2 * BOARD_SECTOR);
    CHECK_EQ(map.factory.addr, BOARD_FACTORY);
    CHECK_EQ(map.test.addr, BOARD_TEST_APP);
    CHECK_EQ(map.count, 3);
    CHECK_EQ(molt_slot_extent(&map, 2).addr, board_slot_addr(2));
    CHECK_EQ(molt_slot_extent(&map, 3).len, 0);
    CHECK_EQ(molt_slot_extent(&map, MOLT_SLOT_NONE).len, 0);
    CHECK_EQ(molt_slot_at(&map, board_slot_addr(1)), 1);
    CHECK_EQ(molt_slot_at(&map, BOARD_FACTORY), MOLT_SLOT_FACTORY);
    CHECK_EQ(molt_slot_at(&map, BOARD_TEST_APP), MOLT_SLOT_TEST);
    CHECK_EQ(molt_slot_at(&map, BOARD_OTADATA), MOLT_SLOT_NONE);
}

TEST(slots_are_counted_up_to_the_first_gap)
{
    const struct {
        uint32_t mask, count;
    } cases[] = { { 0, 0 }, { 1, 1 }, { 3, 2 }, { 0x0B, 2 }, { 0x0E, 0 }, { 0xFFFF, 16 } };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        board_start(&board, (struct board_shape){ .ota_mask = cases[i].mask, .test = true });
        CHECK_EQ(read_map(), MOLT_OK);
        CHECK_EQ(map.count, cases[i].count);
    }
}

TEST(of_two_otadata_rows_the_last_counts)
{
    static struct molt_ptable table;

    board_start(&board, (struct board_shape){ .ota_mask = 3 });
    table.count = 0;
    board_row(&table, "otadata", MOLT_PART_DATA, MOLT_DATA_OTA, 0xA000, 0x2000);
    board_row(&table, "otadata2", MOLT_PART_DATA, MOLT_DATA_OTA, 0xC000, 0x2000);
    CHECK_EQ(molt_ptable_encode(&table, false, board.bytes + MOLT_PTABLE_ADDR), MOLT_OK);
    CHECK_EQ(read_map(), MOLT_OK);
    CHECK_EQ(map.otadata.addr, 0xC000);
}

TEST(a_table_that_is_not_right_gives_no_map)
{
    const struct {
        const char *name;
        uint32_t off;
        uint8_t byte;
        enum molt_err err;
    } cases[] = {
        { "magic", 0, 0x00, MOLT_ERR_FORMAT },
        { "label", 12, 'X', MOLT_ERR_CHECKSUM },
        { "address beyond the chip", 7, 0x7F, MOLT_ERR_RANGE },
        { "length beyond the chip", 11, 0x7F, MOLT_ERR_RANGE },
        { "no end", 0, 0xFF, MOLT_ERR_FORMAT },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        board_start(&board, (struct board_shape){ .ota_mask = 3, .factory = true });
        board.bytes[MOLT_PTABLE_ADDR + cases[i].off] = cases[i].byte;
        CHECK_EQ(read_map(), cases[i].err);
        CHECK(error.field != NULL && error.why != NULL);
        CHECK_EQ(map.count, 0);
        CHECK_EQ(map.factory.len, 0);
    }
    CHECK_EQ(molt_slot_map_read(&board.ram.nor, BOARD_FLASH_LEN - 0x100, &map, &error),
             MOLT_ERR_RANGE);
    CHECK_STR(error.why, "outside the flash");
}

TEST(slots_have_names)
{
    CHECK_STR(molt_slot_name(0), "ota_0");
    CHECK_STR(molt_slot_name(15), "ota_15");
    CHECK_STR(molt_slot_name(16), "none");
    CHECK_STR(molt_slot_name(MOLT_SLOT_FACTORY), "factory");
    CHECK_STR(molt_slot_name(MOLT_SLOT_TEST), "test");
    CHECK_STR(molt_slot_name(MOLT_SLOT_NONE), "none");
}

TEST_MAIN()
