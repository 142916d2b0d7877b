#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/device.h"
#include "cli/files.h"
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
    { "time-limit", 0, MOLT_OPT_VALUE, "S", "switch off after S seconds, with exit code 1", NULL },
    { "watchdog", 0, MOLT_OPT_VALUE, "S",
      "reset an app that computes for S seconds without a pause (default: 5, 0: never)", NULL },
    { .name = NULL },
};

/* A number of seconds such as 5 or 0.25; false, with a message, when it is none. */
static bool seconds(const struct molt_args *args, const char *name, uint32_t fallback_ms,
                    uint32_t *ms)
{
    const char *text = molt_args_value(args, name, NULL);
    char *end;

    *ms = fallback_ms;
    if (!text) return true;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= 0 && value <= 1e6)) {
        (void)molt_args_usage(args, "--%s: '%s' is not a number of seconds", name, text);
        return false;
    }
    *ms = (uint32_t)(value * 1000);
    return true;
}

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

static int run(const struct molt_args *args, struct molt_power_config *config,
               const struct molt_board_regs *cut)
{
    const char *flash = args->operand[0], *path, *why;
    char otp[PATH_LEN];
    struct molt_board board;
    int signal = 0;

    (void)snprintf(otp, sizeof otp, "%s.otp", flash);
    if (molt_board_open(&board, flash, molt_args_value(args, "otp", otp), &path, &why)) {
        molt_complain(path, 0, NULL, "%s", why);
        return MOLT_EXIT_USAGE;
    }
    board.regs->cut_after = cut->cut_after;
    board.regs->cut_kind = cut->cut_kind;
    board.regs->cut_seed = cut->cut_seed;
    enum molt_power_end end = molt_power_run(&board, config, &signal);
    molt_board_close(&board);
    return exit_code(end, signal);
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
    (void)molt_cut_kind_parse(molt_args_value(args, "tear", "bits"), &kind);
    cut.cut_kind = kind;
    if (app_args(args, list, count) && molt_args_size(args, "boots", 0, &config.boots_max) &&
        molt_args_size(args, "cut-after", 0, &cut.cut_after) &&
        molt_args_size(args, "seed", 1, &cut.cut_seed) &&
        seconds(args, "time-limit", 0, &config.time_max_ms) &&
        seconds(args, "watchdog", CONFIG_ESP_TASK_WDT_TIMEOUT_S * 1000, &config.watchdog_ms))
        code = run(args, &config, &cut);
    for (int i = 0; i < count; i++) free(list[i]);
    free(list);
    return code;
}
