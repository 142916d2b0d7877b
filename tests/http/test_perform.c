/* perform(), redirects, authentication, and one connection for several requests. */
#include "tests/support/check.h"

#include "esp_http_client.h"
#include "molt/http.h"
#include "tests/support/files.h"
#include "tests/support/http_device.h"
#include "tests/support/peer.h"

enum { CONTENT_LEN = 10000, TIMEOUT_MS = 400 };

static int port, other_port, tls_port;
static char *ca;
static char events[4096];  /* one letter each, in order */
static char body[1 << 17]; /* what the handler got */
static size_t body_len;
static char direct[1 << 14]; /* what read() gave */

static esp_err_t on_event(esp_http_client_event_t *event)
{
    static const char k_letters[] = "eCsh.SdFDR";
    size_t len = strlen(events);

    CHECK(event->user_data == body);
    /* Headers and pieces of data once in a row. */
    char letter = k_letters[event->event_id];
    if (len == 0 || events[len - 1] != letter)
        (void)snprintf(events + len, sizeof events - len, "%c", letter);
    if (event->event_id != HTTP_EVENT_ON_DATA) return ESP_OK;
    if (body_len + (size_t)event->data_len < sizeof body) {
        memcpy(body + body_len, event->data, (size_t)event->data_len);
        body_len += (size_t)event->data_len;
        body[body_len] = '\0';
    }
    return ESP_OK;
}

static const char *url_of(int server, const char *scheme, const char *path)
{
    static char urls[4][PEER_URL_MAX];
    static int next;
    char *url = urls[next++ % 4];

    peer_url(url, server, scheme, path);
    return url;
}

static esp_http_client_handle_t client_for(const char *url, esp_http_client_config_t config)
{
    config.url = url;
    config.event_handler = on_event;
    config.user_data = body;
    config.cert_pem = ca;
    if (!config.timeout_ms) config.timeout_ms = TIMEOUT_MS;
    esp_http_client_handle_t client = esp_http_client_init(&config);
    if (!client) abort();
    return client;
}

static esp_err_t perform(esp_http_client_handle_t client)
{
    events[0] = '\0';
    body_len = 0;
    body[0] = '\0';
    return esp_http_client_perform(client);
}

/* One GET with perform() on a client of its own; *status as it was at the end. */
static esp_err_t get(const char *url, esp_http_client_config_t config, int *status)
{
    esp_http_client_handle_t client = client_for(url, config);
    esp_err_t err = perform(client);

    *status = esp_http_client_get_status_code(client);
    (void)esp_http_client_cleanup(client);
    return err;
}

static bool has_content(void)
{
    for (int i = 0; i < CONTENT_LEN; i++)
        if ((uint8_t)body[i] != (i * 7 + i / 256) % 256) return false;
    return body_len == CONTENT_LEN;
}

