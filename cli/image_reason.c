/* Why an image is refused, with the values that the constant texts of format/image.h leave out. */
#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "cli/image.h"

enum { REASON_LEN = 160, PLACE_LEN = 80, SEGMENT_HEADER_LEN = 8, CHECKSUM_UNIT = 16 };

/* How long the image in a truncated file would be, as far as its headers are there: *all is false when
 * one of them is missing, too. */
static uint64_t whole_len(const struct molt_bytes *file, bool *all)
{
    uint64_t len = MOLT_IMAGE_HEADER_LEN;

    *all = false;
    if (file->len < MOLT_IMAGE_HEADER_LEN) return len;
    struct molt_image_header h = molt_image_header_decode(file->at);
    for (int i = 0; i < h.segment_count; i++) {
        len += SEGMENT_HEADER_LEN;
        if (len > file->len) return len;
        len += molt_load_le32(file->at + len - 4);
    }
    *all = true;
    len += CHECKSUM_UNIT - len % CHECKSUM_UNIT;
    return len + (h.hash_appended ? MOLT_SHA256_LEN : 0);
}

static void truncated_text(const struct molt_bytes *file, char *text, size_t size)
{
    bool all;
    uint64_t missing = whole_len(file, &all) - file->len;

    (void)snprintf(text, size, "is truncated: %s%" PRIu64 " %s missing", all ? "" : "at least ",
                   missing, missing == 1 ? "byte is" : "bytes are");
}

static void chip_text(const struct molt_bytes *file, const struct molt_chip *wanted, char *text,
                      size_t size)
{
    uint16_t id = molt_image_header_decode(file->at).chip_id;
    const struct molt_chip *chip = molt_chip_by_id(id);

    if (chip)
        (void)snprintf(text, size, "is that of %s, wanted is %s", chip->name, wanted->name);
    else
        (void)snprintf(text, size, "0x%04x is no chip known here, wanted is %s", id, wanted->name);
}

void molt_complain_image(const char *path, const struct molt_bytes *file,
                         const struct molt_chip *chip, const struct molt_image_error *error)
{
    char place[PLACE_LEN], reason[REASON_LEN];

    (void)snprintf(place, sizeof place, "offset 0x%" PRIx32 ": %s", error->off,
                   molt_image_error_field(error));
    (void)snprintf(reason, sizeof reason, "%s", molt_image_error_why(error));
    if (error->rule == MOLT_IMAGE_WHOLE)
        truncated_text(file, reason, sizeof reason);
    else if (error->rule == MOLT_IMAGE_CHIP_ID)
        chip_text(file, chip, reason, sizeof reason);
    molt_complain(path, 0, place, "%s", reason);
}
