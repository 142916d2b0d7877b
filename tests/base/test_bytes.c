#include "base/bytes.h"

#include "base/crc32.h"
#include "tests/support/check.h"

TEST(a_reader_stops_at_the_end_and_says_so_once)
{
    const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7 };
    struct molt_reader r = molt_reader_over(bytes, sizeof bytes);

    CHECK_EQ(molt_read_le32(&r), 0x04030201);
    CHECK_EQ(molt_read_le16(&r), 0x0605);
    CHECK(!r.overran);
    CHECK_EQ(molt_read_le16(&r), 0);
    CHECK(r.overran);
    CHECK_EQ(molt_read_u8(&r), 0); /* the byte is there, but the layout is already broken */
}

TEST(skipping_is_bounded_too)
{
    const uint8_t bytes[4] = { 0 };
    struct molt_reader r = molt_reader_over(bytes, sizeof bytes);

    molt_read_skip(&r, 4);
    CHECK(!r.overran);
    molt_read_skip(&r, 1);
    CHECK(r.overran);
}

TEST(ranges_never_overflow)
{
    const struct {
        uint32_t off, len, limit;
        bool fits;
    } cases[] = {
        { 0, 0, 0, true },    { 0, 10, 10, true },          { 10, 0, 10, true },
        { 10, 1, 10, false }, { UINT32_MAX, 2, 10, false }, { 2, UINT32_MAX, UINT32_MAX, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_EQ(molt_range_fits(cases[i].off, cases[i].len, cases[i].limit), cases[i].fits);
}

TEST(crc32_equals_published_values)
{
    CHECK_EQ(molt_crc32(0, "123456789", 9), 0xCBF43926); /* the check value of CRC-32/ISO-HDLC */
    CHECK_EQ(molt_crc32(molt_crc32(0, "1234", 4), "56789", 5), 0xCBF43926);
}

TEST_MAIN()
