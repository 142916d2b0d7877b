/* Is the image in this slot one that may run? Reads it from flash, once, and hashes what is there. */
#ifndef MOLT_SLOTS_VERIFY_H
#define MOLT_SLOTS_VERIFY_H

#include "flash/region.h"
#include "format/image.h"

/* rules->addr and len_max are taken from `slot`. Errors of molt_image_walk_feed(), and
 * MOLT_ERR_FLASH, MOLT_ERR_ECC. */
MOLT_MUST_USE enum molt_err molt_slot_verify(const struct molt_region *slot,
                                             const struct molt_image_rules *rules,
                                             struct molt_image *image,
                                             struct molt_image_error *error);

/* The descriptor of the app in `slot`. MOLT_ERR_NOT_FOUND: no descriptor magic there. */
MOLT_MUST_USE enum molt_err molt_slot_app_desc(const struct molt_region *slot,
                                               struct molt_app_desc *desc);

#endif
