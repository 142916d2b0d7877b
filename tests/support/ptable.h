/* The tools' way through a partition table, for tests: rules, a draft, and what was said. */
#ifndef MOLT_TESTS_SUPPORT_PTABLE_H
#define MOLT_TESTS_SUPPORT_PTABLE_H

#include "format/ptable_check.h"
#include "format/ptable_csv.h"
#include "format/ptable_draft.h"
#include "tests/support/check.h"

static struct {
    struct molt_ptable_rules rules;
    struct molt_ptable_draft draft;
    struct molt_ptable_issue issue;
    struct molt_ptable table;
    char room[64 * 1024];
    char message[900]; /* of the error, as the reference says it; "" = none */
    char why[900];     /* the same as molt says it */
    char notes[900];   /* lines */
} pt;

static inline void pt_hear(void *ctx, const struct molt_ptable_issue *issue)
{
    struct molt_text text = { .at = pt.notes, .room = sizeof pt.notes, .len = strlen(pt.notes) };

    (void)ctx;
    molt_ptable_issue_reference(issue, &text);
    molt_text_char(&text, '\n');
}

static inline void pt_start(int64_t table_addr)
{
    molt_ptable_rules_default(&pt.rules);
    pt.rules.table_addr = table_addr;
    pt.rules.note = pt_hear;
    pt.draft.count = 0;
    pt.message[0] = pt.why[0] = pt.notes[0] = '\0';
}

static inline enum molt_err pt_say(enum molt_err err)
{
    struct molt_text message = molt_text_over(pt.message, sizeof pt.message);
    struct molt_text why = molt_text_over(pt.why, sizeof pt.why);

    if (!err) return err;
    molt_ptable_issue_reference(&pt.issue, &message);
    molt_ptable_issue_why(&pt.issue, &why);
    return err;
}

static inline enum molt_err pt_parse_bytes(const char *csv, size_t len)
{
    struct molt_text room = molt_text_over(pt.room, sizeof pt.room);

    pt.message[0] = pt.why[0] = pt.notes[0] = '\0';
    return pt_say(molt_ptable_csv_parse((struct molt_span){ csv, len }, &room, &pt.rules, &pt.draft,
                                        &pt.issue));
}

static inline enum molt_err pt_parse(const char *csv)
{
    return pt_parse_bytes(csv, strlen(csv));
}

static inline enum molt_err pt_check(void)
{
    return pt_say(molt_ptable_check(&pt.draft, &pt.rules, &pt.issue));
}

static inline enum molt_err pt_table(void)
{
    return pt_say(molt_ptable_draft_table(&pt.draft, &pt.rules, &pt.table, &pt.issue));
}

static inline enum molt_err pt_read(const void *bytes, size_t len)
{
    pt.message[0] = pt.why[0] = pt.notes[0] = '\0';
    return pt_say(molt_ptable_draft_read(bytes, len, &pt.rules, &pt.draft, &pt.issue));
}

/* Row i's name, terminated. */
static inline const char *pt_name(size_t i)
{
    static char name[256];

    (void)snprintf(name, sizeof name, "%.*s", (int)pt.draft.row[i].name.len,
                   pt.draft.row[i].name.len ? pt.draft.row[i].name.at : "");
    return name;
}

#endif
