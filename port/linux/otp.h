/* One-time programmable fuses in a file: a bit goes from 0 to 1 and never back.
 *
 *     word 0      security version, thermometer coded: version = number of set bits
 *     word 1..63  not used
 *
 * 256 bytes, little-endian words, made blank on first use. Coding: ESP-IDF
 * components/efuse/src/esp_efuse_fields.c and Kconfig BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD. */
#ifndef MOLT_PORT_OTP_H
#define MOLT_PORT_OTP_H

#include "port/linux/shared_file.h"

enum {
    MOLT_OTP_WORDS = 64,
    MOLT_OTP_LEN = MOLT_OTP_WORDS * 4,
    MOLT_OTP_SECURE_VERSION = 0, /* word */
};

struct molt_otp {
    struct molt_shared_file file;
};

/* Errors of molt_shared_file_open(), and MOLT_ERR_FORMAT when the file has another length. */
MOLT_MUST_USE enum molt_err molt_otp_open(struct molt_otp *otp, const char *path, const char **why);
/* Over a descriptor that another process opened; taken over on MOLT_OK only. */
MOLT_MUST_USE enum molt_err molt_otp_adopt(struct molt_otp *otp, int fd, const char **why);
void molt_otp_close(struct molt_otp *otp);

uint32_t molt_otp_read(const struct molt_otp *otp, uint32_t word);
/* Sets the fuses that are 1 in `bits`; the others stay as they are. Killed inside: some of the
 * fuses are set. MOLT_ERR_RANGE: no such word. */
MOLT_MUST_USE enum molt_err molt_otp_burn(struct molt_otp *otp, uint32_t word, uint32_t bits);

/* The security version, of a field of CONFIG_BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD fuses. */
uint32_t molt_otp_secure_version(const struct molt_otp *otp);
/* Never lowers: a smaller value is MOLT_ERR_OLD_VERSION, the same one MOLT_OK. MOLT_ERR_RANGE: more
 * than the field has fuses. Killed inside: the version is the old one, the new one or between.
 * It is exactly `version` afterwards, even where fuses were not set from the lowest on. */
MOLT_MUST_USE enum molt_err molt_otp_raise_secure_version(struct molt_otp *otp, uint32_t version);

#endif
