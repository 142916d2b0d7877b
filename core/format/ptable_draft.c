#include "format/ptable_draft.h"

#include <string.h>

#include "base/bytes.h"
#include "base/unicode.h"
#include "crypto/digest.h"

enum { ROW_LEN = MOLT_PTABLE_ROW_LEN, LABEL_OFF = 12, MD5_OFF = 16 };
static const uint8_t k_row_magic[] = { 0xAA, 0x50 };
static const uint8_t k_md5_magic[] = { 0xEB, 0xEB };

void molt_ptable_rules_default(struct molt_ptable_rules *rules)
{
    memset(rules, 0, sizeof *rules);
    rules->table_addr = MOLT_PTABLE_ADDR;
    rules->primary_bootloader_addr = MOLT_PTABLE_NO_ADDR;
    rules->recovery_bootloader_addr = MOLT_PTABLE_NO_ADDR;
}

enum molt_err molt_ptable_rules_check(const struct molt_ptable_rules *rules,
                                      struct molt_ptable_issue *issue)
{
    int64_t primary = rules->primary_bootloader_addr;

    if (primary == MOLT_PTABLE_NO_ADDR || primary < rules->table_addr) return MOLT_OK;
    *issue = molt_ptable_issue_at(MOLT_PT_PRIMARY_ABOVE, NULL);
    issue->number[0] = primary;
    issue->number[1] = rules->table_addr;
    return MOLT_ERR_ARG;
}

bool molt_part_draft_is_primary(const struct molt_part_draft *row)
{
    return (row->type == MOLT_PART_BOOTLOADER && row->subtype == MOLT_BOOTLOADER_PRIMARY) ||
           (row->type == MOLT_PART_TABLE && row->subtype == MOLT_TABLE_PRIMARY);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static enum molt_err fail(struct molt_ptable_issue *issue, enum molt_ptable_fault fault, size_t off)
{
    *issue = molt_ptable_issue_at(fault, NULL);
    issue->number[0] = (int64_t)off;
    return MOLT_ERR_FORMAT;
}

static enum molt_err read_md5(const struct molt_md5 *running, const uint8_t *bytes, size_t off,
                              struct molt_ptable_issue *issue)
{
    struct molt_md5 md5 = *running;
    uint8_t digest[MOLT_MD5_LEN];

    molt_md5_finish(&md5, digest);
    if (memcmp(digest, bytes + MD5_OFF, sizeof digest) == 0) return MOLT_OK;
    (void)fail(issue, MOLT_PT_MD5, off + MD5_OFF);
    memcpy(issue->digest, digest, sizeof digest);
    issue->text = (struct molt_span){ (const char *)bytes + MD5_OFF, MOLT_MD5_LEN };
    return MOLT_ERR_CHECKSUM;
}

static enum molt_err read_row(const uint8_t *bytes, size_t off,
                              const struct molt_ptable_rules *rules, struct molt_part_draft *to,
                              struct molt_ptable_issue *issue)
{
    const uint32_t known = MOLT_PART_ENCRYPTED | MOLT_PART_READONLY;
    struct molt_partition row = molt_ptable_row_decode(bytes);
    struct molt_span name = { (const char *)bytes + LABEL_OFF, strlen(row.label) };

    if (memcmp(bytes, k_row_magic, sizeof k_row_magic) != 0) {
        enum molt_err err = fail(issue, MOLT_PT_MAGIC, off);

        issue->text = (struct molt_span){ (const char *)bytes, sizeof k_row_magic };
        return err;
    }
    if (!molt_utf8_valid(name)) return fail(issue, MOLT_PT_LABEL, off + LABEL_OFF);
    *to = (struct molt_part_draft){ .name = name,
                                    .type = row.type,
                                    .subtype = row.subtype,
                                    .addr = row.addr,
                                    .len = row.len,
                                    .addr_given = true,
                                    .flags = row.flags & known };
    if ((row.flags & ~known) && rules->note) {
        struct molt_ptable_issue note = molt_ptable_issue_at(MOLT_PT_WARN_FLAGS, to);

        note.number[0] = row.flags & ~known;
        rules->note(rules->ctx, &note);
    }
    return MOLT_OK;
}

enum molt_err molt_ptable_draft_read(const uint8_t *bytes, size_t len,
                                     const struct molt_ptable_rules *rules,
                                     struct molt_ptable_draft *draft,
                                     struct molt_ptable_issue *issue)
{
    struct molt_md5 md5;
    size_t off = 0;

    molt_md5_start(&md5);
    draft->count = 0;
    for (; len - off >= ROW_LEN; off += ROW_LEN) {
        const uint8_t *row = bytes + off;
        enum molt_err err;

        if (molt_all_bytes_are(row, ROW_LEN, 0xFF)) return MOLT_OK;
        if (!rules->no_md5 && memcmp(row, k_md5_magic, sizeof k_md5_magic) == 0) {
            err = read_md5(&md5, row, off, issue);
            if (err) return err;
            continue;
        }
        if (draft->count == MOLT_PTABLE_DRAFT_MAX) {
            (void)fail(issue, MOLT_PT_ROWS, off);
            return MOLT_ERR_FULL;
        }
        err = read_row(row, off, rules, &draft->row[draft->count], issue);
        if (err) return err;
        draft->count++;
        molt_md5_add(&md5, row, ROW_LEN);
    }
    return fail(issue, off < len ? MOLT_PT_CUT_ROW : MOLT_PT_NO_END, off);
}

/* ---- to a table -------------------------------------------------------------------------------- */

static enum molt_err row_fits(const struct molt_part_draft *row, struct molt_ptable_issue *issue)
{
    const struct {
        int64_t value, most;
        enum molt_ptable_fault fault;
    } fields[] = {
        { row->type, UINT8_MAX, MOLT_PT_TYPE_RANGE },
        { row->subtype, UINT8_MAX, MOLT_PT_SUBTYPE_RANGE },
        { row->addr, UINT32_MAX, MOLT_PT_OFFSET_RANGE },
        { row->len, UINT32_MAX, row->len < 0 ? MOLT_PT_ENDS_FIRST : MOLT_PT_SIZE_RANGE },
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].value >= 0 && fields[i].value <= fields[i].most) continue;
        *issue = molt_ptable_issue_at(fields[i].fault, row);
        issue->number[0] = fields[i].value;
        issue->number[1] = row->addr;
        issue->number[2] = row->addr + row->len;
        return MOLT_ERR_RANGE;
    }
    return MOLT_OK;
}

