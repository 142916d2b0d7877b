/* What a flash holds, found out once: for the picture, the listing and JSON.
 *
 * It takes what there is: a table in another place, slots with anything in them. As for the
 * bootloader, the flash is as long as `len` says, and a table that does not fit is none. What would be chosen and why is slots/choice.h's word, whether an image may run the
 * verifier's; nothing is decided here. */
#ifndef MOLT_CLI_FLASH_VIEW_H
#define MOLT_CLI_FLASH_VIEW_H

#include <stdbool.h>

#include "format/image.h"
#include "format/ptable.h"
#include "slots/choice.h"
#include "slots/map.h"

enum molt_flash_content {
    MOLT_CONTENT_ERASED,  /* every byte 0xFF */
    MOLT_CONTENT_IMAGE,   /* an image that verifies */
    MOLT_CONTENT_PARTIAL, /* the start of an image up to `used`, then erased flash, then anything */
    MOLT_CONTENT_DAMAGED, /* an image that does not verify */
    MOLT_CONTENT_DATA,    /* anything else */
};

struct molt_flash_part {
    struct molt_partition row;
    enum molt_flash_content content;
    uint32_t
        used; /* bytes up to the last that is not erased; for PARTIAL: to the first erased sector */
    /* Of apps and bootloaders: */
    struct molt_image image;       /* IMAGE */
    struct molt_image_error error; /* PARTIAL, DAMAGED, DATA */
    bool has_desc;
    struct molt_app_desc desc;
    int slot; /* slots/map.h; MOLT_SLOT_NONE for what is no app slot */
};

struct molt_flash_view {
    const uint8_t *bytes;
    uint32_t len;
    uint32_t table_addr;
    struct molt_flash_part bootloader; /* the space below the table; row.len 0 = none */
    struct molt_flash_part part[MOLT_PTABLE_MAX];
    size_t count;
    struct molt_slot_map map;
    /* How the bootloader opens otadata: MOLT_ERR_NOT_FOUND without a partition for it, and with
     * other errors it is not used. The entries are blank then. */
    enum molt_err otadata;
    struct molt_otadata entry[2];
    struct molt_choice choice;
    bool rollback;
    int boots; /* the slot that will run: the first in the bootloader's order that verifies */
};

struct molt_flash_view_rules {
    uint32_t table_addr;
    const struct molt_chip *chip; /* NULL: each image's own */
    bool no_rollback;
};

/* `bytes` must outlive the view. MOLT_ERR_FORMAT, MOLT_ERR_CHECKSUM, MOLT_ERR_RANGE: there is no
 * table at rules->table_addr, see *error. */
MOLT_MUST_USE enum molt_err molt_flash_view_make(struct molt_flash_view *view, const uint8_t *bytes,
                                                 uint32_t len,
                                                 const struct molt_flash_view_rules *rules,
                                                 struct molt_ptable_error *error);

/* The app partition of `slot`; NULL when there is none. */
const struct molt_flash_part *molt_flash_view_slot(const struct molt_flash_view *view, int slot);

/* The state in the newest intact otadata entry that selects `slot`; UNDEFINED when there is none. */
enum molt_img_state molt_flash_view_state(const struct molt_flash_view *view, int slot);

/* "erased", "demo 1.0.0", "damaged: checksum is not that of the segments", ...: what is in it, safe to
 * print. */
void molt_flash_part_text(const struct molt_flash_part *part, char *text, size_t size);

#endif
