/* Makes an app or bootloader image: header, segments, checksum, SHA-256. See format/image.h for the
 * layout. Where segments go (their order, load addresses, page alignment) is the caller's choice.
 *
 * Nothing is buffered: the image leaves piece by piece through a sink, so that it can be larger than
 * memory. */
#ifndef MOLT_FORMAT_IMAGE_BUILD_H
#define MOLT_FORMAT_IMAGE_BUILD_H

#include "format/image.h"

struct molt_image_source {
    uint32_t load_addr;
    const uint8_t *bytes;
    size_t len; /* zeros are added up to a multiple of 4 */
};

/* Where the image goes: put() takes the next `len` bytes; an error from it stops the building. */
struct molt_image_sink {
    enum molt_err (*put)(void *ctx, const uint8_t *bytes, uint32_t len);
    void *ctx;
};

/* Bytes of the finished image, with its SHA-256 when header->hash_appended says so; 0 when it has too
 * many segments, one of 16 MiB or more, or is longer than the header's chip verifies. */
uint32_t molt_image_build_len(const struct molt_image_header *header,
                              const struct molt_image_source *segments, size_t count);

/* Sends the image to `sink`, from byte 0 on. header->segment_count is set from `count`;
 * header->hash_appended says whether the SHA-256 is added. MOLT_ERR_RANGE, before the first byte:
 * molt_image_build_len() is 0. MOLT_ERR_CRYPTO. The sink's errors. */
MOLT_MUST_USE enum molt_err molt_image_build(const struct molt_image_header *header,
                                             const struct molt_image_source *segments, size_t count,
                                             const struct molt_image_sink *sink);

#endif
