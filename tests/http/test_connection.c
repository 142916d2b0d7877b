/* The bytes of requests, and one connection for several of them. */
#include "tests/http/exchange.h"

static char direct[1 << 14]; /* what read() gave */

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
        { "/early", -1, 0, 2 }, { "/half", 0, 0, 2 },    { "/close_said", 0, 0, 2 },
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
        CHECK(esp_http_client_read(client, direct, CONTENT_LEN) > 0);
        CHECK_EQ(esp_http_client_set_method(client, HTTP_METHOD_GET), ESP_OK);
        CHECK_EQ(esp_http_client_set_url(client, "/ok"), ESP_OK);
        CHECK_EQ(perform(client), ESP_OK);
        CHECK(has_content());
        CHECK_EQ(connections() - before, cases[i].used);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
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

int main(void)
{
    exchange_start();
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
