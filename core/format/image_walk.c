/* Is this image whole, well-formed, and for this chip? The one place that decides it.
 *
 *     HEADER --> SEGMENT --> DESC (an app's segment 0) --> DATA --+--> PAD --> DIGEST --> DONE
 *       |           ^                                       |     |     |                  ^
 *       |           +-------------- next segment -----------+     |     +--- no digest ----+
 *       +------------------------- no segments -------------------+
 *
 * The rules and their order are those of ESP-IDF components/bootloader_support/src/
 * esp_image_format.c, with one change: each part must lie inside the partition before it is read. */
#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "format/image.h"

enum part { HEADER, SEGMENT, DESC, DATA, PAD, DIGEST, DONE };

enum {
    SEGMENT_LEN_END = 0x1000000, /* a segment is shorter than 16 MiB */
    NO_LIMIT = 65535,            /* of a revision; so does 0 */
    BLOCK_LEN = 16,              /* padding and checksum fill one up */
};

static const uint8_t k_rule_err[] = {
#define X(name, err, field, why) [MOLT_IMAGE_##name] = MOLT_ERR_##err,
    MOLT_IMAGE_RULES(X)
#undef X
};

static enum molt_err fail_at(struct molt_image_walk *w, enum molt_image_rule rule, uint32_t off)
{
    *w->error = (struct molt_image_error){ off, rule };
    memset(w->image, 0, sizeof *w->image);
    w->failed = (enum molt_err)k_rule_err[rule];
    w->part = DONE;
    w->left = 0;
    return w->failed;
}

/* The next part is `len` bytes, all of them inside the partition, or `rule` is broken. */
static enum molt_err begin(struct molt_image_walk *w, enum part part, uint32_t len,
                           enum molt_image_rule rule)
{
    if (!molt_range_fits(w->off, len, w->rules->len_max)) return fail_at(w, rule, w->off);
    w->part = (uint8_t)part;
    w->left = len;
    w->held_len = 0;
    return MOLT_OK;
}

static enum molt_err begin_segment_or_pad(struct molt_image_walk *w)
{
    if (w->segment_index < w->image->header.segment_count)
        return begin(w, SEGMENT, MOLT_IMAGE_SEGMENT_HEADER_LEN, MOLT_IMAGE_SEGMENT_HEADER_FITS);
    return begin(w, PAD, BLOCK_LEN - w->off % BLOCK_LEN, MOLT_IMAGE_CHECKSUM_FITS);
}

static bool is_limit(uint32_t rev)
{
    return rev != 0 && rev != NO_LIMIT;
}

static enum molt_err check_chip(struct molt_image_walk *w, const struct molt_image_header *h)
{
    const struct molt_image_rules *rules = w->rules;
    bool has_max =
        !rules->is_bootloader && !rules->ignore_max_rev && is_limit(h->max_chip_rev_full);

    if (h->chip_id != rules->chip->id) return fail_at(w, MOLT_IMAGE_CHIP_ID, 12);
    if (rules->chip_rev < h->min_chip_rev_full) return fail_at(w, MOLT_IMAGE_CHIP_REV_MIN, 15);
    if (has_max && rules->chip_rev > h->max_chip_rev_full)
        return fail_at(w, MOLT_IMAGE_CHIP_REV_MAX, 17);
    return MOLT_OK;
}

static enum molt_err finish_header(struct molt_image_walk *w)
{
    struct molt_image_header *h = &w->image->header;

    *h = molt_image_header_decode(w->held);
    if (h->magic != MOLT_IMAGE_MAGIC) return fail_at(w, MOLT_IMAGE_MAGIC_BYTE, 0);
    if (w->rules->chip && !w->rules->layout_only) {
        enum molt_err err = check_chip(w, h);
        if (err) return err;
    }
    if (h->segment_count > MOLT_IMAGE_SEGMENTS_MAX) return fail_at(w, MOLT_IMAGE_SEGMENT_COUNT, 1);
    if (w->rules->chip) w->image->mmu_page_len = w->rules->chip->mmu_page_len;
    if (w->rules->need_app_desc && h->segment_count == 0)
        return fail_at(w, MOLT_IMAGE_DESC_NEEDED, 1);
    return begin_segment_or_pad(w);
}

/* A page of flash appears whole at a page of addresses, so both must agree modulo the page. */
static enum molt_err check_mapping(struct molt_image_walk *w, const struct molt_image_segment *s)
{
    uint32_t page_len = w->image->mmu_page_len;

    if (!w->rules->chip || !molt_chip_maps(w->rules->chip, s->load_addr)) return MOLT_OK;
    if (((w->rules->addr + s->off - s->load_addr) & (page_len - 1)) == 0) return MOLT_OK;
    return fail_at(w, MOLT_IMAGE_LOAD_ADDR, s->off - MOLT_IMAGE_SEGMENT_HEADER_LEN);
}

