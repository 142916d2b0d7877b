#include "format/ptable_words.h"

#include "base/unicode.h"
#include "format/ptable.h"

struct word {
    const char *text;
    uint8_t value;
};

/* The order is the one in which the reference lists them. */
static const struct word k_types[] = {
    { "bootloader", MOLT_PART_BOOTLOADER },
    { "partition_table", MOLT_PART_TABLE },
    { "app", MOLT_PART_APP },
    { "data", MOLT_PART_DATA },
};

static const struct word k_bootloader[] = {
    { "primary", MOLT_BOOTLOADER_PRIMARY },
    { "ota", MOLT_BOOTLOADER_OTA },
    { "recovery", MOLT_BOOTLOADER_RECOVERY },
};

static const struct word k_table[] = {
    { "primary", MOLT_TABLE_PRIMARY },
    { "ota", MOLT_TABLE_OTA },
};

static const struct word k_app[] = {
    { "factory", 0x00 }, { "test", 0x20 },   { "ota_0", 0x10 },  { "ota_1", 0x11 },
    { "ota_2", 0x12 },   { "ota_3", 0x13 },  { "ota_4", 0x14 },  { "ota_5", 0x15 },
    { "ota_6", 0x16 },   { "ota_7", 0x17 },  { "ota_8", 0x18 },  { "ota_9", 0x19 },
    { "ota_10", 0x1A },  { "ota_11", 0x1B }, { "ota_12", 0x1C }, { "ota_13", 0x1D },
    { "ota_14", 0x1E },  { "ota_15", 0x1F }, { "tee_0", 0x30 },  { "tee_1", 0x31 },
};

static const struct word k_data[] = {
    { "ota", 0x00 },      { "phy", 0x01 },    { "nvs", 0x02 },       { "coredump", 0x03 },
    { "nvs_keys", 0x04 }, { "efuse", 0x05 },  { "undefined", 0x06 }, { "esphttpd", 0x80 },
    { "fat", 0x81 },      { "spiffs", 0x82 }, { "littlefs", 0x83 },  { "tee_ota", 0x90 },
};

