#include "format/ptable_check.h"

enum {
    APP_UNIT = 0x10000, /* what the MMU maps */
    SECTOR_LEN = 0x1000,
    NVS_WRITTEN_LEN = 0x3000,
    OTADATA_LEN = 0x2000,
};

struct check {
    struct molt_ptable_draft *draft;
    const struct molt_ptable_rules *rules;
    struct molt_ptable_issue *issue;
};

static enum molt_err fail(struct check *c, enum molt_ptable_fault fault,
                          const struct molt_part_draft *row, int64_t number_0, int64_t number_1)
{
    *c->issue = molt_ptable_issue_at(fault, row);
    c->issue->number[0] = number_0;
    c->issue->number[1] = number_1;
    return MOLT_ERR_FORMAT;
}

static void note(struct check *c, enum molt_ptable_fault fault, const struct molt_part_draft *row)
{
    struct molt_ptable_issue issue = molt_ptable_issue_at(fault, row);

    if (!c->rules->note) return;
    issue.extras = &c->rules->extras;
    issue.number[0] = row ? row->type : 0;
    issue.number[1] = row ? row->subtype : 0;
    c->rules->note(c->rules->ctx, &issue);
}

static bool is_data(const struct molt_part_draft *row, int64_t subtype)
{
    return row->type == MOLT_PART_DATA && row->subtype == subtype;
}

/* ---- one row ----------------------------------------------------------------------------------- */

/* "ota_1" as the name of ota_0, "data" as that of an app. */
static void check_name(struct check *c, const struct molt_part_draft *row)
{
    const struct molt_ptable_extras *extras = &c->rules->extras;
    int64_t type, subtype;

    if (molt_part_type_value(row->name, &type) && type != row->type)
        note(c, MOLT_PT_WARN_TYPE_NAME, row);
    if (!molt_part_is_subtype_word(extras, row->name)) return;
    if (!molt_part_subtype_value(extras, row->type, row->name, &subtype) || subtype != row->subtype)
        note(c, MOLT_PT_WARN_SUBTYPE_NAME, row);
}

static enum molt_err check_row(struct check *c, const struct molt_part_draft *row)
{
    bool app = row->type == MOLT_PART_APP;
    bool readonly = row->flags & MOLT_PART_READONLY;
    int64_t addr_unit = app ? APP_UNIT : SECTOR_LEN;
    int64_t len_unit = c->rules->secure == MOLT_SECURE_V1 ? APP_UNIT : SECTOR_LEN;

    if (row->addr % addr_unit) return fail(c, MOLT_PT_OFFSET_ALIGN, row, row->addr, addr_unit);
    if (app && row->len % len_unit) return fail(c, MOLT_PT_SIZE_ALIGN, row, row->len, len_unit);
    check_name(c, row);
    if (readonly && (is_data(row, MOLT_DATA_OTA) || is_data(row, MOLT_DATA_COREDUMP)))
        return fail(c, MOLT_PT_NOT_READONLY, row, row->type, row->subtype);
    if (is_data(row, MOLT_DATA_NVS) && row->len < NVS_WRITTEN_LEN && !readonly) {
        (void)fail(c, MOLT_PT_NVS_SMALL, row, row->type, row->subtype);
        c->issue->number[2] = row->len;
        c->issue->number[3] = NVS_WRITTEN_LEN;
        return MOLT_ERR_FORMAT;
    }
    return MOLT_OK;
}

/* ---- all rows ---------------------------------------------------------------------------------- */

static int64_t compare_names(const struct molt_part_draft *a, const struct molt_part_draft *b)
{
    return molt_span_compare(a->name, b->name);
}

static int64_t compare_addrs(const struct molt_part_draft *a, const struct molt_part_draft *b)
{
    return a->addr - b->addr;
}

/* Fills draft->order; equal rows stay in the order of the file. */
static void sort(struct molt_ptable_draft *draft,
                 int64_t (*compare)(const struct molt_part_draft *a,
                                    const struct molt_part_draft *b))
{
    for (size_t i = 0; i < draft->count; i++) {
        size_t at = i;

        for (; at > 0 && compare(&draft->row[draft->order[at - 1]], &draft->row[i]) > 0; at--)
            draft->order[at] = draft->order[at - 1];
        draft->order[at] = (uint16_t)i;
    }
}

static const struct molt_part_draft *sorted(const struct molt_ptable_draft *draft, size_t i)
{
    return i < draft->count ? &draft->row[draft->order[i]] : NULL;
}

