#include "tests/support/check.h"

#include "http/range.h"

TEST(a_content_range_says_first_last_and_total)
{
    static const struct {
        const char *text;
        enum molt_err err;
        struct molt_content_range range;
    } cases[] = {
        { "bytes 0-1023/4096", MOLT_OK, { 0, 1023, 4096 } },
        { "Bytes 5-5/6", MOLT_OK, { 5, 5, 6 } },
        { "bytes 0-1023/*", MOLT_OK, { 0, 1023, -1 } },
        { "bytes */4096", MOLT_OK, { -1, -1, 4096 } },
        { "bytes 0-9223372036854775806/9223372036854775807",
          MOLT_OK,
          { 0, INT64_MAX - 1, INT64_MAX } },
        { "bytes 0-9223372036854775808/*", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "bytes 10-9/20", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "bytes 0-20/20", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "bytes 0-1", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "bytes 0-1/", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "bytes 0-1/2x", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "bytes -1-1/2", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "bytes 0 - 1/2", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "items 0-1/2", MOLT_ERR_FORMAT, { -1, -1, -1 } },
        { "", MOLT_ERR_FORMAT, { -1, -1, -1 } },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_content_range range;

        test_case = cases[i].text;
        CHECK_EQ(molt_content_range_parse(cases[i].text, &range), cases[i].err);
        CHECK_EQ(range.first, cases[i].range.first);
        CHECK_EQ(range.last, cases[i].range.last);
        CHECK_EQ(range.total, cases[i].range.total);
    }
}

TEST(a_content_range_must_answer_what_was_asked)
{
    static const struct {
        const char *asked, *got;
        bool answers;
    } cases[] = {
        { "bytes=0-1023", "bytes 0-1023/4096", true },
        { "bytes=0-1023", "bytes 0-99/100", true },
        { "bytes=0-1023", "bytes 0-1024/4096", false },
        { "bytes=0-1023", "bytes 1-1023/4096", false },
        { "bytes=4096-", "bytes 4096-8191/8192", true },
        { "bytes=4096-", "bytes 4096-8191/*", true },
        { "bytes=4096-", "bytes 0-8191/8192", false },
        { "bytes=4096-", "bytes */8192", false },
        { "bytes=-100", "bytes 900-999/1000", true },
        { "bytes=-100", "bytes 800-999/1000", false },
        { "bytes=-100", "bytes 0-99/1000", false },
        { "bytes=0-1,4-5", "bytes 0-1/9", true },
        { "lines=0-1", "bytes 0-1/9", false },
        { "", "bytes 0-1/9", false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_content_range got;

        test_case = cases[i].got;
        CHECK_EQ(molt_content_range_parse(cases[i].got, &got), MOLT_OK);
        CHECK_EQ(molt_content_range_answers(&got, cases[i].asked), cases[i].answers);
    }
}

TEST_MAIN()
