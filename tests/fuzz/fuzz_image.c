/* The image walker: three bytes choose chip, rules and piece sizes, the rest is the image. */
#include <stdlib.h>
#include <string.h>

#include "format/image.h"

enum { CONTROL_LEN = 3, ADDR = 0x10000 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool ok)
{
    if (!ok) abort();
}

static enum molt_err walk(const uint8_t *bytes, uint32_t len, uint32_t random,
                          const struct molt_image_rules *rules, struct molt_image *image,
                          struct molt_image_error *error)
{
    struct molt_image_walk w;

    molt_image_walk_start(&w, rules, image, error);
    enum molt_err err = molt_image_walk_feed(&w, NULL, 0);
    for (uint32_t off = 0; !err && off < len && !molt_image_walk_done(&w);) {
        random = random * 1664525 + 1013904223;
        uint32_t piece = random >> (random & 1 ? 30 : 23);

        if (piece > len - off) piece = len - off;
        require(molt_image_walk_wants(&w) > 0);
        err = molt_image_walk_feed(&w, bytes + off, piece);
        off += piece;
    }
    if (err || molt_image_walk_done(&w)) return err;
    memset(image, 0, sizeof *image); /* so far it was well-formed */
    return MOLT_ERR_RANGE;
}

/* What a caller may build on when an image was accepted. */
static void check_accepted(const uint8_t *bytes, uint32_t len, const struct molt_image_rules *rules,
                           const struct molt_image *image)
{
    uint32_t off = MOLT_IMAGE_HEADER_LEN;

    require(image->len <= len && image->len <= rules->len_max && image->len % 16 == 0);
    require(image->header.magic == MOLT_IMAGE_MAGIC && bytes[0] == MOLT_IMAGE_MAGIC);
    require(image->header.segment_count <= MOLT_IMAGE_SEGMENTS_MAX);
    for (int i = 0; i < image->header.segment_count; i++) {
        const struct molt_image_segment *s = &image->segment[i];

        require(s->off == off + MOLT_IMAGE_SEGMENT_HEADER_LEN && s->len % 4 == 0);
        off = s->off + s->len;
        require(off < image->len);
        if (rules->chip && molt_chip_maps(rules->chip, s->load_addr))
            require((rules->addr + s->off) % image->mmu_page_len ==
                    s->load_addr % image->mmu_page_len);
    }
    if (rules->chip && !rules->layout_only) require(image->header.chip_id == rules->chip->id);
    if (rules->need_app_desc && !rules->is_bootloader) require(image->has_desc);
    if (image->header.hash_appended)
        require(memcmp(image->digest, bytes + image->len - MOLT_SHA256_LEN, MOLT_SHA256_LEN) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct molt_image image, same;
    struct molt_image_error error, same_error;

    if (len < CONTROL_LEN) return 0;
    const uint8_t *data = bytes + CONTROL_LEN;
    uint32_t data_len = (uint32_t)len - CONTROL_LEN;
    struct molt_image_rules rules = {
        .chip = molt_chip_at(bytes[0] & 15), /* 14, 15: any chip */
        .chip_rev = 100,
        .efuse_blk_rev = 1,
        .ignore_max_rev = bytes[0] >> 4 & 1,
        .is_bootloader = bytes[0] >> 5 & 1,
        .need_app_desc = bytes[0] >> 6 & 1,
        .layout_only = bytes[0] >> 7,
        .addr = ADDR,
        .len_max = data_len,
    };
    if (!(bytes[1] & 1)) rules.len_max = molt_chip_image_len_max(rules.chip);

    enum molt_err err = molt_image_check(data, data_len, &rules, &image, &error);
    require(walk(data, data_len, bytes[2], &rules, &same, &same_error) == err);
    require(image.len == same.len && image.secure_version == same.secure_version);
    require(memcmp(image.segment, same.segment, sizeof image.segment) == 0);
    require(memcmp(image.digest, same.digest, sizeof image.digest) == 0);
    if (err) {
        require(image.len == 0 && error.off <= data_len);
        require(*molt_image_error_field(&error) && *molt_image_error_why(&error));
    } else {
        check_accepted(data, data_len, &rules, &image);
    }
    return 0;
}
