/* Redirects: how far they are followed, and what does not go along. */
#include "tests/http/exchange.h"

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

    test_case = "from where it stopped";
    CHECK_EQ(esp_http_client_set_url(client, "/redirect/11"), ESP_OK);
    CHECK_EQ(perform(client), ESP_ERR_HTTP_MAX_REDIRECT);
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
    CHECK_EQ(esp_http_client_set_url(client, "/redirect_loop"), ESP_OK);
    for (int i = 0; i <= 10; i++) {
        CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
        CHECK(esp_http_client_fetch_headers(client) > 0);
        CHECK_EQ(esp_http_client_set_redirection(client),
                 i < 10 ? ESP_OK : ESP_ERR_HTTP_MAX_REDIRECT);
    }
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

int main(void)
{
    exchange_start();
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
