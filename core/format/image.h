/* The app image (and bootloader image): what a slot holds.
 *
 *       0   image header              24 bytes
 *      24   segment 0: header          8 bytes: load address, length (a multiple of 4)
 *      32              data           of an app: struct molt_app_desc, 256 bytes, comes first
 *     ...   further segments
 *       L   zeros and a checksum byte: 1..16 bytes, up to a multiple of 16
 *      L'   SHA-256 of [0, L')        32 bytes, when header.hash_appended
 *
 * All integers little-endian. Source: ESP-IDF components/bootloader_support/include/
 * esp_app_format.h, esp_image_format.h and src/esp_image_format.c.
 *
 * This file is pure: a walker is fed the bytes in order, from flash, from a file or from a fuzzer,
 * and needs no more memory than its own struct. Reading flash is slots/verify.h. */
#ifndef MOLT_FORMAT_IMAGE_H
#define MOLT_FORMAT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

enum {
    MOLT_IMAGE_MAGIC = 0xE9,
    MOLT_IMAGE_HEADER_LEN = 24,
    MOLT_IMAGE_SEGMENT_HEADER_LEN = 8,
    MOLT_IMAGE_SEGMENTS_MAX = 16,
    MOLT_IMAGE_CHECKSUM_SEED = 0xEF,
    MOLT_APP_DESC_OFF = 32, /* header and first segment header */
    MOLT_APP_DESC_LEN = 256,
    MOLT_APP_DESC_SECURE_VERSION = 4, /* offsets in it of what checking needs */
    MOLT_APP_DESC_EFUSE_REV_MIN = 176,
    MOLT_APP_DESC_EFUSE_REV_MAX = 178,
    MOLT_APP_DESC_MMU_PAGE = 180,
    MOLT_BOOTLOADER_DESC_LEN = 80,
    MOLT_BOOTLOADER_DESC_MAGIC = 80,
    MOLT_IMAGE_LEN_MAX = 0x10000100, /* no image is longer: 16 segments of less than 16 MiB */
};
#define MOLT_APP_DESC_MAGIC 0xABCD5432u

struct molt_image_header {
    uint8_t magic;
    uint8_t segment_count;
    uint8_t spi_mode;
    uint8_t spi_speed; /* low nibble of byte 3 */
    uint8_t spi_size;  /* high nibble of byte 3 */
    uint32_t entry_addr;
    uint8_t wp_pin;
    uint8_t spi_pin_drv[3];
    uint16_t chip_id;
    uint8_t min_chip_rev;       /* legacy, ignored */
    uint16_t min_chip_rev_full; /* major * 100 + minor */
    uint16_t max_chip_rev_full; /* 0 or 65535: no limit */
    uint8_t reserved[4];
    uint8_t hash_appended;
};

struct molt_image_segment {
    uint32_t load_addr;
    uint32_t len;
    uint32_t off; /* of its data, from the start of the image */
};

/* Strings are NUL-terminated here even where the image's are not. */
struct molt_app_desc {
    uint32_t magic;
    uint32_t secure_version;
    char version[33];
    char project_name[33];
    char time[17];
    char date[17];
    char idf_ver[33];
    uint8_t app_elf_sha256[32];
    uint16_t min_efuse_blk_rev_full;
    uint16_t max_efuse_blk_rev_full;
    uint8_t mmu_page_size; /* log2; 0 in old images */
    uint8_t spi_flash_mode;
};

struct molt_bootloader_desc {
    uint8_t magic;
    uint8_t secure_version;
    uint32_t version;
    char idf_ver[33];
    char date_time[25];
};

struct molt_image_header molt_image_header_decode(const uint8_t bytes[MOLT_IMAGE_HEADER_LEN]);
void molt_image_header_encode(const struct molt_image_header *h,
                              uint8_t bytes[MOLT_IMAGE_HEADER_LEN]);
struct molt_app_desc molt_app_desc_decode(const uint8_t bytes[MOLT_APP_DESC_LEN]);
void molt_app_desc_encode(const struct molt_app_desc *d, uint8_t bytes[MOLT_APP_DESC_LEN]);
struct molt_bootloader_desc
molt_bootloader_desc_decode(const uint8_t bytes[MOLT_BOOTLOADER_DESC_LEN]);
void molt_bootloader_desc_encode(const struct molt_bootloader_desc *d,
                                 uint8_t bytes[MOLT_BOOTLOADER_DESC_LEN]);

