/* NOR flash in a file: the flash image that `molt flash create` makes is the chip.
 *
 * 4 KiB sectors, 256-byte pages, programmable by the byte, erased to 0xFF, bits may be cleared
 * later; the file's length is the chip's size. The lock is held until molt_file_nor_close(), so
 * two devices never share a chip. */
#ifndef MOLT_PORT_FILE_NOR_H
#define MOLT_PORT_FILE_NOR_H

#include "flash/ram_nor.h"
#include "port/linux/shared_file.h"

struct molt_file_nor {
    struct molt_ram_nor ram; /* over the mapping; &ram.nor is the chip */
    struct molt_shared_file file;
};

/* Errors of molt_shared_file_open(), and MOLT_ERR_FORMAT when the length is not a whole number of
 * sectors or above 2 GiB. *why is a sentence without the path. */
MOLT_MUST_USE enum molt_err molt_file_nor_open(struct molt_file_nor *flash, const char *path,
                                               const char **why);

/* Over a descriptor that another process opened; taken over on MOLT_OK only. */
MOLT_MUST_USE enum molt_err molt_file_nor_adopt(struct molt_file_nor *flash, int fd,
                                                const char **why);

void molt_file_nor_close(struct molt_file_nor *flash);

#endif
