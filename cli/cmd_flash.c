/* molt flash: whole flash images. */
#include "cli/commands.h"
#include "cli/flash.h"

static const struct molt_command k_commands[] = {
    { .name = "create",
      .summary = "make a flash image from a partition table and what goes into it",
      .operands = "OUT",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_flash_create_options,
      .run = molt_flash_create,
      .more =
          "App images are verified as the device would: for the chip that --chip names, else the\n"
          "chip of the first image. What is not written stays erased (0xFF), otadata too, so that\n"
          "the factory app or the first slot starts." },
    { .name = "show",
      .summary = "show what is where, what boots next, and why",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_flash_show_options,
      .run = molt_flash_show },
    { .name = "read",
      .summary = "copy a partition to a file",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_flash_read_options,
      .run = molt_flash_read },
    { .name = "write",
      .summary = "write a file to a partition, erasing the sectors it needs",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_flash_write_options,
      .run = molt_flash_write,
      .more =
          "What goes into an app partition is verified as the device would, unless --no-verify.\n"
          "What is behind the last sector it needs stays as it is. When the command is killed, "
          "the\n"
          "partition holds part of the new bytes, as after a power cut; nothing else is touched." },
    { .name = "erase",
      .summary = "erase a partition",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_flash_erase_options,
      .run = molt_flash_erase },
    { .name = NULL },
};

const struct molt_command molt_cmd_flash = {
    .name = "flash",
    .summary = "make, look at and change flash images",
    .commands = k_commands,
};
