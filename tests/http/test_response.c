#include "tests/support/check.h"

#include <stdlib.h>

#include "http/response.h"

static struct molt_http_response r;
static char told[4096]; /* what the sink heard, in order */
static uint8_t body[1 << 16];
static size_t body_len;

static void on_status(void *ctx, int status)
{
    (void)ctx;
    (void)snprintf(told + strlen(told), sizeof told - strlen(told), "%d|", status);
}

static void on_header(void *ctx, char *name, char *value)
{
    (void)ctx;
    (void)snprintf(told + strlen(told), sizeof told - strlen(told), "%s=%s|", name, value);
}

static const struct molt_http_sink k_sink = { NULL, on_status, on_header };

static void start(bool head)
{
    told[0] = '\0';
    body_len = 0;
    molt_http_response_start(&r, &k_sink, head);
}

/* Feeds all of `text` in pieces of `piece` bytes, stops at the end of the response or an error. */
static enum molt_err feed(const char *text, size_t len, size_t piece)
{
    for (size_t at = 0; at < len && !r.complete;) {
        size_t want = len - at < piece ? len - at : piece;
        size_t used, got;
        enum molt_err err = molt_http_response_feed(&r, (const uint8_t *)text + at, want, &used,
                                                    body + body_len, &got);

        body_len += got;
        at += used;
        if (err) return err;
        CHECK(used > 0 || r.complete);
        if (used == 0) break;
    }
    return MOLT_OK;
}

TEST(a_response_reads_the_same_in_pieces_of_any_size)
{
    static const struct {
        const char *name, *text, *told, *body;
        bool head, complete;
    } cases[] = {
        { "content length",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y \t\r\nEmpty:\r\n\r\nhelloHTTP/1.1",
          "200|Content-Length=5|X=y|Empty=|", "hello", false, true },
        { "no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200|Content-Length=0|", "",
          false, true },
        { "chunked",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3;ext=\"a;b\"\r\nabc\r\n002\r\nde\r\n0\r\nTrailer: t\r\n\r\n",
          "200|Transfer-Encoding=chunked|", "abcde", false, true },
        { "until close", "HTTP/1.0 200 OK\r\nA: b\r\n\r\nall of it", "200|A=b|", "all of it", false,
          false },
        { "truncated", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
          "200|Content-Length=10|", "half", false, false },
        { "head", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "200|Content-Length=10|", "",
          true, true },
        { "not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
          "304|Content-Length=10|", "", false, true },
        { "no content", "HTTP/1.1 204 No Content\r\n\r\n", "204|", "", false, true },
        { "interim",
          "HTTP/1.1 100 Continue\r\nX: hidden\r\n\r\nHTTP/1.1 103 Early Hints\r\nLocation: /no\r\n"
          "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
          "200|Content-Length=2|", "ok", false, true },
        { "incomplete head", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX:", "200|Content-Length=5|",
          "", false, false },
        { "chunks without an end",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
          "200|Transfer-Encoding=chunked|", "abc", false, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t piece = 1; piece < 200; piece++) {
            test_case = cases[i].name;
            start(cases[i].head);
            CHECK_EQ(feed(cases[i].text, strlen(cases[i].text), piece), MOLT_OK);
            CHECK_STR(told, cases[i].told);
            CHECK_EQ(body_len, strlen(cases[i].body));
            CHECK_MEM(body, cases[i].body, strlen(cases[i].body));
            CHECK_EQ(r.complete, cases[i].complete);
            CHECK_EQ(r.body_len, body_len);
        }
}

TEST(feeding_stops_at_the_end_of_the_head)
{
    const char *text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    size_t used, got;

    start(false);
    CHECK_EQ(molt_http_response_feed(&r, (const uint8_t *)text, strlen(text), &used, NULL, &got),
             MOLT_OK);
    CHECK(r.head_done && !r.complete);
    CHECK_EQ(used, strlen(text) - 5);
    CHECK_EQ(got, 0);
    CHECK_EQ(r.content_length, 5);
}

TEST(the_end_of_the_connection_completes_only_a_body_without_a_length)
{
    static const struct {
        const char *text;
        enum molt_err err;
    } cases[] = {
        { "HTTP/1.1 200 OK\r\n\r\nsome", MOLT_OK },
        { "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsome", MOLT_OK },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsome", MOLT_ERR_CLOSED },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n", MOLT_ERR_CLOSED },
        { "HTTP/1.1 200 OK\r\n", MOLT_ERR_CLOSED },
        { "", MOLT_ERR_CLOSED },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].text;
        start(false);
        CHECK_EQ(feed(cases[i].text, strlen(cases[i].text), 7), MOLT_OK);
        CHECK_EQ(molt_http_response_end(&r), cases[i].err);
        CHECK_EQ(r.complete, cases[i].err == MOLT_OK);
    }
}

TEST(what_is_not_a_response_is_an_error_and_never_complete)
{
    static const char *const cases[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 0\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nsome",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1\r\na\r\n0\r\n\r\n",
        "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naxx0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i];
        for (size_t piece = 1; piece < 50; piece += 7) {
            start(false);
            CHECK_EQ(feed(cases[i], strlen(cases[i]), piece), MOLT_ERR_FORMAT);
            CHECK(!r.complete);
        }
    }
}

