/* An otadata entry in words. */
#ifndef MOLT_CLI_ENTRY_H
#define MOLT_CLI_ENTRY_H

#include <stdbool.h>

#include "format/otadata.h"

/* Prints "entry 1: seq 2, VALID, selects ota_1, active" and a newline. slot_count 0: it selects
 * nothing. */
void molt_print_entry(int index, const struct molt_otadata *entry, uint32_t slot_count,
                      bool is_active);

#endif
