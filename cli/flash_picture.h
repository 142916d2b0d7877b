/* The picture of a flash's slots: what is in each, which one the next boot starts.
 *
 *     otadata  1
 *     ota_0    [##############..............]  passive   demo 1.0.0
 *     ota_1    [###############.............]  active    demo 2.0.0
 *
 *     #  written     ~  written, not an image that may run     .  erased
 *
 * A cell is a fraction of the slot's bytes. Active is the slot that boots next, the others are
 * passive. Behind an image: "rejected" when its newest otadata entry is INVALID or ABORTED, "on
 * trial" when it is NEW or PENDING and the bootloader has trials. */
#ifndef MOLT_CLI_FLASH_PICTURE_H
#define MOLT_CLI_FLASH_PICTURE_H

#include <stdio.h>

#include "cli/flash_view.h"

/* `title` goes above it, NULL = none. */
void molt_flash_picture(FILE *out, const struct molt_flash_view *view, const char *title,
                        bool colour);

/* The whole flash as one bar: in each cell the letter of its partition, B bootloader, T table, + for
 * several, . for none. */
void molt_flash_map(FILE *out, const struct molt_flash_view *view);

/* The letter of the partition in row `index`. */
char molt_flash_letter(size_t index);

/* What otadata says: the slot's number; "0 (blank)" when it is blank and that slot starts, "blank"
 * when the factory app does; "none usable" when there are entries, but none selects a slot. */
void molt_flash_otadata_text(const struct molt_flash_view *view, char *text, size_t size);

/* Whether to use colour: `out` is a terminal, and the user has not set NO_COLOR or TERM=dumb. */
bool molt_flash_picture_colour(FILE *out);

#endif
