/* What the bootloader did, in words: for the device's log and for `molt device boot`. */
#ifndef MOLT_PORT_BOOT_LOG_H
#define MOLT_PORT_BOOT_LOG_H

#include <stddef.h>

#include "boot/boot.h"

/* One sentence without a newline, such as "ota_1 may not run: SHA-256 is not that of
 * the image, at 0x130". */
void molt_boot_sentence(const struct molt_boot_event *event, char *text, size_t size);

/* Whether the step is something that should not happen in a healthy device. */
bool molt_boot_is_trouble(const struct molt_boot_event *event);

#endif
