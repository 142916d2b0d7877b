/* The client against nginx: HTTPS, ranges, connections kept, redirects, passwords, certificates. */
#include "tests/support/check.h"

#include <sys/stat.h>

#include "esp_http_client.h"
#include "molt/http.h"
#include "tests/support/files.h"
#include "tests/support/http_device.h"
#include "tests/support/peer.h"

enum { FILE_LEN = 300000 };

static int https, http, mutual;
static char *ca;
static uint8_t file[FILE_LEN];

/* What the handler has seen since the last start of a GET. */
static uint8_t body[FILE_LEN + 1];
static size_t body_len;
static int connects;

static esp_err_t on_event(esp_http_client_event_t *event)
{
    connects += event->event_id == HTTP_EVENT_ON_CONNECTED;
    if (event->event_id != HTTP_EVENT_ON_DATA) return ESP_OK;
    size_t len = (size_t)event->data_len;

    if (body_len + len > sizeof body) return ESP_FAIL;
    memcpy(body + body_len, event->data, len);
    body_len += len;
    return ESP_OK;
}

static esp_http_client_handle_t client_for(int port, const char *path,
                                           esp_http_client_config_t config)
{
    char url[PEER_URL_MAX];

    (void)snprintf(url, sizeof url, "%s://localhost:%d%s", port == http ? "http" : "https", port,
                   path);
    config.url = url;
    config.cert_pem = ca;
    config.event_handler = on_event;
    esp_http_client_handle_t client = esp_http_client_init(&config);
    if (!client) abort();
    return client;
}

static esp_err_t get(esp_http_client_handle_t client)
{
    body_len = 0;
    return esp_http_client_perform(client);
}

static bool has_file(size_t off, size_t len)
{
    return body_len == len && memcmp(body, file + off, len) == 0;
}

TEST(a_file_comes_whole_through_buffers_of_any_size)
{
    static const int sizes[] = { 0, 64, 1000, CONFIG_MOLT_HTTP_BUFFER_MAX,
                                 2 * CONFIG_MOLT_HTTP_BUFFER_MAX };

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int secure = 0; secure < 2; secure++) {
            esp_http_client_handle_t client =
                client_for(secure ? https : http, "/file",
                           (esp_http_client_config_t){ .buffer_size = sizes[i] });

            CHECK_EQ(get(client), ESP_OK);
            CHECK_EQ(esp_http_client_get_status_code(client), 200);
            CHECK_EQ(esp_http_client_get_content_length(client), FILE_LEN);
            CHECK_EQ(esp_http_client_get_transport_type(client),
                     secure ? HTTP_TRANSPORT_OVER_SSL : HTTP_TRANSPORT_OVER_TCP);
            CHECK(has_file(0, FILE_LEN));
            CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
        }
}

