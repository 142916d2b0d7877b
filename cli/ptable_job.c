#include "cli/ptable_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/ptable_check.h"
#include "format/ptable_csv.h"

enum {
    CSV_LEN_MAX = 16 * 1024 * 1024,
    FLASH_LEN_MAX = 256 * 1024 * 1024,
    ROOM_MIN = 256 * 1024,
    MESSAGE_LEN = 4096,
};

/* ---- messages ---------------------------------------------------------------------------------- */

/* What a message names: the column, and for rows without a line number the row. */
static const char *place(const struct molt_ptable_job *job, const struct molt_ptable_issue *issue,
                         char *buffer, size_t len)
{
    struct molt_text text = molt_text_over(buffer, len);

    if (issue->line || !issue->row) return issue->field;
    molt_text_add(&text, "row ");
    molt_text_decimal(&text, issue->row - job->draft.row);
    molt_text_add(&text, " (");
    molt_text_span(&text, issue->row->name);
    molt_text_char(&text, ')');
    if (!issue->field) return buffer;
    molt_text_add(&text, ": ");
    molt_text_add(&text, issue->field);
    return buffer;
}

static void complain(const struct molt_ptable_job *job, const struct molt_ptable_issue *issue,
                     const char *before)
{
    char buffer[MESSAGE_LEN], where[256];
    struct molt_text text = molt_text_over(buffer, sizeof buffer);

    if (job->as_reference) {
        molt_ptable_issue_reference(issue, &text);
        (void)fwrite(buffer, 1, text.len, stderr); /* whatever bytes the CSV had */
        (void)fputc('\n', stderr);
        return;
    }
    molt_ptable_issue_why(issue, &text);
    for (size_t i = 0; i < text.len; i++) {
        if (buffer[i] == '\0') buffer[i] = '?'; /* it must not end the message */
    }
    molt_complain(job->path, issue->line, place(job, issue, where, sizeof where), "%s%s", before,
                  buffer);
}

static int bad(const struct molt_ptable_job *job, const struct molt_ptable_issue *issue)
{
    complain(job, issue, "");
    return job->as_reference ? MOLT_EXIT_USAGE : MOLT_EXIT_BAD;
}

static void hear(void *ctx, const struct molt_ptable_issue *issue)
{
    const struct molt_ptable_job *job = ctx;
    bool listing = issue->fault == MOLT_PT_NOTE_ROW || issue->fault == MOLT_PT_NOTE_SAME_NAMES;

    if (job->as_reference || !(job->quiet || listing)) complain(job, issue, "warning: ");
}

static void status(const struct molt_ptable_job *job, const char *text)
{
    if (job->as_reference && !job->quiet) (void)fprintf(stderr, "%s\n", text);
}

/* ---- options ----------------------------------------------------------------------------------- */

static struct molt_span variable(void *ctx, struct molt_span name)
{
    char terminated[256];

    (void)ctx;
    if (name.len >= sizeof terminated) return (struct molt_span){ NULL, 0 };
    memcpy(terminated, name.at, name.len);
    terminated[name.len] = '\0';
    const char *value = getenv(terminated);
    return value ? molt_span_of(value) : (struct molt_span){ NULL, 0 };
}

static int take_addr(const struct molt_args *args, const char *name, int64_t *addr)
{
    const struct molt_number_grammar plain = { MOLT_WORDS_NONE, 0, NULL };
    const char *text = molt_args_value(args, name, NULL);
    struct molt_span rest;

    if (!text) return MOLT_EXIT_OK;
    if (molt_ptable_number(molt_span_of(text), &plain, addr, &rest) == MOLT_NUMBER_OK)
        return MOLT_EXIT_OK;
    return molt_args_usage(args, "--%s: '%s' is not a number such as 32768 or 0x8000", name, text);
}

