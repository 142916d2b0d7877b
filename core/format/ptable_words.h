/* The words of a partition table's CSV: keywords of types, subtypes and flags, and numbers.
 *
 * Source: ESP-IDF components/partition_table/gen_esp32part.py (TYPES, SUBTYPES, parse_int). */
#ifndef MOLT_FORMAT_PTABLE_WORDS_H
#define MOLT_FORMAT_PTABLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { MOLT_PTABLE_EXTRA_MAX = 64 };

/* Subtypes that a project adds to the known ones. */
struct molt_ptable_extra {
    struct molt_span name; /* as typed; it must be lower case to be found */
    uint8_t type;
    uint8_t subtype;
};

struct molt_ptable_extras {
    struct molt_ptable_extra row[MOLT_PTABLE_EXTRA_MAX];
    size_t count;
};

enum molt_extra_result {
    MOLT_EXTRA_OK,
    MOLT_EXTRA_BAD_FORM,  /* not "type,name,value", or the value is not hexadecimal 0..ff */
    MOLT_EXTRA_BAD_TYPE,  /* not one of the four keywords */
    MOLT_EXTRA_DUPLICATE, /* that type has that name or value already */
    MOLT_EXTRA_TOO_MANY,
};

/* Adds one "type,name,value"; value is base 16 with or without 0x. `text` must outlive extras. */
enum molt_extra_result molt_ptable_extra_add(struct molt_ptable_extras *extras,
                                             struct molt_span text);

/* The keyword for a value; NULL-at span when there is none. extras may be NULL. */
struct molt_span molt_part_type_word(int64_t type);
struct molt_span molt_part_subtype_word(const struct molt_ptable_extras *extras, int64_t type,
                                        int64_t subtype);

/* The value of a keyword, compared exactly. */
bool molt_part_type_value(struct molt_span word, int64_t *type);
bool molt_part_subtype_value(const struct molt_ptable_extras *extras, int64_t type,
                             struct molt_span word, int64_t *subtype);
/* Whether any type has a subtype of that name. */
bool molt_part_is_subtype_word(const struct molt_ptable_extras *extras, struct molt_span word);

/* Writes the known keywords, ", " between them; type < 0: the types themselves. */
void molt_ptable_list_words(const struct molt_ptable_extras *extras, int64_t type,
                            struct molt_text *to);

/* A flag's bit, 0 for an unknown word; and "encrypted:readonly" for bits. */
uint32_t molt_part_flag(struct molt_span word);
void molt_part_flags_text(uint32_t flags, struct molt_text *to);

enum molt_number_result {
    MOLT_NUMBER_OK,
    MOLT_NUMBER_BAD,     /* no number, where no keyword is possible */
    MOLT_NUMBER_UNKNOWN, /* neither a number nor a known keyword */
};

/* Which keywords may stand for the number. */
enum molt_number_words { MOLT_WORDS_NONE, MOLT_WORDS_TYPES, MOLT_WORDS_SUBTYPES };

struct molt_number_grammar {
    enum molt_number_words words;
    int64_t type; /* whose subtypes */
    const struct molt_ptable_extras *extras;
};

/* "-1", "0x10", "0b1_000", "64k", "2M", "1kk", "factory". A value beyond +-2^56 is cut to that, so
 * that sums of a few do not overflow; no such value fits a table. On failure *rest is the part that
 * is none, the text without its suffixes. */
enum molt_number_result molt_ptable_number(struct molt_span text,
                                           const struct molt_number_grammar *grammar,
                                           int64_t *value, struct molt_span *rest);

#endif
