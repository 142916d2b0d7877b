#include "base/unicode.h"

#include <string.h>

enum { SURROGATE = 0xD800, LOW_SURROGATE = 0xDC00, SURROGATES_END = 0xE000, MAX = 0x10FFFF };

enum molt_encoding molt_encoding_of(const void *bytes, size_t len, size_t *mark_len)
{
    static const struct {
        const char *mark;
        size_t len;
        enum molt_encoding encoding;
    } marks[] = {
        { "\xEF\xBB\xBF", 3, MOLT_UTF8 },
        { "\xFF\xFE", 2, MOLT_UTF16_LE },
        { "\xFE\xFF", 2, MOLT_UTF16_BE },
        { "\0\0\xFE\xFF", 4, MOLT_UTF32_BE },
    };

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (len < marks[i].len || memcmp(bytes, marks[i].mark, marks[i].len) != 0) continue;
        *mark_len = marks[i].len;
        return marks[i].encoding;
    }
    *mark_len = 0;
    return MOLT_UTF8;
}

static int32_t utf8_next(const uint8_t *p, size_t len, size_t *off)
{
    static const struct {
        uint8_t mask, lead; /* of the first byte */
        int32_t least;      /* that needs this many bytes: a smaller one is "overlong" */
    } forms[] = {
        { 0x80, 0x00, 0 },
        { 0xE0, 0xC0, 0x80 },
        { 0xF0, 0xE0, 0x800 },
        { 0xF8, 0xF0, 0x10000 },
    };
    uint8_t first = p[*off];

    for (size_t more = 0; more < sizeof forms / sizeof forms[0]; more++) {
        if ((first & forms[more].mask) != forms[more].lead) continue;
        if (len - *off <= more) return MOLT_NO_CODE_POINT;
        int32_t value = first & (uint8_t)~forms[more].mask;
        for (size_t i = 1; i <= more; i++) {
            if ((p[*off + i] & 0xC0) != 0x80) return MOLT_NO_CODE_POINT;
            value = value << 6 | (p[*off + i] & 0x3F);
        }
        if (value < forms[more].least || value > MAX) return MOLT_NO_CODE_POINT;
        if (value >= SURROGATE && value < SURROGATES_END) return MOLT_NO_CODE_POINT;
        *off += more + 1;
        return value;
    }
    return MOLT_NO_CODE_POINT;
}

static int32_t utf16_unit(enum molt_encoding encoding, const uint8_t *p)
{
    return encoding == MOLT_UTF16_LE ? p[0] | p[1] << 8 : p[0] << 8 | p[1];
}

static int32_t utf16_next(enum molt_encoding encoding, const uint8_t *p, size_t len, size_t *off)
{
    if (len - *off < 2) return MOLT_NO_CODE_POINT;
    int32_t unit = utf16_unit(encoding, p + *off);

    if (unit < SURROGATE || unit >= SURROGATES_END) {
        *off += 2;
        return unit;
    }
    if (unit >= LOW_SURROGATE || len - *off < 4) return MOLT_NO_CODE_POINT;
    int32_t low = utf16_unit(encoding, p + *off + 2);
    if (low < LOW_SURROGATE || low >= SURROGATES_END) return MOLT_NO_CODE_POINT;
    *off += 4;
    return 0x10000 + ((unit - SURROGATE) << 10) + (low - LOW_SURROGATE);
}

static int32_t utf32_next(const uint8_t *p, size_t len, size_t *off)
{
    if (len - *off < 4 || p[*off] != 0) return MOLT_NO_CODE_POINT;
    int32_t value = p[*off + 1] << 16 | p[*off + 2] << 8 | p[*off + 3];

    if (value > MAX || (value >= SURROGATE && value < SURROGATES_END)) return MOLT_NO_CODE_POINT;
    *off += 4;
    return value;
}

int32_t molt_code_point_next(enum molt_encoding encoding, const void *bytes, size_t len,
                             size_t *off)
{
    switch (encoding) {
    case MOLT_UTF16_LE:
    case MOLT_UTF16_BE:
        return utf16_next(encoding, bytes, len, off);
    case MOLT_UTF32_BE:
        return utf32_next(bytes, len, off);
    case MOLT_UTF8:
    default:
        return utf8_next(bytes, len, off);
    }
}

size_t molt_utf8_put(int32_t c, char to[MOLT_UTF8_MAX])
{
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = { 0, 0x00, 0xC0, 0xE0, 0xF0 };

    for (size_t i = len; i-- > 1; c >>= 6) to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(lead[len] | c);
    return len;
}

bool molt_utf8_valid(struct molt_span s)
{
    for (size_t off = 0; off < s.len;) {
        if (molt_code_point_next(MOLT_UTF8, s.at, s.len, &off) == MOLT_NO_CODE_POINT) return false;
    }
    return true;
}

/* C0 with DEL, C1, separators, and Unicode's bidirectional controls (UAX #9). */
static bool may_be_shown(int32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return false; /* no code point is below, too */
    if (c == 0x061C || c == 0x200E || c == 0x200F) return false;
    return !(c >= 0x2028 && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069);
}

void molt_tidy(char *terminated)
{
    const size_t len = strlen(terminated);
    size_t used = 0;

    for (size_t off = 0; off < len;) {
        size_t start = off;
        int32_t c = molt_code_point_next(MOLT_UTF8, terminated, len, &off);

        if (off == start) off++;
        if (may_be_shown(c)) {
            memmove(terminated + used, terminated + start, off - start);
            used += off - start;
        } else {
            terminated[used++] = '?';
        }
    }
    terminated[used] = '\0';
}

bool molt_is_space(int32_t c)
{
    if ((c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20)) return true;
    if (c >= 0x2000 && c <= 0x200A) return true;
    return c == 0x85 || c == 0xA0 || c == 0x1680 || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

bool molt_is_line_end(int32_t c)
{
    return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
           c == 0x2029;
}

/* Where the last code point of `s` begins. */
static size_t last_off(struct molt_span s)
{
    size_t off = s.len - 1;

    while (off > 0 && ((uint8_t)s.at[off] & 0xC0) == 0x80) off--;
    return off;
}

struct molt_span molt_strip(struct molt_span s)
{
    while (s.len > 0) {
        size_t used = 0;

        if (!molt_is_space(molt_code_point_next(MOLT_UTF8, s.at, s.len, &used))) break;
        s.at += used;
        s.len -= used;
    }
    while (s.len > 0) {
        size_t off = last_off(s), end = off;

        if (!molt_is_space(molt_code_point_next(MOLT_UTF8, s.at, s.len, &end))) break;
        s.len = off;
    }
    return s;
}