static int take_extras(const struct molt_args *args, struct molt_ptable_job *job)
{
    static const char *const why[] = {
        [MOLT_EXTRA_BAD_FORM] = "not TYPE,NAME,VALUE with a hexadecimal value up to ff",
        [MOLT_EXTRA_BAD_TYPE] = "Invalid partition type",
        [MOLT_EXTRA_DUPLICATE] = "Found duplicate value in partition subtype, or duplicate name",
        [MOLT_EXTRA_TOO_MANY] = "too many",
    };
    const char *name = "extra-partition-subtypes", *text;

    for (int i = 0; (text = molt_args_nth(args, name, i)); i++) {
        enum molt_extra_result result =
            molt_ptable_extra_add(&job->rules.extras, molt_span_of(text));

        if (result == MOLT_EXTRA_OK) continue;
        if (!job->as_reference)
            return molt_args_usage(args, "--%s: '%s': %s", name, text, why[result]);
        (void)fprintf(stderr, "Error parsing custom subtypes: %s\n", why[result]);
        return MOLT_EXIT_USAGE;
    }
    return MOLT_EXIT_OK;
}

static enum molt_ptable_secure secure(const struct molt_args *args)
{
    const char *version = molt_args_value(args, "secure", "v1");

    if (!molt_args_has(args, "secure")) return MOLT_SECURE_NONE;
    return version[1] == '2' ? MOLT_SECURE_V2 : MOLT_SECURE_V1;
}

int molt_ptable_job_start(struct molt_ptable_job *job, const struct molt_args *args,
                          const char *path, bool as_reference)
{
    struct molt_ptable_rules *rules = &job->rules;
    struct molt_ptable_issue issue;

    memset(job, 0, sizeof *job);
    molt_ptable_rules_default(rules);
    job->path = path;
    job->as_reference = as_reference;
    job->quiet = molt_args_has(args, "quiet");
    job->no_verify = molt_args_has(args, "no-verify");
    job->flash_mb = (uint32_t)strtoul(molt_args_value(args, "flash-size", "0"), NULL, 10);
    rules->no_md5 = molt_args_has(args, "disable-md5sum");
    rules->secure = secure(args);
    rules->variable = variable;
    rules->note = hear;
    rules->ctx = job;
    int exit_code = take_addr(args, "offset", &rules->table_addr);
    if (exit_code) return exit_code;
    exit_code = take_addr(args, "primary-bootloader-offset", &rules->primary_bootloader_addr);
    if (exit_code) return exit_code;
    exit_code = take_addr(args, "recovery-bootloader-offset", &rules->recovery_bootloader_addr);
    if (exit_code) return exit_code;
    if (molt_ptable_rules_check(rules, &issue)) {
        complain(job, &issue, "");
        return MOLT_EXIT_USAGE;
    }
    return take_extras(args, job);
}

void molt_ptable_job_free(struct molt_ptable_job *job)
{
    molt_bytes_free(&job->bytes);
    free(job->room);
    job->room = NULL;
}

/* ---- reading, checking ------------------------------------------------------------------------- */

static bool has_magic(const struct molt_bytes *bytes, size_t off)
{
    return bytes->len >= off + 2 && bytes->at[off] == 0xAA && bytes->at[off + 1] == 0x50;
}

static int parse_csv(struct molt_ptable_job *job)
{
    const struct molt_span csv = { (const char *)job->bytes.at, job->bytes.len };
    const size_t room_len = ROOM_MIN + 4 * csv.len;
    struct molt_ptable_issue issue;

    job->room = malloc(room_len);
    if (!job->room) {
        molt_complain(job->path, 0, NULL, "not enough memory");
        return MOLT_EXIT_USAGE;
    }
    status(job, "Parsing CSV input...");
    struct molt_text room = molt_text_over(job->room, room_len);
    enum molt_err err = molt_ptable_csv_parse(csv, &room, &job->rules, &job->draft, &issue);
    return err ? bad(job, &issue) : MOLT_EXIT_OK;
}

/* Where in the file the table is, when it is a binary one; false: it is CSV. */
static bool find_binary(struct molt_ptable_job *job, unsigned accepted, size_t *off)
{
    int64_t addr = job->rules.table_addr;

    *off = 0;
    if (has_magic(&job->bytes, 0) || !(accepted & MOLT_PTABLE_IN_CSV)) return true;
    if (!(accepted & MOLT_PTABLE_IN_FLASH) || addr < 0 || addr >= FLASH_LEN_MAX) return false;
    *off = (size_t)addr;
    job->is_flash = has_magic(&job->bytes, *off);
    return job->is_flash;
}

