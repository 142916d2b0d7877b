#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/entry.h"
#include "cli/flash_file.h"
#include "slots/boot_record.h"
#include "slots/choice.h"
#include "slots/trial.h"

/* An otadata partition, in a flash image or alone in a file of 8 KiB. */
struct job {
    const char *path;
    struct molt_flash_file flash;
    struct molt_slot_map map;
    struct molt_boot_record record;
    bool is_dump; /* then the number of slots is what --slots says */
};

#define OPTIONS                                                                                    \
    { .name = "partition-table-offset",                                                            \
      .kind = MOLT_OPT_VALUE,                                                                      \
      .value = "N",                                                                                \
      .help = "where the table of a flash image is (default 0x8000)" },                            \
    {                                                                                              \
        .name = "slots", .kind = MOLT_OPT_VALUE, .value = "N",                                     \
        .help = "how many OTA slots the device of a dump has (default 2)"                          \
    }

static int find_in_dump(struct job *job, const struct molt_args *args)
{
    uint32_t count;

    if (!molt_args_number(args, "slots", 2, &count)) return MOLT_EXIT_USAGE;
    if (count == 0 || count > MOLT_OTA_SLOTS_MAX)
        return molt_args_usage(args, "--slots: 1 to %d", MOLT_OTA_SLOTS_MAX);
    job->is_dump = true;
    job->map = (struct molt_slot_map){ .otadata = { 0, MOLT_OTADATA_LEN }, .count = count };
    return MOLT_EXIT_OK;
}

static int find_in_flash(struct job *job, const struct molt_args *args)
{
    struct molt_ptable_error error;
    uint32_t table_addr;

    if (!molt_args_size(args, "partition-table-offset", MOLT_PTABLE_ADDR, &table_addr))
        return MOLT_EXIT_USAGE;
    if (!molt_slot_map_read(job->flash.nor, table_addr, &job->map, &error)) return MOLT_EXIT_OK;
    molt_complain(job->path, 0, error.field,
                  "partition table at 0x%" PRIx32 ", offset 0x%" PRIx32 ": %s", table_addr,
                  error.off, error.why);
    return MOLT_EXIT_USAGE;
}

static int job_open(struct job *job, const struct molt_args *args, bool in_place)
{
    *job = (struct job){ .path = args->operand[args->operand_count - 1] };
    int bad = molt_flash_file_open(&job->flash, job->path, in_place);
    if (bad) return bad;

    bad = job->flash.len == MOLT_OTADATA_LEN ? find_in_dump(job, args) : find_in_flash(job, args);
    enum molt_err err = MOLT_OK;
    if (!bad) err = molt_boot_record_open(job->flash.nor, &job->map, &job->record);
    if (err == MOLT_ERR_NOT_FOUND)
        molt_complain(job->path, 0, NULL, "there is no otadata partition");
    else if (err == MOLT_ERR_RANGE)
        molt_complain(job->path, 0, "otadata", "the partition is smaller than 0x2000 bytes");
    else if (err)
        molt_complain(job->path, 0, "otadata", "%s", molt_err_text(err));
    if (err) bad = MOLT_EXIT_USAGE;
    if (bad) molt_flash_file_close(&job->flash);
    return bad;
}

/* ---- show ---------------------------------------------------------------------------------------- */

static int otadata_show(const struct molt_args *args)
{
    struct molt_otadata entry[2];
    struct job job;

    int bad = job_open(&job, args, false);
    if (bad) return bad;
    molt_boot_record_read(&job.record, entry);
    struct molt_choice_facts facts = {
        .has_otadata = true,
        .entry = { entry[0], entry[1] },
        .slot_count = job.map.count,
        .has_factory = job.map.factory.len > 0,
        .rollback = !molt_args_has(args, "no-rollback"),
    };
    struct molt_choice choice = molt_choice_make(&facts);

    for (int i = 0; i < 2; i++) molt_print_entry(i, &entry[i], job.map.count, choice.active == i);
    if (job.is_dump) printf("slots: %" PRIu32 ", if --slots is right\n", job.map.count);
    printf("next boot: %s: %s\n", molt_slot_name(choice.start), molt_choice_text(choice.why));
    if (job.is_dump && choice.active < 0) printf("next boot: factory, if the device has one\n");
    for (int i = 0; i < choice.write_count; i++)
        printf("next boot: entry %d becomes %s\n", choice.write[i].index,
               molt_img_state_name(choice.write[i].state));
    molt_flash_file_close(&job.flash);
    return MOLT_EXIT_OK;
}

/* ---- select, erase -------------------------------------------------------------------------------- */

