/* What a boot costs: partition table, choice and verification of a 1 MiB image, or the bare SHA-256
 * of the same bytes, COUNT times. bench/run.py counts the instructions of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "boot/boot.h"
#include "crypto/digest.h"
#include "flash/ram_nor.h"
#include "format/image.h"
#include "format/ptable.h"

enum { FLASH_LEN = 4 << 20, SLOT_ADDR = 0x20000, IMAGE_LEN = 1 << 20, SEGMENTS = 4 };

static uint8_t flash[FLASH_LEN];

/* One slot with a plausible app: a descriptor and four segments, together exactly 1 MiB. */
static void fill_flash(void)
{
    static const struct molt_ptable table = {
        .row = { { .label = "otadata",
                   .type = MOLT_PART_DATA,
                   .subtype = MOLT_DATA_OTA,
                   .addr = 0xd000,
                   .len = MOLT_OTADATA_LEN },
                 { .label = "ota_0",
                   .type = MOLT_PART_APP,
                   .subtype = MOLT_APP_OTA_0,
                   .addr = SLOT_ADDR,
                   .len = IMAGE_LEN } },
        .count = 2,
    };
    struct molt_app_desc desc = { .magic = MOLT_APP_DESC_MAGIC, .version = "1" };
    struct molt_image_header header = { .magic = MOLT_IMAGE_MAGIC,
                                        .segment_count = SEGMENTS,
                                        .chip_id = MOLT_CHIP_LINUX,
                                        .hash_appended = 1 };
    uint8_t *image = flash + SLOT_ADDR, checksum = MOLT_IMAGE_CHECKSUM_SEED;
    uint32_t padded = IMAGE_LEN - MOLT_SHA256_LEN, off = MOLT_IMAGE_HEADER_LEN;
    struct molt_sha256 sha;

    memset(flash, 0xFF, sizeof flash);
    if (molt_ptable_encode(&table, true, flash + MOLT_PTABLE_ADDR)) abort();
    memset(image, 0, padded);
    molt_image_header_encode(&header, image);
    for (int i = 0; i < SEGMENTS; i++) {
        uint32_t len = (padded - 16 - MOLT_IMAGE_HEADER_LEN) / SEGMENTS / 16 * 16;

        if (i == SEGMENTS - 1) len = padded - 16 - off - MOLT_IMAGE_SEGMENT_HEADER_LEN;
        molt_store_le32(image + off + 4, len);
        off += MOLT_IMAGE_SEGMENT_HEADER_LEN;
        for (uint32_t b = 0; b < len; b++) image[off + b] = (uint8_t)(b * 2654435761u >> 24);
        if (i == 0) molt_app_desc_encode(&desc, image + off);
        for (uint32_t b = 0; b < len; b++) checksum ^= image[off + b];
        off += len;
    }
    image[padded - 1] = checksum;
    molt_sha256_start(&sha);
    molt_sha256_add(&sha, image, padded);
    if (molt_sha256_finish(&sha, image + padded)) abort();
}

static void hash_only(void)
{
    uint8_t digest[MOLT_SHA256_LEN];
    struct molt_sha256 sha;

    molt_sha256_start(&sha);
    molt_sha256_add(&sha, flash + SLOT_ADDR, IMAGE_LEN - MOLT_SHA256_LEN);
    if (molt_sha256_finish(&sha, digest)) abort();
    if (memcmp(digest, flash + SLOT_ADDR + IMAGE_LEN - MOLT_SHA256_LEN, sizeof digest) != 0)
        abort();
}

static enum molt_reset_reason power_on(void *ctx)
{
    (void)ctx;
    return MOLT_RESET_POWERON;
}

static void boot(struct molt_nor *nor)
{
    struct molt_boot_config config = molt_boot_config_default(molt_chip_by_id(MOLT_CHIP_LINUX));
    struct molt_port port = { .flash = nor, .reset_reason = power_on, .chip_id = MOLT_CHIP_LINUX };
    struct molt_boot_hooks hooks = { .load = NULL };
    struct molt_boot_target target;

    if (molt_boot(&config, &port, &hooks, &target) || target.image.len != IMAGE_LEN) abort();
}

int main(int argc, char **argv)
{
    struct molt_nor_geometry geometry = molt_nor_geometry_spi(FLASH_LEN);
    struct molt_ram_nor ram;
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    if (count < 1) {
        (void)fprintf(stderr, "usage: verify_cost boot|hash COUNT\n");
        return 2;
    }
    fill_flash();
    molt_ram_nor_init(&ram, &geometry, flash);
    if (strcmp(argv[1], "boot") == 0) boot(&ram.nor); /* the first boot also writes otadata */
    while (count-- > 0) {
        if (strcmp(argv[1], "boot") == 0)
            boot(&ram.nor);
        else
            hash_only();
    }
    return 0;
}
