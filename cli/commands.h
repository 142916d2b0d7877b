/* Every command of `molt`. A subcommand is one file: cli/cmd_X.c defines molt_cmd_X, and a row in
 * cli/main.c makes it known. */
#ifndef MOLT_CLI_COMMANDS_H
#define MOLT_CLI_COMMANDS_H

#include "cli/args.h"

#define MOLT_VERSION_TEXT "0.1.0"

extern const struct molt_command molt_cmd_partition_table;
extern const struct molt_command molt_cmd_gen_esp32part;
extern const struct molt_command molt_cmd_image;
extern const struct molt_command molt_cmd_otadata;
extern const struct molt_command molt_cmd_flash;
extern const struct molt_command molt_cmd_device;

#endif
