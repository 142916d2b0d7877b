#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/device.h"
#include "cli/files.h"
#include "cli/flash_picture.h"
#include "cli/seconds.h"
#include "port/linux/power.h"
#include "sdkconfig.h"

enum { CRASHES_MAX = 10, PATH_LEN = 4096, SIGNAL_EXIT = 128 };

const struct molt_option molt_device_run_options[] = {
    { "otp", 0, MOLT_OPT_VALUE, "FILE", "the fuses (default: FLASH.otp); made when missing", NULL },
    { "arg", 0, MOLT_OPT_VALUE, "NAME=VALUE", "for the app, which reads it with getenv()", NULL },
    { "boots", 0, MOLT_OPT_VALUE, "N", "stop when N boots are over", NULL },
    { "cut-after", 0, MOLT_OPT_VALUE, "N", "cut the power in the N-th flash operation", NULL },
    { "tear", 0, MOLT_OPT_VALUE, "KIND", "what that operation leaves behind (default: bits)",
      "before after prefix patchwork bits almost" },
    { "seed", 0, MOLT_OPT_VALUE, "S", "chooses what a tear leaves (default: 1)", NULL },
    { "watch", 0, MOLT_OPT_VALUE, "PLACE",
      "show the slots when the device begins to write there: a partition's label, or an address",
      NULL },
    { "time-limit", 0, MOLT_OPT_VALUE, "S",
      "switch off after S seconds, with exit code 1 (default: 0, never)", NULL },
    { "watchdog", 0, MOLT_OPT_VALUE, "S",
      "reset an app that computes for S seconds without a pause (default: 5, 0: never)", NULL },
    { .name = NULL },
};

/* Copies the --arg values; false, with a message, when one is not NAME=VALUE. */
static bool app_args(const struct molt_args *args, char **list, int count)
{
    for (int i = 0; i < count; i++) {
        const char *text = molt_args_nth(args, "arg", i);
        const char *equals = strchr(text, '=');

        if (!equals || equals == text) {
            (void)molt_args_usage(args, "--arg: '%s' is not NAME=VALUE", text);
            return false;
        }
        list[i] = strdup(text);
        if (!list[i]) abort();
    }
    return true;
}

/* ---- watchpoints ----------------------------------------------------------------------------- */

struct watcher {
    const struct molt_board *board;
    const char *place[MOLT_BOARD_WATCHES];
};

static bool view_flash(const struct molt_board *board, struct molt_flash_view *view)
{
    const struct molt_flash_view_rules rules = { .table_addr = CONFIG_PARTITION_TABLE_OFFSET };
    const struct molt_ram_nor *flash = &board->flash.ram;
    struct molt_ptable_error error;

    return molt_flash_view_make(view, flash->bytes, flash->nor.geometry.size, &rules, &error) ==
           MOLT_OK;
}

static void show_slots(void *ctx, uint32_t index)
{
    const struct watcher *watcher = ctx;
    struct molt_flash_view *view = calloc(1, sizeof *view);
    char title[160];

    if (!view) abort();
    (void)snprintf(title, sizeof title, "board: flash operation %u, the first in %s",
                   (unsigned)watcher->board->regs->flash_ops, watcher->place[index]);
    if (view_flash(watcher->board, view))
        molt_flash_picture(stdout, view, title, molt_flash_picture_colour(stdout));
    (void)fflush(stdout);
    free(view);
}

/* A partition's label, or an address: then the byte there. False when it is neither. */
static bool find_place(const struct molt_flash_view *view, const char *place,
                       struct molt_board_watch *watch)
{
    uint32_t addr;

    for (size_t i = 0; i < view->count; i++) {
        const struct molt_partition *row = &view->part[i].row;

        if (strcmp(row->label, place) != 0) continue;
        *watch = (struct molt_board_watch){ row->addr, row->len };
        return true;
    }
    if (!molt_parse_size(place, &addr)) return false;
    *watch = (struct molt_board_watch){ addr, 1 };
    return true;
}

/* An exit code. */
static int set_watches(const struct molt_args *args, struct molt_board *board,
                       struct watcher *watcher)
{
    int count = molt_args_count(args, "watch"), code = MOLT_EXIT_OK;
    struct molt_flash_view *view = calloc(1, sizeof *view);