/* ---- chips ---------------------------------------------------------------------------------- */

enum {
    MOLT_CHIP_ESP32 = 0x0000,
    MOLT_CHIP_LINUX = 0xFFFF, /* what ESP-IDF's linux target puts into its images */
};

struct molt_chip {
    const char *name; /* "esp32c3"; "linux" is the virtual device */
    uint16_t id;
    uint32_t bootloader_addr;            /* CONFIG_BOOTLOADER_OFFSET_IN_FLASH */
    uint32_t mmu_page_len;               /* the fixed or default one */
    uint32_t mmu_page_min, mmu_page_max; /* equal when it cannot be configured */
    uint32_t image_len_max; /* longest partition whose image it verifies; UINT32_MAX = any */
    /* Load addresses that are mapped from flash, [start, end): for these, and only these, address
     * and flash address must agree modulo the page. Constant data, with the app descriptor in front,
     * goes into the first. start == end: none. */
    struct {
        uint32_t start, end;
    } mapped[2];
};

/* NULL when unknown. */
const struct molt_chip *molt_chip_by_name(const char *name);
const struct molt_chip *molt_chip_by_id(uint16_t id);
/* index from 0; NULL behind the last. */
const struct molt_chip *molt_chip_at(size_t index);

/* chip->image_len_max; of NULL, any chip, UINT32_MAX. */
uint32_t molt_chip_image_len_max(const struct molt_chip *chip);

/* Whether a segment with this load address is mapped from flash rather than copied to RAM. */
bool molt_chip_maps(const struct molt_chip *chip, uint32_t load_addr);

/* ---- checking -------------------------------------------------------------------------------- */

/* What a device accepts. */
struct molt_image_rules {
    const struct molt_chip *chip; /* NULL: any chip (and no address checks), for tools */
    uint16_t chip_rev;            /* major * 100 + minor */
    uint16_t efuse_blk_rev;       /* likewise */
    bool ignore_max_rev;          /* the "disable max check" fuse */
    bool is_bootloader;           /* no descriptor needed, no max revision, no digest check */
    bool need_app_desc;           /* refuse an app without one (stock verifiers accept it) */
    bool layout_only;             /* neither chip nor checksum nor digest: data is not looked at */
    uint32_t addr;                /* flash address of the image's first byte */
    uint32_t len_max;             /* bytes of the partition, at most chip->image_len_max */
};

struct molt_image {
    struct molt_image_header header;
    struct molt_image_segment segment[MOLT_IMAGE_SEGMENTS_MAX];
    uint32_t len; /* all of it, digest included; without any signature */
    bool has_desc;
    uint32_t secure_version;         /* of the app descriptor, 0 without one */
    uint32_t mmu_page_len;           /* 0 when rules.chip is NULL */
    uint8_t digest[MOLT_SHA256_LEN]; /* as appended; computed when none is (layout_only: 0) */
};

/* Every way to refuse an image: name, error, field, why. Texts are apart from the checks
 * (image_error.c), so that a bootloader which does not print them does not carry them. */
#define MOLT_IMAGE_RULES(X)                                                                        \
    X(WHOLE, RANGE, "image", "is truncated")                                                       \
    X(READABLE, FLASH, "image", "cannot be read from flash")                                       \
    X(PARTITION_LEN, ARG, "partition", "is larger than 16 MiB, which this chip cannot map")        \
    X(HEADER_FITS, RANGE, "header", "leaves the partition")                                        \
    X(MAGIC_BYTE, FORMAT, "magic", "is not 0xE9")                                                  \
    X(CHIP_ID, WRONG_CHIP, "chip id", "is another chip's")                                         \
    X(CHIP_REV_MIN, WRONG_CHIP, "minimum chip revision", "is above this chip's")                   \
    X(CHIP_REV_MAX, WRONG_CHIP, "maximum chip revision", "is below this chip's")                   \
    X(SEGMENT_COUNT, FORMAT, "segment count", "is more than 16")                                   \
    X(SEGMENT_HEADER_FITS, RANGE, "segment header", "leaves the partition")                        \
    X(SEGMENT_LEN_UNIT, FORMAT, "segment length", "is not a multiple of 4")                        \
    X(SEGMENT_LEN_MAX, FORMAT, "segment length", "is 16 MiB or more")                              \
    X(SEGMENT_LEN_DESC, FORMAT, "segment length", "is too short for an app descriptor")            \
    X(SEGMENT_FITS, RANGE, "segment length", "leaves the partition")                               \
    X(LOAD_ADDR, FORMAT, "load address", "does not match the flash address modulo the MMU page")   \
    X(DESC_NEEDED, FORMAT, "app descriptor", "is missing")                                         \
    X(DESC_PAGE, WRONG_CHIP, "app descriptor", "is missing, and with it the MMU page size")        \
    X(EFUSE_REV_MIN, WRONG_CHIP, "minimum eFuse block revision", "is above this chip's")           \
    X(EFUSE_REV_MAX, WRONG_CHIP, "maximum eFuse block revision", "is below this chip's")           \
    X(CHECKSUM_FITS, RANGE, "checksum", "leaves the partition")                                    \
    X(CHECKSUM, CHECKSUM, "checksum", "is not that of the segments")                               \
    X(DIGEST_FITS, RANGE, "SHA-256", "leaves the partition")                                       \
    X(DIGEST, CHECKSUM, "SHA-256", "is not that of the image")                                     \
    X(DIGEST_MADE, CRYPTO, "SHA-256", "cannot be computed: the hash engine failed")

