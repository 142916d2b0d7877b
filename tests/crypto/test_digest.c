#include "crypto/digest.h"

#include "tests/support/check.h"

/* FIPS 180-4 and RFC 1321 examples. */
TEST(sha256_and_md5_equal_published_values)
{
    static const uint8_t sha_abc[] = {
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
        0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
        0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
    };
    static const uint8_t md5_abc[] = { 0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0,
                                       0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72 };
    uint8_t digest[MOLT_SHA256_LEN];
    struct molt_sha256 sha;
    struct molt_md5 md5;

    molt_sha256_start(&sha);
    molt_sha256_add(&sha, "abc", 3);
    CHECK_EQ(molt_sha256_finish(&sha, digest), MOLT_OK);
    CHECK_MEM(digest, sha_abc, sizeof sha_abc);

    molt_md5_start(&md5);
    molt_md5_add(&md5, "ab", 2);
    molt_md5_add(&md5, "c", 1);
    molt_md5_finish(&md5, digest);
    CHECK_MEM(digest, md5_abc, sizeof md5_abc);
}

TEST(a_copied_context_goes_on_by_itself)
{
    struct molt_sha256 a, b, whole;
    uint8_t of_a[MOLT_SHA256_LEN], of_b[MOLT_SHA256_LEN], of_whole[MOLT_SHA256_LEN];

    molt_sha256_start(&a);
    molt_sha256_add(&a, "common ", 7);
    b = a;
    molt_sha256_add(&a, "tail", 4);
    CHECK_EQ(molt_sha256_finish(&a, of_a), MOLT_OK);
    molt_sha256_add(&b, "tail", 4);
    CHECK_EQ(molt_sha256_finish(&b, of_b), MOLT_OK);
    molt_sha256_start(&whole);
    molt_sha256_add(&whole, "common tail", 11);
    CHECK_EQ(molt_sha256_finish(&whole, of_whole), MOLT_OK);
    CHECK_MEM(of_a, of_whole, sizeof of_a);
    CHECK_MEM(of_b, of_whole, sizeof of_b);
}

TEST(equality_is_about_every_byte_and_only_the_given_ones)
{
    uint8_t a[33], b[33];

    memset(a, 7, sizeof a);
    memset(b, 7, sizeof b);
    CHECK(molt_equal_const_time(a, b, sizeof a));
    CHECK(molt_equal_const_time(a, b, 0));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 0x80;
        CHECK(!molt_equal_const_time(a, b, sizeof a));
        CHECK(molt_equal_const_time(a, b, i));
        b[i] ^= 0x80;
    }
}

TEST_MAIN()
