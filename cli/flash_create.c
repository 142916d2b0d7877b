/* molt flash create: a partition table, a bootloader and files become the bytes of a chip. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/flash.h"
#include "cli/flash_file.h"
#include "cli/image.h"
#include "cli/ptable_job.h"

enum { SECTOR_LEN = 4096 };

const struct molt_option molt_flash_create_options[] = {
    { "size", 's', MOLT_OPT_VALUE, "SIZE", "of the flash, such as 4MB (needed)", NULL },
    { "partition-table", 't', MOLT_OPT_VALUE, "FILE", "CSV or binary (needed)", NULL },
    { "partition-table-offset", 0, MOLT_OPT_VALUE, "N", "default 0x8000", NULL },
    { "bootloader", 'b', MOLT_OPT_VALUE, "FILE", "a second-stage bootloader image", NULL },
    { "bootloader-offset", 0, MOLT_OPT_VALUE, "N", "default: where its chip looks for it", NULL },
    { "write", 'w', MOLT_OPT_VALUE, "LABEL=FILE", "a file for a partition; may be repeated", NULL },
    { "chip", 'c', MOLT_OPT_VALUE, "NAME", "verify images for this chip", NULL },
    { "no-verify", 0, MOLT_OPT_FLAG, NULL, "take images as they are", NULL },
    { .name = NULL },
};

struct job {
    const struct molt_args *args;
    uint8_t *bytes;
    uint32_t size;
    uint32_t table_addr;
    struct molt_ptable *table;
    bool filled[MOLT_PTABLE_MAX];
    const struct molt_chip *chip; /* of all images; NULL until the first one */
};

/* Would the device that all images are for accept this one at this place? */
static int verify(struct job *job, const char *path, const struct molt_bytes *file, uint32_t addr,
                  uint32_t len_max, bool is_bootloader)
{
    if (molt_args_has(job->args, "no-verify")) return MOLT_EXIT_OK;
    if (!job->chip) job->chip = molt_image_chip(file->at, file->len);
    struct molt_image_rules rules = molt_image_own_rules(file->at, file->len, job->chip);
    rules.is_bootloader = is_bootloader;
    rules.addr = addr;
    rules.len_max = len_max;
    return molt_image_accept(path, file, &rules);
}

static int put_table(struct job *job)
{
    for (size_t i = 0; i < job->table->count; i++) {
        const struct molt_partition *row = &job->table->row[i];

        if (molt_range_fits(row->addr, row->len, job->size)) continue;
        molt_complain(molt_args_value(job->args, "partition-table", ""), 0, row->label,
                      "ends at 0x%" PRIx64 ", the flash at 0x%" PRIx32,
                      (uint64_t)row->addr + row->len, job->size);
        return MOLT_EXIT_BAD;
    }
    if (molt_ptable_encode(job->table, true, job->bytes + job->table_addr)) {
        molt_complain(molt_args_value(job->args, "partition-table", ""), 0, NULL, "too many rows");
        return MOLT_EXIT_BAD;
    }
    return MOLT_EXIT_OK;
}

static int put_bootloader_bytes(struct job *job, const char *path, const struct molt_bytes *file)
{
    uint32_t addr = 0;

    if (!job->chip) job->chip = molt_image_chip(file->at, file->len);
    if (job->chip) addr = job->chip->bootloader_addr;
    if (!molt_args_size(job->args, "bootloader-offset", addr, &addr)) return MOLT_EXIT_USAGE;
    if (addr > job->table_addr || file->len > job->table_addr - addr) {
        molt_complain(path, 0, NULL, "%zu bytes at 0x%" PRIx32 " run into the partition table",
                      file->len, addr);
        return MOLT_EXIT_BAD;
    }
    int exit_code = verify(job, path, file, addr, job->table_addr - addr, true);
    if (exit_code) return exit_code;
    if (file->len > 0) memcpy(job->bytes + addr, file->at, file->len);
    return MOLT_EXIT_OK;
}

