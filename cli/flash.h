/* molt flash create | show | read | write | erase: each in its own file. */
#ifndef MOLT_CLI_FLASH_H
#define MOLT_CLI_FLASH_H

#include "cli/args.h"

extern const struct molt_option molt_flash_create_options[];
int molt_flash_create(const struct molt_args *args);

extern const struct molt_option molt_flash_show_options[];
int molt_flash_show(const struct molt_args *args);

extern const struct molt_option molt_flash_read_options[];
extern const struct molt_option molt_flash_write_options[];
extern const struct molt_option molt_flash_erase_options[];
int molt_flash_read(const struct molt_args *args);
int molt_flash_write(const struct molt_args *args);
int molt_flash_erase(const struct molt_args *args);

#endif