/* "1", "ota_1" or "factory"; MOLT_SLOT_NONE for another word. */
static int parse_slot(const char *text)
{
    char digits[12];

    if (strcmp(text, "factory") == 0) return MOLT_SLOT_FACTORY;
    if (strncmp(text, "ota_", 4) == 0) text += 4;
    for (int slot = 0; slot < MOLT_OTA_SLOTS_MAX; slot++) {
        (void)snprintf(digits, sizeof digits, "%d", slot);
        if (strcmp(text, digits) == 0) return slot;
    }
    return MOLT_SLOT_NONE;
}

static bool parse_state(const char *name, enum molt_img_state *state)
{
    static const struct {
        const char *name;
        enum molt_img_state state;
    } states[] = {
        { "new", MOLT_IMG_NEW },         { "pending", MOLT_IMG_PENDING },
        { "valid", MOLT_IMG_VALID },     { "invalid", MOLT_IMG_INVALID },
        { "aborted", MOLT_IMG_ABORTED }, { "undefined", MOLT_IMG_UNDEFINED },
    };

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(states[i].name, name) != 0) continue;
        *state = states[i].state;
        return true;
    }
    return false;
}

/* Prints why when `err` is one; closes; the exit code. */
static int finish(struct job *job, enum molt_err err)
{
    if (err) molt_complain(job->path, 0, "otadata", "%s", molt_err_text(err));
    molt_flash_file_close(&job->flash);
    return err ? MOLT_EXIT_USAGE : MOLT_EXIT_OK;
}

static int otadata_select(const struct molt_args *args)
{
    const char *state_name = molt_args_value(args, "state", "new");
    int slot = parse_slot(args->operand[0]);
    enum molt_img_state state;
    struct job job;

    if (slot == MOLT_SLOT_NONE)
        return molt_args_usage(args, "'%s' is no slot: a number, ota_N or factory",
                               args->operand[0]);
    if (!parse_state(state_name, &state))
        return molt_args_usage(args, "--state: '%s' is no state", state_name);
    int bad = job_open(&job, args, true);
    if (bad) return bad;
    if (slot == MOLT_SLOT_FACTORY && (job.is_dump || job.map.factory.len > 0))
        return finish(&job, molt_boot_record_erase(&job.record));
    if (slot == MOLT_SLOT_FACTORY || (uint32_t)slot >= job.map.count) {
        molt_complain(job.path, 0, NULL, "there is no %s (ota slots: %" PRIu32 ")",
                      molt_slot_name(slot), job.map.count);
        molt_flash_file_close(&job.flash);
        return MOLT_EXIT_USAGE;
    }
    return finish(&job, molt_boot_record_select(&job.record, (uint32_t)slot, job.map.count, state));
}

static int otadata_erase(const struct molt_args *args)
{
    struct job job;

    int bad = job_open(&job, args, true);
    if (bad) return bad;
    return finish(&job, molt_boot_record_erase(&job.record));
}

/* ---- the commands ---------------------------------------------------------------------------------- */

static const struct molt_option k_show_options[] = {
    OPTIONS,
    { .name = "no-rollback", .help = "for a bootloader without trial states" },
    { .name = NULL },
};

static const struct molt_option k_select_options[] = {
    OPTIONS,
    { .name = "state",
      .kind = MOLT_OPT_VALUE,
      .value = "STATE",
      .help = "of the new entry (default new: on trial at the next boot)",
      .choices = "new pending valid undefined invalid aborted" },
    { .name = NULL },
};

static const struct molt_option k_erase_options[] = { OPTIONS, { .name = NULL } };

#define FILE_TEXT                                                                                  \
    "FILE is a flash image, in which the partition table says where otadata is, or an otadata\n"   \
    "partition alone (0x2000 bytes)."

static const struct molt_command k_commands[] = {
    { .name = "show",
      .summary = "explain both entries, and what they make the bootloader do",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = k_show_options,
      .run = otadata_show,
      .more = FILE_TEXT "\nWhether the slot's image is good is another question: 'molt device boot "
                        "--dry-run'." },
    { .name = "select",
      .summary = "make SLOT the one that boots next",
      .operands = "SLOT FILE",
      .operands_min = 2,
      .operands_max = 2,
      .options = k_select_options,
      .run = otadata_select,
      .more = "SLOT is a number, ota_N, or factory (which erases otadata).\n" FILE_TEXT },
    { .name = "erase",
      .summary = "erase otadata: as if never updated",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = k_erase_options,
      .run = otadata_erase,
      .more = FILE_TEXT },
    { .name = NULL },
};

const struct molt_command molt_cmd_otadata = {
    .name = "otadata",
    .summary = "show or change which slot boots next",
    .commands = k_commands,
};
