/* A flash image as commands use it: the file itself as a chip, or a copy of it in memory that is
 * thrown away.
 *
 * Changing the file goes through the NOR chip of port/linux, so a command that is killed leaves what
 * a device that loses power leaves, and a flash that a running device uses is refused. */
#ifndef MOLT_CLI_FLASH_FILE_H
#define MOLT_CLI_FLASH_FILE_H

#include <stdbool.h>

#include "cli/files.h"
#include "port/linux/file_nor.h"

enum { MOLT_FLASH_FILE_MAX = 128 * 1024 * 1024 };

struct molt_flash_file {
    struct molt_nor *nor;
    const uint8_t *bytes; /* all of it */
    uint32_t len;
    struct molt_file_nor file; /* the rest is private */
    struct molt_ram_nor copy;
    struct molt_bytes copied;
};

/* An exit code of cli/args.h; MOLT_EXIT_USAGE after having printed why, and then nothing is open. */
int molt_flash_file_open(struct molt_flash_file *f, const char *path, bool in_place);
void molt_flash_file_close(struct molt_flash_file *f);

#endif
