/* molt partition-table show: one line for each extent of flash in order of address, gaps included,
 * and a strip on which each cell stands for the same number of bytes. */
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"
#include "cli/ptable_job.h"
#include "format/ptable_check.h"
#include "format/ptable_csv.h"

enum {
    MB = 1024 * 1024,
    STRIP_ROW = 64, /* cells */
    STRIP_MAX = 256,
    NAME_LEN = 256,
    EXTENTS_MAX = 2 * MOLT_PTABLE_DRAFT_MAX + 8,
};

struct extent {
    int64_t addr, end;
    const struct molt_part_draft *row; /* NULL: `what` instead */
    const char *what;
    bool is_free;
    char letter; /* on the strip */
};

struct picture {
    struct extent extent[EXTENTS_MAX];
    size_t count;
    int64_t end; /* of what is shown */
    int64_t free_len, largest_free;
};

/* Keeps the extents in order of address. */
static void add(struct picture *p, const struct extent *extent)
{
    size_t at = p->count;

    if (p->count == EXTENTS_MAX) return;
    for (; at > 0 && p->extent[at - 1].addr > extent->addr; at--) p->extent[at] = p->extent[at - 1];
    p->extent[at] = *extent;
    p->count++;
}

static bool is_table(const struct molt_part_draft *row)
{
    return row->type == MOLT_PART_TABLE && row->subtype == MOLT_TABLE_PRIMARY;
}

/* The partitions, and the sector of the table where it is not a partition itself. */
static void add_rows(struct picture *p, const struct molt_ptable_job *job)
{
    int64_t table = job->rules.table_addr;
    bool has_table = false;

    for (size_t i = 0; i < job->draft.count; i++) {
        const struct molt_part_draft *row = &job->draft.row[i];

        has_table = has_table || is_table(row);
        add(p, &(struct extent){ .addr = row->addr, .end = row->addr + row->len, .row = row });
    }
    if (has_table) return;
    add(p, &(struct extent){
               .addr = table, .end = table + MOLT_PTABLE_SECTOR_LEN, .what = "(partition table)" });
}

/* What is below the table belongs to the bootloader; other gaps are free. */
static void add_gaps(struct picture *p, const struct molt_ptable_job *job)
{
    const size_t count = p->count;
    struct picture gaps = { .count = 0 };
    int64_t end = 0;

    for (size_t i = 0; i <= count; i++) {
        int64_t next = i < count ? p->extent[i].addr : p->end;
        bool below = next <= job->rules.table_addr;

        if (next > end)
            add(&gaps, &(struct extent){ .addr = end,
                                         .end = next,
                                         .what = below ? "(bootloader)" : "(free)",
                                         .is_free = !below });
        if (next > end && !below) {
            p->free_len += next - end;
            if (next - end > p->largest_free) p->largest_free = next - end;
        }
        if (i < count && p->extent[i].end > end) end = p->extent[i].end;
    }
    for (size_t i = 0; i < gaps.count; i++) add(p, &gaps.extent[i]);
}

static int64_t flash_len(const struct molt_ptable_job *job)
{
    if (job->flash_mb) return (int64_t)job->flash_mb * MB;
    return job->is_flash ? (int64_t)job->bytes.len : 0;
}

static void draw(struct picture *p, const struct molt_ptable_job *job)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t used = 0;

    memset(p, 0, sizeof *p);
    add_rows(p, job);
    p->end = flash_len(job);
    for (size_t i = 0; i < p->count; i++) {
        if (p->extent[i].end > p->end) p->end = p->extent[i].end;
    }
    add_gaps(p, job);
    for (size_t i = 0; i < p->count; i++) {
        p->extent[i].letter = '.';
        if (!p->extent[i].is_free) p->extent[i].letter = letters[used++ % (sizeof letters - 1)];
    }
}

/* ---- printing ---------------------------------------------------------------------------------- */

static void print_word(struct molt_span word, int64_t value, int width)
{
    if (word.at)
        printf("  %-*.*s", width, (int)word.len, word.at);
    else
        printf("  %-*lld", width, (long long)value);
}

