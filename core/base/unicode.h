/* Unicode text, a code point at a time, strictly: what is not well-formed is an error. */
#ifndef MOLT_BASE_UNICODE_H
#define MOLT_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum molt_encoding {
    MOLT_UTF8,
    MOLT_UTF16_LE,
    MOLT_UTF16_BE,
    MOLT_UTF32_BE,
};

enum {
    MOLT_NO_CODE_POINT = -1, /* the bytes are not well-formed */
    MOLT_UTF8_MAX = 4,       /* bytes of one code point */
};

/* The encoding that a byte order mark at the start names, UTF-8 without one; *mark_len is the
 * mark's length. UTF-32-LE is not known: its mark begins with UTF-16-LE's. */
enum molt_encoding molt_encoding_of(const void *bytes, size_t len, size_t *mark_len);

/* The code point at bytes[*off], and moves *off behind it. MOLT_NO_CODE_POINT leaves *off.
 * Needs *off < len. */
int32_t molt_code_point_next(enum molt_encoding encoding, const void *bytes, size_t len,
                             size_t *off);

/* Writes a valid code point; how many bytes. */
size_t molt_utf8_put(int32_t code_point, char to[MOLT_UTF8_MAX]);

/* Whether all of `s` is well-formed UTF-8. */
bool molt_utf8_valid(struct molt_span s);

/* Replaces, in place and each by '?', what a terminal might obey or show as something else: control
 * characters, line ends, marks of writing direction, and bytes that are not UTF-8. For texts that an
 * image or a table brings; what was cut inside a code point ends in '?'. */
void molt_tidy(char *terminated);

/* What Python's str.isspace() calls space, as far as str.strip() removes it. */
bool molt_is_space(int32_t code_point);
/* What Python's str.splitlines() ends a line at; CR LF counts as one, which is the caller's
 * affair. */
bool molt_is_line_end(int32_t code_point);

/* `s`, which is valid UTF-8, without the white space at both its ends. */
struct molt_span molt_strip(struct molt_span s);

#endif
