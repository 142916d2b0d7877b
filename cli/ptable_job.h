/* What the commands around partition tables share: options, reading CSV, binary or flash image,
 * the checks, and messages in molt's form or, for build scripts, in that of gen_esp32part.py.
 *
 * Functions that return int give an exit code and have printed why it is not MOLT_EXIT_OK. */
#ifndef MOLT_CLI_PTABLE_JOB_H
#define MOLT_CLI_PTABLE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/args.h"
#include "cli/files.h"
#include "format/ptable.h"
#include "format/ptable_draft.h"

#define MOLT_PTABLE_FLASH_SIZES "1MB 2MB 4MB 8MB 16MB 32MB 64MB 128MB"

/* Rows of a command's option table; molt_ptable_job_start() reads them. */
#define MOLT_PTABLE_OPTIONS                                                                        \
    { .name = "flash-size",                                                                        \
      .kind = MOLT_OPT_VALUE,                                                                      \
      .value = "SIZE",                                                                             \
      .help = "the partitions must fit in a flash of this size",                                   \
      .choices = MOLT_PTABLE_FLASH_SIZES },                                                        \
        { .name = "disable-md5sum", .help = "write no MD5 row, and know none when reading" },      \
        { .name = "no-verify", .help = "do not check whether the table is sensible" },             \
        { .name = "quiet", .letter = 'q', .help = "print less on standard error" },                \
        { .name = "offset",                                                                        \
          .letter = 'o',                                                                           \
          .kind = MOLT_OPT_VALUE,                                                                  \
          .value = "N",                                                                            \
          .help = "where the table is in flash (default 0x8000)" },                                \
        { .name = "primary-bootloader-offset",                                                     \
          .kind = MOLT_OPT_VALUE,                                                                  \
          .value = "N",                                                                            \
          .help = "where the bootloader is in flash" },                                            \
        { .name = "recovery-bootloader-offset",                                                    \
          .kind = MOLT_OPT_VALUE,                                                                  \
          .value = "N",                                                                            \
          .help = "where the recovery bootloader is in flash" },                                   \
        { .name = "secure",                                                                        \
          .kind = MOLT_OPT_OPTIONAL,                                                               \
          .value = "v1|v2",                                                                        \
          .help = "apps must be aligned for secure boot (alone: v1)",                              \
          .choices = "v1 v2 V1 V2" },                                                              \
    {                                                                                              \
        .name = "extra-partition-subtypes", .kind = MOLT_OPT_WORDS, .value = "TYPE,NAME,VALUE",    \
        .help = "further subtypes; VALUE is hexadecimal"                                           \
    }

struct molt_ptable_job {
    const char *path;
    struct molt_ptable_rules rules;
    uint32_t flash_mb; /* 0 = not given */
    bool no_verify, quiet;
    bool as_reference; /* gen_esp32part.py's messages, and 2 where molt would exit with 1 */

    /* After molt_ptable_job_read(): */
    bool is_binary;
    bool is_flash; /* `bytes` is a whole flash, the table somewhere in it */
    struct molt_ptable_draft draft;
    struct molt_bytes bytes;
    char *room;
};

/* Reads the options. To be freed also when it fails. */
int molt_ptable_job_start(struct molt_ptable_job *job, const struct molt_args *args,
                          const char *path, bool as_reference);
void molt_ptable_job_free(struct molt_ptable_job *job);

/* What a file may be; or-ed together. */
enum molt_ptable_input {
    MOLT_PTABLE_IN_CSV = 1,
    MOLT_PTABLE_IN_BINARY = 2,
    MOLT_PTABLE_IN_FLASH = 4, /* a flash image with the table inside */
};

/* Reads and parses the file, which must be one of `accepted`. */
int molt_ptable_job_read(struct molt_ptable_job *job, unsigned accepted);

/* The checks that the options leave on. */
int molt_ptable_job_check(struct molt_ptable_job *job);

/* What the draft is on flash. */
int molt_ptable_job_table(struct molt_ptable_job *job, struct molt_ptable *table);

/* Writes the table as MOLT_PTABLE_LEN bytes, or as CSV. */
int molt_ptable_job_write_binary(struct molt_ptable_job *job, const char *path);
int molt_ptable_job_write_csv(struct molt_ptable_job *job, const char *path);

/* For other commands: a table from CSV or binary, read and checked; it will be at table_addr. */
int molt_ptable_load(const char *path, uint32_t table_addr, struct molt_ptable *table);

/* `molt partition-table show`. */
int molt_ptable_show(struct molt_ptable_job *job);

#endif