static const struct word k_flags[] = {
    { "encrypted", MOLT_PART_ENCRYPTED },
    { "readonly", MOLT_PART_READONLY },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct words {
    const struct word *at;
    size_t count;
};

static const struct words k_all_types = { k_types, COUNT(k_types) };
static const struct words k_all_flags = { k_flags, COUNT(k_flags) };

static const struct words k_subtypes[] = {
    [MOLT_PART_APP] = { k_app, COUNT(k_app) },
    [MOLT_PART_DATA] = { k_data, COUNT(k_data) },
    [MOLT_PART_BOOTLOADER] = { k_bootloader, COUNT(k_bootloader) },
    [MOLT_PART_TABLE] = { k_table, COUNT(k_table) },
};

static struct words subtypes_of(int64_t type)
{
    if (type < 0 || type >= (int64_t)COUNT(k_subtypes)) return (struct words){ NULL, 0 };
    return k_subtypes[type];
}

static const struct word *by_text(struct words words, struct molt_span text)
{
    const struct word *at = words.at;

    for (size_t left = words.count; left > 0; left--, at++) {
        if (molt_span_is(text, at->text)) return at;
    }
    return NULL;
}

static struct molt_span by_value(struct words words, int64_t value)
{
    for (size_t i = 0; i < words.count; i++) {
        if (words.at[i].value == value) return molt_span_of(words.at[i].text);
    }
    return (struct molt_span){ NULL, 0 };
}

/* The next extra subtype of `type` from *i on, or NULL. */
static const struct molt_ptable_extra *next_extra(const struct molt_ptable_extras *extras,
                                                  int64_t type, size_t *i)
{
    for (; extras && *i < extras->count; (*i)++) {
        if (extras->row[*i].type == type) return &extras->row[(*i)++];
    }
    return NULL;
}

struct molt_span molt_part_type_word(int64_t type)
{
    return by_value(k_all_types, type);
}

struct molt_span molt_part_subtype_word(const struct molt_ptable_extras *extras, int64_t type,
                                        int64_t subtype)
{
    struct molt_span found = by_value(subtypes_of(type), subtype);
    const struct molt_ptable_extra *extra;

    for (size_t i = 0; !found.at && (extra = next_extra(extras, type, &i));) {
        if (extra->subtype == subtype) found = extra->name;
    }
    return found;
}

bool molt_part_type_value(struct molt_span word, int64_t *type)
{
    const struct word *found = by_text(k_all_types, word);

    if (found) *type = found->value;
    return found;
}

bool molt_part_subtype_value(const struct molt_ptable_extras *extras, int64_t type,
                             struct molt_span word, int64_t *subtype)
{
    const struct word *found = by_text(subtypes_of(type), word);
    const struct molt_ptable_extra *extra;

    if (found) {
        *subtype = found->value;
        return true;
    }
    for (size_t i = 0; (extra = next_extra(extras, type, &i));) {
        if (!molt_span_equal(extra->name, word)) continue;
        *subtype = extra->subtype;
        return true;
    }
    return false;
}

bool molt_part_is_subtype_word(const struct molt_ptable_extras *extras, struct molt_span word)
{
    for (int64_t type = 0; type < (int64_t)COUNT(k_subtypes); type++) {
        int64_t ignored;

        if (molt_part_subtype_value(extras, type, word, &ignored)) return true;
    }
    return false;
}

void molt_ptable_list_words(const struct molt_ptable_extras *extras, int64_t type,
                            struct molt_text *to)
{
    struct words words = type < 0 ? k_all_types : subtypes_of(type);
    const struct molt_ptable_extra *extra;

    for (size_t i = 0; i < words.count; i++) {
        if (i > 0) molt_text_add(to, ", ");
        molt_text_add(to, words.at[i].text);
    }
    for (size_t i = 0; (extra = next_extra(extras, type, &i));) {
        molt_text_add(to, ", ");
        molt_text_span(to, extra->name);
    }
}

uint32_t molt_part_flag(struct molt_span word)
{
    const struct word *found = by_text(k_all_flags, word);

    return found ? found->value : 0;
}

void molt_part_flags_text(uint32_t flags, struct molt_text *to)
{
    bool first = true;

    for (size_t i = 0; i < COUNT(k_flags); i++) {
        if (!(flags & k_flags[i].value)) continue;
        if (!first) molt_text_char(to, ':');
        molt_text_add(to, k_flags[i].text);
        first = false;
    }
}

/* ---- numbers ---------------------------------------------------------------------------------- */

static const int64_t k_most = (int64_t)1 << 56;

static int64_t times(int64_t value, int64_t factor)
{
    if (value > k_most / factor) return k_most;
    if (value < -k_most / factor) return -k_most;
    return value * factor;
}

static int digit_of(char c)
{
    c = molt_ascii_lower(c);
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return 16;
}

/* Digits with single underscores between them; one may also stand in front when a prefix did. */
static bool digits(struct molt_span s, int base, bool after_prefix, int64_t *value)
{
    bool may_underscore = after_prefix;
    int64_t sum = 0;

    if (s.len == 0 || s.at[s.len - 1] == '_') return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '_') {
            if (!may_underscore) return false;
            may_underscore = false;
            continue;
        }
        int digit = digit_of(s.at[i]);
        if (digit >= base) return false;
        sum = times(sum, base) + digit;
        may_underscore = true;
    }
    *value = sum > k_most ? k_most : sum;
    return true;
}

/* Python's int(text, base), base 16 or 0 = what the prefix says. */
static bool whole_number(struct molt_span s, int base, int64_t *value)
{
    static const struct {
        char letter;
        int base;
    } prefixes[] = { { 'x', 16 }, { 'o', 8 }, { 'b', 2 } };
    bool negative = false, prefixed = false;

    s = molt_strip(s);
    if (s.len > 0 && (s.at[0] == '-' || s.at[0] == '+')) {
        negative = s.at[0] == '-';
        s.at++, s.len--;
    }
    for (size_t i = 0; i < COUNT(prefixes) && s.len > 1 && s.at[0] == '0' && !prefixed; i++) {
        if (molt_ascii_lower(s.at[1]) != prefixes[i].letter) continue;
        if (base != 0 && base != prefixes[i].base) continue;
        base = prefixes[i].base;
        prefixed = true;
        s.at += 2, s.len -= 2;
    }
    bool decimal = base == 0;
    if (!digits(s, decimal ? 10 : base, prefixed, value)) return false;
    if (decimal && s.at[0] == '0' && *value != 0) return false; /* "010" could mean 8 */
    if (negative) *value = -*value;
    return true;
}

