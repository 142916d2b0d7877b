/* From a slot into memory: the code of a verified image becomes a file that can be started. */
#ifndef MOLT_PORT_LOAD_H
#define MOLT_PORT_LOAD_H

#include "boot/boot.h"

/* Copies segment 1 of the image, an ELF executable, to a new file in memory; its descriptor is *fd.
 *
 * Reads all of the image and hashes it on the way, so that what runs is what was verified and not
 * what a second read of the flash brought: MOLT_ERR_CHECKSUM when the digest is another one than
 * target->image.digest. (An image without a digest that nobody verified has zeros there, and nothing to
 * compare with.) MOLT_ERR_FORMAT: there is no segment 1, or it is no ELF executable. MOLT_ERR_FULL:
 * no memory. Errors of the flash and of the hash engine. */
MOLT_MUST_USE enum molt_err molt_load_code(const struct molt_boot_target *target, int *fd);

#endif
