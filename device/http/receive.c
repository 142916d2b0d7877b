/* The response: its head, its body. */
#include <string.h>

#include "esp_log.h"
#include "http/client.h"

static const char *TAG = "HTTP_CLIENT";

static enum molt_err fill(struct esp_http_client *client, uint64_t until_ms)
{
    size_t got = 0;

    if (!client->link.conn) return MOLT_ERR_NETWORK;
    if (molt_http_deadline_passed(client)) return MOLT_ERR_NETWORK;
    enum molt_err err =
        molt_http_link_recv(&client->link, client->buffer, client->buffer_size, until_ms, &got);
    molt_http_note_break(client, err, ESP_ERR_MBEDTLS_SSL_READ_FAILED);
    /* Waiting for the deadline is over; for a step, it may go on. */
    if (err == MOLT_ERR_TIMEOUT && molt_http_deadline_passed(client)) return MOLT_ERR_NETWORK;
    if (err) return err;
    client->at = 0;
    client->end = got;
    return MOLT_OK;
}

/* Parses what is there into `body`, which may be where it is. */
static enum molt_err feed(struct esp_http_client *client, size_t len, uint8_t *body, size_t *got)
{
    size_t used;
    enum molt_err err = molt_http_response_feed(&client->response, client->buffer + client->at, len,
                                                &used, body, got);

    client->at += used;
    return err;
}

/* A kept connection that the server closed while the request was under way: RFC 9112, 9.3.1. */
static bool may_be_stale(const struct esp_http_client *client, enum molt_err err)
{
    return client->can_replay && client->response.status < 0 && client->response.overhead == 0 &&
           (err == MOLT_ERR_CLOSED || err == MOLT_ERR_NETWORK) &&
           !molt_http_deadline_passed(client);
}

static enum molt_err replay(struct esp_http_client *client)
{
    molt_http_disconnect(client);
    if (molt_http_connect(client) || molt_http_send_request(client, 0)) return MOLT_ERR_CONNECT;
    client->state = HTTP_STATE_REQ_COMPLETE_DATA;
    return MOLT_OK;
}

static enum molt_err read_head(struct esp_http_client *client)
{
    uint64_t until_ms = molt_http_read_until(client);
    bool received = false;

    while (!client->response.head_done) {
        size_t none;
        enum molt_err err = MOLT_OK;

        if (client->at == client->end) {
            if (received && molt_http_now_ms(client) >= until_ms) return MOLT_ERR_TIMEOUT;
            err = fill(client, until_ms);
            received = true;
            if (may_be_stale(client, err)) {
                err = replay(client);
                until_ms = molt_http_read_until(client);
                if (!err) continue;
            }
        }
        if (!err) err = feed(client, client->end - client->at, NULL, &none);
        if (err) return err;
    }
    return MOLT_OK;
}

/* A part that was not asked for is worse than none: it would land in the wrong place. */
static bool is_the_range_asked_for(struct esp_http_client *client)
{
    const char *asked = molt_http_headers_get(&client->headers, "Range");
    const struct molt_http_response *r = &client->response;

    if (r->status != HttpStatus_PartialContent) return true;
    if (!asked) return false;
    if (strchr(asked, ',')) return true;
    if (!molt_content_range_answers(&r->range, asked)) return false;
    return r->content_length < 0 || r->content_length == r->range.last - r->range.first + 1;
}

static int64_t announced_length(const struct esp_http_client *client)
{
    return client->response.content_length > 0 ? client->response.content_length : 0;
}

/* The failure that perform() reports when reading has ended with `err`. */
static esp_err_t reading_failure(enum molt_err err)
{
    if (err == MOLT_ERR_CLOSED) return ESP_ERR_HTTP_CONNECTION_CLOSED;
    return err == MOLT_ERR_CONNECT ? ESP_ERR_HTTP_CONNECT : ESP_ERR_HTTP_FETCH_HEADER;
}

int64_t esp_http_client_fetch_headers(esp_http_client_handle_t client)
{
    if (!client || client->state < HTTP_STATE_REQ_COMPLETE_HEADER) return -1;
    if (client->response.head_done) return announced_length(client);

    client->state = HTTP_STATE_REQ_COMPLETE_DATA;
    enum molt_err err = read_head(client);
    if (err == MOLT_ERR_TIMEOUT) return -ESP_ERR_HTTP_EAGAIN;
    if (err) {
        ESP_LOGE(TAG, "response head: %s", molt_err_text(err));
        molt_http_fail(client, reading_failure(err));
        return -1;
    }
    if (!is_the_range_asked_for(client)) {
        ESP_LOGE(TAG, "the server sent another range than the one asked for");
        molt_http_fail(client, ESP_ERR_INVALID_RESPONSE);
        return -1;
    }
    client->state = HTTP_STATE_RES_COMPLETE_HEADER;
    if (client->response.status / 100 == 2) client->redirects = 0;
    if (client->response.status != HttpStatus_Unauthorized) client->auth_retries = 0;
    molt_http_tell(client, HTTP_EVENT_ON_HEADERS_COMPLETE);
    client->state = HTTP_STATE_RES_ON_DATA_START;
    return announced_length(client);
}

/* Makes sure that there is something to parse. MOLT_OK with `complete` when the peer's closing has
 * ended the body. */
static enum molt_err more(struct esp_http_client *client, uint64_t until_ms)
{
    if (client->at < client->end) return MOLT_OK;
    enum molt_err err = fill(client, until_ms);
    return err == MOLT_ERR_CLOSED ? molt_http_response_end(&client->response) : err;
}

enum molt_err molt_http_next_piece(struct esp_http_client *client, uint64_t until_ms,
                                   uint8_t **data, size_t *len)
{
    *len = 0;
    while (!client->response.complete && *len == 0) {
        enum molt_err err = more(client, until_ms);
        if (err) return err;
        *data = client->buffer + client->at;
        err = feed(client, client->end - client->at, *data, len);
        if (err) return err;
    }
    return MOLT_OK;
}

/* Fills `to` as far as bytes come; says by the error why it stopped before `size`. */
static enum molt_err read_body(struct esp_http_client *client, uint8_t *to, size_t size,
                               size_t *got)
{
    uint64_t until_ms = molt_http_until(client);

    *got = 0;
    while (*got < size && !client->response.complete) {
        size_t len = client->end - client->at, part = 0;

        if (len == 0 && *got > 0 && molt_http_now_ms(client) >= until_ms) return MOLT_ERR_TIMEOUT;
        enum molt_err err = more(client, until_ms);
        if (err) return err;
        len = client->end - client->at;
        if (len > size - *got) len = size - *got;
        err = feed(client, len, to + *got, &part);
        *got += part;
        if (err) return err;
    }
    return MOLT_OK;
}

int esp_http_client_read(esp_http_client_handle_t client, char *buffer, int len)
{
    size_t got;

    if (!client || !buffer || len < 0) return -1;
    if (client->state < HTTP_STATE_RES_COMPLETE_HEADER) return client->response.complete ? 0 : -1;

    enum molt_err err = read_body(client, (uint8_t *)buffer, (size_t)len, &got);
    molt_http_tell_data(client, buffer, got);
    if (err && err != MOLT_ERR_TIMEOUT) {
        ESP_LOGE(TAG, "response body: %s", molt_err_text(err));
        molt_http_fail(client, ESP_ERR_HTTP_INCOMPLETE_DATA);
    }
    if (got > 0 || !err) return (int)got;
    return err == MOLT_ERR_TIMEOUT ? -ESP_ERR_HTTP_EAGAIN : -1;
}