static enum molt_err finish_segment_header(struct molt_image_walk *w)
{
    struct molt_image_segment *s = &w->image->segment[w->segment_index];
    uint32_t len_off = w->off - 4;
    bool has_room_for_desc = w->segment_index == 0 && !w->rules->is_bootloader;

    s->load_addr = molt_load_le32(w->held);
    s->len = molt_load_le32(w->held + 4);
    s->off = w->off;
    if (s->len % 4) return fail_at(w, MOLT_IMAGE_SEGMENT_LEN_UNIT, len_off);
    if (s->len >= SEGMENT_LEN_END) return fail_at(w, MOLT_IMAGE_SEGMENT_LEN_MAX, len_off);
    if (has_room_for_desc && s->len < MOLT_APP_DESC_LEN)
        return fail_at(w, MOLT_IMAGE_SEGMENT_LEN_DESC, len_off);
    if (!molt_range_fits(s->off, s->len, w->rules->len_max))
        return fail_at(w, MOLT_IMAGE_SEGMENT_FITS, len_off);
    if (has_room_for_desc) return begin(w, DESC, MOLT_APP_DESC_LEN, MOLT_IMAGE_SEGMENT_FITS);

    enum molt_err err = check_mapping(w, s);
    if (err) return err;
    return begin(w, DATA, s->len, MOLT_IMAGE_SEGMENT_FITS);
}

static enum molt_err check_efuse_rev(struct molt_image_walk *w)
{
    uint32_t limits = molt_load_le32(w->held + MOLT_APP_DESC_EFUSE_REV_MIN);
    uint32_t min = limits & 0xFFFF, max = limits >> 16, own = w->rules->efuse_blk_rev;

    if (is_limit(min) && own < min)
        return fail_at(w, MOLT_IMAGE_EFUSE_REV_MIN,
                       MOLT_APP_DESC_OFF + MOLT_APP_DESC_EFUSE_REV_MIN);
    if (is_limit(max) && own > max && !w->rules->ignore_max_rev)
        return fail_at(w, MOLT_IMAGE_EFUSE_REV_MAX,
                       MOLT_APP_DESC_OFF + MOLT_APP_DESC_EFUSE_REV_MAX);
    return MOLT_OK;
}

/* What the descriptor says about pages, where the chip leaves that open. */
static enum molt_err find_page_len(struct molt_image_walk *w, const struct molt_chip *chip)
{
    uint32_t log2 = w->held[MOLT_APP_DESC_MMU_PAGE];
    uint32_t page_len = log2 < 32 ? UINT32_C(1) << log2 : 0;

    if (chip->mmu_page_min == chip->mmu_page_max) return MOLT_OK;
    if (!w->image->has_desc) return fail_at(w, MOLT_IMAGE_DESC_PAGE, MOLT_APP_DESC_OFF);
    if (page_len >= chip->mmu_page_min && page_len <= chip->mmu_page_max)
        w->image->mmu_page_len = page_len;
    return MOLT_OK;
}

static enum molt_err finish_desc(struct molt_image_walk *w)
{
    const struct molt_chip *chip = w->rules->chip;
    struct molt_image *image = w->image;
    enum molt_err err = MOLT_OK;

    image->has_desc = molt_load_le32(w->held) == MOLT_APP_DESC_MAGIC;
    if (image->has_desc)
        image->secure_version = molt_load_le32(w->held + MOLT_APP_DESC_SECURE_VERSION);
    if (!image->has_desc && w->rules->need_app_desc)
        return fail_at(w, MOLT_IMAGE_DESC_NEEDED, MOLT_APP_DESC_OFF);
    if (chip) err = find_page_len(w, chip);
    if (err) return err;
    err = check_mapping(w, &image->segment[0]);
    if (err) return err;
    /* esp32 has no eFuses for this; ESP-IDF does not look at the magic first. */
    if (chip && chip->id != MOLT_CHIP_ESP32 && !w->rules->layout_only) err = check_efuse_rev(w);
    if (err) return err;
    return begin(w, DATA, image->segment[0].len - MOLT_APP_DESC_LEN, MOLT_IMAGE_SEGMENT_FITS);
}

static enum molt_err finish_image(struct molt_image_walk *w)
{
    w->image->len = w->off;
    w->part = DONE;
    return MOLT_OK;
}

static enum molt_err finish_pad(struct molt_image_walk *w)
{
    if (!w->rules->layout_only && w->held[w->held_len - 1] != w->checksum)
        return fail_at(w, MOLT_IMAGE_CHECKSUM, w->off - 1);
    if (w->image->header.hash_appended)
        return begin(w, DIGEST, MOLT_SHA256_LEN, MOLT_IMAGE_DIGEST_FITS);
    if (!w->rules->layout_only && molt_sha256_finish(&w->sha, w->image->digest))
        return fail_at(w, MOLT_IMAGE_DIGEST_MADE, w->off);
    return finish_image(w);
}

static enum molt_err finish_digest(struct molt_image_walk *w)
{
    uint8_t *digest = w->image->digest;

