#include "cli/commands.h"
#include "cli/device.h"

static const struct molt_command k_commands[] = {
    { .name = "boot",
      .summary = "run the bootloader alone on a flash image: what boots, and why",
      .operands = "FLASH",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_device_boot_options,
      .run = molt_device_boot,
      .more =
          "Prints 'boot: LABEL' or 'boot: none' and leaves the flash as the bootloader leaves it.\n"
          "Exit code: 0 something boots, 1 nothing does, 2 usage or unreadable input." },
    { .name = NULL },
};

const struct molt_command molt_cmd_device = {
    .name = "device",
    .summary = "run a virtual device, or a part of it, on a flash image",
    .commands = k_commands,
};