enum molt_image_rule {
#define X(name, err, field, why) MOLT_IMAGE_##name,
    MOLT_IMAGE_RULES(X)
#undef X
};

/* Where an image was refused, and by which rule. */
struct molt_image_error {
    uint32_t off; /* from the start of the image */
    enum molt_image_rule rule;
};

/* "load address"; "does not match ...". */
const char *molt_image_error_field(const struct molt_image_error *error);
const char *molt_image_error_why(const struct molt_image_error *error);

/* Feed it bytes 0, 1, 2, ... of the image, in pieces of any size:
 *
 *     molt_image_walk_start(&w, &rules, &image, &error);
 *     while (!molt_image_walk_done(&w)) { read a piece; err = molt_image_walk_feed(&w, piece, n); }
 *
 * The members are private. */
struct molt_image_walk {
    const struct molt_image_rules *rules;
    struct molt_image *image;
    struct molt_image_error *error;
    struct molt_sha256 sha;
    enum molt_err failed;
    uint32_t off;  /* bytes taken so far */
    uint32_t left; /* bytes to go in the present part */
    uint8_t part;  /* header, segment header, descriptor, data, padding, digest, done */
    uint8_t segment_index;
    uint8_t checksum;
    uint16_t held_len;
    uint8_t held[MOLT_APP_DESC_LEN]; /* a part that is looked at as a whole, so far */
};

/* *rules, *image and *error must live as long as the walk. */
void molt_image_walk_start(struct molt_image_walk *w, const struct molt_image_rules *rules,
                           struct molt_image *image, struct molt_image_error *error);

/* How many bytes it wants at most before it is done or needs to look again; 0 when done. Reading
 * exactly that much never reads past the image. */
uint32_t molt_image_walk_wants(const struct molt_image_walk *w);

/* With rules.layout_only: takes the bytes that follow, up to the next ones worth reading, as if they
 * had been fed, and returns how many; 0 otherwise. */
uint32_t molt_image_walk_skip(struct molt_image_walk *w);

/* Bytes behind the image's end are ignored. Then *error says where and why, *image is zeroed, the
 * walk is over, and further calls return the same:
 *   MOLT_ERR_ARG         rules.len_max is more than the chip's image_len_max
 *   MOLT_ERR_RANGE       the image leaves the partition
 *   MOLT_ERR_FORMAT      magic, segment count, a segment's length or address
 *   MOLT_ERR_CHECKSUM    checksum byte or digest
 *   MOLT_ERR_WRONG_CHIP  chip id, a revision, or (only where the page size is in the descriptor)
 *                        no descriptor
 *   MOLT_ERR_CRYPTO      the hash engine failed: nothing is known of the image
 * ESP-IDF's verifier gives ESP_ERR_INVALID_ARG, three times ESP_ERR_IMAGE_INVALID, and ESP_FAIL. */
MOLT_MUST_USE enum molt_err molt_image_walk_feed(struct molt_image_walk *w, const void *bytes,
                                                 uint32_t len);

bool molt_image_walk_done(const struct molt_image_walk *w);

/* All of an image in memory. Also MOLT_ERR_RANGE when it is truncated. */
MOLT_MUST_USE enum molt_err molt_image_check(const uint8_t *bytes, size_t len,
                                             const struct molt_image_rules *rules,
                                             struct molt_image *image,
                                             struct molt_image_error *error);

#endif
