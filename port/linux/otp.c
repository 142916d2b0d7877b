#include "port/linux/otp.h"

#include "base/bytes.h"
#include "sdkconfig.h"

enum { FIELD_LEN = CONFIG_BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD };

/* The lowest `count` bits, 0..32. */
static uint32_t low_bits(uint32_t count)
{
    return count >= 32 ? UINT32_MAX : (UINT32_C(1) << count) - 1;
}

static enum molt_err check(const struct molt_otp *otp, const char **why)
{
    if (otp->file.len == MOLT_OTP_LEN) return MOLT_OK;
    *why = "not a file of fuses: its length is not 256 bytes";
    return MOLT_ERR_FORMAT;
}

enum molt_err molt_otp_open(struct molt_otp *otp, const char *path, const char **why)
{
    enum molt_err err = molt_shared_file_open(&otp->file, path, MOLT_OTP_LEN, why);
    if (err) return err;
    err = check(otp, why);
    if (err) molt_otp_close(otp);
    return err;
}

enum molt_err molt_otp_adopt(struct molt_otp *otp, int fd, const char **why)
{
    enum molt_err err = molt_shared_file_adopt(&otp->file, fd, why);
    if (err) return err;
    err = check(otp, why);
    if (err) {
        otp->file.fd = -1; /* stays the caller's */
        molt_otp_close(otp);
    }
    return err;
}

void molt_otp_close(struct molt_otp *otp)
{
    molt_shared_file_close(&otp->file);
}

static uint8_t *word_at(const struct molt_otp *otp, uint32_t word)
{
    return otp->file.bytes + (size_t)word * 4;
}

uint32_t molt_otp_read(const struct molt_otp *otp, uint32_t word)
{
    return word < MOLT_OTP_WORDS ? molt_load_le32(word_at(otp, word)) : 0;
}

enum molt_err molt_otp_burn(struct molt_otp *otp, uint32_t word, uint32_t bits)
{
    if (word >= MOLT_OTP_WORDS) return MOLT_ERR_RANGE;
    molt_store_le32(word_at(otp, word), molt_otp_read(otp, word) | bits);
    return MOLT_OK;
}

uint32_t molt_otp_secure_version(const struct molt_otp *otp)
{
    uint32_t fuses = molt_otp_read(otp, MOLT_OTP_SECURE_VERSION) & low_bits(FIELD_LEN);
    uint32_t version = 0;

    for (; fuses; fuses &= fuses - 1) version++;
    return version;
}

enum molt_err molt_otp_raise_secure_version(struct molt_otp *otp, uint32_t version)
{
    uint32_t now = molt_otp_secure_version(otp);

    if (version > FIELD_LEN) return MOLT_ERR_RANGE;
    if (version < now) return MOLT_ERR_OLD_VERSION;
    if (version == now) return MOLT_OK;
    /* One fuse for each version that is missing, the lowest that are left: a fuse that came to be
     * set out of order counts too, and must not make the version jump. */
    uint32_t fuses = molt_otp_read(otp, MOLT_OTP_SECURE_VERSION), missing = 0;
    for (uint32_t left = ~fuses; now < version; now++, left &= left - 1) missing |= left & -left;
    return molt_otp_burn(otp, MOLT_OTP_SECURE_VERSION, missing);
}
