#include "crypto/digest.h"

#include <string.h>

void molt_sha256_start(struct molt_sha256 *d)
{
    mbedtls_sha256_init(&d->ctx);
    d->failed = mbedtls_sha256_starts_ret(&d->ctx, 0) != 0;
}

void molt_sha256_add(struct molt_sha256 *d, const void *bytes, size_t len)
{
    if (mbedtls_sha256_update_ret(&d->ctx, bytes, len) != 0) d->failed = true;
}

enum molt_err molt_sha256_finish(struct molt_sha256 *d, uint8_t digest[MOLT_SHA256_LEN])
{
    if (mbedtls_sha256_finish_ret(&d->ctx, digest) != 0) d->failed = true;
    if (!d->failed) return MOLT_OK;
    memset(digest, 0, MOLT_SHA256_LEN);
    return MOLT_ERR_CRYPTO;
}

enum molt_err molt_sha256_of(const void *bytes, size_t len, uint8_t digest[MOLT_SHA256_LEN])
{
    struct molt_sha256 d;

    molt_sha256_start(&d);
    molt_sha256_add(&d, bytes, len);
    return molt_sha256_finish(&d, digest);
}

void molt_md5_start(struct molt_md5 *d)
{
    mbedtls_md5_init(&d->ctx);
    d->failed = mbedtls_md5_starts_ret(&d->ctx) != 0;
}

void molt_md5_add(struct molt_md5 *d, const void *bytes, size_t len)
{
    if (mbedtls_md5_update_ret(&d->ctx, bytes, len) != 0) d->failed = true;
}

void molt_md5_finish(struct molt_md5 *d, uint8_t digest[MOLT_MD5_LEN])
{
    if (mbedtls_md5_finish_ret(&d->ctx, digest) != 0) d->failed = true;
    if (d->failed) memset(digest, 0, MOLT_MD5_LEN);
}

bool molt_equal_const_time(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t differing = 0;

    for (size_t i = 0; i < len; i++) differing |= (uint8_t)(x[i] ^ y[i]);
    return differing == 0;
}