TEST(perform_brings_the_whole_body_or_says_what_went_wrong)
{
    static const struct {
        const char *path;
        esp_err_t err;
        int status;
        const char *events;
    } cases[] = {
        { "/ok", ESP_OK, 200, "CsSh.dFD" },
        { "/chunked", ESP_OK, 200, "CsSh.dFD" },
        { "/close", ESP_OK, 200, "CsSh.dFD" },
        { "/interim", ESP_OK, 200, "CsSh.dFD" },
        { "/truncated", ESP_ERR_HTTP_INCOMPLETE_DATA, 200, "CsSh.deD" },
        { "/reset", ESP_ERR_HTTP_INCOMPLETE_DATA, 200, "CsSh.deD" },
        { "/stall_body", ESP_ERR_HTTP_READ_TIMEOUT, 200, "CsSh.deD" },
        { "/bad_chunk", ESP_ERR_HTTP_INCOMPLETE_DATA, 200, "CsSh.deD" },
        { "/garbage", ESP_ERR_HTTP_FETCH_HEADER, -1, "CseD" },
        { "/reset_header", ESP_ERR_HTTP_FETCH_HEADER, -1, "CseD" },
        { "/stall_silent", ESP_ERR_HTTP_EAGAIN, -1, "CsD" },
        { "/endless_headers", ESP_ERR_HTTP_FETCH_HEADER, 200, "CsSheD" },
        { "/status/404", ESP_OK, 404, "CsSh.dFD" },
        { "/status/500", ESP_OK, 500, "CsSh.dFD" },
        { "/status/204", ESP_OK, 204, "CsS.FD" },
        { "/html", ESP_OK, 200, "CsSh.dFD" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status;

        test_case = cases[i].path;
        CHECK_EQ(get(url_of(port, "http", cases[i].path), (esp_http_client_config_t){ 0 }, &status),
                 cases[i].err);
        CHECK_EQ(status, cases[i].status);
        CHECK_STR(events, cases[i].events);
    }
}

TEST(a_body_nobody_asked_to_be_compressed_is_passed_on_as_it_is)
{
    int status;

    CHECK_EQ(get(url_of(port, "http", "/compressed"), (esp_http_client_config_t){ 0 }, &status),
             ESP_OK);
    CHECK_MEM(body, "\x1f\x8b", 2);
}

TEST(redirects_are_followed_a_bounded_number_of_times_and_never_from_https_to_http)
{
    char plain[PEER_URL_MAX], other[PEER_URL_MAX], secure[PEER_URL_MAX], ftp[PEER_URL_MAX];

    (void)snprintf(plain, sizeof plain, "/redirect_to/301?%s", url_of(port, "http", "/ok"));
    (void)snprintf(other, sizeof other, "/redirect_to/308?%s", url_of(other_port, "http", "/ok"));
    (void)snprintf(secure, sizeof secure, "/redirect_to/302?%s", url_of(tls_port, "https", "/ok"));
    (void)snprintf(ftp, sizeof ftp, "/redirect_to/302?ftp://127.0.0.1/ok");
    const struct {
        const char *name, *scheme, *path;
        esp_err_t err;
        int status;
    } cases[] = {
        { "one", "http", "/redirect/1", ESP_OK, 200 },
        { "ten", "http", "/redirect/10", ESP_OK, 200 },
        { "eleven", "http", "/redirect/11", ESP_ERR_HTTP_MAX_REDIRECT, 302 },
        { "loop", "http", "/redirect_loop", ESP_ERR_HTTP_MAX_REDIRECT, 302 },
        { "relative", "http", "/redirect_relative/x/y?z", ESP_OK, 200 },
        { "relative on https", "https", "/redirect_relative/x/y?z", ESP_OK, 200 },
        { "several on https", "https", "/redirect/3", ESP_OK, 200 },
        { "to another port", "http", other, ESP_OK, 200 },
        { "from http to https", "http", secure, ESP_OK, 200 },
        { "from https to https", "https", secure, ESP_OK, 200 },
        { "from https to http", "https", plain, ESP_ERR_HTTP_REDIRECT_DOWNGRADE, 301 },
        { "to ftp", "http", ftp, ESP_ERR_HTTP_INVALID_TRANSPORT, 302 },
        { "from https to ftp", "https", ftp, ESP_ERR_HTTP_REDIRECT_DOWNGRADE, 302 },
        { "nowhere", "http", "/redirect_nowhere", ESP_ERR_INVALID_ARG, 302 },
        { "too long", "http", "/redirect_long", ESP_ERR_HTTP_HEADER_TOO_LONG, 302 },
        { "to no URL", "http", "/redirect_to/302?http://a@b@c/", ESP_ERR_INVALID_ARG, 302 },
        { "with connection close", "http", "/redirect_close", ESP_OK, 200 },
        { "with an endless body", "http", "/redirect_endless_body", ESP_OK, 200 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int server = strcmp(cases[i].scheme, "https") == 0 ? tls_port : port, status;

        test_case = cases[i].name;
        CHECK_EQ(get(url_of(server, cases[i].scheme, cases[i].path),
                     (esp_http_client_config_t){ 0 }, &status),
                 cases[i].err);
        CHECK_EQ(status, cases[i].status);
    }
}

TEST(redirects_can_be_counted_differently_or_left_to_the_handler)
{
    int status;

    CHECK_EQ(get(url_of(port, "http", "/redirect/3"),
                 (esp_http_client_config_t){ .max_redirection_count = 2 }, &status),
             ESP_ERR_HTTP_MAX_REDIRECT);
    CHECK_EQ(get(url_of(port, "http", "/redirect/2"),
                 (esp_http_client_config_t){ .max_redirection_count = 2 }, &status),
             ESP_OK);
    CHECK_EQ(get(url_of(port, "http", "/redirect/1"),
                 (esp_http_client_config_t){ .disable_auto_redirect = true }, &status),
             ESP_OK);
    CHECK_EQ(status, 302);
    CHECK_STR(events, "CsSh.RdFD");
}

/* What the server at `path` got, by its own account. */
static void echo_after(esp_http_client_handle_t client)
{
    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 200);
}

TEST(a_request_says_what_the_client_was_told)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/echo/a?b=c#d"), (esp_http_client_config_t){ 0 });
    char want[512];

    CHECK_EQ(esp_http_client_set_header(client, "X-One", " 1 "), ESP_OK);
    echo_after(client);
    (void)snprintf(want, sizeof want,
                   "GET /echo/a?b=c HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                   "User-Agent: ESP32 HTTP Client/1.0\r\nX-One: 1\r\n\r\n",
                   port);
    CHECK_STR(body, want);

    test_case = "a body";
    CHECK_EQ(esp_http_client_set_method(client, HTTP_METHOD_POST), ESP_OK);
    CHECK_EQ(esp_http_client_set_post_field(client, "a=b", 3), ESP_OK);
    CHECK_EQ(esp_http_client_set_header(client, "X-One", NULL), ESP_OK);
    echo_after(client);
    CHECK(strncmp(body, "POST /echo/a?b=c HTTP/1.1\r\n", 27) == 0);
    CHECK(strstr(body, "Content-Type: application/x-www-form-urlencoded\r\n") != NULL);
    CHECK(strstr(body, "Content-Length: 3\r\n\r\na=b") != NULL);
    CHECK(strstr(body, "X-One") == NULL);

    test_case = "no body any more";
    CHECK_EQ(esp_http_client_set_post_field(client, NULL, 0), ESP_OK);
    echo_after(client);
    CHECK(strstr(body, "Content-Length: 0\r\n") != NULL);
    CHECK(strstr(body, "Content-Type") == NULL);

    test_case = "another Host";
    CHECK_EQ(esp_http_client_set_header(client, "Host", "other.example"), ESP_OK);
    echo_after(client);
    CHECK(strstr(body, "Host: other.example\r\n") != NULL);
    CHECK(strstr(body, "127.0.0.1") == NULL);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(the_framing_is_the_clients_whatever_headers_were_set)
{
    esp_http_client_handle_t client = client_for(
        url_of(port, "http", "/echo"), (esp_http_client_config_t){ .method = HTTP_METHOD_POST });

    CHECK_EQ(esp_http_client_set_post_field(client, "abc", 3), ESP_OK);
    CHECK_EQ(esp_http_client_set_header(client, "Content-Length", "77"), ESP_OK);
    CHECK_EQ(esp_http_client_set_header(client, "transfer-encoding", "chunked"), ESP_OK);
    echo_after(client);
    CHECK(strstr(body, "Content-Length: 3\r\n\r\nabc") != NULL);
    CHECK(strstr(body, "Length: 77") == NULL); /* the port may have a 77 in it */
    CHECK(strstr(body, "chunked") == NULL);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(a_body_does_not_follow_to_a_stranger_and_303_asks_with_get)
{
    static const struct {
        const char *path;
        esp_http_client_method_t method;
        const char *line;
        bool has_body;
    } cases[] = {
        { "/redirect_to/307?/echo", HTTP_METHOD_POST, "POST /echo ", true },
        { "/redirect_to/302?/echo", HTTP_METHOD_POST, "POST /echo ", true },
        { "/redirect_to/303?/echo", HTTP_METHOD_POST, "GET /echo ", false },
        { "/redirect_to/303?/echo", HTTP_METHOD_PUT, "GET /echo ", false },
        { "/redirect_to/307?http://localhost:%d/echo", HTTP_METHOD_POST, "POST /echo ", false },
        { "/redirect_to/303?http://localhost:%d/echo", HTTP_METHOD_POST, "GET /echo ", false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *mark = strstr(cases[i].path, "%d");
        char path[PEER_URL_MAX];

        test_case = cases[i].path;
        if (mark)
            (void)snprintf(path, sizeof path, "%.*s%d%s", (int)(mark - cases[i].path),
                           cases[i].path, port, mark + 2);
        else
            (void)snprintf(path, sizeof path, "%s", cases[i].path);
        esp_http_client_handle_t client = client_for(
            url_of(port, "http", path), (esp_http_client_config_t){ .method = cases[i].method });
        char *data;

        CHECK_EQ(esp_http_client_set_post_field(client, "secret", 6), ESP_OK);
        echo_after(client);
        CHECK(strncmp(body, cases[i].line, strlen(cases[i].line)) == 0);
        CHECK_EQ(strstr(body, "secret") != NULL, cases[i].has_body);
        CHECK_EQ(strstr(body, "Content-Type") != NULL, cases[i].has_body);
        CHECK_EQ(esp_http_client_get_post_field(client, &data), cases[i].has_body ? 6 : 0);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(a_host_header_of_the_caller_does_not_follow_to_another_host)
{
    char away[PEER_URL_MAX];

    (void)snprintf(away, sizeof away, "/redirect_to/302?http://localhost:%d/echo", port);
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", away), (esp_http_client_config_t){ 0 });
    CHECK_EQ(esp_http_client_set_header(client, "Host", "first.example"), ESP_OK);
    echo_after(client);
    CHECK(strstr(body, "first.example") == NULL);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(each_perform_counts_its_redirects_anew)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/redirect_loop"), (esp_http_client_config_t){ 0 });

    CHECK_EQ(perform(client), ESP_ERR_HTTP_MAX_REDIRECT);
    CHECK_EQ(esp_http_client_set_url(client, "/redirect/3"), ESP_OK);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK(has_content());

    test_case = "by hand";
    CHECK_EQ(esp_http_client_set_url(client, "/redirect_loop"), ESP_OK);
    for (int i = 0; i <= 10; i++) {
        CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
        CHECK(esp_http_client_fetch_headers(client) > 0);
        if (i < 10) CHECK_EQ(esp_http_client_set_redirection(client), ESP_OK);
    }
    CHECK_EQ(esp_http_client_set_redirection(client), ESP_ERR_HTTP_MAX_REDIRECT);
    CHECK_EQ(esp_http_client_reset_redirect_counter(client), ESP_OK);
    CHECK_EQ(esp_http_client_set_redirection(client), ESP_OK);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

static char log_text[4096];

static void keep_log(void *ctx, const char *line)
{
    size_t len = strlen(log_text);

    (void)ctx;
    (void)snprintf(log_text + len, sizeof log_text - len, "%s\n", line);
}

TEST(the_log_does_not_show_where_a_refused_redirect_leads)
{
    int status;

    http_device_port.log = keep_log;
    CHECK_EQ(get(url_of(tls_port, "https", "/redirect_to/302?http://u:pa55@h/x?signature=5ecret"),
                 (esp_http_client_config_t){ 0 }, &status),
             ESP_ERR_HTTP_REDIRECT_DOWNGRADE);
    http_device_port.log = NULL;
    CHECK(strstr(log_text, "ESP_ERR_HTTP_REDIRECT_DOWNGRADE") != NULL);
    CHECK(strstr(log_text, "pa55") == NULL);
    CHECK(strstr(log_text, "5ecret") == NULL);
}

TEST(a_chunked_request_arrives)
{
    esp_http_client_handle_t client = client_for(
        url_of(port, "http", "/echo"), (esp_http_client_config_t){ .method = HTTP_METHOD_PUT });

    CHECK_EQ(esp_http_client_open(client, -1), ESP_OK);
    CHECK_EQ(esp_http_client_chunk_write_begin(client, 5), 0);
    CHECK_EQ(esp_http_client_write(client, "hello", 5), 5);
    CHECK_EQ(esp_http_client_chunk_write_end(client, false), 0);
    CHECK_EQ(esp_http_client_chunk_write_begin(client, 26), 0);
    CHECK_EQ(esp_http_client_write(client, "abcdefghijklmnopqrstuvwxyz", 26), 26);
    CHECK_EQ(esp_http_client_chunk_write_end(client, true), 0);
    CHECK(esp_http_client_fetch_headers(client) > 0);
    int len = esp_http_client_read_response(client, direct, sizeof direct - 1);
    direct[len > 0 ? len : 0] = '\0';
    CHECK(strstr(direct, "Transfer-Encoding: chunked\r\n") != NULL);
    CHECK(strstr(direct, "\r\n\r\nhelloabcdefghijklmnopqrstuvwxyz") != NULL);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

/* A number that the server tells, on a connection of its own. */
static int ask(const char *path)
{
    static esp_http_client_handle_t asker;
    char text[16] = "";

    if (!asker) asker = client_for(url_of(port, "http", path), (esp_http_client_config_t){ 0 });
    CHECK_EQ(esp_http_client_set_url(asker, path), ESP_OK);
    CHECK_EQ(esp_http_client_open(asker, 0), ESP_OK);
    CHECK(esp_http_client_fetch_headers(asker) > 0);
    CHECK(esp_http_client_read(asker, text, sizeof text - 1) > 0);
    return atoi(text);
}

static int connections(void)
{
    return ask("/count");
}

TEST(a_password_opens_what_it_is_for_and_is_not_tried_for_ever)
{
    static const struct {
        const char *path, *user, *password;
        esp_http_client_auth_type_t type;
        int retries, status;
        int sent; /* requests with an answer */
    } cases[] = {
        { "/basic", "molt", "s3cret: word", HTTP_AUTH_TYPE_BASIC, 0, 200, 1 },
        { "/basic", "molt", "s3cret: word", HTTP_AUTH_TYPE_BASIC, -1, 200, 1 },
        { "/basic", "molt", "wrong", HTTP_AUTH_TYPE_BASIC, 0, 401, 1 },
        /* in clear, nobody has said that it may be */
        { "/basic", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 401, 0 },
        { "/basic", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 401, 0 },
        { "/basic", NULL, NULL, HTTP_AUTH_TYPE_BASIC, 0, 401, 0 },
        { "/digest/md5", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/md5?query=1", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 200, 1 },
        { "/digest/sha256", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/md5-sess", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/sha256-sess", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/md5/noqop", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/md5/stale", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 2 },
        { "/digest/md5", "molt", "wrong", HTTP_AUTH_TYPE_DIGEST, 0, 401, 1 },
        { "/digest/md5", "stranger", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 401, 1 },
        { "/both", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 200, 1 },
        { "/strange_auth", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 401, 0 },
        { "/status/401", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 401, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_http_client_config_t config = { .username = cases[i].user,
                                            .password = cases[i].password,
                                            .auth_type = cases[i].type,
                                            .max_authorization_retries = cases[i].retries };
        int status;

        test_case = cases[i].path;
        int before = ask("/answers");
        CHECK_EQ(get(url_of(port, "http", cases[i].path), config, &status), ESP_OK);
        CHECK_EQ(status, cases[i].status);
        CHECK_EQ(has_content(), cases[i].status == 200);
        CHECK_EQ(ask("/answers") - before, cases[i].sent);
    }
}

TEST(basic_goes_over_tls_without_being_told_and_never_when_digest_is_wanted)
{
    static const struct {
        const char *path, *password;
        esp_http_client_auth_type_t type;
        int status;
    } cases[] = {
        { "/basic", "s3cret: word", HTTP_AUTH_TYPE_NONE, 200 },
        { "/basic", "wrong", HTTP_AUTH_TYPE_NONE, 401 },
        { "/basic", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 401 },
        { "/digest/sha256", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 200 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const esp_http_client_config_t config = { .username = "molt",
                                                  .password = cases[i].password,
                                                  .auth_type = cases[i].type };
        int status;

        test_case = cases[i].path;
        CHECK_EQ(get(url_of(tls_port, "https", cases[i].path), config, &status), ESP_OK);
        CHECK_EQ(status, cases[i].status);
    }
}

TEST(a_challenge_can_be_answered_by_hand)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/digest/sha256"), (esp_http_client_config_t){ 0 });

    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK(esp_http_client_fetch_headers(client) > 0);
    CHECK_EQ(esp_http_client_get_status_code(client), 401);
    test_case = "nobody to be";
    CHECK_EQ(esp_http_client_add_auth(client), ESP_FAIL);
    test_case = "somebody";
    CHECK_EQ(esp_http_client_set_username(client, "molt"), ESP_OK);
    CHECK_EQ(esp_http_client_set_password(client, "s3cret: word"), ESP_OK);
    CHECK_EQ(esp_http_client_add_auth(client), ESP_OK);
    CHECK_EQ(esp_http_client_flush_response(client, NULL), ESP_OK);
    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
    CHECK_EQ(esp_http_client_get_status_code(client), 200);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);

    test_case = "Basic, told from elsewhere";
    client = client_for(url_of(port, "http", "/basic"),
                        (esp_http_client_config_t){ .username = "molt",
                                                    .password = "s3cret: word",
                                                    .auth_type = HTTP_AUTH_TYPE_BASIC });
    CHECK_EQ(esp_http_client_set_authtype(client, HTTP_AUTH_TYPE_NONE), ESP_OK);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 401);
    CHECK_EQ(esp_http_client_set_authtype(client, HTTP_AUTH_TYPE_BASIC), ESP_OK);
    CHECK_EQ(esp_http_client_set_auth_data(client, "Basic realm=x", 13), ESP_OK);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 200);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(another_password_is_tried_after_a_wrong_one)
{
    static const char *const paths[] = { "/digest/md5", "/basic" };

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const esp_http_client_config_t config = { .username = "molt", .password = "wrong" };
        esp_http_client_handle_t client = client_for(url_of(tls_port, "https", paths[i]), config);

        test_case = paths[i];
        CHECK_EQ(perform(client), ESP_OK);
        CHECK_EQ(esp_http_client_get_status_code(client), 401);
        CHECK_EQ(esp_http_client_set_password(client, "s3cret: word"), ESP_OK);
        CHECK_EQ(perform(client), ESP_OK);
        CHECK_EQ(esp_http_client_get_status_code(client), 200);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(secrets_do_not_go_to_a_stranger)
{
    char away[PEER_URL_MAX], home[PEER_URL_MAX];
    const esp_http_client_config_t config = { .username = "molt",
                                              .password = "s3cret: word",
                                              .auth_type = HTTP_AUTH_TYPE_BASIC };
    int status;

    /* 127.0.0.1 and localhost are two hosts, as names go. */
    (void)snprintf(away, sizeof away, "/redirect_to/302?http://localhost:%d/echo", port);
    CHECK_EQ(get(url_of(port, "http", away), config, &status), ESP_OK);
    CHECK_EQ(status, 200);
    CHECK(strstr(body, "Authorization") == NULL);
    (void)snprintf(home, sizeof home, "Host: localhost:%d\r\n", port);
    CHECK(strstr(body, home) != NULL);

    test_case = "another port";
    (void)snprintf(away, sizeof away, "/redirect_to/302?%s", url_of(other_port, "http", "/echo"));
    CHECK_EQ(get(url_of(port, "http", away), config, &status), ESP_OK);
    CHECK(strstr(body, "Authorization") == NULL);
    (void)snprintf(home, sizeof home, "Host: 127.0.0.1:%d\r\n", other_port);
    CHECK(strstr(body, home) != NULL);

    test_case = "the same place";
    (void)snprintf(away, sizeof away, "/redirect_to/302?/echo");
    CHECK_EQ(get(url_of(port, "http", away), config, &status), ESP_OK);
    CHECK(strstr(body, "Authorization: Basic bW9sdDpzM2NyZXQ6IHdvcmQ=\r\n") != NULL);

    test_case = "headers that the caller has set";
    (void)snprintf(away, sizeof away, "/redirect_to/302?http://localhost:%d/echo", port);
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", away), (esp_http_client_config_t){ 0 });
    CHECK_EQ(esp_http_client_set_header(client, "Authorization", "Bearer t"), ESP_OK);
    CHECK_EQ(esp_http_client_set_header(client, "Cookie", "c=1"), ESP_OK);
    CHECK_EQ(esp_http_client_set_header(client, "X-Kept", "k"), ESP_OK);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK(strstr(body, "Bearer") == NULL);
    CHECK(strstr(body, "Cookie") == NULL);
    CHECK(strstr(body, "X-Kept: k\r\n") != NULL);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(a_connection_is_used_again_when_the_server_allows_it_and_replaced_when_it_is_dead)
{
    static const struct {
        const char *first, *second;
        int used; /* connections for both */
    } cases[] = {
        { "/ok", "/ok", 1 },
        { "/chunked", "/ok", 1 },
        { "/status/404", "/ok", 1 },
        { "/redirect/5", "/ok", 1 },
        { "/redirect_body/16000", "/ok", 1 },
        { "/redirect_body/17000", "/ok", 2 },
        { "/connection_close", "/ok", 2 },
        { "/close_said", "/ok", 2 },
        { "/close", "/ok", 2 },
        { "/http10", "/ok", 2 },
        { "/stale", "/ok", 2 },
        { "/once", "/ok", 2 },
        { "/longer", "/ok", 2 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].first;
        int before = connections();
        esp_http_client_handle_t client =
            client_for(url_of(port, "http", cases[i].first), (esp_http_client_config_t){ 0 });

        CHECK_EQ(perform(client), ESP_OK);
        CHECK_EQ(esp_http_client_set_url(client, cases[i].second), ESP_OK);
        CHECK_EQ(perform(client), ESP_OK);
        CHECK(has_content());
        CHECK_EQ(connections() - before, cases[i].used);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(a_connection_is_not_used_again_in_the_middle_of_a_request_or_response)
{
    static const struct {
        const char *path;
        int announced, written;
        int used; /* connections, with the one for the next request */
    } cases[] = {
        { "/echo", 5, 5, 1 },   { "/early", 100, 5, 2 }, { "/early", 100, 0, 2 },
        { "/early", -1, 0, 2 }, { "/half", 0, 0, 2 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].path;
        int before = connections();
        esp_http_client_handle_t client =
            client_for(url_of(port, "http", cases[i].path),
                       (esp_http_client_config_t){ .method = HTTP_METHOD_PUT });

        CHECK_EQ(esp_http_client_open(client, cases[i].announced), ESP_OK);
        CHECK_EQ(esp_http_client_write(client, direct, cases[i].written), cases[i].written);
        CHECK(esp_http_client_fetch_headers(client) > 0);
        CHECK(esp_http_client_read(client, direct, CONTENT_LEN / 2) > 0);
        CHECK_EQ(esp_http_client_set_method(client, HTTP_METHOD_GET), ESP_OK);
        CHECK_EQ(esp_http_client_set_url(client, "/ok"), ESP_OK);
        CHECK_EQ(perform(client), ESP_OK);
        CHECK(has_content());
        CHECK_EQ(connections() - before, cases[i].used);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(a_body_is_as_long_as_it_was_announced)
{
    esp_http_client_handle_t client = client_for(
        url_of(port, "http", "/echo"), (esp_http_client_config_t){ .method = HTTP_METHOD_PUT });

    CHECK_EQ(esp_http_client_open(client, 5), ESP_OK);
    CHECK_EQ(esp_http_client_write(client, "abc", 3), 3);
    CHECK_EQ(esp_http_client_write(client, "def", 3), -1);
    CHECK_EQ(esp_http_client_chunk_write_begin(client, 2), -1);
    CHECK_EQ(esp_http_client_chunk_write_end(client, true), -1);
    CHECK_EQ(esp_http_client_write(client, "de", 2), 2);
    CHECK_EQ(esp_http_client_write(client, "f", 1), -1);
    CHECK(esp_http_client_fetch_headers(client) > 0);

    test_case = "chunks";
    CHECK_EQ(esp_http_client_open(client, -1), ESP_OK);
    CHECK_EQ(esp_http_client_chunk_write_end(client, false), -1);
    CHECK_EQ(esp_http_client_chunk_write_begin(client, 3), 0);
    CHECK_EQ(esp_http_client_chunk_write_begin(client, 3), -1);
    CHECK_EQ(esp_http_client_write(client, "abcd", 4), -1);
    CHECK_EQ(esp_http_client_write(client, "ab", 2), 2);
    CHECK_EQ(esp_http_client_chunk_write_end(client, true), -1);
    CHECK_EQ(esp_http_client_write(client, "c", 1), 1);
    CHECK_EQ(esp_http_client_chunk_write_end(client, true), 0);
    CHECK_EQ(esp_http_client_chunk_write_begin(client, 3), -1);
    CHECK(esp_http_client_fetch_headers(client) > 0);

    test_case = "no chunk at all";
    CHECK_EQ(esp_http_client_open(client, -1), ESP_OK);
    CHECK_EQ(esp_http_client_chunk_write_end(client, true), 0);
    CHECK(esp_http_client_fetch_headers(client) > 0);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(a_request_that_changes_something_is_not_sent_twice)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/once"), (esp_http_client_config_t){ 0 });

    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_set_url(client, "/echo"), ESP_OK);
    CHECK_EQ(esp_http_client_set_method(client, HTTP_METHOD_POST), ESP_OK);
    CHECK_EQ(esp_http_client_set_post_field(client, "x", 1), ESP_OK);
    CHECK_EQ(perform(client), ESP_ERR_HTTP_CONNECTION_CLOSED);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(a_response_that_was_not_read_to_its_end_does_not_leak_into_the_next)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/ok"), (esp_http_client_config_t){ 0 });

    for (int i = 0; i < 3; i++) {
        CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
        CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
        CHECK_EQ(esp_http_client_read(client, direct, 100 * i), 100 * i);
    }
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(only_the_range_that_was_asked_for_is_accepted)
{
    static const struct {
        const char *path, *range;
        esp_err_t err;
        int status;
        int64_t total;
        size_t len;
    } cases[] = {
        { "/range", "bytes=100-199", ESP_OK, 206, CONTENT_LEN, 100 },
        { "/range", "bytes=9990-", ESP_OK, 206, CONTENT_LEN, 10 },
        { "/range", "bytes=9990-20000", ESP_OK, 206, CONTENT_LEN, 10 },
        { "/range", "bytes=10000-", ESP_OK, 416, CONTENT_LEN, 0 },
        { "/range", NULL, ESP_OK, 200, -1, CONTENT_LEN },
        { "/ok", "bytes=100-199", ESP_OK, 200, -1, CONTENT_LEN }, /* the status says so */
        { "/range_shifted", "bytes=100-199", ESP_ERR_INVALID_RESPONSE, 206, CONTENT_LEN + 16, 0 },
        { "/range_unsaid", "bytes=100-199", ESP_ERR_INVALID_RESPONSE, 206, -1, 0 },
        { "/range_other_length", "bytes=100-199", ESP_ERR_INVALID_RESPONSE, 206, CONTENT_LEN, 0 },
        { "/range_shifted", NULL, ESP_ERR_INVALID_RESPONSE, 206, CONTENT_LEN + 16, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].path;
        esp_http_client_handle_t client =
            client_for(url_of(port, "http", cases[i].path), (esp_http_client_config_t){ 0 });

        if (cases[i].range)
            CHECK_EQ(esp_http_client_set_header(client, "Range", cases[i].range), ESP_OK);
        CHECK_EQ(perform(client), cases[i].err);
        CHECK_EQ(esp_http_client_get_status_code(client), cases[i].status);
        CHECK_EQ(esp_http_client_get_content_range(client), cases[i].total);
        CHECK_EQ(body_len, cases[i].len);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(a_deadline_ends_what_no_single_timeout_would)
{
    static const char *const paths[] = { "/trickle", "/endless_body", "/trickle_header" };

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        test_case = paths[i];
        esp_http_client_handle_t client = client_for(
            url_of(port, "http", paths[i]), (esp_http_client_config_t){ .timeout_ms = 5000 });
        uint64_t began = http_device_port.uptime_ms(NULL);

        CHECK_EQ(molt_http_client_set_deadline_ms(client, 300), ESP_OK);
        CHECK(!molt_http_client_deadline_passed(client));
        CHECK_EQ(perform(client), ESP_ERR_TIMEOUT);
        uint64_t took = http_device_port.uptime_ms(NULL) - began;
        CHECK(took >= 300 && took < 3000);
        CHECK(molt_http_client_deadline_passed(client));
        CHECK_EQ(perform(client), ESP_ERR_TIMEOUT);

        test_case = "and a new one lets it go on";
        CHECK_EQ(molt_http_client_set_deadline_ms(client, 0), ESP_OK);
        CHECK_EQ(esp_http_client_set_url(client, "/ok"), ESP_OK);
        CHECK_EQ(perform(client), ESP_OK);
        CHECK(has_content());
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(a_deadline_that_has_passed_takes_nothing_from_the_connection)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/ok"), (esp_http_client_config_t){ 0 });
    int len = 0, got;

    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
    CHECK_EQ(molt_http_client_set_deadline_ms(client, 1), ESP_OK);
    http_device_port.sleep_ms(NULL, 20);
    while ((got = esp_http_client_read(client, direct, 100)) > 0) len += got;
    CHECK_EQ(got, -1);
    CHECK(len <= DEFAULT_HTTP_BUF_SIZE); /* what was there already */
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(flushing_ends_with_the_timeout)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/endless_body"), (esp_http_client_config_t){ 0 });
    uint64_t began = http_device_port.uptime_ms(NULL);
    int flushed = -1;

    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK_EQ(esp_http_client_fetch_headers(client), 0);
    CHECK_EQ(esp_http_client_flush_response(client, &flushed), ESP_FAIL);
    CHECK(flushed > 0);
    CHECK(http_device_port.uptime_ms(NULL) - began < 4 * TIMEOUT_MS);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(one_call_of_read_takes_no_longer_than_the_timeout)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/trickle"), (esp_http_client_config_t){ 0 });

    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
    uint64_t began = http_device_port.uptime_ms(NULL);
    int got = esp_http_client_read(client, direct, CONTENT_LEN);
    CHECK(got > 0 && got < CONTENT_LEN / 2);
    CHECK(http_device_port.uptime_ms(NULL) - began < 3 * TIMEOUT_MS);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(a_pause_longer_than_the_timeout_can_be_waited_out)
{
    esp_http_client_handle_t client = client_for(url_of(port, "http", "/pause_body/0.5"),
                                                 (esp_http_client_config_t){ .timeout_ms = 100 });
    int len = 0, waits = 0;

    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
    while (len < CONTENT_LEN && waits < 50) {
        int got = esp_http_client_read(client, direct + len, CONTENT_LEN - len);

        if (got <= 0 && got != -ESP_ERR_HTTP_EAGAIN) break;
        waits += got < 0;
        len += got > 0 ? got : 0;
    }
    body_len = (size_t)len;
    memcpy(body, direct, body_len);
    CHECK(has_content());
    CHECK(waits >= 2);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(an_async_client_asks_to_be_called_again)
{
    esp_http_client_handle_t client = client_for(url_of(port, "http", "/pause_body/0.3"),
                                                 (esp_http_client_config_t){ .is_async = true });
    esp_err_t err = perform(client);
    int calls = 1;

    for (; err == ESP_ERR_HTTP_EAGAIN && calls < 10000; calls++) {
        http_device_port.sleep_ms(NULL, 1);
        err = esp_http_client_perform(client);
    }
    CHECK_EQ(err, ESP_OK);
    CHECK(calls > 10);
    CHECK(has_content());
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(a_response_can_be_given_up_in_its_middle)
{
    static const char *const ways[] = { "cancel", "close", "clear" };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        test_case = ways[i];
        esp_http_client_handle_t client =
            client_for(url_of(port, "http", "/ok"), (esp_http_client_config_t){ 0 });

        CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
        CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
        CHECK_EQ(esp_http_client_read(client, direct, 100), 100);
        events[0] = '\0';
        if (i == 0) CHECK_EQ(esp_http_client_cancel_request(client), ESP_OK);
        if (i == 1) CHECK_EQ(esp_http_client_close(client), ESP_OK);
        if (i == 2) esp_http_client_clear_response_buffer(client);
        CHECK_STR(events, i < 2 ? "D" : "");
        CHECK_EQ(esp_http_client_get_state(client),
                 i < 2 ? HTTP_STATE_INIT : HTTP_STATE_RES_ON_DATA_START);
        if (i < 2) CHECK_EQ(esp_http_client_read(client, direct, 100), -1);
        /* What was cleared is missing. */
        if (i == 2) CHECK(esp_http_client_read(client, direct, CONTENT_LEN) < CONTENT_LEN - 100);
        CHECK(!esp_http_client_is_complete_data_received(client));

        CHECK_EQ(perform(client), ESP_OK);
        CHECK(has_content());
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(head_has_no_body_and_prepare_lets_the_next_request_begin)
{
    esp_http_client_handle_t client = client_for(
        url_of(port, "http", "/ok"), (esp_http_client_config_t){ .method = HTTP_METHOD_HEAD });

    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_content_length(client), CONTENT_LEN);
    CHECK_EQ(body_len, 0);
    CHECK(esp_http_client_is_persistent_connection(client));
    CHECK_EQ(esp_http_client_set_method(client, HTTP_METHOD_GET), ESP_OK);
    CHECK_EQ(esp_http_client_prepare(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_state(client), HTTP_STATE_CONNECTED);
    CHECK_EQ(esp_http_client_request_send(client, 0), ESP_OK);
    CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
    int flushed;
    CHECK_EQ(esp_http_client_flush_response(client, &flushed), ESP_OK);
    CHECK_EQ(flushed, CONTENT_LEN);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

int main(void)
{
    test_folder_make();
    peer_run("certs.py", test_folder, NULL);
    ca = test_file("ca.pem", NULL);
    http_device_start();
    port = peer_start("badserver.py", NULL);
    other_port = peer_start("badserver.py", NULL);
    tls_port = peer_start("badserver.py", "--cert", test_path("server.pem"), "--key",
                          test_path("server.key"), NULL);
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
