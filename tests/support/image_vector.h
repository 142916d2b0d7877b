/* The two images of which every byte is known, and what it takes to change one and keep it whole. */
#ifndef MOLT_TESTS_SUPPORT_IMAGE_VECTOR_H
#define MOLT_TESTS_SUPPORT_IMAGE_VECTOR_H

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "format/image.h"

enum {
    VECTOR_LEN = 336,
    VECTOR_SEGMENT_OFF = 24,
    VECTOR_CHECKSUM_OFF = 303,
    VECTOR_DIGEST_OFF = 304,
    VECTOR_ADDR = 0x10000, /* a flash address at which its segment is mapped rightly */
};

/* An app for esp32: one segment, the descriptor. The file's SHA-256 as measured with the original
 * tool is 909d5136b7d09408983388c21468991d350aca00d2854fd8c2d9fe15d60f5d3c. */
static inline void vector_image(uint8_t image[VECTOR_LEN])
{
    static const uint8_t headers[] = {
        0xe9, 0x01, 0x02, 0x20, 0x00, 0x04, 0x08, 0x40, 0xee, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x8f, 0x01, 0x00, 0x00, 0x00,
        0x00, 0x01, 0x20, 0x00, 0x40, 0x3f, 0x00, 0x01, 0x00, 0x00,
    };
    static const uint8_t digest[] = {
        0xf1, 0xc4, 0xf0, 0x89, 0xea, 0x31, 0xb5, 0xba, 0x93, 0x60, 0xa8,
        0xd2, 0xef, 0x27, 0xaf, 0x77, 0x4f, 0x4b, 0xd1, 0xf8, 0x3a, 0x3e,
        0x37, 0x0a, 0x56, 0x20, 0x72, 0x9e, 0xe7, 0x86, 0x01, 0xe0,
    };
    uint8_t *desc = image + MOLT_APP_DESC_OFF;

    memset(image, 0, VECTOR_LEN);
    memcpy(image, headers, sizeof headers);
    molt_store_le32(desc, MOLT_APP_DESC_MAGIC);
    memcpy(desc + 16, "1.0.0", 6);
    memcpy(desc + 48, "demo", 5);
    memcpy(desc + 80, "00:00:00", 9);
    memcpy(desc + 96, "Jan  1 2026", 12);
    memcpy(desc + 112, "v6.2-dev", 9);
    for (uint8_t i = 0; i < 32; i++) desc[144 + i] = i;
    desc[178] = 99;
    desc[180] = 16;
    desc[181] = 2;
    image[VECTOR_CHECKSUM_OFF] = 0xF8;
    memcpy(image + VECTOR_DIGEST_OFF, digest, sizeof digest);
}

enum { EMPTY_LEN = 32 };

/* No segments, no digest. */
static inline void empty_image(uint8_t image[EMPTY_LEN])
{
    static const uint8_t header[] = { 0xe9, 0x00, 0x02, 0x20, 0x00, 0x00, 0x00, 0x00, 0xee };

    memset(image, 0, EMPTY_LEN);
    memcpy(image, header, sizeof header);
    image[EMPTY_LEN - 1] = 0xEF;
}

/* Makes checksum and digest right again for an image whose segments have their old lengths. */
static inline void reseal(uint8_t *image, uint32_t digest_off)
{
    uint8_t checksum = MOLT_IMAGE_CHECKSUM_SEED;
    uint32_t off = MOLT_IMAGE_HEADER_LEN;

    for (int i = 0; i < image[1]; i++) {
        uint32_t len = molt_load_le32(image + off + 4);

        for (uint32_t at = 0; at < len; at++) checksum ^= image[off + 8 + at];
        off += 8 + len;
    }
    image[digest_off - 1] = checksum;
    CHECK_EQ(molt_sha256_of(image, digest_off, image + digest_off), MOLT_OK);
}

#endif
