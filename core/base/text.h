/* Text without stdio: pieces of someone's text, and a bounded place to write some. */
#ifndef MOLT_BASE_TEXT_H
#define MOLT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of someone else's text, not terminated. */
struct molt_span {
    const char *at;
    size_t len;
};

struct molt_span molt_span_of(const char *terminated);
bool molt_span_equal(struct molt_span a, struct molt_span b);
bool molt_span_is(struct molt_span a, const char *terminated);
/* <0, 0, >0 as memcmp; for UTF-8 that is the order of code points. */
int molt_span_compare(struct molt_span a, struct molt_span b);
/* 'A'..'Z' to 'a'..'z', nothing else: keywords are ASCII. */
char molt_ascii_lower(char c);

/* Writes into a caller's buffer, which is NUL-terminated after every call. What does not fit is
 * dropped and sets `overran`, which is asked once, at the end. */
struct molt_text {
    char *at;
    size_t room; /* of the buffer, > 0 */
    size_t len;  /* written, without the NUL */
    bool overran;
};

struct molt_text molt_text_over(char *buffer, size_t room);
void molt_text_char(struct molt_text *t, char c);
void molt_text_add(struct molt_text *t, const char *terminated);
void molt_text_span(struct molt_text *t, struct molt_span s);
void molt_text_decimal(struct molt_text *t, int64_t value);
/* "0x1f", "0x-1f", as Python's '0x%x'. */
void molt_text_hex(struct molt_text *t, int64_t value);
/* Two lower-case digits for each byte. */
void molt_text_hex_bytes(struct molt_text *t, const void *bytes, size_t len);

#endif
