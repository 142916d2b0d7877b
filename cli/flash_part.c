/* molt flash read, write, erase: one partition of a flash image. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/flash.h"
#include "cli/flash_file.h"
#include "cli/image.h"
#include "flash/stream.h"
#include "format/ptable.h"

#define PARTITION_OPTIONS                                                                          \
    { "partition", 'p', MOLT_OPT_VALUE, "LABEL", "the partition (needed)", NULL },                 \
    {                                                                                              \
        "partition-table-offset", 0, MOLT_OPT_VALUE, "N", "default 0x8000", NULL                   \
    }
#define IGNORE_READONLY                                                                            \
    {                                                                                              \
        "ignore-readonly", 0, MOLT_OPT_FLAG, NULL, "even if the table says readonly", NULL         \
    }

const struct molt_option molt_flash_read_options[] = {
    PARTITION_OPTIONS,
    { "output", 'o', MOLT_OPT_VALUE, "FILE", "default: standard output", NULL },
    { .name = NULL },
};

const struct molt_option molt_flash_write_options[] = {
    PARTITION_OPTIONS,
    { "input", 'i', MOLT_OPT_VALUE, "FILE", "default: standard input", NULL },
    { "chip", 'c', MOLT_OPT_VALUE, "NAME", "verify an app for this chip; default: the app's own",
      NULL },
    { "no-verify", 0, MOLT_OPT_FLAG, NULL, "write into an app partition whatever it is", NULL },
    IGNORE_READONLY,
    { .name = NULL },
};

const struct molt_option molt_flash_erase_options[] = {
    PARTITION_OPTIONS,
    IGNORE_READONLY,
    { .name = NULL },
};

struct job {
    const struct molt_args *args;
    const char *path;
    struct molt_flash_file flash;
    struct molt_partition row;
    struct molt_region region;
};

/* The partition that --partition names, in a table that fits the flash. */
static int find(struct job *job, uint32_t table_addr)
{
    const char *label = molt_args_value(job->args, "partition", NULL);
    uint32_t size = job->flash.len;
    struct molt_ptable_error error = { .field = "table", .why = "the flash ends before it" };
    struct molt_ptable table;
    enum molt_err err = MOLT_ERR_RANGE;

    if (table_addr < size)
        err = molt_ptable_decode(job->flash.bytes + table_addr,
                                 size - table_addr < MOLT_PTABLE_LEN ? size - table_addr
                                                                     : MOLT_PTABLE_LEN,
                                 size, &table, &error);
    if (err) {
        molt_complain(job->path, 0, error.field,
                      "partition table at 0x%" PRIx32 ", offset 0x%" PRIx32 ": %s", table_addr,
                      error.off, error.why);
        return MOLT_EXIT_USAGE;
    }
    const struct molt_partition *row = molt_ptable_find_label(&table, label);
    if (!row) {
        molt_complain(job->path, 0, NULL, "there is no partition '%s'", label);
        return MOLT_EXIT_USAGE;
    }
    job->row = *row;
    if (molt_region_make(job->flash.nor, row->addr, row->len, &job->region)) {
        molt_complain(job->path, 0, row->label, "leaves the flash");
        return MOLT_EXIT_USAGE;
    }
    return MOLT_EXIT_OK;
}

/* Opens the flash and finds the partition; when it fails nothing is open. */
static int open_job(struct job *job, const struct molt_args *args, bool to_change)
{
    uint32_t table_addr;

    *job = (struct job){ .args = args, .path = args->operand[0] };
    if (!molt_args_value(args, "partition", NULL))
        return molt_args_usage(args, "--partition is needed");
    if (!molt_args_size(args, "partition-table-offset", MOLT_PTABLE_ADDR, &table_addr))
        return MOLT_EXIT_USAGE;
    int exit_code = molt_flash_file_open(&job->flash, job->path, to_change);
    if (exit_code) return exit_code;
    exit_code = find(job, table_addr);
    if (!exit_code && to_change && (job->row.flags & MOLT_PART_READONLY) &&
        !molt_args_has(args, "ignore-readonly")) {
        molt_complain(job->path, 0, job->row.label, "is readonly (--ignore-readonly)");
        exit_code = MOLT_EXIT_BAD;
    }
    if (exit_code) molt_flash_file_close(&job->flash);
    return exit_code;
}

static int finish(struct job *job, enum molt_err err)
{
    if (err) molt_complain(job->path, 0, job->row.label, "%s", molt_err_text(err));
    molt_flash_file_close(&job->flash);
    return err ? MOLT_EXIT_USAGE : MOLT_EXIT_OK;
}

int molt_flash_read(const struct molt_args *args)
{
    struct job job;

    int exit_code = open_job(&job, args, false);
    if (exit_code) return exit_code;
    exit_code = molt_file_write(molt_args_value(args, "output", "-"),
                                job.flash.bytes + job.row.addr, job.row.len);
    molt_flash_file_close(&job.flash);
    return exit_code;
}

static enum molt_err write_bytes(const struct job *job, const struct molt_bytes *input)
{
    struct molt_stream stream;

    enum molt_err err = molt_stream_open(&stream, &job->region, 0, 0);
    if (err) return err;
    err = molt_stream_write(&stream, input->at, (uint32_t)input->len);
    if (err) return err;
    return molt_stream_flush(&stream);
}

/* Whether the input may go into the partition: it fits, and an app can boot there. */
static int check_input(const struct job *job, const char *path, const struct molt_bytes *input)
{
    const struct molt_chip *chip;

    if (!molt_args_chip(job->args, NULL, &chip)) return MOLT_EXIT_USAGE;
    if (input->len > job->row.len) {
        molt_complain(path, 0, NULL, "%zu bytes do not fit into '%s' of %" PRIu32, input->len,
                      job->row.label, job->row.len);
        return MOLT_EXIT_BAD;
    }
    if (job->row.type != MOLT_PART_APP || molt_args_has(job->args, "no-verify"))
        return MOLT_EXIT_OK;
    struct molt_image_rules rules = molt_image_own_rules(input->at, input->len, chip);
    rules.addr = job->row.addr;
    rules.len_max = job->row.len;
    return molt_image_accept(path, input, &rules);
}

int molt_flash_write(const struct molt_args *args)
{
    const char *path = molt_args_value(args, "input", "-");
    struct molt_bytes input;
    struct job job;

    int exit_code = molt_file_read(path, MOLT_FLASH_FILE_MAX, &input);
    if (exit_code) return exit_code;
    exit_code = open_job(&job, args, true);
    if (exit_code) {
        molt_bytes_free(&input);
        return exit_code;
    }
    exit_code = check_input(&job, path, &input);
    if (exit_code)
        molt_flash_file_close(&job.flash);
    else
        exit_code = finish(&job, write_bytes(&job, &input));
    molt_bytes_free(&input);
    return exit_code;
}

int molt_flash_erase(const struct molt_args *args)
{
    struct job job;

    int exit_code = open_job(&job, args, true);
    if (exit_code) return exit_code;
    return finish(&job, molt_region_erase(&job.region, 0, job.region.len));
}
