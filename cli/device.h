/* What one row of `molt device` needs: each of its subcommands is one file, cli/device_X.c. */
#ifndef MOLT_CLI_DEVICE_H
#define MOLT_CLI_DEVICE_H

#include "cli/args.h"

extern const struct molt_option molt_device_boot_options[];
int molt_device_boot(const struct molt_args *args);

extern const struct molt_option molt_device_run_options[];
int molt_device_run(const struct molt_args *args);

extern const struct molt_option molt_device_upgrade_options[];
int molt_device_upgrade(const struct molt_args *args);

#endif
