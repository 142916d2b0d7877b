#include "tests/support/check.h"

#include "http/url.h"

static struct molt_url url;
static struct molt_login login;

static const char *whole(const struct molt_url *u)
{
    static char text[2 * CONFIG_MOLT_HTTP_URL_MAX];
    const char *scheme = u->scheme == MOLT_URL_HTTPS  ? "https"
                         : u->scheme == MOLT_URL_HTTP ? "http"
                                                      : "other";
    char port[8] = "";

    if (!molt_url_port_is_default(u)) (void)snprintf(port, sizeof port, ":%u", u->port);
    (void)snprintf(text, sizeof text, "%s %s%s%s%s %s", scheme, u->host_is_ipv6 ? "[" : "",
                   molt_url_host(u), u->host_is_ipv6 ? "]" : "", port, molt_url_target(u));
    return text;
}

TEST(a_url_is_scheme_host_port_and_target)
{
    static const struct {
        const char *text, *means;
    } cases[] = {
        { "http://h", "http h /" },
        { "HTTP://H.example/a", "http H.example /a" },
        { "https://h:443/a/b?c=d&e", "https h /a/b?c=d&e" },
        { "https://h:8443", "https h:8443 /" },
        { "http://h:80?q", "http h /?q" },
        { "http://h:443/", "http h:443 /" },
        { "http://h:/x", "http h /x" },
        { "https://h/a#part?no", "https h /a" },
        { "http://[::1]:8080/x", "http [::1]:8080 /x" },
        { "http://[2001:db8::7]/", "http [2001:db8::7] /" },
        { "http://127.0.0.1:65535/?", "http 127.0.0.1:65535 /?" },
        { "http://u:p@h/x@y:z", "http h /x@y:z" },
        { "http://h/a/../b/./c", "http h /b/c" },
        { "http://h/caf\xc3\xa9", "http h /caf\xc3\xa9" },
        { "ftp://h/x", "other h /x" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].text;
        CHECK_EQ(molt_url_parse(&url, &login, cases[i].text), MOLT_OK);
        CHECK_STR(whole(&url), cases[i].means);
    }
}

TEST(what_is_not_a_url_is_refused_and_changes_nothing)
{
    static const char *const cases[] = {
        "",
        "h",
        "/x",
        "//h/x",
        "http:",
        "http:/x",
        "http://",
        "http:///x",
        "http://:80/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:99999999999999999999/",
        "http://h:8x/",
        "http://h h/",
        "http://h/a b",
        "http://h/\n",
        "http://h\r\nHost: x/",
        "http://h\\@evil/",
        "http://a@b@c/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[]/",
        "http://[h]/",
        "http://h%41/",
        "http://<h>/",
        "http://u%zz@h/",
        "http://u%4@h/",
        "http://u%0d%0a@h/",
        "http://u%00@h/",
        "1http://h/",
        "mailto:a@b",
        "http://h\x7f/",
        "http://h,evil/",
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i];
        CHECK_EQ(molt_url_parse(&url, &login, "https://old:1/kept"), MOLT_OK);
        CHECK_EQ(molt_url_parse(&url, &login, cases[i]), MOLT_ERR_FORMAT);
        CHECK_STR(whole(&url), "https old:1 /kept");
    }
}

TEST(user_and_password_are_decoded_and_kept_apart)
{
    CHECK_EQ(molt_url_parse(&url, &login, "http://al%3Aice:p%40ss:w%2f@h/"), MOLT_OK);
    CHECK_STR(login.user, "al:ice");
    CHECK_STR(login.password, "p@ss:w/");
    CHECK_STR(molt_url_host(&url), "h");

    test_case = "no user-info leaves the login alone";
    CHECK_EQ(molt_url_parse(&url, &login, "http://h/"), MOLT_OK);
    CHECK_STR(login.user, "al:ice");

    test_case = "user alone";
    CHECK_EQ(molt_url_parse(&url, &login, "http://bob@h/"), MOLT_OK);
    CHECK_STR(login.user, "bob");
    CHECK_STR(login.password, "");
}

