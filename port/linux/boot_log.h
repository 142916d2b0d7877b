/* What the bootloader did, in words. */
#ifndef MOLT_PORT_BOOT_LOG_H
#define MOLT_PORT_BOOT_LOG_H

#include <stddef.h>

#include "boot/boot.h"

/* One sentence without a newline, such as "ota_1: segment 0: length leaves the slot". */
void molt_boot_sentence(const struct molt_boot_event *event, char *text, size_t size);

/* Whether the step is something that should not happen in a healthy device. */
bool molt_boot_is_trouble(const struct molt_boot_event *event);

#endif