    if (!w->rules->layout_only && molt_sha256_finish(&w->sha, digest))
        return fail_at(w, MOLT_IMAGE_DIGEST_MADE, w->off - MOLT_SHA256_LEN);
    /* A bootloader's header may have been changed when it was flashed (esptool does). */
    if (!w->rules->layout_only && !w->rules->is_bootloader &&
        !molt_equal_const_time(digest, w->held, MOLT_SHA256_LEN))
        return fail_at(w, MOLT_IMAGE_DIGEST, w->off - MOLT_SHA256_LEN);
    memcpy(digest, w->held, MOLT_SHA256_LEN);
    return finish_image(w);
}

static enum molt_err finish_part(struct molt_image_walk *w)
{
    switch ((enum part)w->part) {
    case HEADER:
        return finish_header(w);
    case SEGMENT:
        return finish_segment_header(w);
    case DESC:
        return finish_desc(w);
    case DATA:
        w->segment_index++;
        return begin_segment_or_pad(w);
    case PAD:
        return finish_pad(w);
    case DIGEST:
        return finish_digest(w);
    case DONE:
        break;
    }
    return MOLT_OK;
}

/* XOR of all bytes. A byte's place in its word does not matter, so words may start anywhere. */
static uint8_t xor_bytes(const uint8_t *bytes, uint32_t len)
{
    size_t folded = 0, word;

    for (; len >= sizeof word; len -= (uint32_t)sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        folded ^= word;
    }
    for (; len > 0; len--) folded ^= *bytes++;
    for (size_t bits = sizeof folded * 4; bits >= 8; bits /= 2) folded ^= folded >> bits;
    return (uint8_t)folded;
}

static void take(struct molt_image_walk *w, const uint8_t *bytes, uint32_t len)
{
    if (w->part != DIGEST && !w->rules->layout_only) {
        molt_sha256_add(&w->sha, bytes, len);
        if (w->part == DESC || w->part == DATA) w->checksum ^= xor_bytes(bytes, len);
    }
    if (w->part != DATA) {
        assert(w->held_len + len <= sizeof w->held);
        memcpy(w->held + w->held_len, bytes, len);
        w->held_len = (uint16_t)(w->held_len + len);
    }
    w->off += len;
    w->left -= len;
}

/* Goes on to the next part that has bytes; a segment may be empty. */
static enum molt_err advance(struct molt_image_walk *w)
{
    while (w->left == 0 && w->part != DONE) {
        enum molt_err err = finish_part(w);
        if (err) return err;
    }
    return MOLT_OK;
}

void molt_image_walk_start(struct molt_image_walk *w, const struct molt_image_rules *rules,
                           struct molt_image *image, struct molt_image_error *error)
{
    memset(w, 0, sizeof *w);
    memset(image, 0, sizeof *image);
    w->rules = rules;
    w->image = image;
    w->error = error;
    w->checksum = MOLT_IMAGE_CHECKSUM_SEED;
    *error = (struct molt_image_error){ 0, MOLT_IMAGE_WHOLE };
    molt_sha256_start(&w->sha);
    if (rules->len_max > molt_chip_image_len_max(rules->chip))
        (void)fail_at(w, MOLT_IMAGE_PARTITION_LEN, 0);
    else
        (void)begin(w, HEADER, MOLT_IMAGE_HEADER_LEN, MOLT_IMAGE_HEADER_FITS);
}

uint32_t molt_image_walk_wants(const struct molt_image_walk *w)
{
    return w->left;
}

uint32_t molt_image_walk_skip(struct molt_image_walk *w)
{
    uint32_t from = w->off;

    while (w->rules->layout_only && (w->part == DATA || w->part == PAD)) {
        w->off += w->left;
        w->left = 0;
        if (advance(w) != MOLT_OK) break; /* kept in w->failed; the next feed returns it */
    }
    return w->off - from;
}

enum molt_err molt_image_walk_feed(struct molt_image_walk *w, const void *bytes, uint32_t len)
{
    const uint8_t *at = bytes;

    while (len > 0 && w->part != DONE) {
        uint32_t piece = len < w->left ? len : w->left;

        take(w, at, piece);
        at += piece;
        len -= piece;

        enum molt_err err = advance(w);
        if (err) return err;
    }
    return w->failed;
}

bool molt_image_walk_done(const struct molt_image_walk *w)
{
    return w->part == DONE;
}

enum molt_err molt_image_check(const uint8_t *bytes, size_t len,
                               const struct molt_image_rules *rules, struct molt_image *image,
                               struct molt_image_error *error)
{
    struct molt_image_walk w;
    uint32_t fed = len < MOLT_IMAGE_LEN_MAX ? (uint32_t)len : MOLT_IMAGE_LEN_MAX;

    molt_image_walk_start(&w, rules, image, error);
    enum molt_err err = molt_image_walk_feed(&w, bytes, fed);
    if (err) return err;
    if (!molt_image_walk_done(&w)) return fail_at(&w, MOLT_IMAGE_WHOLE, fed);
    return MOLT_OK;
}
