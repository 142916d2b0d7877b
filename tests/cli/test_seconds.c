#include "cli/seconds.h"

#include "tests/support/check.h"

static const struct molt_option k_option = { .name = "limit", .kind = MOLT_OPT_VALUE };

static bool seconds(const char *text, uint32_t *ms)
{
    const struct molt_given given = { &k_option, text };
    const struct molt_args args = { .path = "test", .given = &given, .given_count = 1 };

    return molt_args_seconds(&args, "limit", 7, ms);
}

TEST(only_zero_is_zero)
{
    const struct {
        const char *text;
        bool good;
        uint32_t ms;
    } cases[] = {
        { "0", true, 0 },      { "0.0", true, 0 },          { "0.0001", true, 1 },
        { "1e-9", true, 1 },   { "0.25", true, 250 },       { "5", true, 5000 },
        { "2.3", true, 2300 }, { "1e6", true, 1000000000 }, { "-1", false, 7 },
        { "1e7", false, 7 },   { "nan", false, 7 },         { "", false, 7 },
        { "5s", false, 7 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t ms = 0;

        test_case = cases[i].text;
        CHECK_EQ(seconds(cases[i].text, &ms), cases[i].good);
        CHECK_EQ(ms, cases[i].ms);
    }
}

TEST_MAIN()