TEST(a_reference_means_what_rfc_3986_says)
{
    /* RFC 3986 5.4, base http://a/b/c/d;p?q */
    static const struct {
        const char *reference, *means;
    } cases[] = {
        { "g", "http a /b/c/g" },
        { "./g", "http a /b/c/g" },
        { "g/", "http a /b/c/g/" },
        { "/g", "http a /g" },
        { "//g", "http g /" },
        { "?y", "http a /b/c/d;p?y" },
        { "g?y", "http a /b/c/g?y" },
        { "#s", "http a /b/c/d;p?q" },
        { "g#s", "http a /b/c/g" },
        { "g?y#s", "http a /b/c/g?y" },
        { ";x", "http a /b/c/;x" },
        { "g;x?y#s", "http a /b/c/g;x?y" },
        { "", "http a /b/c/d;p?q" },
        { ".", "http a /b/c/" },
        { "./", "http a /b/c/" },
        { "..", "http a /b/" },
        { "../", "http a /b/" },
        { "../g", "http a /b/g" },
        { "../..", "http a /" },
        { "../../", "http a /" },
        { "../../g", "http a /g" },
        { "../../../g", "http a /g" },
        { "../../../../g", "http a /g" },
        { "/./g", "http a /g" },
        { "/../g", "http a /g" },
        { "g.", "http a /b/c/g." },
        { ".g", "http a /b/c/.g" },
        { "g..", "http a /b/c/g.." },
        { "..g", "http a /b/c/..g" },
        { "./../g", "http a /b/g" },
        { "./g/.", "http a /b/c/g/" },
        { "g/./h", "http a /b/c/g/h" },
        { "g/../h", "http a /b/c/h" },
        { "g;x=1/./y", "http a /b/c/g;x=1/y" },
        { "g;x=1/../y", "http a /b/c/y" },
        { "g?y/./x", "http a /b/c/g?y/./x" },
        { "g?y/../x", "http a /b/c/g?y/../x" },
        { "http://b:81/x", "http b:81 /x" },
        { "https://a/x", "https a /x" },
        { "//[::2]:9/x", "http [::2]:9 /x" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].reference;
        CHECK_EQ(molt_url_parse(&url, &login, "http://a/b/c/d;p?q"), MOLT_OK);
        CHECK_EQ(molt_url_resolve(&url, &login, cases[i].reference), MOLT_OK);
        CHECK_STR(whole(&url), cases[i].means);
    }
}

