/* A client that keeps what its handler is told, and three servers (tests/support/badserver.py), for the
 * tests of whole exchanges. */
#ifndef MOLT_TESTS_HTTP_EXCHANGE_H
#define MOLT_TESTS_HTTP_EXCHANGE_H

#include "esp_http_client.h"
#include "molt/http.h"
#include "tests/support/check.h"
#include "tests/support/files.h"
#include "tests/support/http_device.h"
#include "tests/support/peer.h"

enum { CONTENT_LEN = 10000, TIMEOUT_MS = 400 };

static int port, other_port, tls_port;
static char *ca;
static char events[4096];  /* one letter each, in order */
static char body[1 << 17]; /* what the handler got */
static size_t body_len;

static inline esp_err_t on_event(esp_http_client_event_t *event)
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

static inline const char *url_of(int server, const char *scheme, const char *path)
{
    static char urls[4][PEER_URL_MAX];
    static int next;
    char *url = urls[next++ % 4];

    peer_url(url, server, scheme, path);
    return url;
}

static inline esp_http_client_handle_t client_for(const char *url, esp_http_client_config_t config)
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

static inline esp_err_t perform(esp_http_client_handle_t client)
{
    events[0] = '\0';
    body_len = 0;
    body[0] = '\0';
    return esp_http_client_perform(client);
}

/* One GET with perform() on a client of its own; *status as it was at the end. */
static inline esp_err_t get(const char *url, esp_http_client_config_t config, int *status)
{
    esp_http_client_handle_t client = client_for(url, config);
    esp_err_t err = perform(client);

    *status = esp_http_client_get_status_code(client);
    (void)esp_http_client_cleanup(client);
    return err;
}

static inline bool has_content(void)
{
    for (int i = 0; i < CONTENT_LEN; i++)
        if ((uint8_t)body[i] != (i * 7 + i / 256) % 256) return false;
    return body_len == CONTENT_LEN;
}

/* What the server at `path` got, by its own account. */
static inline void echo_after(esp_http_client_handle_t client)
{
    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 200);
}

/* A number that the server tells, on a connection of its own. */
static inline int ask(const char *path)
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

static inline int connections(void)
{
    return ask("/count");
}

/* Certificates, a device, the servers. */
static inline void exchange_start(void)
{
    test_folder_make();
    peer_run("certs.py", test_folder, NULL);
    ca = test_file("ca.pem", NULL);
    http_device_start();
    port = peer_start("badserver.py", NULL);
    other_port = peer_start("badserver.py", NULL);
    tls_port = peer_start("badserver.py", "--cert", test_path("server.pem"), "--key",
                          test_path("server.key"), NULL);
}

#endif
