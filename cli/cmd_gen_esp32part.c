/* ESP-IDF's gen_esp32part.py, so that a build script can call this in its place: the same options,
 * status lines, messages and exit codes. Where the original ends in a Python exception (exit 1),
 * this is an ordinary error (exit 2). */
#include "cli/commands.h"
#include "cli/ptable_job.h"

static int run(const struct molt_args *args)
{
    const char *out = args->operand_count > 1 ? args->operand[1] : "-";
    struct molt_ptable_job job;

    int exit_code = molt_ptable_job_start(&job, args, args->operand[0], true);
    if (!exit_code)
        exit_code = molt_ptable_job_read(&job, MOLT_PTABLE_IN_CSV | MOLT_PTABLE_IN_BINARY);
    if (!exit_code) exit_code = molt_ptable_job_check(&job);
    if (!exit_code) exit_code = molt_make_folder_of(out);
    if (!exit_code && job.is_binary)
        exit_code = molt_ptable_job_write_csv(&job, out);
    else if (!exit_code)
        exit_code = molt_ptable_job_write_binary(&job, out);
    molt_ptable_job_free(&job);
    return exit_code;
}

static const struct molt_option k_options[] = {
    MOLT_PTABLE_OPTIONS,
    { .name = "verify", .letter = 'v', .help = "does nothing: the table is always checked" },
    { .name = NULL },
};

const struct molt_command molt_cmd_gen_esp32part = {
    .name = "gen-esp32part",
    .summary = "gen_esp32part.py: partition tables between CSV and binary",
    .operands = "INPUT [OUTPUT]",
    .operands_min = 1,
    .operands_max = 2,
    .options = k_options,
    .run = run,
    .more = "INPUT is CSV or binary and OUTPUT becomes the other one; - is standard input or\n"
            "output. Options, messages and exit codes are those of ESP-IDF's gen_esp32part.py.",
};
