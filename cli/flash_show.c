/* molt flash show: the flash as a person wants to see it, and as JSON. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/unicode.h"
#include "cli/entry.h"
#include "cli/flash.h"
#include "cli/flash_file.h"
#include "cli/flash_picture.h"
#include "cli/image.h"
#include "cli/json.h"
#include "format/ptable_words.h"
#include "slots/trial.h"

enum { TEXT_LEN = 256, WORD_LEN = 24 };

const struct molt_option molt_flash_show_options[] = {
    { "json", 'j', MOLT_OPT_FLAG, NULL, "for programs", NULL },
    { "picture", 0, MOLT_OPT_FLAG, NULL, "only the picture of the slots", NULL },
    { "title", 0, MOLT_OPT_VALUE, "TEXT", "a line above the picture", NULL },
    { "partition-table-offset", 0, MOLT_OPT_VALUE, "N", "default 0x8000", NULL },
    { "chip", 'c', MOLT_OPT_VALUE, "NAME", "verify images for this chip, not their own", NULL },
    { "no-rollback", 0, MOLT_OPT_FLAG, NULL, "the bootloader has no trial states", NULL },
    { .name = NULL },
};

/* ---- words ---------------------------------------------------------------------------------------- */

static const char *type_text(const struct molt_partition *row, char text[WORD_LEN])
{
    struct molt_span word = molt_part_type_word(row->type);

    (void)snprintf(text, WORD_LEN, "0x%02x", row->type);
    if (word.at) (void)snprintf(text, WORD_LEN, "%.*s", (int)word.len, word.at);
    return text;
}

static const char *subtype_text(const struct molt_partition *row, char text[WORD_LEN])
{
    struct molt_span word = molt_part_subtype_word(NULL, row->type, row->subtype);

    (void)snprintf(text, WORD_LEN, "0x%02x", row->subtype);
    if (word.at) (void)snprintf(text, WORD_LEN, "%.*s", (int)word.len, word.at);
    return text;
}

static const char *size_text(uint32_t len, char text[WORD_LEN])
{
    if (len % (1024 * 1024) == 0)
        (void)snprintf(text, WORD_LEN, "%" PRIu32 " MB", len / (1024 * 1024));
    else
        (void)snprintf(text, WORD_LEN, "%" PRIu32 " KB", len / 1024);
    return text;
}

static const char *content_word(enum molt_flash_content content)
{
    static const char *const words[] = {
        [MOLT_CONTENT_ERASED] = "erased",   [MOLT_CONTENT_IMAGE] = "image",
        [MOLT_CONTENT_PARTIAL] = "partial", [MOLT_CONTENT_DAMAGED] = "damaged",
        [MOLT_CONTENT_DATA] = "data",
    };
    return words[content];
}

/* ---- for people ------------------------------------------------------------------------------------ */

static void print_row(char letter, const struct molt_flash_part *part, const char *label)
{
    char text[TEXT_LEN], type[WORD_LEN], subtype[WORD_LEN], size[WORD_LEN], name[WORD_LEN];
    const struct molt_partition *row = &part->row;

    molt_flash_part_text(part, text, sizeof text);
    (void)snprintf(name, sizeof name, "%s", label);
    molt_tidy(name);
    printf("  %c  0x%06" PRIx32 "  %8s  %-16s  %s/%s%s: %s\n", letter, row->addr,
           size_text(row->len, size), name, type_text(row, type), subtype_text(row, subtype),
           row->flags & MOLT_PART_READONLY ? " readonly" : "", text);
}

static void print_rows(const struct molt_flash_view *view)
{
    char size[WORD_LEN];

    if (view->bootloader.row.len > 0) print_row('B', &view->bootloader, "(bootloader)");
    printf("  T  0x%06" PRIx32 "  %8s  %-16s  %zu partitions\n", view->table_addr,
           size_text(MOLT_PTABLE_SECTOR_LEN, size), "(table)", view->count);
    for (size_t i = 0; i < view->count; i++)
        print_row(molt_flash_letter(i), &view->part[i], view->part[i].row.label);
}

