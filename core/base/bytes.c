#include "base/bytes.h"

#include <string.h>

struct molt_reader molt_reader_over(const void *bytes, size_t len)
{
    const uint8_t *first = bytes;
    return (struct molt_reader){ .at = first, .end = first + len, .overran = false };
}

static bool has(struct molt_reader *r, size_t len)
{
    if ((size_t)(r->end - r->at) < len) r->overran = true;
    return !r->overran;
}

void molt_read_bytes(struct molt_reader *r, void *to, size_t len)
{
    if (!has(r, len)) {
        memset(to, 0, len);
        return;
    }
    memcpy(to, r->at, len);
    r->at += len;
}

void molt_read_skip(struct molt_reader *r, size_t len)
{
    if (has(r, len)) r->at += len;
}

uint8_t molt_read_u8(struct molt_reader *r)
{
    uint8_t b;

    molt_read_bytes(r, &b, sizeof b);
    return b;
}

uint16_t molt_read_le16(struct molt_reader *r)
{
    uint8_t b[2];

    molt_read_bytes(r, b, sizeof b);
    return (uint16_t)(b[0] | b[1] << 8);
}

uint32_t molt_read_le32(struct molt_reader *r)
{
    uint8_t b[4];

    molt_read_bytes(r, b, sizeof b);
    return molt_load_le32(b);
}

uint32_t molt_load_le32(const uint8_t from[4])
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
           (uint32_t)from[3] << 24;
}

void molt_store_le16(uint8_t to[2], uint16_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

void molt_store_le32(uint8_t to[4], uint32_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    to[2] = (uint8_t)(value >> 16);
    to[3] = (uint8_t)(value >> 24);
}

uint32_t molt_round_up(uint32_t value, uint32_t unit)
{
    return (value + unit - 1) & ~(unit - 1);
}

bool molt_range_fits(uint32_t off, uint32_t len, uint32_t limit)
{
    return off <= limit && len <= limit - off;
}

bool molt_all_bytes_are(const void *bytes, size_t len, uint8_t value)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < len; i++) {
        if (p[i] != value) return false;
    }
    return true;
}
