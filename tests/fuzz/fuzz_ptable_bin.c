/* Bytes that the device's reader accepts are rows that encode and decode to themselves, within the
 * chip; what the tools' reader accepts is what the device's accepts, less what the two are known to
 * differ in, and becomes the same table. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "format/ptable_draft.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool holds)
{
    if (!holds) abort();
}

static void check_device_reader(const uint8_t *bytes, size_t len, uint32_t chip_len)
{
    static struct molt_ptable table, again;
    struct molt_ptable_error error = { 0 };
    uint8_t flash[MOLT_PTABLE_LEN];

    enum molt_err err = molt_ptable_decode(bytes, len, chip_len, &table, &error);
    if (err) {
        must(error.err == err && error.field && error.why);
        must(error.off <= len && error.off <= MOLT_PTABLE_LEN);
        return;
    }
    must(table.count <= MOLT_PTABLE_MAX);
    for (size_t i = 0; i < table.count; i++)
        must(chip_len == UINT32_MAX ||
             molt_range_fits(table.row[i].addr, table.row[i].len, chip_len));
    must(molt_ptable_encode(&table, false, flash) == MOLT_OK);
    if (table.count == 0) return; /* an MD5 row alone */
    must(molt_ptable_decode(flash, sizeof flash, chip_len, &again, &error) == MOLT_OK);
    must(again.count == table.count);
    must(memcmp(again.row, table.row, table.count * sizeof table.row[0]) == 0);
}

static void check_tools_reader(const uint8_t *bytes, size_t len, bool no_md5)
{
    static struct molt_ptable_draft draft, again;
    static struct molt_ptable table;
    struct molt_ptable_rules rules;
    struct molt_ptable_issue issue;
    uint8_t flash[MOLT_PTABLE_LEN];

    molt_ptable_rules_default(&rules);
    rules.no_md5 = no_md5;
    if (molt_ptable_draft_read(bytes, len, &rules, &draft, &issue)) {
        char buffer[512];
        struct molt_text text = molt_text_over(buffer, sizeof buffer);

        molt_ptable_issue_reference(&issue, &text);
        must(text.len > 0);
        return;
    }
    if (molt_ptable_draft_table(&draft, &rules, &table, &issue)) {
        must(issue.fault == MOLT_PT_TOO_LONG); /* no number from a row is out of range */
        return;
    }
    must(molt_ptable_encode(&table, !no_md5, flash) == MOLT_OK);
    must(molt_ptable_draft_read(flash, sizeof flash, &rules, &again, &issue) == MOLT_OK);
    must(again.count == draft.count);
    for (size_t i = 0; i < draft.count; i++) {
        must(molt_span_equal(draft.row[i].name, again.row[i].name));
        must(draft.row[i].addr == again.row[i].addr && draft.row[i].len == again.row[i].len);
        must(draft.row[i].flags == again.row[i].flags);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    check_device_reader(bytes, len, UINT32_MAX);
    check_device_reader(bytes, len, 4 * 1024 * 1024);
    check_tools_reader(bytes, len, false);
    check_tools_reader(bytes, len, true);
    return 0;
}