    if (!view) abort();
    *watcher = (struct watcher){ .board = board };
    if (count > MOLT_BOARD_WATCHES)
        code = molt_args_usage(args, "--watch: more than %d of them", MOLT_BOARD_WATCHES);
    (void)view_flash(board, view); /* without a table there are still addresses */
    for (int i = 0; i < count && !code; i++) {
        watcher->place[i] = molt_args_nth(args, "watch", i);
        if (!find_place(view, watcher->place[i], &board->regs->watch[i]))
            code = molt_args_usage(args, "--watch: '%s' is no partition and no address",
                                   watcher->place[i]);
    }
    free(view);
    return code;
}

/* ---- the run --------------------------------------------------------------------------------- */

static int exit_code(enum molt_power_end end, int signal)
{
    switch (end) {
    case MOLT_POWER_IDLE:
    case MOLT_POWER_BOOTS:
        return MOLT_EXIT_OK;
    case MOLT_POWER_NOTHING:
    case MOLT_POWER_CRASHES:
    case MOLT_POWER_TIME:
        return MOLT_EXIT_BAD;
    case MOLT_POWER_SIGNAL:
        return SIGNAL_EXIT + signal;
    case MOLT_POWER_FAILED:
        break;
    }
    return MOLT_EXIT_USAGE;
}

/* Also by another name: a file cannot be locked twice, and the reason would not be told. */
static bool is_same_file(const char *path, const char *other)
{
    struct stat a, b;

    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static int run(const struct molt_args *args, struct molt_power_config *config,
               const struct molt_board_regs *cut)
{
    const char *flash = args->operand[0], *path, *why;
    char otp[PATH_LEN];
    struct molt_board board;
    struct watcher watcher;
    int signal = 0;

    (void)snprintf(otp, sizeof otp, "%s.otp", flash);
    if (is_same_file(flash, molt_args_value(args, "otp", otp)))
        return molt_args_usage(args, "--otp: '%s' is the flash itself",
                               molt_args_value(args, "otp", otp));
    if (molt_board_open(&board, flash, molt_args_value(args, "otp", otp), &path, &why)) {
        molt_complain(path, 0, NULL, "%s", why);
        return MOLT_EXIT_USAGE;
    }
    board.regs->cut_after = cut->cut_after;
    board.regs->cut_kind = cut->cut_kind;
    board.regs->cut_seed = cut->cut_seed;
    int code = set_watches(args, &board, &watcher);
    if (!code) {
        struct molt_power_config watched = *config;

        watched.on_watch = show_slots;
        watched.ctx = &watcher;
        enum molt_power_end end = molt_power_run(&board, &watched, &signal);
        code = exit_code(end, signal);
    }
    molt_board_close(&board);
    return code;
}

int molt_device_run(const struct molt_args *args)
{
    struct molt_power_config config = { .console = stdout,
                                        .crashes_max = CRASHES_MAX,
                                        .bootdog_ms = CONFIG_BOOTLOADER_WDT_TIME_MS };
    struct molt_board_regs cut = { 0 };
    enum molt_cut_kind kind = MOLT_CUT_BITS;
    int count = molt_args_count(args, "arg"), code = MOLT_EXIT_USAGE;
    char **list = calloc((size_t)count + 1, sizeof *list);

    if (!list) abort();
    config.args = list;
    const char *tear = molt_args_value(args, "tear", "bits");
    if (!molt_cut_kind_parse(tear, &kind))
        (void)molt_args_usage(args, "--tear: '%s' is no kind of tear", tear);
    else if (app_args(args, list, count) && molt_args_number(args, "boots", 0, &config.boots_max) &&
             molt_args_number(args, "cut-after", 0, &cut.cut_after) &&
             molt_args_number(args, "seed", 1, &cut.cut_seed) &&
             molt_args_seconds(args, "time-limit", 0, &config.time_max_ms) &&
             molt_args_seconds(args, "watchdog", CONFIG_ESP_TASK_WDT_TIMEOUT_S * 1000,
                               &config.watchdog_ms)) {
        cut.cut_kind = kind;
        code = run(args, &config, &cut);
    }
    for (int i = 0; i < count; i++) free(list[i]);
    free(list);
    return code;
}