static void print_entries(const struct molt_flash_view *view)
{
    int active = molt_otadata_active(view->entry);

    if (view->otadata == MOLT_ERR_NOT_FOUND) return;
    printf("\n");
    if (view->otadata) {
        printf("otadata is not used: %s\n", molt_err_text(view->otadata));
        return;
    }
    for (int i = 0; i < 2; i++) {
        printf("otadata ");
        molt_print_entry(i, &view->entry[i], view->map.count, active == i);
    }
}

/* The chosen slot does not verify: what the bootloader does then. */
static void print_fallback(const struct molt_flash_view *view)
{
    const struct molt_flash_part *start = molt_flash_view_slot(view, view->choice.start);
    char text[TEXT_LEN] = "there is no such partition";

    if (start) molt_flash_part_text(start, text, sizeof text);
    printf("  %s is chosen but does not verify (%s); ", molt_slot_name(view->choice.start), text);
    if (view->boots == MOLT_SLOT_NONE)
        printf("nor does any other slot\n");
    else
        printf("%s is the next that does\n", molt_slot_name(view->boots));
}

static void print_boot(const struct molt_flash_view *view)
{
    const struct molt_flash_part *boots = molt_flash_view_slot(view, view->boots);

    printf("\nnext boot: %s", molt_slot_name(view->boots));
    if (boots) {
        char text[TEXT_LEN];

        molt_flash_part_text(boots, text, sizeof text);
        printf(" (%s)", text);
    }
    printf("\n  %s\n", molt_choice_text(view->choice.why));
    if (view->boots != view->choice.start) print_fallback(view);
    for (int i = 0; i < view->choice.write_count; i++)
        printf("  the bootloader will make entry %d %s\n", view->choice.write[i].index,
               molt_img_state_name(view->choice.write[i].state));
}

static void print_text(const struct molt_flash_view *view)
{
    molt_flash_map(stdout, view);
    print_rows(view);
    printf("\n");
    molt_flash_picture(stdout, view, NULL, molt_flash_picture_colour(stdout));
    print_entries(view);
    print_boot(view);
}

/* ---- for programs ----------------------------------------------------------------------------------- */

static json_t *part_json(const struct molt_flash_part *part)
{
    char text[TEXT_LEN], type[WORD_LEN], subtype[WORD_LEN];
    const struct molt_partition *row = &part->row;

    molt_flash_part_text(part, text, sizeof text);
    json_t *json = json_pack("{so ss ss sI sI sb sb ss sI so}", "label", molt_json_text(row->label),
                             "type", type_text(row, type), "subtype", subtype_text(row, subtype),
                             "offset", (json_int_t)row->addr, "size", (json_int_t)row->len,
                             "encrypted", (int)(row->flags & MOLT_PART_ENCRYPTED), "readonly",
                             (int)(row->flags & MOLT_PART_READONLY) != 0, "content",
                             content_word(part->content), "used", (json_int_t)part->used, "text",
                             molt_json_text(text));
    if (part->has_desc)
        (void)json_object_set_new(json, "app",
                                  json_pack("{so so sI}", "project_name",
                                            molt_json_text(part->desc.project_name), "version",
                                            molt_json_text(part->desc.version), "secure_version",
                                            (json_int_t)part->desc.secure_version));
    return json;
}

static json_t *entry_json(const struct molt_flash_view *view, int index)
{
    const struct molt_otadata *e = &view->entry[index];

    if (e->seq == UINT32_MAX) return json_null();
    return json_pack("{sI ss sb sb sb}", "seq", (json_int_t)e->seq, "state",
                     molt_img_state_name(e->state), "intact", (int)molt_otadata_intact(e), "usable",
                     (int)molt_otadata_usable(e), "active",
                     (int)(molt_otadata_active(view->entry) == index));
}

