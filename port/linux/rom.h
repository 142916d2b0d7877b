/* One boot of the virtual device: what the mask ROM and the bootloader do. */
#ifndef MOLT_PORT_ROM_H
#define MOLT_PORT_ROM_H

#include "port/linux/board.h"

/* Runs the bootloader over the board's flash and becomes the app it chose: the ELF executable in
 * segment 1 of the image (segment 0 is the app descriptor). Does not return; without an app the
 * process ends, with regs->stage and regs->why set. `args` are NAME=VALUE for the app's
 * environment, NULL at the end. */
_Noreturn void molt_rom_boot(struct molt_board *board, char *const *args);

#endif