static void put_row(const struct molt_part_draft *row, const struct molt_ptable_rules *rules,
                    struct molt_partition *to)
{
    bool is_long = row->name.len > MOLT_PART_LABEL_LEN;
    size_t len = is_long ? MOLT_PART_LABEL_LEN : row->name.len;

    memset(to, 0, sizeof *to);
    if (len > 0) memcpy(to->label, row->name.at, len);
    to->type = (uint8_t)row->type;
    to->subtype = (uint8_t)row->subtype;
    to->addr = (uint32_t)row->addr;
    to->len = (uint32_t)row->len;
    to->flags = row->flags;
    if (is_long && rules->note) {
        struct molt_ptable_issue note = molt_ptable_issue_at(MOLT_PT_WARN_CUT, row);

        note.text = (struct molt_span){ row->name.at, len };
        rules->note(rules->ctx, &note);
    }
}

enum molt_err molt_ptable_draft_fits(const struct molt_ptable_draft *draft,
                                     const struct molt_ptable_rules *rules,
                                     struct molt_ptable_issue *issue)
{
    size_t rows = draft->count + (rules->no_md5 ? 0 : 1);

    for (size_t i = 0; i < draft->count; i++) {
        enum molt_err err = row_fits(&draft->row[i], issue);
        if (err) return err;
    }
    if (rows * ROW_LEN < MOLT_PTABLE_LEN) return MOLT_OK;
    *issue = molt_ptable_issue_at(MOLT_PT_TOO_LONG, NULL);
    issue->number[0] = (int64_t)(rows * ROW_LEN);
    issue->number[1] = (int64_t)draft->count;
    return MOLT_ERR_FULL;
}

enum molt_err molt_ptable_draft_table(const struct molt_ptable_draft *draft,
                                      const struct molt_ptable_rules *rules,
                                      struct molt_ptable *table, struct molt_ptable_issue *issue)
{
    table->count = 0;
    enum molt_err err = molt_ptable_draft_fits(draft, rules, issue);
    if (err) return err;
    for (size_t i = 0; i < draft->count; i++) put_row(&draft->row[i], rules, &table->row[i]);
    table->count = draft->count;
    return MOLT_OK;
}