static bool keyword(struct molt_span s, const struct molt_number_grammar *grammar, int64_t *value)
{
    char lower[64]; /* no keyword is longer; an extra one that is cannot be typed */

    if (s.len > sizeof lower) return false;
    for (size_t i = 0; i < s.len; i++) lower[i] = molt_ascii_lower(s.at[i]);
    struct molt_span word = { lower, s.len };
    if (grammar->words == MOLT_WORDS_TYPES) return molt_part_type_value(word, value);
    return molt_part_subtype_value(grammar->extras, grammar->type, word, value);
}

static bool has_words(const struct molt_number_grammar *grammar)
{
    if (grammar->words == MOLT_WORDS_SUBTYPES) return subtypes_of(grammar->type).count > 0;
    return grammar->words == MOLT_WORDS_TYPES;
}

enum molt_number_result molt_ptable_number(struct molt_span text,
                                           const struct molt_number_grammar *grammar,
                                           int64_t *value, struct molt_span *rest)
{
    int64_t factor = 1;

    /* A suffix is taken off whatever is left, so a keyword that ends in k or m is never found. */
    for (; text.len > 0; text.len--) {
        char last = molt_ascii_lower(text.at[text.len - 1]);

        if (last != 'k' && last != 'm') break;
        factor = times(factor, last == 'k' ? 1024 : 1024 * 1024);
    }
    *rest = text;
    if (!whole_number(text, 0, value)) {
        if (!has_words(grammar)) return MOLT_NUMBER_BAD;
        if (!keyword(text, grammar, value)) return MOLT_NUMBER_UNKNOWN;
    }
    *value = times(*value, factor);
    return MOLT_NUMBER_OK;
}

/* ---- extra subtypes ---------------------------------------------------------------------------- */

static struct molt_span take_field(struct molt_span *text, bool *more)
{
    struct molt_span field = { text->at, 0 };

    while (field.len < text->len && text->at[field.len] != ',') field.len++;
    *more = field.len < text->len;
    text->at += field.len + (*more ? 1 : 0);
    text->len -= field.len + (*more ? 1 : 0);
    return molt_strip(field);
}

enum molt_extra_result molt_ptable_extra_add(struct molt_ptable_extras *extras,
                                             struct molt_span text)
{
    bool more = false, more_behind = false;
    int64_t type, subtype, taken;

    if (!molt_utf8_valid(text)) return MOLT_EXTRA_BAD_FORM;
    struct molt_span type_word = take_field(&text, &more);
    struct molt_span name = take_field(&text, &more);
    struct molt_span number = take_field(&text, &more_behind);

    if (!more || !whole_number(number, 16, &subtype)) return MOLT_EXTRA_BAD_FORM;
    if (subtype < 0 || subtype > UINT8_MAX) return MOLT_EXTRA_BAD_FORM;
    if (!molt_part_type_value(type_word, &type)) return MOLT_EXTRA_BAD_TYPE;
    if (molt_part_subtype_word(extras, type, subtype).at) return MOLT_EXTRA_DUPLICATE;
    if (molt_part_subtype_value(extras, type, name, &taken)) return MOLT_EXTRA_DUPLICATE;
    if (extras->count == MOLT_PTABLE_EXTRA_MAX) return MOLT_EXTRA_TOO_MANY;
    extras->row[extras->count++] = (struct molt_ptable_extra){ .name = name,
                                                               .type = (uint8_t)type,
                                                               .subtype = (uint8_t)subtype };
    return MOLT_EXTRA_OK;
}
