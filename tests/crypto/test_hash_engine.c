/* mbedTLS's SHA-256 fails here when a test says so, as a hash engine in hardware can; the linker
 * puts these functions in front of the real ones. */
#include "crypto/digest.h"
#include "format/image.h"
#include "format/image_build.h"
#include "tests/support/check.h"
#include "tests/support/image_vector.h"

enum step { START, ADD, FINISH, STEPS };

static enum step failing;
static bool is_failing; /* the next call of that step */

int __real_mbedtls_sha256_starts_ret(mbedtls_sha256_context *ctx, int is224);
int __real_mbedtls_sha256_update_ret(mbedtls_sha256_context *ctx, const unsigned char *in,
                                     size_t len);
int __real_mbedtls_sha256_finish_ret(mbedtls_sha256_context *ctx, unsigned char out[32]);
int __wrap_mbedtls_sha256_starts_ret(mbedtls_sha256_context *ctx, int is224);
int __wrap_mbedtls_sha256_update_ret(mbedtls_sha256_context *ctx, const unsigned char *in,
                                     size_t len);
int __wrap_mbedtls_sha256_finish_ret(mbedtls_sha256_context *ctx, unsigned char out[32]);

static bool fails(enum step step)
{
    bool now = is_failing && failing == step;

    if (now) is_failing = false;
    return now;
}

int __wrap_mbedtls_sha256_starts_ret(mbedtls_sha256_context *ctx, int is224)
{
    return fails(START) ? -1 : __real_mbedtls_sha256_starts_ret(ctx, is224);
}

int __wrap_mbedtls_sha256_update_ret(mbedtls_sha256_context *ctx, const unsigned char *in,
                                     size_t len)
{
    return fails(ADD) ? -1 : __real_mbedtls_sha256_update_ret(ctx, in, len);
}

int __wrap_mbedtls_sha256_finish_ret(mbedtls_sha256_context *ctx, unsigned char out[32])
{
    return fails(FINISH) ? -1 : __real_mbedtls_sha256_finish_ret(ctx, out);
}

static const char *const k_step_name[STEPS] = { "start", "add", "finish" };

/* From now on this step fails, once. */
static void break_at(enum step step)
{
    failing = step;
    is_failing = true;
    test_case = k_step_name[step];
}

TEST(a_digest_that_was_not_computed_is_an_error_whichever_step_failed)
{
    static const uint8_t zeros[MOLT_SHA256_LEN];
    uint8_t digest[MOLT_SHA256_LEN];

    for (enum step step = START; step < STEPS; step++) {
        break_at(step);
        CHECK_EQ(molt_sha256_of("abc", 3, digest), MOLT_ERR_CRYPTO);
        CHECK_MEM(digest, zeros, sizeof digest);
        CHECK_EQ(molt_sha256_of("abc", 3, digest), MOLT_OK);
        CHECK_EQ(digest[0], 0xba);
    }
}

/* The attacker does not know the right digest, but can end the image with zeros. */
TEST(a_failing_hash_engine_accepts_no_image_not_even_one_that_ends_with_zeros)
{
    const struct molt_image_rules rules = { .chip = molt_chip_by_name("esp32"),
                                            .addr = VECTOR_ADDR,
                                            .len_max = 0x100000 };
    struct molt_image_error error;
    struct molt_image image;
    uint8_t bytes[VECTOR_LEN];

    for (enum step step = START; step < STEPS; step++) {
        vector_image(bytes);
        memset(bytes + VECTOR_DIGEST_OFF, 0, MOLT_SHA256_LEN);
        break_at(step);
        CHECK_EQ(molt_image_check(bytes, sizeof bytes, &rules, &image, &error), MOLT_ERR_CRYPTO);
        CHECK_EQ(image.len, 0);
        CHECK_STR(molt_image_error_field(&error), "SHA-256");

        vector_image(bytes); /* nor the right one: nothing is known of it */
        break_at(step);
        CHECK_EQ(molt_image_check(bytes, sizeof bytes, &rules, &image, &error), MOLT_ERR_CRYPTO);

        bytes[23] = 0; /* an image without a digest: its computed one is part of the answer */
        break_at(step);
        CHECK_EQ(molt_image_check(bytes, sizeof bytes, &rules, &image, &error), MOLT_ERR_CRYPTO);
    }
}

TEST(what_looks_only_at_the_layout_needs_no_hash_engine)
{
    const struct molt_image_rules rules = { .layout_only = true, .len_max = 0x100000 };
    struct molt_image_error error;
    struct molt_image image;
    uint8_t bytes[VECTOR_LEN];

    vector_image(bytes);
    for (enum step step = START; step < STEPS; step++) {
        break_at(step);
        CHECK_EQ(molt_image_check(bytes, sizeof bytes, &rules, &image, &error), MOLT_OK);
        CHECK_MEM(image.digest, bytes + VECTOR_DIGEST_OFF, MOLT_SHA256_LEN);
        is_failing = false;
    }
}

static enum molt_err count(void *ctx, const uint8_t *bytes, uint32_t len)
{
    (void)bytes;
    *(uint32_t *)ctx += len;
    return MOLT_OK;
}

TEST(no_image_gets_a_digest_that_was_not_computed)
{
    static const uint8_t code[64];
    const struct molt_image_header header = { .magic = MOLT_IMAGE_MAGIC, .hash_appended = 1 };
    const struct molt_image_source segment = { 0, code, sizeof code };

    for (enum step step = START; step < STEPS; step++) {
        uint32_t len = 0;
        const struct molt_image_sink sink = { count, &len };

        break_at(step);
        CHECK_EQ(molt_image_build(&header, &segment, 1, &sink), MOLT_ERR_CRYPTO);
        CHECK_EQ(len + MOLT_SHA256_LEN, molt_image_build_len(&header, &segment, 1));
    }
}

TEST_MAIN()