TEST(a_file_comes_in_ranges_over_one_connection)
{
    enum { STEP = 65536 };
    esp_http_client_handle_t client = client_for(https, "/file", (esp_http_client_config_t){ 0 });

    connects = 0;
    for (size_t off = 0; off < FILE_LEN; off += STEP) {
        char range[64];
        size_t len = FILE_LEN - off < STEP ? FILE_LEN - off : STEP;

        (void)snprintf(range, sizeof range, "bytes=%zu-%zu", off, off + STEP - 1);
        CHECK_EQ(esp_http_client_set_header(client, "Range", range), ESP_OK);
        CHECK_EQ(get(client), ESP_OK);
        CHECK_EQ(esp_http_client_get_status_code(client), 206);
        CHECK_EQ(esp_http_client_get_content_range(client), FILE_LEN);
        CHECK(esp_http_client_is_persistent_connection(client));
        CHECK(has_file(off, len));
    }
    CHECK_EQ(connects, 1);

    test_case = "beyond the end";
    CHECK_EQ(esp_http_client_set_header(client, "Range", "bytes=300000-"), ESP_OK);
    CHECK_EQ(get(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 416);
    CHECK_EQ(esp_http_client_get_content_range(client), FILE_LEN);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(a_file_that_has_not_changed_is_not_sent_again)
{
    esp_http_client_handle_t client = client_for(https, "/file", (esp_http_client_config_t){ 0 });
    char etag[64] = "";

    CHECK_EQ(get(client), ESP_OK);
    const char *sent = molt_http_client_response_header(client, "ETag");
    CHECK(sent != NULL);
    (void)snprintf(etag, sizeof etag, "%s", sent ? sent : "");
    CHECK_EQ(esp_http_client_set_header(client, "If-None-Match", etag), ESP_OK);
    CHECK_EQ(get(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 304);
    CHECK_EQ(body_len, 0);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(redirects_lead_to_the_file_and_not_from_https_to_http)
{
    const struct {
        int port;
        const char *path;
        esp_err_t err;
        int connects;
    } cases[] = {
        { http, "/moved/file", ESP_OK, 1 },
        { https, "/moved/file", ESP_OK, 1 },
        { https, "/relative/file", ESP_OK, 1 },
        { http, "/up/file", ESP_OK, 2 },
        { http, "/moved/up/relative/file", ESP_OK, 2 },
        { http, "/down/file", ESP_OK, 1 },
        { https, "/down/file", ESP_ERR_HTTP_REDIRECT_DOWNGRADE, 1 },
        { https, "/loop", ESP_ERR_HTTP_MAX_REDIRECT, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_http_client_handle_t client =
            client_for(cases[i].port, cases[i].path, (esp_http_client_config_t){ 0 });

        test_case = cases[i].path;
        connects = 0;
        CHECK_EQ(get(client), cases[i].err);
        CHECK_EQ(connects, cases[i].connects);
        if (!cases[i].err) CHECK(has_file(0, FILE_LEN));
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(a_password_opens_the_private_folder)
{
    static const struct {
        const char *password;
        esp_http_client_auth_type_t type;
        int status;
    } cases[] = {
        { "secret", HTTP_AUTH_TYPE_BASIC, 200 },
        { "secret", HTTP_AUTH_TYPE_NONE, 200 },
        { "wrong", HTTP_AUTH_TYPE_BASIC, 401 },
        { "wrong", HTTP_AUTH_TYPE_NONE, 401 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_http_client_handle_t client = client_for(
            https, "/private/file",
            (esp_http_client_config_t){
                .username = "molt", .password = cases[i].password, .auth_type = cases[i].type });

        CHECK_EQ(get(client), ESP_OK);
        CHECK_EQ(esp_http_client_get_status_code(client), cases[i].status);
        CHECK_EQ(has_file(0, FILE_LEN), cases[i].status == 200);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

TEST(a_client_certificate_opens_the_server_that_wants_one)
{
    char *cert = test_file("client.pem", NULL), *key = test_file("client.key", NULL);
    esp_http_client_handle_t client =
        client_for(mutual, "/file",
                   (esp_http_client_config_t){ .client_cert_pem = cert, .client_key_pem = key });

    CHECK_EQ(get(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 200);
    CHECK(has_file(0, FILE_LEN));
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);

    test_case = "without";
    client = client_for(mutual, "/file", (esp_http_client_config_t){ 0 });
    CHECK_EQ(get(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 400); /* so nginx answers that */
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(two_clients_can_work_at_once_and_a_third_has_to_wait)
{
    esp_http_client_handle_t a = client_for(https, "/file", (esp_http_client_config_t){ 0 });
    esp_http_client_handle_t b = client_for(http, "/file", (esp_http_client_config_t){ 0 });
    esp_http_client_config_t config = { .url = "http://localhost/" };

    CHECK(esp_http_client_init(&config) == NULL);
    CHECK_EQ(esp_http_client_open(a, 0), ESP_OK);
    CHECK_EQ(esp_http_client_open(b, 0), ESP_OK);
    CHECK_EQ(esp_http_client_fetch_headers(a), FILE_LEN);
    CHECK_EQ(esp_http_client_fetch_headers(b), FILE_LEN);
    for (int i = 0; i < 2; i++) {
        char start[100];

        CHECK_EQ(esp_http_client_read(i ? a : b, start, sizeof start), sizeof start);
        CHECK_MEM(start, file, sizeof start);
    }
    CHECK_EQ(esp_http_client_cleanup(a), ESP_OK);
    CHECK_EQ(esp_http_client_cleanup(b), ESP_OK);
    esp_http_client_handle_t c = esp_http_client_init(&config);
    CHECK(c != NULL);
    CHECK_EQ(esp_http_client_cleanup(c), ESP_OK);
}

static void make_file(void)
{
    uint32_t seed = 1;

    for (size_t i = 0; i < sizeof file; i++) {
        seed = seed * 1664525 + 1013904223;
        file[i] = (uint8_t)(seed >> 24);
    }
    if (mkdir(test_path("www"), 0755)) abort();
    FILE *to = fopen(test_path("www/file"), "wb");
    if (!to || fwrite(file, 1, sizeof file, to) != sizeof file || fclose(to)) abort();
}

int main(void)
{
    test_folder_make();
    peer_run("certs.py", test_folder, NULL);
    ca = test_file("ca.pem", NULL);
    make_file();
    https = peer_start("nginx.py", test_folder, test_folder, NULL);
    http = peer_ports[1];
    mutual = peer_ports[2];
    http_device_start();
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