static bool same_name(const struct molt_part_draft *a, const struct molt_part_draft *b)
{
    return a && b && molt_span_equal(a->name, b->name);
}

static enum molt_err check_names(struct check *c)
{
    const struct molt_part_draft *repeated = NULL;

    sort(c->draft, compare_names);
    for (size_t i = 1; i < c->draft->count && !repeated; i++) {
        if (same_name(sorted(c->draft, i - 1), sorted(c->draft, i))) repeated = sorted(c->draft, i);
    }
    if (!repeated) return MOLT_OK;

    note(c, MOLT_PT_NOTE_SAME_NAMES, NULL);
    for (size_t i = 0; i < c->draft->count; i++) {
        const struct molt_part_draft *row = sorted(c->draft, i);
        const struct molt_part_draft *before = i > 0 ? sorted(c->draft, i - 1) : NULL;

        if (same_name(before, row) || same_name(row, sorted(c->draft, i + 1)))
            note(c, MOLT_PT_NOTE_ROW, row);
    }
    return fail(c, MOLT_PT_NAMES, repeated, 0, 0);
}

static enum molt_err check_places(struct check *c)
{
    int64_t table_end = c->rules->table_addr + MOLT_PTABLE_SECTOR_LEN;

    sort(c->draft, compare_addrs);
    for (size_t i = 0; i < c->draft->count; i++) {
        const struct molt_part_draft *row = sorted(c->draft, i);
        const struct molt_part_draft *before = i > 0 ? sorted(c->draft, i - 1) : NULL;

        if (row->addr < table_end && !molt_part_draft_is_primary(row))
            return fail(c, MOLT_PT_BELOW, row, row->addr, table_end);
        if (!before || row->addr >= before->addr + before->len) continue;
        (void)fail(c, MOLT_PT_OVERLAP, row, row->addr, before->addr);
        c->issue->number[2] = before->addr + before->len - 1;
        return MOLT_ERR_FORMAT;
    }
    return MOLT_OK;
}

/* There is at most one row of data/subtype, and its size is that of two sectors. */
static enum molt_err check_otadata(struct check *c, int64_t subtype, enum molt_ptable_fault many,
                                   enum molt_ptable_fault wrong_len)
{
    const struct molt_part_draft *last = NULL;
    size_t count = 0;

    for (size_t i = 0; i < c->draft->count; i++) {
        if (!is_data(&c->draft->row[i], subtype)) continue;
        last = &c->draft->row[i];
        count++;
    }
    if (count == 0 || (count == 1 && last->len == OTADATA_LEN)) return MOLT_OK;
    for (size_t i = 0; i < c->draft->count; i++) {
        if (is_data(&c->draft->row[i], subtype)) note(c, MOLT_PT_NOTE_ROW, &c->draft->row[i]);
    }
    return fail(c, count > 1 ? many : wrong_len, last, last->len, 0);
}

enum molt_err molt_ptable_check(struct molt_ptable_draft *draft,
                                const struct molt_ptable_rules *rules,
                                struct molt_ptable_issue *issue)
{
    struct check c = { draft, rules, issue };
    enum molt_err err;

    for (size_t i = 0; i < draft->count; i++) {
        err = check_row(&c, &draft->row[i]);
        if (err) return err;
    }
    err = check_names(&c);
    if (err) return err;
    err = check_places(&c);
    if (err) return err;
    err = check_otadata(&c, MOLT_DATA_OTA, MOLT_PT_OTADATAS, MOLT_PT_OTADATA_LEN);
    if (err) return err;
    return check_otadata(&c, MOLT_DATA_TEE_OTA, MOLT_PT_TEE_OTADATAS, MOLT_PT_TEE_OTADATA_LEN);
}

enum molt_err molt_ptable_check_flash(const struct molt_ptable_draft *draft, uint32_t flash_mb,
                                      struct molt_ptable_issue *issue)
{
    const int64_t flash_len = (int64_t)flash_mb * 1024 * 1024;
    const struct molt_part_draft *highest = NULL;

    for (size_t i = 0; i < draft->count; i++) {
        if (!highest || draft->row[i].addr > highest->addr) highest = &draft->row[i];
    }
    if (!highest || highest->addr + highest->len <= flash_len) return MOLT_OK;
    *issue = molt_ptable_issue_at(MOLT_PT_FLASH_SIZE, highest);
    issue->number[0] = highest->addr + highest->len;
    issue->number[1] = flash_len;
    issue->number[2] = flash_mb;
    return MOLT_ERR_RANGE;
}
