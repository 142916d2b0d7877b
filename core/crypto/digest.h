/* Digests, on mbedTLS. The caller owns the context; nothing here allocates.
 *
 * mbedTLS 2.28 sizes: mbedtls_sha256_context and mbedtls_md5_context hold no pointers, so a context
 * may be copied to fork a running digest. */
#ifndef MOLT_CRYPTO_DIGEST_H
#define MOLT_CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/md5.h>
#include <mbedtls/sha256.h>

#include "base/err.h"

enum { MOLT_SHA256_LEN = 32, MOLT_MD5_LEN = 16 };

/* A hash engine in hardware (MBEDTLS_SHA256_ALT) can fail at every step. The failure is kept until
 * the end, so that only finish() needs to be asked. */
struct molt_sha256 {
    mbedtls_sha256_context ctx;
    bool failed;
};

void molt_sha256_start(struct molt_sha256 *d);
void molt_sha256_add(struct molt_sha256 *d, const void *bytes, size_t len);
/* MOLT_ERR_CRYPTO: a step failed. `digest` is zeros then, and must not be compared with anything:
 * whoever made the bytes may have put zeros there. */
MOLT_MUST_USE enum molt_err molt_sha256_finish(struct molt_sha256 *d,
                                               uint8_t digest[MOLT_SHA256_LEN]);
/* The three in one, over bytes in memory. */
MOLT_MUST_USE enum molt_err molt_sha256_of(const void *bytes, size_t len,
                                           uint8_t digest[MOLT_SHA256_LEN]);

/* For the partition table's MD5 row (a checksum against accidents, not against people) and for
 * HTTP's digest authentication. When the engine fails the digest is zeros. */
struct molt_md5 {
    mbedtls_md5_context ctx;
    bool failed;
};

void molt_md5_start(struct molt_md5 *d);
void molt_md5_add(struct molt_md5 *d, const void *bytes, size_t len);
void molt_md5_finish(struct molt_md5 *d, uint8_t digest[MOLT_MD5_LEN]);

/* Whether the two are equal, in time that depends only on len. */
bool molt_equal_const_time(const void *a, const void *b, size_t len);

#endif
