#ifndef MOLT_BASE_BYTES_H
#define MOLT_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Little-endian reader over a caller's buffer. Reads never pass `end`: the first one that would
 * sets `overran` and every later read yields 0, so that a parser reads all its fields in order,
 * like the layout table in the format's document, and asks about errors once, at the end. */
struct molt_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool overran;
};

struct molt_reader molt_reader_over(const void *bytes, size_t len);
void molt_read_bytes(struct molt_reader *r, void *to, size_t len);
void molt_read_skip(struct molt_reader *r, size_t len);
uint8_t molt_read_u8(struct molt_reader *r);
uint16_t molt_read_le16(struct molt_reader *r);
uint32_t molt_read_le32(struct molt_reader *r);

uint32_t molt_load_le32(const uint8_t from[4]);
void molt_store_le16(uint8_t to[2], uint16_t value);
void molt_store_le32(uint8_t to[4], uint32_t value);

/* `value` rounded up to a multiple of `unit` (a power of two). The caller knows it fits. */
uint32_t molt_round_up(uint32_t value, uint32_t unit);

/* Whether [off, off + len) lies in [0, limit); never overflows. */
bool molt_range_fits(uint32_t off, uint32_t len, uint32_t limit);

/* Whether all of bytes[0, len) are `value`. */
bool molt_all_bytes_are(const void *bytes, size_t len, uint8_t value);

#endif
