#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"
#include "boot/boot.h"
#include "cli/device.h"
#include "cli/flash_file.h"
#include "cli/image.h"
#include "port/linux/boot_log.h"
#include "sdkconfig.h"

enum { SENTENCE_LEN = 200 };

const struct molt_option molt_device_boot_options[] = {
    { "no-rollback", 0, MOLT_OPT_FLAG, NULL, "without trial states, as ESP-IDF's default", NULL },
    { "anti-rollback", 0, MOLT_OPT_FLAG, NULL, "refuse apps below --secure-version", NULL },
    { "secure-version", 0, MOLT_OPT_VALUE, "N", "the chip's security version (default 0)", NULL },
    { "chip", 0, MOLT_OPT_VALUE, "NAME", "the chip (default linux)", NULL },
    { "chip-revision", 0, MOLT_OPT_VALUE, "M.N", "its revision (default 0.0)", NULL },
    { "reset-reason", 0, MOLT_OPT_VALUE, "R", "what caused the reset (default poweron)",
      "poweron ext sw panic int_wdt task_wdt wdt deepsleep brownout" },
    { "partition-table-offset", 0, MOLT_OPT_VALUE, "N", "default 0x8000", NULL },
    { "dry-run", 0, MOLT_OPT_FLAG, NULL, "leave the file as it is", NULL },
    { 0 },
};

/* The board that the bootloader believes to run on. */
struct boot_job {
    const char *path;
    struct molt_flash_file flash;
    struct molt_boot_config config;
    struct molt_port port;
    enum molt_reset_reason reason;
    uint32_t version;
};

static enum molt_reset_reason job_reset_reason(void *ctx)
{
    return ((const struct boot_job *)ctx)->reason;
}

static enum molt_err job_version_get(void *ctx, uint32_t *value)
{
    *value = ((const struct boot_job *)ctx)->version;
    return MOLT_OK;
}

static enum molt_err job_version_raise(void *ctx, uint32_t value)
{
    struct boot_job *job = ctx;

    if (value > CONFIG_BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD) return MOLT_ERR_RANGE;
    job->version = value;
    return MOLT_OK;
}

/* ---- saying what happens ------------------------------------------------------------------------ */

static void print_step(void *ctx, const struct molt_boot_event *e)
{
    char text[SENTENCE_LEN];

    (void)ctx;
    molt_boot_sentence(e, text, sizeof text);
    puts(text);
}

struct label_search {
    uint32_t addr;
    char label[MOLT_PART_LABEL_LEN + 1];
};

static void match_addr(void *ctx, const struct molt_partition *row)
{
    struct label_search *search = ctx;

    if (row->type == MOLT_PART_APP && row->addr == search->addr)
        memcpy(search->label, row->label, sizeof search->label);
}

static int print_result(struct boot_job *job, enum molt_err err,
                        const struct molt_boot_target *target)
{
    struct label_search search = { .addr = target->region.addr };
    struct molt_ptable_error error;

    if (err == MOLT_ERR_NOT_FOUND) puts("no slot holds an image that may run");
    if (err || molt_table_each(job->flash.nor, job->config.table_addr, match_addr, &search, &error))
        puts("boot: none");
    else {
        molt_tidy(search.label);
        printf("boot: %s\n", search.label);
    }
    return err ? MOLT_EXIT_BAD : MOLT_EXIT_OK;
}

/* ---- the command -------------------------------------------------------------------------------- */

static bool parse_reason(const char *name, enum molt_reset_reason *reason)
{
    static const char *const names[] = { "",        "poweron",  "ext", "sw",        "panic",
                                         "int_wdt", "task_wdt", "wdt", "deepsleep", "brownout" };

    for (int i = MOLT_RESET_POWERON; i <= MOLT_RESET_BROWNOUT; i++) {
        *reason = (enum molt_reset_reason)i;
        if (strcmp(names[i], name) == 0) return true;
    }
    return false;
}

static int read_options(struct boot_job *job, const struct molt_args *args)
{
    static const struct molt_counter_ops counter = { job_version_get, job_version_raise };
    const struct molt_chip *chip;

    if (!molt_args_chip(args, molt_chip_by_id(MOLT_CHIP_LINUX), &chip)) return MOLT_EXIT_USAGE;
    job->config = molt_boot_config_default(chip);
    job->config.rollback = !molt_args_has(args, "no-rollback");
    job->config.anti_rollback = molt_args_has(args, "anti-rollback");
    if (job->config.anti_rollback && !job->config.rollback)
        return molt_args_usage(args, "--anti-rollback needs rollback");
    job->port = (struct molt_port){ .ctx = job,
                                    .reset_reason = job_reset_reason,
                                    .secure_version = &counter,
                                    .chip_id = chip->id };
    const char *reason = molt_args_value(args, "reset-reason", "poweron");
    if (!parse_reason(reason, &job->reason))
        return molt_args_usage(args, "--reset-reason: '%s' is no reason", reason);
    if (!molt_args_number(args, "secure-version", 0, &job->version)) return MOLT_EXIT_USAGE;
    if (molt_args_has(args, "secure-version") && !job->config.anti_rollback)
        return molt_args_usage(args, "--secure-version needs --anti-rollback");
    if (!molt_args_size(args, "partition-table-offset", MOLT_PTABLE_ADDR, &job->config.table_addr))
        return MOLT_EXIT_USAGE;
    if (!molt_args_revision(args, "chip-revision", 0, &job->port.chip_rev)) return MOLT_EXIT_USAGE;
    return MOLT_EXIT_OK;
}

int molt_device_boot(const struct molt_args *args)
{
    struct boot_job job = { .path = args->operand[0] };
    const struct molt_boot_hooks hooks = { .trace = print_step };
    struct molt_boot_target target;

    int bad = read_options(&job, args);
    if (bad) return bad;
    bad = molt_flash_file_open(&job.flash, job.path, !molt_args_has(args, "dry-run"));
    if (bad) return bad;
    job.port.flash = job.flash.nor;
    enum molt_err err = molt_boot(&job.config, &job.port, &hooks, &target);
    int exit_code = print_result(&job, err, &target);
    molt_flash_file_close(&job.flash);
    return exit_code;
}
