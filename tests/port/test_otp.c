#include "port/linux/otp.h"

#include "tests/port/scratch.h"
#include "tests/support/check.h"

TEST(fuses_are_made_blank_on_first_use_and_kept)
{
    char path[64];
    struct molt_otp otp;
    const char *why = "";

    scratch_path(path);
    CHECK_EQ(molt_otp_open(&otp, path, &why), MOLT_OK);
    for (uint32_t i = 0; i < MOLT_OTP_WORDS; i++) CHECK_EQ(molt_otp_read(&otp, i), 0);
    CHECK_EQ(molt_otp_burn(&otp, 5, 0x80000001), MOLT_OK);
    molt_otp_close(&otp);

    CHECK_EQ(molt_otp_open(&otp, path, &why), MOLT_OK);
    CHECK_EQ(molt_otp_read(&otp, 5), 0x80000001);
    molt_otp_close(&otp);
    (void)unlink(path);
}

TEST(a_fuse_goes_one_way_only)
{
    char path[64];
    struct molt_otp otp;
    const char *why = "";

    CHECK_EQ(molt_otp_open(&otp, scratch_path(path), &why), MOLT_OK);
    CHECK_EQ(molt_otp_burn(&otp, 1, 0xF0), MOLT_OK);
    CHECK_EQ(molt_otp_burn(&otp, 1, 0x0F), MOLT_OK);
    CHECK_EQ(molt_otp_read(&otp, 1), 0xFF);
    CHECK_EQ(molt_otp_burn(&otp, 1, 0), MOLT_OK);
    CHECK_EQ(molt_otp_read(&otp, 1), 0xFF);
    CHECK_EQ(molt_otp_burn(&otp, MOLT_OTP_WORDS, 1), MOLT_ERR_RANGE);
    CHECK_EQ(molt_otp_read(&otp, MOLT_OTP_WORDS), 0);
    molt_otp_close(&otp);
    (void)unlink(path);
}

/* ESP-IDF components/efuse/src/esp_efuse_fields.c: the number of set bits is the version, raising
 * it programs as many more as are missing. */
TEST(the_security_version_only_rises)
{
    const struct {
        const char *name;
        uint32_t fuses, to;
        enum molt_err err;
        uint32_t fuses_after, version_after;
    } cases[] = {
        { "from blank", 0, 1, MOLT_OK, 1, 1 },
        { "several at once", 1, 5, MOLT_OK, 0x1F, 5 },
        { "the same", 0x7, 3, MOLT_OK, 0x7, 3 },
        { "zero on blank", 0, 0, MOLT_OK, 0, 0 },
        { "lower", 0x7, 2, MOLT_ERR_OLD_VERSION, 0x7, 3 },
        { "the last fuse", 0, 32, MOLT_OK, UINT32_MAX, 32 },
        { "more than there are", 0x1, 33, MOLT_ERR_RANGE, 0x1, 1 },
        { "no longer a thermometer", 0x8, 2, MOLT_OK, 0x9, 2 },
        { "with gaps", 0xA, 3, MOLT_OK, 0xB, 3 },
        { "gaps are filled first", 0xA, 5, MOLT_OK, 0x1F, 5 },
        { "the highest fuse is set", 0x80000000, 31, MOLT_OK, 0xBFFFFFFF, 31 },
        { "all of them", 0x80000000, 32, MOLT_OK, UINT32_MAX, 32 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[64];
        struct molt_otp otp;
        const char *why = "";

        test_case = cases[i].name;
        CHECK_EQ(molt_otp_open(&otp, scratch_path(path), &why), MOLT_OK);
        CHECK_EQ(molt_otp_burn(&otp, MOLT_OTP_SECURE_VERSION, cases[i].fuses), MOLT_OK);
        CHECK_EQ(molt_otp_raise_secure_version(&otp, cases[i].to), cases[i].err);
        CHECK_EQ(molt_otp_read(&otp, MOLT_OTP_SECURE_VERSION), cases[i].fuses_after);
        CHECK_EQ(molt_otp_secure_version(&otp), cases[i].version_after);
        molt_otp_close(&otp);
        (void)unlink(path);
    }
}

TEST(a_file_that_holds_no_fuses_is_refused)
{
    char path[64];
    struct molt_otp otp;
    const char *why = "";

    scratch_fill(scratch_path(path), MOLT_OTP_LEN + 1, 0);
    CHECK_EQ(molt_otp_open(&otp, path, &why), MOLT_ERR_FORMAT);
    CHECK_STR(why, "not a file of fuses: its length is not 256 bytes");
    (void)unlink(path);
}

TEST_MAIN()
