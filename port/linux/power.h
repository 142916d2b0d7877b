/* The virtual device's power supply, reset line and watchdog: the process that starts each boot as
 * a child (rom.h) and sees how it ends.
 *
 *     child ended by                       next boot's reset reason
 *     esp_restart()                        SW
 *     a signal, exit(), nothing to start   PANIC
 *     the flash's power cut, SIGKILL       POWERON
 *     the watchdog                         TASK_WDT
 *
 * The watchdog is ESP-IDF's: the idle task must run now and then. Here: a child that used
 * watchdog_ms of CPU time without once going to sleep is reset. CPU time, so that a loaded machine
 * makes no difference.
 *
 * The board's registers are memory that the program can write: nothing in them is an index, a text or
 * a count here before it was checked. */
#ifndef MOLT_PORT_POWER_H
#define MOLT_PORT_POWER_H

#include <stdio.h>

#include "port/linux/board.h"

struct molt_power_config {
    FILE *console;        /* where the lines "board: ..." go; the child's output goes to fd 1 */
    char *const *args;    /* NAME=VALUE for the app's environment, NULL at the end */
    uint32_t boots_max;   /* 0 = no limit */
    uint32_t time_max_ms; /* 0 = no limit */
    uint32_t watchdog_ms; /* of the app; 0 = off */
    uint32_t bootdog_ms;  /* of the bootloader; 0 = off */
    /* Called while the device stands at watchpoint `index` of its registers; NULL = just goes on. */
    void (*on_watch)(void *ctx, uint32_t index);
    void *ctx;
    uint32_t crashes_max; /* boots in a row that end in a panic or watchdog reset; 0 = no limit */
};

enum molt_power_end {
    MOLT_POWER_IDLE,    /* app_main() returned */
    MOLT_POWER_BOOTS,   /* boots_max boots are over */
    MOLT_POWER_NOTHING, /* nothing on the flash boots */
    MOLT_POWER_CRASHES, /* crashes_max */
    MOLT_POWER_TIME,    /* time_max_ms */
    MOLT_POWER_SIGNAL,  /* SIGINT, SIGTERM or SIGHUP came; *signal says which */
    MOLT_POWER_FAILED,  /* this host refuses; the console says why */
};

/* Runs the device until one of these; no process is left then. `board` is open, with the registers
 * cut_* set as wanted. Blocks SIGCHLD, SIGINT, SIGTERM and SIGHUP while it runs; the three are
 * handed on to the child. */
enum molt_power_end molt_power_run(struct molt_board *board, const struct molt_power_config *config,
                                   int *signal);

#endif
