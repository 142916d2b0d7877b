#include "format/image_build.h"

#include <string.h>

#include "base/bytes.h"

enum { BLOCK_LEN = 16, SEGMENT_LEN_MAX = 0x1000000 - 4 };

struct build {
    struct molt_sha256 sha;
    uint32_t off;
    const struct molt_image_sink *sink;
};

uint32_t molt_image_build_len(const struct molt_image_header *header,
                              const struct molt_image_source *segments, size_t count)
{
    uint32_t len = MOLT_IMAGE_HEADER_LEN;

    if (count > MOLT_IMAGE_SEGMENTS_MAX) return 0;
    for (size_t i = 0; i < count; i++) {
        /* Less than 16 MiB after rounding; 16 of them and their headers fit into 32 bits. */
        if (segments[i].len > SEGMENT_LEN_MAX) return 0;
        len += MOLT_IMAGE_SEGMENT_HEADER_LEN + molt_round_up((uint32_t)segments[i].len, 4);
    }
    len = molt_round_up(len + 1, BLOCK_LEN) + (header->hash_appended ? MOLT_SHA256_LEN : 0);
    return len <= molt_chip_image_len_max(molt_chip_by_id(header->chip_id)) ? len : 0;
}

static enum molt_err put(struct build *b, const uint8_t *bytes, uint32_t len)
{
    if (len == 0) return MOLT_OK;
    molt_sha256_add(&b->sha, bytes, len);
    b->off += len;
    return b->sink->put(b->sink->ctx, bytes, len);
}

static enum molt_err put_segment(struct build *b, const struct molt_image_source *s)
{
    static const uint8_t zeros[4];
    uint8_t header[MOLT_IMAGE_SEGMENT_HEADER_LEN];
    uint32_t len = (uint32_t)s->len, padded = molt_round_up(len, 4);

    molt_store_le32(header, s->load_addr);
    molt_store_le32(header + 4, padded);
    enum molt_err err = put(b, header, sizeof header);
    if (err) return err;
    err = put(b, s->bytes, len);
    if (err) return err;
    return put(b, zeros, padded - len);
}

static uint8_t checksum_of(const struct molt_image_source *segments, size_t count)
{
    uint8_t sum = MOLT_IMAGE_CHECKSUM_SEED;

    for (size_t i = 0; i < count; i++) {
        for (size_t off = 0; off < segments[i].len; off++) sum ^= segments[i].bytes[off];
    }
    return sum;
}

enum molt_err molt_image_build(const struct molt_image_header *header,
                               const struct molt_image_source *segments, size_t count,
                               const struct molt_image_sink *sink)
{
    struct build b = { .sink = sink };
    struct molt_image_header h = *header;
    uint8_t bytes[MOLT_IMAGE_HEADER_LEN], last[BLOCK_LEN] = { 0 }, digest[MOLT_SHA256_LEN];

    if (molt_image_build_len(&h, segments, count) == 0) return MOLT_ERR_RANGE;
    h.segment_count = (uint8_t)count;
    molt_image_header_encode(&h, bytes);
    molt_sha256_start(&b.sha);
    enum molt_err err = put(&b, bytes, sizeof bytes);
    for (size_t i = 0; !err && i < count; i++) err = put_segment(&b, &segments[i]);
    if (err) return err;

    uint32_t last_len = BLOCK_LEN - b.off % BLOCK_LEN;
    last[last_len - 1] = checksum_of(segments, count);
    err = put(&b, last, last_len);
    if (err || !h.hash_appended) return err;
    err = molt_sha256_finish(&b.sha, digest);
    if (err) return err;
    return sink->put(sink->ctx, digest, sizeof digest);
}
