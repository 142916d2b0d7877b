/* A test program is: #include "tests/support/check.h", some TEST()s, TEST_MAIN(). It runs on
 * cmocka. Each CHECK that fails prints its place and both values and lets the test go on, so that
 * one run shows everything that is wrong; the test then fails at its end. */
#ifndef MOLT_TESTS_SUPPORT_CHECK_H
#define MOLT_TESTS_SUPPORT_CHECK_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEST_MAX = 200 };

static struct CMUnitTest test_list[TEST_MAX];
static size_t test_count;
static int test_failures;          /* in the test that is running */
static const char *test_case = ""; /* set it inside a loop; failures print it */

static inline int test_start(void **state)
{
    (void)state;
    test_failures = 0;
    test_case = "";
    return 0;
}

#define TEST(test_name)                                                                            \
    static void test_name(void);                                                                   \
    static void test_name##_run(void **state)                                                      \
    {                                                                                              \
        (void)state;                                                                               \
        test_name();                                                                               \
        if (test_failures) fail_msg("%d checks failed", test_failures);                            \
    }                                                                                              \
    __attribute__((constructor)) static void test_name##_register(void)                            \
    {                                                                                              \
        if (test_count < TEST_MAX)                                                                 \
            test_list[test_count++] = (struct CMUnitTest){ .name = #test_name,                     \
                                                           .test_func = test_name##_run,           \
                                                           .setup_func = test_start };             \
    }                                                                                              \
    static void test_name(void)

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond)) test_fail(__FILE__, __LINE__, #cond);                                         \
    } while (0)

#define CHECK_EQ(got, want) test_eq(__FILE__, __LINE__, #got, (intmax_t)(got), (intmax_t)(want))

#define CHECK_STR(got, want) test_str(__FILE__, __LINE__, #got, got, want)

#define CHECK_MEM(got, want, len) test_mem(__FILE__, __LINE__, #got, got, want, len)

static inline void test_fail(const char *file, int line, const char *what)
{
    printf("%s:%d: %s%s%s\n", file, line, test_case, *test_case ? ": " : "", what);
    test_failures++;
}

static inline void test_eq(const char *file, int line, const char *what, intmax_t got,
                           intmax_t want)
{
    char text[512];

    if (got == want) return;
    (void)snprintf(text, sizeof text, "%s is %" PRIdMAX " (0x%" PRIxMAX "), want %" PRIdMAX, what,
                   got, (uintmax_t)got, want);
    test_fail(file, line, text);
}

static inline void test_str(const char *file, int line, const char *what, const char *got,
                            const char *want)
{
    char text[1024];

    if (got && want && strcmp(got, want) == 0) return;
    (void)snprintf(text, sizeof text, "%.150s is \"%.400s\", want \"%.400s\"", what,
                   got ? got : "(null)", want ? want : "(null)");
    test_fail(file, line, text);
}

static inline void test_mem(const char *file, int line, const char *what, const void *got,
                            const void *want, size_t len)
{
    const uint8_t *g = got, *w = want;
    char text[256];

    for (size_t i = 0; i < len; i++) {
        if (g[i] == w[i]) continue;
        (void)snprintf(text, sizeof text, "%s differs at byte %zu: 0x%02x, want 0x%02x", what, i,
                       g[i], w[i]);
        test_fail(file, line, text);
        return;
    }
}

#define TEST_MAIN()                                                                                \
    int main(void)                                                                                 \
    {                                                                                              \
        return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);               \
    }

#endif