TEST(a_url_is_accepted_up_to_the_configured_length_and_not_beyond)
{
    char text[2 * CONFIG_MOLT_HTTP_URL_MAX];
    size_t longest = 0;

    for (size_t len = CONFIG_MOLT_HTTP_URL_MAX - 50; len < CONFIG_MOLT_HTTP_URL_MAX + 50; len++) {
        memset(text, 'a', len);
        memcpy(text, "http://h/", 9);
        text[len] = '\0';
        CHECK_EQ(molt_url_parse(&url, &login, "http://old/kept"), MOLT_OK);
        enum molt_err err = molt_url_parse(&url, &login, text);
        if (err) {
            CHECK_EQ(err, MOLT_ERR_FULL);
            CHECK_STR(whole(&url), "http old /kept");
        } else {
            longest = len;
            CHECK_EQ(strlen(molt_url_target(&url)), len - 8);
        }
    }
    CHECK(longest >= CONFIG_MOLT_HTTP_URL_MAX - 10);

    test_case = "references grow it only so far";
    CHECK_EQ(molt_url_parse(&url, &login, "http://h/"), MOLT_OK);
    enum molt_err err = MOLT_OK;
    for (int i = 0; i < CONFIG_MOLT_HTTP_URL_MAX && !err; i++)
        err = molt_url_resolve(&url, &login, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/");
    CHECK_EQ(err, MOLT_ERR_FULL);

    test_case = "long user";
    memset(text, 'u', sizeof text);
    memcpy(text, "http://", 7);
    memcpy(text + 7 + CONFIG_MOLT_HTTP_LOGIN_MAX, "@h/", 4);
    CHECK_EQ(molt_url_parse(&url, &login, text), MOLT_ERR_FULL);
}

TEST(a_url_is_built_from_host_port_path_and_query)
{
    static const struct {
        struct molt_url_parts parts;
        const char *means;
    } cases[] = {
        { { MOLT_URL_HTTP, "h", 0, "/x", NULL }, "http h /x" },
        { { MOLT_URL_HTTPS, "h", 8443, "/x", "a=b" }, "https h:8443 /x?a=b" },
        { { MOLT_URL_HTTPS, "::1", 0, "x", NULL }, "https [::1] /x" },
        { { MOLT_URL_HTTP, "[::1]", 81, "", NULL }, "http [::1]:81 /" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].means;
        CHECK_EQ(molt_url_build(&url, &cases[i].parts), MOLT_OK);
        CHECK_STR(whole(&url), cases[i].means);
    }

    static const struct molt_url_parts bad[] = {
        { MOLT_URL_HTTP, "", 0, "/", NULL },          { MOLT_URL_HTTP, "h/x", 0, "/", NULL },
        { MOLT_URL_HTTP, "u@h", 0, "/", NULL },       { MOLT_URL_HTTP, "h", -1, "/", NULL },
        { MOLT_URL_HTTP, "h", 65536, "/", NULL },     { MOLT_URL_HTTP, "h", 0, "/a b", NULL },
        { MOLT_URL_HTTP, "h", 0, "/\r\nX: y", NULL }, { MOLT_URL_HTTP, "h", 0, "/", "a\nb" },
        { MOLT_URL_HTTP, "h", 0, "/?x", NULL },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_EQ(molt_url_build(&url, &bad[i]), MOLT_ERR_FORMAT);
}

TEST(a_step_says_how_far_a_reference_leads)
{
    static const struct {
        const char *from, *reference;
        struct molt_url_step step;
    } cases[] = {
        { "http://h/x", "y", { MOLT_URL_HTTP, false, false, false } },
        { "http://h/x", "http://H:80/y", { MOLT_URL_HTTP, false, false, false } },
        { "http://h/", "https://h/", { MOLT_URL_HTTPS, true, false, true } },
        { "http://h:1/", "https://h:1/", { MOLT_URL_HTTPS, true, false, false } },
        { "https://h/", "http://h/", { MOLT_URL_HTTP, true, false, true } },
        { "https://h/", "ftp://h/", { MOLT_URL_OTHER, true, false, true } },
        { "http://h:1/", "//h:2/", { MOLT_URL_HTTP, false, false, true } },
        { "http://h/", "//h.evil/", { MOLT_URL_HTTP, false, true, false } },
        { "http://h.evil/", "//h/", { MOLT_URL_HTTP, false, true, false } },
        { "http://[::1]/", "//[::1]/", { MOLT_URL_HTTP, false, false, false } },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_url_step step;

        test_case = cases[i].reference;
        CHECK_EQ(molt_url_parse(&url, &login, cases[i].from), MOLT_OK);
        CHECK_EQ(molt_url_step(&url, cases[i].reference, &step), MOLT_OK);
        CHECK_EQ(step.scheme, cases[i].step.scheme);
        CHECK_EQ(step.other_scheme, cases[i].step.other_scheme);
        CHECK_EQ(step.other_host, cases[i].step.other_host);
        CHECK_EQ(step.other_port, cases[i].step.other_port);
    }
}

TEST(the_text_of_a_url_has_its_port_and_no_query)
{
    char text[64];

    CHECK_EQ(molt_url_parse(&url, &login, "https://[::1]/a/b?c=d"), MOLT_OK);
    CHECK_EQ(molt_url_text(&url, text, sizeof text), MOLT_OK);
    CHECK_STR(text, "https://[::1]:443/a/b");
    CHECK_EQ(molt_url_text(&url, text, 21), MOLT_ERR_FULL);
    CHECK_EQ(molt_url_text(&url, text, 22), MOLT_OK);
}

TEST_MAIN()
