#include "slots/verify.h"

#include <string.h>

enum { PIECE_LEN = 512 };

static enum molt_err feed(struct molt_image_walk *w, const struct molt_region *slot, uint32_t off,
                          uint32_t *len)
{
    uint8_t piece[PIECE_LEN];

    if (slot->nor->mapped)
        return molt_image_walk_feed(w, slot->nor->mapped + slot->addr + off, *len);
    if (*len > PIECE_LEN) *len = PIECE_LEN;
    enum molt_err err = molt_region_read(slot, off, piece, *len);
    if (err) return err;
    return molt_image_walk_feed(w, piece, *len);
}

enum molt_err molt_slot_verify(const struct molt_region *slot, const struct molt_image_rules *rules,
                               struct molt_image *image, struct molt_image_error *error)
{
    struct molt_image_rules own = *rules;
    struct molt_image_walk w;

    own.addr = slot->addr;
    own.len_max = slot->len;
    molt_image_walk_start(&w, &own, image, error);
    for (uint32_t off = 0; !molt_image_walk_done(&w);) {
        uint32_t len = molt_image_walk_wants(&w);

        enum molt_err err = feed(&w, slot, off, &len);
        if (err == MOLT_ERR_FLASH || err == MOLT_ERR_ECC) {
            *error = (struct molt_image_error){ off, MOLT_IMAGE_READABLE };
            memset(image, 0, sizeof *image);
        }
        if (err) return err;
        off += len + molt_image_walk_skip(&w);
    }
    return molt_image_walk_feed(&w, NULL, 0); /* what start or skip found */
}

enum molt_err molt_slot_app_desc(const struct molt_region *slot, struct molt_app_desc *desc)
{
    uint8_t bytes[MOLT_APP_DESC_LEN];

    enum molt_err err = molt_region_read(slot, MOLT_APP_DESC_OFF, bytes, sizeof bytes);
    if (err) return err;
    *desc = molt_app_desc_decode(bytes);
    return desc->magic == MOLT_APP_DESC_MAGIC ? MOLT_OK : MOLT_ERR_NOT_FOUND;
}
