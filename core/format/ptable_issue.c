#include "format/ptable_issue.h"

#include <assert.h>
#include <string.h>

#include "format/ptable_csv.h"

struct saying {
    const char *field, *why, *reference;
};

static const struct saying k_sayings[] = {
#define X(name, field, why, text) [MOLT_PT_##name] = { field, why, text },
    MOLT_PTABLE_ISSUES(X)
#undef X
};

struct molt_ptable_issue molt_ptable_issue_at(enum molt_ptable_fault fault,
                                              const struct molt_part_draft *row)
{
    return (struct molt_ptable_issue){
        .fault = fault,
        .field = k_sayings[fault].field,
        .row = row,
        .line = row ? row->line : 0,
    };
}

static void add_repr_byte(struct molt_text *to, char c, char quote)
{
    static const struct {
        char c, letter;
    } escapes[] = { { '\t', 't' }, { '\n', 'n' }, { '\r', 'r' }, { '\\', '\\' } };

    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (c != escapes[i].c) continue;
        molt_text_char(to, '\\');
        molt_text_char(to, escapes[i].letter);
        return;
    }
    if (c < ' ' || c > '~') {
        molt_text_add(to, "\\x");
        molt_text_hex_bytes(to, &c, 1);
        return;
    }
    if (c == quote) molt_text_char(to, '\\');
    molt_text_char(to, c);
}

/* Python's repr of bytes, whose quotes depend on what is inside. */
static void add_repr(struct molt_text *to, struct molt_span bytes)
{
    bool has_single = bytes.len && memchr(bytes.at, '\'', bytes.len);
    bool has_double = bytes.len && memchr(bytes.at, '"', bytes.len);
    char quote = '\'';

    if (has_single && !has_double) quote = '"';
    molt_text_char(to, 'b');
    molt_text_char(to, quote);
    for (size_t i = 0; i < bytes.len; i++) add_repr_byte(to, bytes.at[i], quote);
    molt_text_char(to, quote);
}

/* Python's '%.1f' of bytes / 2^20: that quotient is exact, so a tie goes to the even digit. */
static void add_megabytes(struct molt_text *to, int64_t bytes)
{
    const int64_t mb = INT64_C(1) << 20;
    int64_t tenths = bytes * 10 / mb, rest = bytes * 10 % mb;

    assert(bytes >= 0);
    if (rest * 2 > mb || (rest * 2 == mb && tenths % 2)) tenths++;
    molt_text_decimal(to, tenths / 10);
    molt_text_char(to, '.');
    molt_text_decimal(to, tenths % 10);
}

static void add_word(struct molt_text *to, int64_t value)
{
    const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value };

    molt_text_add(to, "0x");
    molt_text_hex_bytes(to, bytes, sizeof bytes);
}

/* The codes that are followed by the number of a number. */
static bool add_number(struct molt_text *to, char code, int64_t value)
{
    switch (code) {
    case 'x':
        molt_text_hex(to, value);
        return true;
    case 'w':
        add_word(to, value);
        return true;
    case 'd':
        molt_text_decimal(to, value);
        return true;
    case 'm':
        add_megabytes(to, value);
        return true;
    default:
        return false;
    }
}

static void add_piece(struct molt_text *to, char code, const struct molt_ptable_issue *issue)
{
    switch (code) {
    case 'n':
        if (issue->row) molt_text_span(to, issue->row->name);
        break;
    case 't':
        molt_text_span(to, issue->text);
        break;
    case 'q':
        add_repr(to, issue->text);
        break;
    case 'h':
        molt_text_hex_bytes(to, issue->text.at, issue->text.len);
        break;
    case 'c':
        molt_text_hex_bytes(to, issue->digest, sizeof issue->digest);
        break;
    case 'l':
        molt_text_decimal(to, issue->line);
        break;
    case 'k':
        molt_ptable_list_words(issue->extras, issue->number[0], to);
        break;
    case 'r':
        if (issue->row) molt_part_csv_write(issue->row, issue->extras, to);
        break;
    default:
        assert(false); /* the comment above MOLT_PTABLE_ISSUES lists the codes */
    }
}

static void say(struct molt_text *to, const char *format, const struct molt_ptable_issue *issue)
{
    for (; *format; format++) {
        if (*format != '%') {
            molt_text_char(to, *format);
            continue;
        }
        char code = *++format;
        size_t which = (size_t)(format[1] - '0');
        if (which < 4 && add_number(to, code, issue->number[which]))
            format++;
        else
            add_piece(to, code, issue);
    }
}

void molt_ptable_issue_why(const struct molt_ptable_issue *issue, struct molt_text *to)
{
    say(to, k_sayings[issue->fault].why, issue);
}

void molt_ptable_issue_reference(const struct molt_ptable_issue *issue, struct molt_text *to)
{
    say(to, k_sayings[issue->fault].reference, issue);
}
