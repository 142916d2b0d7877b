/* open(), fetch_headers() and read() against a server that misbehaves on request. */
#include "tests/support/check.h"

#include "esp_http_client.h"
#include "molt/http.h"
#include "tests/support/http_device.h"
#include "tests/support/peer.h"

enum { CONTENT_LEN = 10000, TIMEOUT_MS = 300 };

static int port;
static char body[1 << 16];

static esp_http_client_handle_t open_path(const char *path)
{
    char url[PEER_URL_MAX];
    esp_http_client_config_t config = { .url = url, .timeout_ms = TIMEOUT_MS };

    peer_url(url, port, "http", path);
    esp_http_client_handle_t client = esp_http_client_init(&config);
    if (!client) abort();
    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    return client;
}

static bool is_content(const char *bytes, int off, int len)
{
    for (int i = 0; i < len; i++) {
        int at = off + i;

        if ((uint8_t)bytes[i] != (at * 7 + at / 256) % 256) return false;
    }
    return true;
}

TEST(what_a_server_sends_is_what_is_read_and_nothing_is_called_complete_that_is_not)
{
    static const struct {
        const char *path;
        int64_t fetched;
        int status, len;
        bool chunked, complete;
        int end; /* what read() gives after the last byte */
    } cases[] = {
        { "/ok", CONTENT_LEN, 200, CONTENT_LEN, false, true, 0 },
        { "/connection_close", CONTENT_LEN, 200, CONTENT_LEN, false, true, 0 },
        { "/chunked", 0, 200, CONTENT_LEN, true, true, 0 },
        { "/close", 0, 200, CONTENT_LEN, true, true, 0 },
        { "/http10", 0, 200, CONTENT_LEN, true, true, 0 },
        { "/interim", CONTENT_LEN, 200, CONTENT_LEN, false, true, 0 },
        { "/longer", CONTENT_LEN, 200, CONTENT_LEN, false, true, 0 },
        { "/bytewise", 3000, 200, 3000, false, true, 0 },
        { "/giant_header", CONTENT_LEN, 200, CONTENT_LEN, false, true, 0 },
        { "/truncated", CONTENT_LEN, 200, CONTENT_LEN / 2, false, false, -1 },
        { "/truncated_chunks", 0, 200, CONTENT_LEN, true, false, -1 },
        { "/bad_chunk", 0, 200, CONTENT_LEN / 2, true, false, -1 },
        { "/huge_extension", 0, 200, 0, true, false, -1 },
        { "/reset", CONTENT_LEN, 200, CONTENT_LEN / 2, false, false, -1 },
        { "/stall_body", CONTENT_LEN, 200, CONTENT_LEN / 2, false, false, -ESP_ERR_HTTP_EAGAIN },
        { "/status/204", 0, 204, 0, true, true, 0 },
        { "/status/304", 0, 304, 0, true, true, 0 },
        { "/status/404", 10, 404, -1, false, true, 0 },
        { "/status/500", 10, 500, -1, false, true, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].path;
        esp_http_client_handle_t client = open_path(cases[i].path);

        CHECK_EQ(esp_http_client_fetch_headers(client), cases[i].fetched);
        CHECK_EQ(esp_http_client_get_status_code(client), cases[i].status);
        CHECK_EQ(esp_http_client_is_chunked_response(client), cases[i].chunked);
        CHECK_EQ(esp_http_client_get_content_length(client),
                 cases[i].chunked ? -1 : cases[i].fetched);

        int len = 0, got;
        while ((got = esp_http_client_read(client, body + len, 777)) > 0) len += got;
        CHECK_EQ(got, cases[i].end);
        if (cases[i].len >= 0) {
            CHECK_EQ(len, cases[i].len);
            CHECK(is_content(body, 0, len));
        }
        CHECK_EQ(esp_http_client_is_complete_data_received(client), cases[i].complete);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(a_head_that_does_not_come_or_never_ends_is_an_error_in_time)
{
    static const struct {
        const char *path;
        int64_t fetched;
    } cases[] = {
        { "/stall_silent", -ESP_ERR_HTTP_EAGAIN },
        { "/stall_header", -ESP_ERR_HTTP_EAGAIN },
        { "/trickle_header", -ESP_ERR_HTTP_EAGAIN },
        { "/reset_header", -1 },
        { "/endless_header", -1 },
        { "/endless_headers", -1 },
        { "/endless_continue", -1 },
        { "/garbage", -1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].path;
        esp_http_client_handle_t client = open_path(cases[i].path);
        uint64_t began = http_device_port.uptime_ms(NULL);

        CHECK_EQ(esp_http_client_fetch_headers(client), cases[i].fetched);
        CHECK(http_device_port.uptime_ms(NULL) - began < 4 * TIMEOUT_MS);
        CHECK(!esp_http_client_is_complete_data_received(client));
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

int main(void)
{
    port = peer_start("badserver.py", NULL);
    http_device_start();
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
