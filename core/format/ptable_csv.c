#include "format/ptable_csv.h"

#include <string.h>

#include "base/bytes.h"
#include "base/unicode.h"

enum { APP_UNIT = 0x10000, OTHER_UNIT = 0x1000 }; /* what automatic offsets are rounded to */

struct parse {
    const struct molt_ptable_rules *rules;
    struct molt_ptable_draft *draft;
    struct molt_ptable_issue *issue;
    struct molt_text *room;
    uint32_t line;
};

static enum molt_err fail(struct parse *p, enum molt_ptable_fault fault, struct molt_span text)
{
    *p->issue = molt_ptable_issue_at(fault, NULL);
    p->issue->line = p->line;
    p->issue->text = text;
    return MOLT_ERR_FORMAT;
}

static enum molt_err fail_in(struct parse *p, enum molt_ptable_fault fault, const char *field,
                             struct molt_span text)
{
    enum molt_err err = fail(p, fault, text);

    p->issue->field = field;
    return err;
}

static enum molt_err no_room(struct parse *p)
{
    (void)fail(p, MOLT_PT_ROOM, molt_span_of(""));
    return MOLT_ERR_FULL;
}

/* ---- text -------------------------------------------------------------------------------------- */

/* The file's text as UTF-8: `csv` itself less its mark, or a copy in room. */
static enum molt_err to_utf8(struct parse *p, struct molt_span csv, struct molt_span *text)
{
    size_t off, start = p->room->len;
    enum molt_encoding encoding = molt_encoding_of(csv.at, csv.len, &off);
    int32_t c, before = 0;

    *text = (struct molt_span){ csv.at + off, csv.len - off };
    p->line = 1;
    for (; off < csv.len; before = c) {
        char utf8[MOLT_UTF8_MAX];

        c = molt_code_point_next(encoding, csv.at, csv.len, &off);
        if (c == MOLT_NO_CODE_POINT) return fail(p, MOLT_PT_ENCODING, molt_span_of(""));
        if (molt_is_line_end(c) && !(before == '\r' && c == '\n')) p->line++;
        if (encoding == MOLT_UTF8) continue;
        molt_text_span(p->room, (struct molt_span){ utf8, molt_utf8_put(c, utf8) });
    }
    if (p->room->overran) return no_room(p);
    if (encoding != MOLT_UTF8)
        *text = (struct molt_span){ p->room->at + start, p->room->len - start };
    return MOLT_OK;
}

static struct molt_span take_line(struct molt_span *rest)
{
    struct molt_span line = { rest->at, 0 };
    size_t off = 0;
    int32_t c = 0;

    while (off < rest->len) {
        c = molt_code_point_next(MOLT_UTF8, rest->at, rest->len, &off);
        if (molt_is_line_end(c)) break;
        line.len = off;
    }
    if (c == '\r' && off < rest->len && rest->at[off] == '\n') off++;
    rest->at += off;
    rest->len -= off;
    return line;
}

