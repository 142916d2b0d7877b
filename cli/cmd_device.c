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
    { .name = "run",
      .summary = "switch a virtual device on: bootloader, app, resets, power cuts",
      .operands = "FLASH",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_device_run_options,
      .run = molt_device_run,
      .more =
          "What --tear leaves of the operation in which the power fails:\n"
          "  before     it has not begun\n"
          "  after      it is complete\n"
          "  prefix     only the first bytes are written or erased\n"
          "  patchwork  some pieces are written or erased, others not\n"
          "  bits       any of the bits have changed\n"
          "  almost     all bits have changed but one to three\n\n"
          "The app's output and the lines 'board: ...' go to standard output.\n"
          "Exit code: 0 the app is idle or N boots are over, 1 nothing boots, a boot loop or the\n"
          "time limit, 2 usage or unreadable input, 128 + N ended by signal N." },
    { .name = "upgrade",
      .summary = "esp_https_ota() on a flash image without booting it, to try a server",
      .operands = "FLASH",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_device_upgrade_options,
      .run = molt_device_upgrade,
      .more =
          "The device is taken to run what its bootloader would start now; a version that was\n"
          "selected before but never started is replaced.\n\n"
          "--resume asks the server for a range. The device keeps no record yet of how far an\n"
          "interrupted download came, so nothing in its flash is proven, and it starts at the\n"
          "first byte.\n\n"
          "Exit code: 0 the new version is selected, 1 refused or failed (the old one still is),\n"
          "2 usage or unreadable input." },
    { .name = NULL },
};

const struct molt_command molt_cmd_device = {
    .name = "device",
    .summary = "run a virtual device, or a part of it, on a flash image",
    .commands = k_commands,
};