TEST(headers_that_matter_are_kept_and_said_twice_the_first_counts)
{
    const char *text = "HTTP/1.1 401 No\r\nLOCATION: /a\r\nlocation: /b\r\nETag: \"e\"\r\n"
                       "WWW-Authenticate: Digest x\r\nWWW-Authenticate: Basic y\r\n"
                       "WWW-Authenticate: Third z\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n";

    start(false);
    CHECK_EQ(feed(text, strlen(text), 3), MOLT_OK);
    CHECK_STR(molt_http_response_kept(&r, MOLT_HTTP_LOCATION), "/a");
    CHECK_STR(molt_http_response_kept(&r, MOLT_HTTP_ETAG), "\"e\"");
    CHECK_STR(molt_http_response_kept(&r, MOLT_HTTP_CHALLENGE), "Digest x");
    CHECK_STR(molt_http_response_kept(&r, MOLT_HTTP_OTHER_CHALLENGE), "Basic y");
    CHECK_STR(molt_http_response_kept(&r, MOLT_HTTP_RETRY_AFTER), "5");
    CHECK(molt_http_response_kept(&r, MOLT_HTTP_CONTENT_TYPE) == NULL);
}

TEST(a_content_range_said_twice_says_nothing)
{
    const char *once =
        "HTTP/1.1 206 P\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nab";
    const char *twice = "HTTP/1.1 206 P\r\nContent-Range: bytes 0-1/9\r\n"
                        "Content-Range: bytes 4-5/9\r\nContent-Length: 2\r\n\r\nab";

    start(false);
    CHECK_EQ(feed(once, strlen(once), 11), MOLT_OK);
    CHECK_EQ(r.range.total, 9);
    start(false);
    CHECK_EQ(feed(twice, strlen(twice), 11), MOLT_OK);
    CHECK_EQ(r.range.first, -1);
    CHECK_EQ(r.range.total, -1);
}

TEST(the_connection_is_kept_as_the_response_says)
{
    static const struct {
        const char *text;
        bool keep;
    } cases[] = {
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n", false },
        { "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false },
        { "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", true },
        { "HTTP/1.1 200 OK\r\n\r\n", false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].text;
        start(false);
        CHECK_EQ(feed(cases[i].text, strlen(cases[i].text), 100), MOLT_OK);
        CHECK_EQ(r.keep_alive, cases[i].keep);
    }
}

/* "HTTP/1.1 200 OK", one header of `len` bytes, another small one. */
static char *with_header(const char *name, size_t len, size_t *total)
{
    char *text = malloc(len + 200);

    if (!text) abort();
    int at = snprintf(text, 100, "HTTP/1.1 301 OK\r\n%s: /", name);
    memset(text + at, 'v', len);
    (void)snprintf(text + at + len, 100, "\r\nETag: \"e\"\r\nContent-Length: 0\r\n\r\n");
    *total = strlen(text);
    return text;
}

TEST(a_header_line_of_any_length_costs_no_memory)
{
    static const size_t lens[] = { 10, CONFIG_MOLT_HTTP_KEPT_MAX - 50, CONFIG_MOLT_HTTP_KEPT_MAX,
                                   CONFIG_MOLT_HTTP_OVERHEAD_MAX - 200 };

    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        size_t len;
        char *text = with_header("Location", lens[i], &len);
        bool fits = lens[i] < CONFIG_MOLT_HTTP_KEPT_MAX - 40;

        start(false);
        CHECK_EQ(feed(text, len, 61), MOLT_OK);
        CHECK(r.complete);
        CHECK_EQ(molt_http_response_kept(&r, MOLT_HTTP_LOCATION) != NULL, fits);
        CHECK_EQ(r.location_cut, !fits);
        if (!fits) CHECK_STR(told, "301|ETag=\"e\"|Content-Length=0|");
        free(text);
    }
}

static enum molt_err feed_for_ever(const char *first, const char *again)
{
    size_t again_len = strlen(again);

    start(false);
    enum molt_err err = feed(first, strlen(first), 100);
    for (size_t sent = 0; !err && sent < 4 * CONFIG_MOLT_HTTP_OVERHEAD_MAX; sent += again_len)
        err = feed(again, again_len, again_len);
    return err;
}

TEST(a_server_cannot_talk_for_ever_without_a_body)
{
    static const struct {
        const char *name, *first, *again;
    } cases[] = {
        { "headers", "HTTP/1.1 200 OK\r\n", "X-Again: and again\r\n" },
        { "one header name", "HTTP/1.1 200 OK\r\n", "nnnnnnnnnnnnnnn" },
        { "one header value", "HTTP/1.1 200 OK\r\nX: ", "vvvvvvvvvvvvvvv" },
        { "reason", "HTTP/1.1 200 ", "rrrrrrrrrr" },
        { "interim responses", "", "HTTP/1.1 100 Continue\r\n\r\n" },
        { "chunk extension", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
          "eeeeeeee" },
        { "trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "T: t\r\n" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        CHECK_EQ(feed_for_ever(cases[i].first, cases[i].again), MOLT_ERR_FULL);
        CHECK(!r.complete);
    }
}

TEST_MAIN()
