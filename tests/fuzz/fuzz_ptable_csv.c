/* A CSV that is accepted, and fits, becomes bytes, and those bytes the same rows; and CSV written
 * from the rows parses to the same rows. What is refused says where and why. */
#include <stdlib.h>
#include <string.h>

#include "format/ptable_check.h"
#include "format/ptable_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct molt_ptable_draft draft, again;
static char room[1 << 18], room_again[1 << 18], csv[1 << 18];

static void must(bool holds)
{
    if (!holds) abort();
}

static struct molt_span variable(void *ctx, struct molt_span name)
{
    (void)ctx;
    return molt_span_is(name, "A") ? molt_span_of("a,$b") : (struct molt_span){ NULL, 0 };
}

/* Every text must be there and be terminated. */
static void check_texts(const struct molt_ptable_issue *issue)
{
    char buffer[256];
    struct molt_text text = molt_text_over(buffer, sizeof buffer);

    molt_ptable_issue_why(issue, &text);
    must(text.len > 0 && strlen(buffer) <= text.len);
    text = molt_text_over(buffer, sizeof buffer);
    molt_ptable_issue_reference(issue, &text);
    must(text.len > 0);
}

static void hear(void *ctx, const struct molt_ptable_issue *issue)
{
    (void)ctx;
    must(issue->row || issue->fault == MOLT_PT_NOTE_SAME_NAMES);
    check_texts(issue);
}

/* Names that a table cuts, or that a second pass would take for a variable, do not come back. */
static bool survives(struct molt_span name)
{
    return name.len <= MOLT_PART_LABEL_LEN && !(name.len && memchr(name.at, '$', name.len));
}

static bool is_same(const struct molt_part_draft *a, const struct molt_part_draft *b)
{
    return molt_span_equal(a->name, b->name) && a->type == b->type && a->subtype == b->subtype &&
           a->addr == b->addr && a->len == b->len && a->flags == b->flags;
}

static void compare_drafts(void)
{
    must(draft.count == again.count);
    for (size_t i = 0; i < draft.count; i++) must(is_same(&draft.row[i], &again.row[i]));
}

static void to_bytes_and_back(const struct molt_ptable_rules *rules)
{
    static struct molt_ptable table, decoded;
    uint8_t flash[MOLT_PTABLE_LEN];
    struct molt_ptable_error error;
    struct molt_ptable_issue issue;

    if (molt_ptable_draft_table(&draft, rules, &table, &issue)) {
        check_texts(&issue);
        return;
    }
    must(molt_ptable_encode(&table, !rules->no_md5, flash) == MOLT_OK);
    if (table.count > 0) {
        must(molt_ptable_decode(flash, sizeof flash, UINT32_MAX, &decoded, &error) == MOLT_OK);
        must(decoded.count == table.count);
        must(memcmp(decoded.row, table.row, table.count * sizeof table.row[0]) == 0);
    }
    for (size_t i = 0; i < draft.count; i++) {
        if (draft.row[i].name.len > MOLT_PART_LABEL_LEN) return;
    }
    must(molt_ptable_draft_read(flash, sizeof flash, rules, &again, &issue) == MOLT_OK);
    compare_drafts();
}

static void to_csv_and_back(const struct molt_ptable_rules *rules)
{
    struct molt_text text = molt_text_over(csv, sizeof csv);
    struct molt_text names = molt_text_over(room_again, sizeof room_again);
    struct molt_ptable_issue issue;

    if (molt_ptable_draft_fits(&draft, rules, &issue)) return;
    for (size_t i = 0; i < draft.count; i++) {
        if (!survives(draft.row[i].name)) return;
    }
    molt_ptable_csv_write(&draft, &rules->extras, &text);
    must(!text.overran);
    must(molt_ptable_csv_parse((struct molt_span){ csv, text.len }, &names, rules, &again,
                               &issue) == MOLT_OK);
    compare_drafts();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct molt_text names = molt_text_over(room, sizeof room);
    struct molt_ptable_rules rules;
    struct molt_ptable_issue issue;

    molt_ptable_rules_default(&rules);
    rules.primary_bootloader_addr = 0x1000;
    rules.recovery_bootloader_addr = 0x3F0000;
    rules.variable = variable;
    rules.note = hear;
    must(molt_ptable_extra_add(&rules.extras, molt_span_of("data,own,7f")) == MOLT_EXTRA_OK);
    if (molt_ptable_csv_parse((struct molt_span){ (const char *)bytes, len }, &names, &rules,
                              &draft, &issue)) {
        must(issue.line > 0);
        check_texts(&issue);
        return 0;
    }
    if (molt_ptable_check(&draft, &rules, &issue)) check_texts(&issue);
    to_bytes_and_back(&rules);
    to_csv_and_back(&rules);
    return 0;
}
