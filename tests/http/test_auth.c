#include "tests/support/check.h"

#include "http/auth.h"

static char sent[4096];

static enum molt_err keep(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    (void)snprintf(sent + strlen(sent), sizeof sent - strlen(sent), "%.*s", (int)len, bytes);
    return MOLT_OK;
}

/* The Authorization line, through a buffer that every line has to be cut for. */
static const char *answer(struct molt_auth *auth, const char *user, const char *password,
                          const struct molt_auth_request *request)
{
    char buffer[7];
    struct molt_http_writer w = { .buffer = buffer, .size = sizeof buffer, .flush = keep };
    struct molt_login login;

    (void)snprintf(login.user, sizeof login.user, "%s", user);
    (void)snprintf(login.password, sizeof login.password, "%s", password);
    sent[0] = '\0';
    molt_auth_put(&w, auth, &login, request);
    CHECK_EQ(molt_http_put_end(&w), MOLT_OK);
    return sent;
}

TEST(basic_is_base64_of_user_and_password)
{
    struct molt_auth auth = { .scheme = MOLT_AUTH_BASIC };
    const struct molt_auth_request request = { "GET", "/", "c" };

    /* RFC 7617, section 2 */
    CHECK_STR(answer(&auth, "Aladdin", "open sesame", &request),
              "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n");
}

TEST(digest_answers_are_those_of_the_standards)
{
    static const struct {
        const char *name, *challenge, *user, *password;
        struct molt_auth_request request;
        const char *response;
    } cases[] = {
        { "RFC 2617, 3.5",
          "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "
          "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
          "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
          "Mufasa",
          "Circle Of Life",
          { "GET", "/dir/index.html", "0a4f113b" },
          "response=\"6629fae49393a05397450978507c4ef1\"" },
        { "RFC 2069, corrected",
          "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
          "Mufasa",
          "CircleOfLife",
          { "GET", "/dir/index.html", "unused" },
          "response=\"1949323746fe6a43ef61f9606e7febea\"" },
        { "RFC 7616, 3.9.1, MD5",
          "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, "
          "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
          "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
          "Mufasa",
          "Circle of Life",
          { "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" },
          "response=\"8ca523f5e9506fed4657c9700eebdbec\"" },
        { "RFC 7616, 3.9.1, SHA-256",
          "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, "
          "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
          "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
          "Mufasa",
          "Circle of Life",
          { "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" },
          "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_auth auth = { 0 };

        test_case = cases[i].name;
        CHECK_EQ(molt_auth_read(&auth, cases[i].challenge), MOLT_OK);
        const char *line = answer(&auth, cases[i].user, cases[i].password, &cases[i].request);
        CHECK(strstr(line, cases[i].response) != NULL);
        CHECK_EQ(strstr(line, "nc=00000001") != NULL, auth.has_qop);
        CHECK_EQ(strstr(line, "opaque=") != NULL, auth.has_opaque);
        line = answer(&auth, cases[i].user, cases[i].password, &cases[i].request);
        CHECK_EQ(strstr(line, "nc=00000002") != NULL, auth.has_qop);
    }
}

TEST(of_several_challenges_the_strongest_that_can_be_answered_counts)
{
    static const struct {
        const char *challenges;
        enum molt_auth_scheme scheme; /* NONE: none can */
        const char *realm;
    } cases[] = {
        { "Basic realm=\"b\"", MOLT_AUTH_BASIC, "b" },
        { "basic REALM=b", MOLT_AUTH_BASIC, "b" },
        { "Basic realm=\"a \\\"quoted\\\" one, really\"", MOLT_AUTH_BASIC,
          "a \"quoted\" one, really" },
        { "Basic realm=b, Digest realm=d, nonce=n", MOLT_AUTH_MD5, "d" },
        { "Digest realm=d, nonce=n , Basic realm=b", MOLT_AUTH_MD5, "d" },
        { "Digest realm=m, nonce=n, algorithm=MD5, Digest realm=s, nonce=n, algorithm=SHA-256",
          MOLT_AUTH_SHA256, "s" },
        { "Digest algorithm=sha-256-sess,nonce=n,realm=s", MOLT_AUTH_SHA256, "s" },
        { "Negotiate, Basic realm=b", MOLT_AUTH_BASIC, "b" },
        { "Negotiate abcd==, Basic realm=b", MOLT_AUTH_BASIC, "b" },
        { "Digest realm=d, nonce=n, algorithm=SHA-512-256", MOLT_AUTH_NONE, "" },
        { "Digest realm=d, nonce=n, qop=\"auth-int\"", MOLT_AUTH_NONE, "" },
        { "Digest realm=d", MOLT_AUTH_NONE, "" },
        { "Negotiate", MOLT_AUTH_NONE, "" },
        { "", MOLT_AUTH_NONE, "" },
        { "=,\"", MOLT_AUTH_NONE, "" },
        { "Digest realm=\"never ends, nonce=n", MOLT_AUTH_NONE, "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_auth auth = { 0 };

        test_case = cases[i].challenges;
        CHECK_EQ(molt_auth_read(&auth, cases[i].challenges),
                 cases[i].scheme ? MOLT_OK : MOLT_ERR_UNSUPPORTED);
        CHECK_EQ(auth.scheme, cases[i].scheme);
        CHECK_STR(auth.realm, cases[i].realm);
    }
}

TEST(a_challenge_that_does_not_fit_is_not_answered)
{
    char challenge[2 * MOLT_AUTH_TEXT_MAX + 100];

    for (int len = MOLT_AUTH_TEXT_MAX - 2; len < MOLT_AUTH_TEXT_MAX + 2; len++) {
        struct molt_auth auth = { 0 };

        (void)snprintf(challenge, sizeof challenge, "Digest realm=r, nonce=%0*d", len, 7);
        CHECK_EQ(molt_auth_read(&auth, challenge),
                 len < MOLT_AUTH_TEXT_MAX ? MOLT_OK : MOLT_ERR_UNSUPPORTED);
    }
}

TEST(what_is_quoted_cannot_leave_its_quotes)
{
    struct molt_auth auth = { 0 };
    const struct molt_auth_request request = { "GET", "/", "c" };

    CHECK_EQ(molt_auth_read(&auth, "Digest realm=\"a\\\"b\", nonce=\"n\""), MOLT_OK);
    const char *line = answer(&auth, "u\", evil=\"x\\", "p", &request);
    CHECK(strstr(line, "username=\"u\\\", evil=\\\"x\\\\\", realm=\"a\\\"b\", nonce") != NULL);
}

TEST_MAIN()
