#include "cli/commands.h"
#include "cli/ptable_job.h"

static int encode(const struct molt_args *args)
{
    struct molt_ptable_job job;

    int exit_code = molt_ptable_job_start(&job, args, args->operand[0], false);
    if (!exit_code) exit_code = molt_ptable_job_read(&job, MOLT_PTABLE_IN_CSV);
    if (!exit_code) exit_code = molt_ptable_job_check(&job);
    if (!exit_code) exit_code = molt_ptable_job_write_binary(&job, args->operand[1]);
    molt_ptable_job_free(&job);
    return exit_code;
}

static int decode(const struct molt_args *args)
{
    struct molt_ptable_job job;

    int exit_code = molt_ptable_job_start(&job, args, args->operand[0], false);
    if (!exit_code) exit_code = molt_ptable_job_read(&job, MOLT_PTABLE_IN_BINARY);
    if (!exit_code) exit_code = molt_ptable_job_check(&job);
    if (!exit_code) exit_code = molt_ptable_job_write_csv(&job, args->operand[1]);
    molt_ptable_job_free(&job);
    return exit_code;
}

static int show(const struct molt_args *args)
{
    const unsigned any = MOLT_PTABLE_IN_CSV | MOLT_PTABLE_IN_BINARY | MOLT_PTABLE_IN_FLASH;
    struct molt_ptable_job job;

    int exit_code = molt_ptable_job_start(&job, args, args->operand[0], false);
    if (!exit_code) exit_code = molt_ptable_job_read(&job, any);
    if (!exit_code) exit_code = molt_ptable_show(&job);
    molt_ptable_job_free(&job);
    return exit_code;
}

static const struct molt_option k_options[] = { MOLT_PTABLE_OPTIONS, { .name = NULL } };

static const struct molt_command k_commands[] = {
    { .name = "encode",
      .summary = "make the binary table that a device reads",
      .operands = "IN.csv OUT.bin",
      .operands_min = 2,
      .operands_max = 2,
      .options = k_options,
      .run = encode,
      .more = "A file - is standard input or output." },
    { .name = "decode",
      .summary = "make CSV of a binary table",
      .operands = "IN.bin OUT.csv",
      .operands_min = 2,
      .operands_max = 2,
      .options = k_options,
      .run = decode,
      .more = "A file - is standard input or output." },
    { .name = "show",
      .summary = "show what is where in flash, and what is free",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = k_options,
      .run = show,
      .more = "FILE is CSV, a binary table, or a flash image with the table at --offset." },
    { .name = NULL },
};

const struct molt_command molt_cmd_partition_table = {
    .name = "partition-table",
    .summary = "make, read and look at partition tables",
    .commands = k_commands,
};
