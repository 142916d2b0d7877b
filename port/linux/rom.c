#include "port/linux/rom.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/boot.h"
#include "port/linux/boot_log.h"
#include "port/linux/load.h"

extern char **environ;

struct rom {
    struct molt_board *board;
    int code_fd;       /* the loaded app, a file in memory */
    char trouble[160]; /* what the bootloader complained about */
};

static _Noreturn void give_up(struct molt_board *board, enum molt_board_stage stage,
                              const char *why)
{
    (void)fflush(NULL);
    (void)snprintf(board->regs->why, sizeof board->regs->why, "%s", why);
    board->regs->stage = stage;
    _exit(0);
}

static enum molt_err load(void *ctx, const struct molt_boot_target *target)
{
    return molt_load_code(target, &((struct rom *)ctx)->code_fd);
}

/* "I (12) boot: ..." like the app's log, trouble as a warning. */
static void trace(void *ctx, const struct molt_boot_event *event)
{
    struct rom *rom = ctx;
    bool trouble = molt_boot_is_trouble(event);
    char text[sizeof rom->trouble];
    size_t len = strlen(rom->trouble);

    molt_boot_sentence(event, text, sizeof text);
    if (trouble) {
        (void)snprintf(rom->trouble + len, sizeof rom->trouble - len, "%s%s", len ? "; " : "",
                       text);
    }
    (void)fprintf(stderr, "%c (%u) boot: %s\n", trouble ? 'W' : 'I',
                  (unsigned)rom->board->port.uptime_ms(rom->board), text);
}

static _Noreturn void jump(const struct rom *rom, char *const *args)
{
    for (; *args; args++) {
        if (putenv(*args) != 0) give_up(rom->board, MOLT_STAGE_BAD_CODE, strerror(errno));
    }
    if (molt_board_hand_over(rom->board) == MOLT_OK) {
        char name[] = "app", *argv[] = { name, NULL };

        rom->board->regs->stage = MOLT_STAGE_APP;
        (void)fflush(NULL);
        (void)fexecve(rom->code_fd, argv, environ);
    }
    give_up(rom->board, MOLT_STAGE_BAD_CODE, strerror(errno));
}

_Noreturn void molt_rom_boot(struct molt_board *board, char *const *args)
{
    struct rom rom = { .board = board, .code_fd = -1, .trouble = "" };
    const struct molt_chip *chip = molt_chip_by_id(MOLT_CHIP_LINUX);
    const struct molt_boot_config config = molt_boot_config_default(chip);
    const struct molt_boot_hooks hooks = { .ctx = &rom, .load = load, .trace = trace };
    struct molt_boot_target target;

    molt_board_power_up(board);
    /* The log goes to stderr; on this device both are the one console. */
    if (dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        give_up(board, MOLT_STAGE_NOTHING_BOOTS, strerror(errno));
    enum molt_err err = molt_boot(&config, &board->port, &hooks, &target);
    if (err) {
        give_up(board, MOLT_STAGE_NOTHING_BOOTS, rom.trouble[0] ? rom.trouble : molt_err_text(err));
    }
    board->regs->running_addr = target.region.addr;
    jump(&rom, args);
}
