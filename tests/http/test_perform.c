/* perform() and read(): bodies, ranges, time limits. */
#include "tests/http/exchange.h"

static char direct[1 << 14]; /* what read() gave */

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
    exchange_start();
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