static int print_json(const struct molt_flash_view *view)
{
    json_t *parts = json_array();

    for (size_t i = 0; i < view->count; i++)
        (void)json_array_append_new(parts, part_json(&view->part[i]));
    json_t *json = json_pack(
        "{sI sI so so s[oo] so s{ss ss ss}}", "size", (json_int_t)view->len,
        "partition_table_offset", (json_int_t)view->table_addr, "bootloader",
        view->bootloader.row.len > 0 ? part_json(&view->bootloader) : json_null(), "partitions",
        parts, "otadata", entry_json(view, 0), entry_json(view, 1), "otadata_error",
        view->otadata ? json_string(molt_err_name(view->otadata)) : json_null(), "next_boot",
        "slot", molt_slot_name(view->boots), "chosen", molt_slot_name(view->choice.start), "why",
        molt_choice_text(view->choice.why));
    bool ok = json && json_dumpf(json, stdout, JSON_INDENT(2)) == 0;

    printf("\n");
    json_decref(json);
    return ok ? MOLT_EXIT_OK : MOLT_EXIT_USAGE;
}

/* ---- the command ------------------------------------------------------------------------------------ */

/* A file that is a part of a flash is best looked at by another command. */
static void explain(const char *path, const struct molt_bytes *file, uint32_t table_addr,
                    const struct molt_ptable_error *error)
{
    const uint8_t *b = file->at;

    molt_complain(path, 0, NULL, "no partition table at 0x%" PRIx32 ": %s: %s, at 0x%" PRIx32,
                  table_addr, error->field, error->why, error->off);
    if (file->len >= 2 && b[0] == 0xAA && b[1] == 0x50)
        molt_complain(path, 0, NULL,
                      "it starts with a partition table: it may be one alone, see "
                      "'molt partition-table show'");
    else if (file->len == MOLT_OTADATA_LEN)
        molt_complain(path, 0, NULL, "it has the length of otadata: see 'molt otadata show'");
    else if (file->len > 0 && b[0] == MOLT_IMAGE_MAGIC)
        molt_complain(path, 0, NULL, "it starts with an image: see 'molt image info'");
    else if (error->err == MOLT_ERR_RANGE)
        molt_complain(path, 0, NULL, "it has 0x%zx bytes; a flash image has as many as the chip",
                      file->len);
    else
        molt_complain(path, 0, NULL, "if the table is elsewhere: --partition-table-offset");
}

static int show(const struct molt_args *args, const struct molt_bytes *file,
                const struct molt_flash_view_rules *rules)
{
    static struct molt_flash_view view; /* large */
    struct molt_ptable_error error;

    if (molt_flash_view_make(&view, file->at, (uint32_t)file->len, rules, &error)) {
        explain(args->operand[0], file, rules->table_addr, &error);
        return MOLT_EXIT_BAD;
    }
    if (molt_args_has(args, "json")) return print_json(&view);
    if (molt_args_has(args, "picture"))
        molt_flash_picture(stdout, &view, molt_args_value(args, "title", NULL),
                           molt_flash_picture_colour(stdout));
    else
        print_text(&view);
    return MOLT_EXIT_OK;
}

int molt_flash_show(const struct molt_args *args)
{
    struct molt_flash_view_rules rules = { .no_rollback = molt_args_has(args, "no-rollback") };
    struct molt_bytes file;

    if (!molt_args_size(args, "partition-table-offset", MOLT_PTABLE_ADDR, &rules.table_addr) ||
        !molt_args_chip(args, NULL, &rules.chip))
        return MOLT_EXIT_USAGE;
    int exit_code = molt_file_read(args->operand[0], MOLT_FLASH_FILE_MAX, &file);
    if (exit_code) return exit_code;
    exit_code = show(args, &file, &rules);
    molt_bytes_free(&file);
    return exit_code;
}
