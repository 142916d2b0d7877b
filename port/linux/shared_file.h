/* A file mapped into memory and locked: flash chip and fuses of a virtual device.
 *
 * What is stored into the mapping is in the kernel's page cache at once, so it survives the end of
 * this process at any instruction, SIGKILL included. It is not synced to disk: a virtual device
 * need not survive the host's own power cut. */
#ifndef MOLT_PORT_SHARED_FILE_H
#define MOLT_PORT_SHARED_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct molt_shared_file {
    int fd;
    uint8_t *bytes;
    size_t len;
};

/* Opens, locks and maps `path`; with create_len > 0, a file that does not exist is made with that
 * many zero bytes. On an error nothing is open and *why is a sentence without the path:
 * MOLT_ERR_NOT_FOUND: cannot be opened; MOLT_ERR_STATE: another process has it; MOLT_ERR_FORMAT: it
 * is empty or no plain file; MOLT_ERR_FULL: no room on the disk. */
MOLT_MUST_USE enum molt_err molt_shared_file_open(struct molt_shared_file *file, const char *path,
                                                  size_t create_len, const char **why);

/* The same over a descriptor that another process opened and locked (the lock is shared with it).
 * Takes `fd` over on MOLT_OK only. */
MOLT_MUST_USE enum molt_err molt_shared_file_adopt(struct molt_shared_file *file, int fd,
                                                   const char **why);

void molt_shared_file_close(struct molt_shared_file *file);

#endif
