#include "boot/retained.h"

#include "base/bytes.h"
#include "base/crc32.h"
#include "tests/support/check.h"

TEST(what_is_remembered_is_what_was_booted)
{
    const struct molt_boot_retained in = { 0x110000, 0x100000, 7, 1 };
    struct molt_boot_retained out;
    uint8_t bytes[MOLT_BOOT_RETAINED_LEN];

    molt_boot_retained_encode(&in, bytes);
    CHECK_MEM(bytes, "\0\0\x11\0\0\0\x10\0\x07\0\x01\0", 12);
    CHECK_EQ(molt_load_le32(bytes + 12), molt_crc32(UINT32_MAX, bytes, 12));
    CHECK(molt_boot_retained_decode(bytes, &out));
    CHECK_EQ(out.addr, in.addr);
    CHECK_EQ(out.len, in.len);
    CHECK_EQ(out.boots, in.boots);
    CHECK_EQ(out.flags, in.flags);
}

TEST(memory_that_lost_its_content_reads_as_nothing)
{
    const struct molt_boot_retained in = { 0x110000, 0x100000, 7, 1 };
    struct molt_boot_retained out;
    uint8_t bytes[MOLT_BOOT_RETAINED_LEN];

    for (int bit = 0; bit < 8 * MOLT_BOOT_RETAINED_LEN; bit++) {
        molt_boot_retained_encode(&in, bytes);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(!molt_boot_retained_decode(bytes, &out));
        CHECK_EQ(out.len, 0);
    }
    memset(bytes, 0, sizeof bytes);
    CHECK(!molt_boot_retained_decode(bytes, &out));
    memset(bytes, 0xFF, sizeof bytes);
    CHECK(!molt_boot_retained_decode(bytes, &out));
}

TEST_MAIN()
