/* The smallest bootloader that uses all of device/boot: what bench/boot_size.sh links to see how
 * large the core is. The hash functions are empty, they are measured apart. */
#include "boot/boot.h"
#include "boot/retained.h"

static const struct molt_chip chip = { .name = "own", .id = 1, .mmu_page_len = 0x10000 };
static struct molt_nor nor;
static struct molt_port port;
static uint8_t retained[MOLT_BOOT_RETAINED_LEN];

void bench_start(void);

/* noinline: what a chip's own code would be, not to be counted as the core's. */
__attribute__((noinline)) static bool held(void *ctx, enum molt_boot_pin pin)
{
    return ctx && pin == MOLT_BOOT_PIN_APP_TEST;
}

void bench_start(void)
{
    struct molt_boot_config config = molt_boot_config_default(&chip);
    struct molt_boot_hooks hooks = { .held = held, .retained = retained };
    struct molt_boot_target target;

    port.flash = &nor;
    while (molt_boot(&config, &port, &hooks, &target)) {
    }
}

/* clang-format off */
int mbedtls_sha256_starts_ret(mbedtls_sha256_context *c, int is224) { (void)c; (void)is224; return 0; }
int mbedtls_sha256_update_ret(mbedtls_sha256_context *c, const unsigned char *in, size_t len) { (void)c; (void)in; (void)len; return 0; }
int mbedtls_sha256_finish_ret(mbedtls_sha256_context *c, unsigned char out[32]) { (void)c; (void)out; return 0; }
void mbedtls_sha256_init(mbedtls_sha256_context *c) { (void)c; }
void mbedtls_sha256_free(mbedtls_sha256_context *c) { (void)c; }
int mbedtls_md5_starts_ret(mbedtls_md5_context *c) { (void)c; return 0; }
int mbedtls_md5_update_ret(mbedtls_md5_context *c, const unsigned char *in, size_t len) { (void)c; (void)in; (void)len; return 0; }
int mbedtls_md5_finish_ret(mbedtls_md5_context *c, unsigned char out[16]) { (void)c; (void)out; return 0; }
void mbedtls_md5_init(mbedtls_md5_context *c) { (void)c; }
void mbedtls_md5_free(mbedtls_md5_context *c) { (void)c; }
void mbedtls_platform_zeroize(void *at, size_t len) { (void)at; (void)len; }
/* clang-format on */
