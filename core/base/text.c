#include "base/text.h"

#include <assert.h>
#include <string.h>

static const char k_digits[] = "0123456789abcdef";

struct molt_span molt_span_of(const char *terminated)
{
    return (struct molt_span){ terminated, strlen(terminated) };
}

bool molt_span_equal(struct molt_span a, struct molt_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool molt_span_is(struct molt_span a, const char *terminated)
{
    return molt_span_equal(a, molt_span_of(terminated));
}

int molt_span_compare(struct molt_span a, struct molt_span b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both ? memcmp(a.at, b.at, both) : 0;

    if (order) return order;
    return (a.len > b.len) - (a.len < b.len);
}

char molt_ascii_lower(char c)
{
    if (c < 'A' || c > 'Z') return c;
    return (char)(c - 'A' + 'a');
}

struct molt_text molt_text_over(char *buffer, size_t room)
{
    assert(room > 0);
    buffer[0] = '\0';
    return (struct molt_text){ .at = buffer, .room = room };
}

void molt_text_char(struct molt_text *t, char c)
{
    if (t->len + 1 >= t->room) {
        t->overran = true;
        return;
    }
    t->at[t->len++] = c;
    t->at[t->len] = '\0';
}

void molt_text_add(struct molt_text *t, const char *terminated)
{
    while (*terminated) molt_text_char(t, *terminated++);
}

void molt_text_span(struct molt_text *t, struct molt_span s)
{
    for (size_t i = 0; i < s.len; i++) molt_text_char(t, s.at[i]);
}

static void add_number(struct molt_text *t, uint64_t value, unsigned base)
{
    char digits[20]; /* of 2^64 - 1 in decimal */
    size_t count = 0;

    do {
        digits[count++] = k_digits[value % base];
        value /= base;
    } while (value);
    while (count > 0) molt_text_char(t, digits[--count]);
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

void molt_text_decimal(struct molt_text *t, int64_t value)
{
    if (value < 0) molt_text_char(t, '-');
    add_number(t, magnitude(value), 10);
}

void molt_text_hex(struct molt_text *t, int64_t value)
{
    molt_text_add(t, value < 0 ? "0x-" : "0x");
    add_number(t, magnitude(value), 16);
}

void molt_text_hex_bytes(struct molt_text *t, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < len; i++) {
        molt_text_char(t, k_digits[p[i] >> 4]);
        molt_text_char(t, k_digits[p[i] & 15]);
    }
}