static int put_bootloader(struct job *job)
{
    const char *path = molt_args_value(job->args, "bootloader", NULL);
    struct molt_bytes file;

    if (!path) return MOLT_EXIT_OK;
    int exit_code = molt_file_read(path, MOLT_FLASH_FILE_MAX, &file);
    if (exit_code) return exit_code;
    exit_code = put_bootloader_bytes(job, path, &file);
    molt_bytes_free(&file);
    return exit_code;
}

/* The row that LABEL=... means, NULL when it is said why not. */
static struct molt_partition *find_row(struct job *job, const char *text, const char *equals)
{
    for (size_t i = 0; i < job->table->count; i++) {
        struct molt_partition *row = &job->table->row[i];
        size_t len = strlen(row->label);

        if (len != (size_t)(equals - text) || memcmp(row->label, text, len) != 0) continue;
        if (job->filled[i]) {
            (void)molt_args_usage(job->args, "--write %s: written twice", text);
            return NULL;
        }
        job->filled[i] = true;
        return row;
    }
    (void)molt_args_usage(job->args, "--write %s: the table has no such partition", text);
    return NULL;
}

static int put_file(struct job *job, const char *text)
{
    const char *equals = strchr(text, '=');
    struct molt_bytes file;

    if (!equals) return molt_args_usage(job->args, "--write %s: not LABEL=FILE", text);
    const struct molt_partition *row = find_row(job, text, equals);
    if (!row) return MOLT_EXIT_USAGE;
    const char *path = equals + 1;
    int exit_code = molt_file_read(path, MOLT_FLASH_FILE_MAX, &file);
    if (exit_code) return exit_code;
    if (file.len > row->len) {
        molt_complain(path, 0, NULL, "%zu bytes do not fit into '%s' of %" PRIu32, file.len,
                      row->label, row->len);
        exit_code = MOLT_EXIT_BAD;
    } else if (row->type == MOLT_PART_APP) {
        exit_code = verify(job, path, &file, row->addr, row->len, false);
    }
    if (!exit_code && file.len > 0) memcpy(job->bytes + row->addr, file.at, file.len);
    molt_bytes_free(&file);
    return exit_code;
}

static int take_options(struct job *job)
{
    const char *table = molt_args_value(job->args, "partition-table", NULL);

    if (!table) return molt_args_usage(job->args, "--partition-table is needed");
    if (!molt_args_size(job->args, "size", 0, &job->size) ||
        !molt_args_size(job->args, "partition-table-offset", MOLT_PTABLE_ADDR, &job->table_addr) ||
        !molt_args_chip(job->args, NULL, &job->chip))
        return MOLT_EXIT_USAGE;
    if (job->size == 0 || job->size % SECTOR_LEN || job->size > MOLT_FLASH_FILE_MAX)
        return molt_args_usage(job->args, "--size: needed, in whole sectors of 4K up to 128M");
    if (job->table_addr % SECTOR_LEN || !molt_range_fits(job->table_addr, SECTOR_LEN, job->size))
        return molt_args_usage(job->args, "--partition-table-offset: not a sector of the flash");
    job->bytes = malloc(job->size);
    if (!job->bytes) {
        molt_complain(job->args->operand[0], 0, NULL, "no memory");
        return MOLT_EXIT_USAGE;
    }
    memset(job->bytes, 0xFF, job->size);
    return molt_ptable_load(table, job->table_addr, job->table);
}

static int fill(struct job *job)
{
    const char *text;

    int exit_code = put_table(job);
    if (!exit_code) exit_code = put_bootloader(job);
    for (int i = 0; !exit_code && (text = molt_args_nth(job->args, "write", i)); i++)
        exit_code = put_file(job, text);
    return exit_code;
}

int molt_flash_create(const struct molt_args *args)
{
    static struct molt_ptable ptable;
    struct job job = { .args = args, .table = &ptable };

    int exit_code = take_options(&job);
    if (!exit_code) exit_code = fill(&job);
    if (!exit_code) exit_code = molt_file_write(args->operand[0], job.bytes, job.size);
    free(job.bytes);
    return exit_code;
}