int molt_ptable_job_read(struct molt_ptable_job *job, unsigned accepted)
{
    size_t len_max = accepted & MOLT_PTABLE_IN_FLASH ? FLASH_LEN_MAX : CSV_LEN_MAX;
    struct molt_ptable_issue issue;
    size_t off;

    int exit_code = molt_file_read(job->path, len_max, &job->bytes);
    if (exit_code) return exit_code;
    job->is_binary = find_binary(job, accepted, &off);
    if (!job->is_binary) return parse_csv(job);
    if (!(accepted & MOLT_PTABLE_IN_BINARY)) {
        molt_complain(job->path, 0, NULL, "is a binary table already, not CSV");
        return MOLT_EXIT_USAGE;
    }

    size_t len = job->bytes.len - off;
    if (job->is_flash && len > MOLT_PTABLE_LEN) len = MOLT_PTABLE_LEN;
    status(job, "Parsing binary partition input...");
    enum molt_err err =
        molt_ptable_draft_read(job->bytes.at + off, len, &job->rules, &job->draft, &issue);
    return err ? bad(job, &issue) : MOLT_EXIT_OK;
}

int molt_ptable_job_check(struct molt_ptable_job *job)
{
    struct molt_ptable_issue issue;

    /* The reference finds out only when it writes, after all other checks. */
    if (!job->as_reference && molt_ptable_draft_fits(&job->draft, &job->rules, &issue))
        return bad(job, &issue);
    if (!job->no_verify) {
        status(job, "Verifying table...");
        if (molt_ptable_check(&job->draft, &job->rules, &issue)) return bad(job, &issue);
    }
    if (job->flash_mb && molt_ptable_check_flash(&job->draft, job->flash_mb, &issue))
        return bad(job, &issue);
    return MOLT_EXIT_OK;
}

int molt_ptable_job_table(struct molt_ptable_job *job, struct molt_ptable *table)
{
    struct molt_ptable_issue issue;

    enum molt_err err = molt_ptable_draft_table(&job->draft, &job->rules, table, &issue);
    return err ? bad(job, &issue) : MOLT_EXIT_OK;
}

/* ---- writing ----------------------------------------------------------------------------------- */

int molt_ptable_job_write_binary(struct molt_ptable_job *job, const char *path)
{
    struct molt_ptable table;
    uint8_t bytes[MOLT_PTABLE_LEN];

    int exit_code = molt_ptable_job_table(job, &table);
    if (exit_code) return exit_code;
    if (molt_ptable_encode(&table, !job->rules.no_md5, bytes)) return MOLT_EXIT_BAD;
    return molt_file_write(path, bytes, sizeof bytes);
}

int molt_ptable_job_write_csv(struct molt_ptable_job *job, const char *path)
{
    static char buffer[ROOM_MIN];
    struct molt_text text = molt_text_over(buffer, sizeof buffer);

    molt_ptable_csv_write(&job->draft, &job->rules.extras, &text);
    if (text.overran) {
        molt_complain(path, 0, NULL, "longer than %d bytes", ROOM_MIN);
        return MOLT_EXIT_BAD;
    }
    return molt_file_write(path, text.at, text.len);
}

int molt_ptable_load(const char *path, uint32_t table_addr, struct molt_ptable *table)
{
    static const struct molt_args no_args;
    struct molt_ptable_job job;

    int exit_code = molt_ptable_job_start(&job, &no_args, path, false);
    job.rules.table_addr = table_addr;
    if (!exit_code)
        exit_code = molt_ptable_job_read(&job, MOLT_PTABLE_IN_CSV | MOLT_PTABLE_IN_BINARY);
    if (!exit_code) exit_code = molt_ptable_job_check(&job);
    if (!exit_code) exit_code = molt_ptable_job_table(&job, table);
    molt_ptable_job_free(&job);
    return exit_code;
}
