#include "base/text.h"

#include "tests/support/check.h"

#include "base/unicode.h"

TEST(text_that_does_not_fit_is_dropped_and_remembered)
{
    char buffer[4];
    struct molt_text t = molt_text_over(buffer, sizeof buffer);

    molt_text_add(&t, "abc");
    CHECK(!t.overran);
    molt_text_char(&t, 'd');
    CHECK(t.overran);
    CHECK_STR(buffer, "abc");
    CHECK_EQ(t.len, 3);
}

TEST(numbers_are_written_as_python_writes_them)
{
    const struct {
        int64_t value;
        const char *decimal, *hex;
    } cases[] = {
        { 0, "0", "0x0" },
        { 255, "255", "0xff" },
        { -31, "-31", "0x-1f" },
        { INT64_MAX, "9223372036854775807", "0x7fffffffffffffff" },
        { INT64_MIN, "-9223372036854775808", "0x-8000000000000000" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[64];
        struct molt_text t = molt_text_over(buffer, sizeof buffer);

        molt_text_decimal(&t, cases[i].value);
        CHECK_STR(buffer, cases[i].decimal);
        t = molt_text_over(buffer, sizeof buffer);
        molt_text_hex(&t, cases[i].value);
        CHECK_STR(buffer, cases[i].hex);
    }
}

TEST(bytes_are_written_as_lower_case_hex)
{
    char buffer[16];
    struct molt_text t = molt_text_over(buffer, sizeof buffer);

    molt_text_hex_bytes(&t, "\x00\xAB\x7F", 3);
    CHECK_STR(buffer, "00ab7f");
}

TEST(spans_compare_by_bytes_and_then_by_length)
{
    CHECK(molt_span_compare(molt_span_of("ab"), molt_span_of("abc")) < 0);
    CHECK(molt_span_compare(molt_span_of("b"), molt_span_of("abc")) > 0);
    CHECK(molt_span_compare(molt_span_of("\xD0\xB8"), molt_span_of("z")) > 0);
    CHECK_EQ(molt_span_compare(molt_span_of("x"), molt_span_of("x")), 0);
    CHECK(molt_span_is(molt_span_of(""), ""));
    CHECK(!molt_span_is(molt_span_of("a"), ""));
}

TEST(a_byte_order_mark_names_the_encoding)
{
    const struct {
        const char *bytes;
        size_t len;
        enum molt_encoding encoding;
        size_t mark_len;
    } cases[] = {
        { "abc", 3, MOLT_UTF8, 0 },
        { "\xEF\xBB\xBF", 3, MOLT_UTF8, 3 },
        { "\xEF\xBB", 2, MOLT_UTF8, 0 },
        { "\xFF\xFE", 2, MOLT_UTF16_LE, 2 },
        { "\xFE\xFF", 2, MOLT_UTF16_BE, 2 },
        { "\xFF\xFE\0\0", 4, MOLT_UTF16_LE, 2 }, /* UTF-32-LE is taken for UTF-16 */
        { "\0\0\xFE\xFF", 4, MOLT_UTF32_BE, 4 },
        { "", 0, MOLT_UTF8, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t mark_len = 99;

        CHECK_EQ(molt_encoding_of(cases[i].bytes, cases[i].len, &mark_len), cases[i].encoding);
        CHECK_EQ(mark_len, cases[i].mark_len);
    }
}

TEST(code_points_are_read_strictly)
{
    const struct {
        const char *name;
        enum molt_encoding encoding;
        const char *bytes;
        size_t len;
        int32_t code_point;
        size_t used;
    } cases[] = {
        { "ASCII", MOLT_UTF8, "A", 1, 'A', 1 },
        { "NUL", MOLT_UTF8, "\0", 1, 0, 1 },
        { "two bytes", MOLT_UTF8, "\xD0\xB8", 2, 0x438, 2 },
        { "three bytes", MOLT_UTF8, "\xE2\x80\xA8", 3, 0x2028, 3 },
        { "four bytes", MOLT_UTF8, "\xF0\x9F\x98\x80", 4, 0x1F600, 4 },
        { "the last", MOLT_UTF8, "\xF4\x8F\xBF\xBF", 4, 0x10FFFF, 4 },
        { "beyond the last", MOLT_UTF8, "\xF4\x90\x80\x80", 4, MOLT_NO_CODE_POINT, 0 },
        { "overlong two", MOLT_UTF8, "\xC1\xBF", 2, MOLT_NO_CODE_POINT, 0 },
        { "overlong three", MOLT_UTF8, "\xE0\x9F\xBF", 3, MOLT_NO_CODE_POINT, 0 },
        { "overlong four", MOLT_UTF8, "\xF0\x8F\xBF\xBF", 4, MOLT_NO_CODE_POINT, 0 },
        { "a surrogate", MOLT_UTF8, "\xED\xA0\x80", 3, MOLT_NO_CODE_POINT, 0 },
        { "cut", MOLT_UTF8, "\xE2\x80", 2, MOLT_NO_CODE_POINT, 0 },
        { "continuation first", MOLT_UTF8, "\x80", 1, MOLT_NO_CODE_POINT, 0 },
        { "continuation missing", MOLT_UTF8, "\xD0\x41", 2, MOLT_NO_CODE_POINT, 0 },
        { "five bytes", MOLT_UTF8, "\xF8\x88\x80\x80\x80", 5, MOLT_NO_CODE_POINT, 0 },
        { "UTF-16-LE", MOLT_UTF16_LE, "\x38\x04", 2, 0x438, 2 },
        { "UTF-16-BE", MOLT_UTF16_BE, "\x04\x38", 2, 0x438, 2 },
        { "a pair", MOLT_UTF16_BE, "\xD8\x3D\xDE\x00", 4, 0x1F600, 4 },
        { "half a pair", MOLT_UTF16_BE, "\xD8\x3D", 2, MOLT_NO_CODE_POINT, 0 },
        { "second half first", MOLT_UTF16_BE, "\xDE\x00\xD8\x3D", 4, MOLT_NO_CODE_POINT, 0 },
        { "second half missing", MOLT_UTF16_BE, "\xD8\x3D\0A", 4, MOLT_NO_CODE_POINT, 0 },
        { "half a unit", MOLT_UTF16_LE, "A", 1, MOLT_NO_CODE_POINT, 0 },
        { "UTF-32-BE", MOLT_UTF32_BE, "\0\x01\xF6\0", 4, 0x1F600, 4 },
        { "UTF-32-BE beyond", MOLT_UTF32_BE, "\0\x11\0\0", 4, MOLT_NO_CODE_POINT, 0 },
        { "UTF-32-BE far beyond", MOLT_UTF32_BE, "\xFF\0\0A", 4, MOLT_NO_CODE_POINT, 0 },
        { "UTF-32-BE surrogate", MOLT_UTF32_BE, "\0\0\xD8\0", 4, MOLT_NO_CODE_POINT, 0 },
        { "UTF-32-BE cut", MOLT_UTF32_BE, "\0\0\0", 3, MOLT_NO_CODE_POINT, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t off = 0;

        test_case = cases[i].name;
        CHECK_EQ(molt_code_point_next(cases[i].encoding, cases[i].bytes, cases[i].len, &off),
                 cases[i].code_point);
        CHECK_EQ(off, cases[i].used);
    }
}

TEST(every_code_point_survives_utf8)
{
    for (int32_t c = 0; c <= 0x10FFFF; c++) {
        char bytes[MOLT_UTF8_MAX];
        size_t off = 0, len;

        if (c >= 0xD800 && c < 0xE000) continue;
        len = molt_utf8_put(c, bytes);
        if (molt_code_point_next(MOLT_UTF8, bytes, len, &off) != c || off != len) CHECK_EQ(off, c);
    }
}

TEST(white_space_and_line_ends_are_pythons)
{
    static const int32_t spaces[] = { 0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x1C,
                                      0x1D,   0x1E,   0x1F,   0x20,   0x85,   0xA0,
                                      0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                      0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A,
                                      0x2028, 0x2029, 0x202F, 0x205F, 0x3000 };
    static const int32_t ends[] = {
        0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029
    };
    size_t space = 0, end = 0;

    for (int32_t c = 0; c < 0x10000; c++) {
        bool is_space = space < sizeof spaces / sizeof spaces[0] && c == spaces[space];
        bool is_end = end < sizeof ends / sizeof ends[0] && c == ends[end];

        space += is_space;
        end += is_end;
        if (molt_is_space(c) != is_space || molt_is_line_end(c) != is_end) CHECK_EQ(c, -1);
    }
    CHECK_EQ(space, sizeof spaces / sizeof spaces[0]);
    CHECK_EQ(end, sizeof ends / sizeof ends[0]);
}

TEST(stripping_takes_white_space_from_both_ends_only)
{
    const struct {
        const char *text, *stripped;
    } cases[] = {
        { " \t a b \r\n", "a b" },
        { "\xC2\xA0x\xE3\x80\x80", "x" },
        { "\xD0\xB8", "\xD0\xB8" },
        { " \xE2\x80\xA8 ", "" },
        { "", "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].text;
        CHECK(molt_span_is(molt_strip(molt_span_of(cases[i].text)), cases[i].stripped));
    }
}

TEST(a_tidy_text_has_nothing_that_a_terminal_obeys)
{
    const struct {
        const char *text, *tidy;
    } cases[] = {
        { "", "" },
        { "demo 1.0.0", "demo 1.0.0" },
        { "\xD0\xB8 \xE2\x82\xAC \xF0\x9F\x98\x80", "\xD0\xB8 \xE2\x82\xAC \xF0\x9F\x98\x80" },
        { "a\tb\nc\rd", "a?b?c?d" },
        { "\x1B[2J\x7F", "?[2J?" },
        { "\x9B"
          "2J",
          "?2J" },
        { "\xC2\x9B"
          "2J",
          "?2J" },                             /* the same control character as UTF-8 */
        { "\xE2\x80\xAEtxt.exe", "?txt.exe" }, /* writes what follows from right to left */
        { "\xE2\x80\xA8x", "?x" },             /* a line separator */
        { "\xFF\xFE", "??" },
        { "\xE2\x82", "??" },
        { "\xED\xA0\x80", "???" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32];

        test_case = cases[i].tidy;
        (void)snprintf(text, sizeof text, "%s", cases[i].text);
        molt_tidy(text);
        CHECK_STR(text, cases[i].tidy);
    }
}

TEST_MAIN()
