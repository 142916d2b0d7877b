/* The virtual device's board, as its programs see it: flash chip, fuses, and a page of registers.
 *
 *     power supply, watchdog (power.h)      one process for the whole run
 *        |  fork, for each boot
 *     mask ROM, bootloader (rom.h)          has the board from its parent
 *        |  exec, from memory
 *     app (app_start.c)                     has it by three descriptors named in MOLT_BOARD
 *
 * All three map the same bytes, so what one of them stored before it was killed is there for the
 * next. Registers are read by the power supply only while no program runs. */
#ifndef MOLT_PORT_BOARD_H
#define MOLT_PORT_BOARD_H

#include "molt/port.h"
#include "port/linux/file_nor.h"
#include "port/linux/otp.h"
#include "sim/cut_nor.h"

#define MOLT_BOARD_ENV "MOLT_BOARD" /* "FLASH,OTP,REGISTERS": numbers of open descriptors */

enum molt_board_stage {
    MOLT_STAGE_BOOTLOADER,
    MOLT_STAGE_NOTHING_BOOTS, /* the bootloader found no image that may run; see `why` */
    MOLT_STAGE_BAD_CODE,      /* the chosen image cannot be started; see `why` */
    MOLT_STAGE_APP,
    MOLT_STAGE_IDLE, /* app_main() returned */
};

/* A watchpoint of the board's debug probe: a piece of the flash, [addr, addr + len). */
struct molt_board_watch {
    uint32_t addr, len; /* len 0 = not set */
};
enum { MOLT_BOARD_WATCHES = 4 };

/* Images outlive the tool that they were built with: members are only ever added, at the end. */
struct molt_board_regs {
    uint32_t magic;
    uint32_t boot_count;    /* boots of this run, this one included */
    uint32_t reset_reason;  /* enum molt_reset_reason: what began this boot */
    uint32_t reset_request; /* the same: what the software asks for; 0 = nothing */
    uint32_t stage;         /* enum molt_board_stage */
    uint32_t running_addr;  /* flash address of the slot whose code runs */
    uint64_t start_ms;      /* molt_host_clock_ms() at the start of this boot */
    uint32_t flash_ops;     /* programs and erases since the run began, bootloader's and app's */
    uint32_t cut_after;     /* power fails in this one of them; 0 = never */
    uint32_t cut_kind;      /* enum molt_cut_kind: what it leaves behind; one that cuts the power */
    uint32_t cut_seed;
    uint32_t cut_happened; /* in this boot */
    char why[160];
    /* The program stops itself (SIGSTOP) before the first program or erase in another one of these
     * than the last was in; watch_hit is that one's number, from 1, 0 = none so far. */
    struct molt_board_watch watch[MOLT_BOARD_WATCHES];
    uint32_t watch_hit;
};

struct molt_board {
    struct molt_board_regs *regs;
    int regs_fd;
    struct molt_file_nor flash;
    struct molt_otp otp;
    struct molt_cut_nor cut; /* around the flash: what the programs use */
    struct molt_port port;
};

/* A new board with the chip in `flash_path` and the fuses in `otp_path`, which the caller must have
 * to itself. On an error nothing is open, *path is the file and *why a sentence without its name. */
MOLT_MUST_USE enum molt_err molt_board_open(struct molt_board *board, const char *flash_path,
                                            const char *otp_path, const char **path,
                                            const char **why);

/* The board that this program was started on, powered up. MOLT_ERR_NOT_FOUND: it was not started on one. */
MOLT_MUST_USE enum molt_err molt_board_adopt(struct molt_board *board, const char **why);

/* Takes the registers over into this process: called once in each process that runs on the board,
 * before it uses the port. */
void molt_board_power_up(struct molt_board *board);

/* Makes the next exec() of this process inherit the board. */
MOLT_MUST_USE enum molt_err molt_board_hand_over(const struct molt_board *board);

void molt_board_close(struct molt_board *board);

#endif
