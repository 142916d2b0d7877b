#include "tests/support/check.h"

#include "http/headers.h"

static struct molt_http_headers h;

static const char *all(void)
{
    static char text[4096];
    const char *key, *value;

    text[0] = '\0';
    for (size_t at = 0; molt_http_headers_next(&h, &at, &key, &value);)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s=%s|", key, value);
    return text;
}

TEST(headers_are_added_replaced_and_removed_without_regard_to_case)
{
    h.len = 0;
    CHECK_EQ(molt_http_headers_set(&h, "A", " 1\t"), MOLT_OK);
    CHECK_EQ(molt_http_headers_set(&h, "B", ""), MOLT_OK);
    CHECK_EQ(molt_http_headers_set(&h, "C-d", "x y"), MOLT_OK);
    CHECK_STR(all(), "A=1|B=|C-d=x y|");
    CHECK_STR(molt_http_headers_get(&h, "c-D"), "x y");
    CHECK(molt_http_headers_get(&h, "C") == NULL);

    CHECK_EQ(molt_http_headers_set(&h, "a", "longer than before"), MOLT_OK);
    CHECK_STR(all(), "B=|C-d=x y|a=longer than before|");
    CHECK(molt_http_headers_remove(&h, "b"));
    CHECK(!molt_http_headers_remove(&h, "b"));
    CHECK_STR(all(), "C-d=x y|a=longer than before|");

    test_case = "a stored value may be the new one";
    CHECK_EQ(molt_http_headers_set(&h, "a", molt_http_headers_get(&h, "A") + 7), MOLT_OK);
    CHECK_STR(all(), "C-d=x y|a=than before|");
}

TEST(no_header_can_become_two)
{
    static const struct {
        const char *key, *value;
    } cases[] = {
        { "", "v" },     { "A B", "v" },      { "A:", "v" },        { "A\r\nB", "v" },
        { "A\n", "v" },  { "\xc3\xa9", "v" }, { "A", "v\r\nB: x" }, { "A", "v\nB" },
        { "A", "v\rB" }, { "A", "v\x01w" },   { "A", "v\x7fw" },
    };

    h.len = 0;
    CHECK_EQ(molt_http_headers_set(&h, "A", "kept"), MOLT_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].value;
        CHECK_EQ(molt_http_headers_set(&h, cases[i].key, cases[i].value), MOLT_ERR_ARG);
        CHECK_STR(all(), "A=kept|");
    }
}

TEST(the_room_for_headers_ends_and_then_nothing_changes)
{
    char value[CONFIG_MOLT_HTTP_HEADERS_MAX];

    h.len = 0;
    memset(value, 'v', sizeof value);
    value[CONFIG_MOLT_HTTP_HEADERS_MAX - 20] = '\0';
    CHECK_EQ(molt_http_headers_set(&h, "Long", value), MOLT_OK);
    CHECK_EQ(molt_http_headers_set(&h, "More", "does not fit"), MOLT_ERR_FULL);
    CHECK(molt_http_headers_get(&h, "More") == NULL);
    CHECK_EQ(strlen(molt_http_headers_get(&h, "Long")), strlen(value));
    CHECK_EQ(molt_http_headers_set(&h, "A", "fits"), MOLT_OK);
    CHECK_EQ(molt_http_headers_set(&h, "B", "12345678"), MOLT_ERR_FULL);
}

TEST_MAIN()