/* As wide as `width` characters, not bytes. */
static void print_name(struct molt_span name, int width)
{
    char tidy[NAME_LEN];

    (void)snprintf(tidy, sizeof tidy, "%.*s", (int)name.len, name.at);
    molt_tidy(tidy);
    printf("  %s", tidy);
    for (size_t i = 0; tidy[i]; i++) width -= ((uint8_t)tidy[i] & 0xC0) != 0x80;
    for (; width > 0; width--) (void)putchar(' ');
}

static void print_extent(const struct extent *e, const struct molt_ptable_extras *extras)
{
    char size_text[32], flags_text[32];
    struct molt_text size = molt_text_over(size_text, sizeof size_text);
    struct molt_text flags = molt_text_over(flags_text, sizeof flags_text);

    molt_part_size_text(e->end - e->addr, &size);
    printf("%c  0x%08llx  %8s", e->letter, (unsigned long long)e->addr, size_text);
    if (!e->row) {
        printf("  %s\n", e->what);
        return;
    }
    molt_part_flags_text(e->row->flags, &flags);
    print_name(e->row->name, 17);
    print_word(molt_part_type_word(e->row->type), e->row->type, 15);
    print_word(molt_part_subtype_word(extras, e->row->type, e->row->subtype), e->row->subtype,
               flags.len ? 9 : 0);
    printf("%s%s\n", flags.len ? "  " : "", flags_text);
}

/* The letter of what fills most of [from, to). */
static char cell(const struct picture *p, int64_t from, int64_t to)
{
    int64_t most = 0;
    char letter = ' ';

    for (size_t i = 0; i < p->count; i++) {
        const struct extent *e = &p->extent[i];
        int64_t start = e->addr > from ? e->addr : from;
        int64_t end = e->end < to ? e->end : to;

        if (end - start <= most) continue;
        most = end - start;
        letter = e->letter;
    }
    return letter;
}

static void print_strip(const struct picture *p)
{
    char text[32];
    struct molt_text unit_text = molt_text_over(text, sizeof text);
    int64_t unit = MOLT_PTABLE_SECTOR_LEN;

    while (unit * STRIP_MAX < p->end) unit *= 2;
    molt_part_size_text(unit, &unit_text);
    printf("\neach character is %s:\n", text);
    for (int64_t addr = 0; addr < p->end; addr += unit * STRIP_ROW) {
        printf("0x%08llx  ", (unsigned long long)addr);
        for (int64_t at = addr; at < addr + unit * STRIP_ROW && at < p->end; at += unit)
            (void)putchar(cell(p, at, at + unit));
        (void)putchar('\n');
    }
}

static void print_sum(const struct picture *p, const struct molt_ptable_job *job)
{
    char free_text[32], largest_text[32], flash_text[32];
    struct molt_text free_len = molt_text_over(free_text, sizeof free_text);
    struct molt_text largest = molt_text_over(largest_text, sizeof largest_text);
    struct molt_text flash = molt_text_over(flash_text, sizeof flash_text);

    molt_part_size_text(p->free_len, &free_len);
    molt_part_size_text(p->largest_free, &largest);
    molt_part_size_text(flash_len(job), &flash);
    printf("\n%zu partitions; ", job->draft.count);
    if (flash_len(job) && p->free_len == 0)
        printf("of %s flash nothing is free\n", flash_text);
    else if (flash_len(job))
        printf("of %s flash %s are free, %s in one piece\n", flash_text, free_text, largest_text);
    else if (p->free_len > 0)
        printf("%s are free between them\n", free_text);
    else
        printf("nothing is free between them\n");
}

int molt_ptable_show(struct molt_ptable_job *job)
{
    static struct picture picture;
    struct molt_ptable table;

    /* First what a row cannot hold: the picture needs real addresses. */
    int exit_code = molt_ptable_job_table(job, &table);
    if (exit_code) return exit_code;
    draw(&picture, job);
    printf("   address         size  name               type             subtype\n");
    for (size_t i = 0; i < picture.count; i++) print_extent(&picture.extent[i], &job->rules.extras);
    print_strip(&picture);
    print_sum(&picture, job);
    (void)fflush(stdout);
    if (job->is_flash && !job->flash_mb && job->bytes.len % MB == 0)
        job->flash_mb = (uint32_t)(job->bytes.len / MB);
    return molt_ptable_job_check(job);
}