static bool is_name_char(char c)
{
    c = molt_ascii_lower(c);
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

static size_t name_len(struct molt_span s)
{
    size_t len = 0;

    while (len < s.len && is_name_char(s.at[len])) len++;
    return len;
}

/* When `s` begins with $NAME or ${NAME}: its whole length, and the name. Else 0. */
static size_t variable_at(struct molt_span s, struct molt_span *name)
{
    if (s.len < 2 || s.at[0] != '$') return 0;
    *name = (struct molt_span){ s.at + 1, s.len - 1 };
    if (s.at[1] != '{') {
        name->len = name_len(*name);
        return name->len ? name->len + 1 : 0;
    }
    const char *end = memchr(s.at, '}', s.len);
    if (!end) return 0;
    *name = (struct molt_span){ s.at + 2, (size_t)(end - s.at) - 2 };
    return name->len + 3;
}

/* Puts the line into room, variables replaced; an undefined one stays as it is. */
static enum molt_err expand(struct parse *p, struct molt_span line, struct molt_span *expanded)
{
    size_t start = p->room->len;

    while (line.len > 0) {
        struct molt_span name, value = { NULL, 0 };
        size_t used = variable_at(line, &name);

        if (used && p->rules->variable) value = p->rules->variable(p->rules->ctx, name);
        if (value.at && !molt_utf8_valid(value)) return fail(p, MOLT_PT_VALUE_ENCODING, name);
        if (!used) used = 1;
        molt_text_span(p->room, value.at ? value : (struct molt_span){ line.at, used });
        line.at += used;
        line.len -= used;
    }
    if (p->room->overran) return no_room(p);
    *expanded = (struct molt_span){ p->room->at + start, p->room->len - start };
    return MOLT_OK;
}

/* The reference looks for what it could not expand only where a line begins. */
static enum molt_err check_no_variable(struct parse *p, struct molt_span line)
{
    struct molt_span name = { line.at + 1, line.len ? line.len - 1 : 0 };

    if (line.len < 2 || line.at[0] != '$' || (name.at[0] >= '0' && name.at[0] <= '9'))
        return MOLT_OK;
    name.len = name_len(name);
    return name.len ? fail(p, MOLT_PT_VARIABLE, name) : MOLT_OK;
}

/* ---- rows -------------------------------------------------------------------------------------- */

static enum molt_err number(struct parse *p, struct molt_span text, const char *field,
                            const struct molt_number_grammar *grammar, int64_t *value)
{
    struct molt_span rest;

    switch (molt_ptable_number(text, grammar, value, &rest)) {
    case MOLT_NUMBER_BAD:
        return fail_in(p, MOLT_PT_NUMBER, field, rest);
    case MOLT_NUMBER_UNKNOWN: {
        enum molt_err err = fail_in(p, MOLT_PT_WORD, field, rest);

        p->issue->extras = grammar->extras;
        p->issue->number[0] = grammar->words == MOLT_WORDS_TYPES ? -1 : grammar->type;
        return err;
    }
    case MOLT_NUMBER_OK:
    default:
        return MOLT_OK;
    }
}

static enum molt_err parse_subtype(struct parse *p, struct molt_span text,
                                   struct molt_part_draft *row)
{
    const struct molt_number_grammar grammar = { MOLT_WORDS_SUBTYPES, row->type,
                                                 &p->rules->extras };

    row->subtype = MOLT_DATA_UNDEFINED;
    if (text.len > 0) return number(p, text, "SubType", &grammar, &row->subtype);
    return row->type == MOLT_PART_APP ? fail(p, MOLT_PT_SUBTYPE_EMPTY, text) : MOLT_OK;
}

/* Where the rules, not the column, say where `row` is: true, with what they say. */
static bool is_placed(const struct molt_ptable_rules *rules, const struct molt_part_draft *row,
                      int64_t *addr, enum molt_ptable_fault *missing)
{
    const struct {
        int64_t type, subtype, addr;
        enum molt_ptable_fault missing;
    } placed[] = {
        { MOLT_PART_BOOTLOADER, MOLT_BOOTLOADER_PRIMARY, rules->primary_bootloader_addr,
          MOLT_PT_NO_PRIMARY },
        { MOLT_PART_BOOTLOADER, MOLT_BOOTLOADER_RECOVERY, rules->recovery_bootloader_addr,
          MOLT_PT_NO_RECOVERY },
        { MOLT_PART_TABLE, MOLT_TABLE_PRIMARY, rules->table_addr, MOLT_PT_NO_PRIMARY },
    };

    for (size_t i = 0; i < sizeof placed / sizeof placed[0]; i++) {
        if (row->type != placed[i].type || row->subtype != placed[i].subtype) continue;
        *addr = placed[i].addr;
        *missing = placed[i].missing;
        return true;
    }
    return false;
}

static enum molt_err parse_addr(struct parse *p, struct molt_span text, struct molt_part_draft *row)
{
    enum molt_ptable_fault missing;

    if (is_placed(p->rules, row, &row->addr, &missing)) {
        row->addr_given = true;
        if (row->addr != MOLT_PTABLE_NO_ADDR) return MOLT_OK;
        return fail_in(p, missing, "Offset", text);
    }
    row->addr_given = text.len > 0;
    if (!row->addr_given) return MOLT_OK;
    return number(p, text, "Offset", &(struct molt_number_grammar){ MOLT_WORDS_NONE, 0, NULL },
                  &row->addr);
}

static enum molt_err parse_len(struct parse *p, struct molt_span text, struct molt_part_draft *row)
{
    if (row->type == MOLT_PART_BOOTLOADER) {
        if (p->rules->primary_bootloader_addr == MOLT_PTABLE_NO_ADDR)
            return fail_in(p, MOLT_PT_NO_PRIMARY, "Size", text);
        row->len = p->rules->table_addr - p->rules->primary_bootloader_addr;
        return MOLT_OK;
    }
    if (row->type == MOLT_PART_TABLE) {
        row->len = MOLT_PTABLE_SECTOR_LEN;
        return MOLT_OK;
    }
    if (text.len == 0) return fail(p, MOLT_PT_SIZE_EMPTY, text);
    return number(p, text, "Size", &(struct molt_number_grammar){ MOLT_WORDS_NONE, 0, NULL },
                  &row->len);
}

/* Cuts `rest` at the first `stop`; the stripped piece before it. */
static struct molt_span take_field(struct molt_span *rest, char stop)
{
    const char *end = rest->len ? memchr(rest->at, stop, rest->len) : NULL;
    struct molt_span field = { rest->at, end ? (size_t)(end - rest->at) : rest->len };
    size_t used = field.len + (end ? 1 : 0);

    rest->at += used;
    rest->len -= used;
    return field;
}

static enum molt_err parse_flags(struct parse *p, struct molt_span text,
                                 struct molt_part_draft *row)
{
    while (text.len > 0) {
        struct molt_span word = take_field(&text, ':');
        uint32_t flag = molt_part_flag(word);

        if (word.len > 0 && !flag) return fail(p, MOLT_PT_FLAG, word);
        row->flags |= flag;
    }
    return MOLT_OK;
}

static enum molt_err parse_row(struct parse *p, struct molt_span line, struct molt_part_draft *row)
{
    enum { NAME, TYPE, SUBTYPE, OFFSET, SIZE, FLAGS, FIELDS };
    struct molt_span field[FIELDS];

    for (int i = 0; i < FIELDS; i++) field[i] = molt_strip(take_field(&line, ','));
    *row = (struct molt_part_draft){ .name = field[NAME], .line = p->line };
    if (field[TYPE].len == 0) return fail(p, MOLT_PT_TYPE_EMPTY, field[TYPE]);
    enum molt_err err =
        number(p, field[TYPE], "Type", &(struct molt_number_grammar){ MOLT_WORDS_TYPES, 0, NULL },
               &row->type);
    if (err) return err;
    err = parse_subtype(p, field[SUBTYPE], row);
    if (err) return err;
    err = parse_addr(p, field[OFFSET], row);
    if (err) return err;
    err = parse_len(p, field[SIZE], row);
    if (err) return err;
    err = parse_flags(p, field[FLAGS], row);
    if (err) return err;
    if (field[NAME].len > 0 && memchr(field[NAME].at, '\0', field[NAME].len))
        return fail(p, MOLT_PT_NAME_NUL, field[NAME]);
    return MOLT_OK;
}

static enum molt_err parse_line(struct parse *p, struct molt_span line)
{
    size_t start = p->room->len;
    struct molt_span expanded;
    struct molt_ptable_draft *draft = p->draft;

    enum molt_err err = expand(p, line, &expanded);
    if (err) return err;
    err = check_no_variable(p, expanded);
    if (err) return err;

    line = molt_strip(expanded);
    p->room->len = start; /* of the line only the name is kept */
    if (line.len == 0 || line.at[0] == '#') return MOLT_OK;
    if (draft->count == MOLT_PTABLE_DRAFT_MAX) {
        (void)fail(p, MOLT_PT_ROWS, line);
        return MOLT_ERR_FULL;
    }
    struct molt_part_draft *row = &draft->row[draft->count];
    err = parse_row(p, line, row);
    if (err) return err;
    struct molt_span name = row->name;
    row->name.at = p->room->at + start;
    if (name.len > 0) memmove(p->room->at + start, name.at, name.len);
    p->room->len = start + name.len;
    draft->count++;
    return MOLT_OK;
}

/* ---- layout ------------------------------------------------------------------------------------ */

static bool is_equal(const struct molt_part_draft *a, const struct molt_part_draft *b)
{
    return molt_span_equal(a->name, b->name) && a->type == b->type && a->subtype == b->subtype &&
           a->addr == b->addr && a->len == b->len;
}

static enum molt_err overlaps(struct parse *p, const struct molt_part_draft *row, int64_t end)
{
    bool first = is_equal(row, &p->draft->row[0]);

    *p->issue = molt_ptable_issue_at(first ? MOLT_PT_IN_TABLE : MOLT_PT_IN_PREVIOUS, row);
    p->issue->number[0] = row->addr;
    p->issue->number[1] = first ? p->rules->table_addr : end;
    p->issue->number[2] = end;
    return MOLT_ERR_FORMAT;
}

static int64_t round_up(int64_t value, int64_t unit)
{
    int64_t rest = (value % unit + unit) % unit;

    return rest ? value + unit - rest : value;
}

/* Fills in offsets that were left out and turns negative sizes, which are ends, into sizes. */
static enum molt_err lay_out(struct parse *p)
{
    int64_t end = p->rules->table_addr + MOLT_PTABLE_SECTOR_LEN;

    for (size_t i = 0; i < p->draft->count; i++) {
        struct molt_part_draft *row = &p->draft->row[i];

        if (molt_part_draft_is_primary(row)) continue;
        if (row->addr_given && row->addr < end) return overlaps(p, row, end);
        if (!row->addr_given)
            row->addr = round_up(end, row->type == MOLT_PART_APP ? APP_UNIT : OTHER_UNIT);
        row->addr_given = true;
        if (row->len < 0) row->len = -row->len - row->addr;
        end = row->addr + row->len;
    }
    return MOLT_OK;
}

enum molt_err molt_ptable_csv_parse(struct molt_span csv, struct molt_text *room,
                                    const struct molt_ptable_rules *rules,
                                    struct molt_ptable_draft *draft,
                                    struct molt_ptable_issue *issue)
{
    struct parse p = { .rules = rules, .draft = draft, .issue = issue, .room = room };
    struct molt_span rest;

    if (csv.len == 0) csv.at = ""; /* rather than NULL, with which no pointer can be reckoned */
    draft->count = 0;
    enum molt_err err = to_utf8(&p, csv, &rest);
    if (err) return err;
    for (p.line = 1; rest.len > 0; p.line++) {
        err = parse_line(&p, take_line(&rest));
        if (err) return err;
    }
    return lay_out(&p);
}

/* ---- writing ----------------------------------------------------------------------------------- */

void molt_part_size_text(int64_t len, struct molt_text *to)
{
    static const struct {
        int64_t unit;
        char suffix;
    } units[] = { { INT64_C(1) << 20, 'M' }, { INT64_C(1) << 10, 'K' } };

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (len % units[i].unit != 0) continue;
        molt_text_decimal(to, len / units[i].unit);
        molt_text_char(to, units[i].suffix);
        return;
    }
    molt_text_hex(to, len);
}

static void write_word(struct molt_span word, int64_t value, struct molt_text *to)
{
    if (word.at)
        molt_text_span(to, word);
    else
        molt_text_decimal(to, value);
    molt_text_char(to, ',');
}

void molt_part_csv_write(const struct molt_part_draft *row, const struct molt_ptable_extras *extras,
                         struct molt_text *to)
{
    molt_text_span(to, row->name);
    molt_text_char(to, ',');
    write_word(molt_part_type_word(row->type), row->type, to);
    write_word(molt_part_subtype_word(extras, row->type, row->subtype), row->subtype, to);
    molt_text_hex(to, row->addr);
    molt_text_char(to, ',');
    molt_part_size_text(row->len, to);
    molt_text_char(to, ',');
    molt_part_flags_text(row->flags, to);
}

void molt_ptable_csv_write(const struct molt_ptable_draft *draft,
                           const struct molt_ptable_extras *extras, struct molt_text *to)
{
    molt_text_add(to, "# ESP-IDF Partition Table\n"
                      "# Name, Type, SubType, Offset, Size, Flags\n");
    for (size_t i = 0; i < draft->count; i++) {
        molt_part_csv_write(&draft->row[i], extras, to);
        molt_text_char(to, '\n');
    }
}
