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

enum { MOLT_SHA256_LEN = 32, MOLT_MD5_LEN = 16 };

struct molt_sha256 {
    mbedtls_sha256_context ctx;
    bool failed; /* the digest will be zeros */
};

void molt_sha256_start(struct molt_sha256 *d);
void molt_sha256_add(struct molt_sha256 *d, const void *bytes, size_t len);
void molt_sha256_finish(struct molt_sha256 *d, uint8_t digest[MOLT_SHA256_LEN]);

/* Only for the partition table's MD5 row: a checksum against accidents, not against people. */
struct molt_md5 {
    mbedtls_md5_context ctx;
};

void molt_md5_start(struct molt_md5 *d);
void molt_md5_add(struct molt_md5 *d, const void *bytes, size_t len);
void molt_md5_finish(struct molt_md5 *d, uint8_t digest[MOLT_MD5_LEN]);

/* Whether the two are equal, in time that depends only on len. */
bool molt_equal_const_time(const void *a, const void *b, size_t len);

#endif
