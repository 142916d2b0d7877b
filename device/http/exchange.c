#include <string.h>

#include "esp_log.h"
#include "http/client.h"
#include "http/request.h"

static const char *TAG = "HTTP_CLIENT";

static const char *const k_methods[HTTP_METHOD_MAX] = {
    [HTTP_METHOD_GET] = "GET",
    [HTTP_METHOD_POST] = "POST",
    [HTTP_METHOD_PUT] = "PUT",
    [HTTP_METHOD_PATCH] = "PATCH",
    [HTTP_METHOD_DELETE] = "DELETE",
    [HTTP_METHOD_HEAD] = "HEAD",
    [HTTP_METHOD_NOTIFY] = "NOTIFY",
    [HTTP_METHOD_SUBSCRIBE] = "SUBSCRIBE",
    [HTTP_METHOD_UNSUBSCRIBE] = "UNSUBSCRIBE",
    [HTTP_METHOD_OPTIONS] = "OPTIONS",
    [HTTP_METHOD_COPY] = "COPY",
    [HTTP_METHOD_MOVE] = "MOVE",
    [HTTP_METHOD_LOCK] = "LOCK",
    [HTTP_METHOD_UNLOCK] = "UNLOCK",
    [HTTP_METHOD_PROPFIND] = "PROPFIND",
    [HTTP_METHOD_PROPPATCH] = "PROPPATCH",
    [HTTP_METHOD_MKCOL] = "MKCOL",
    [HTTP_METHOD_REPORT] = "REPORT",
};

/* ---- time ---------------------------------------------------------------------------------------- */

static uint64_t now_ms(const struct esp_http_client *client)
{
    return client->port->uptime_ms(client->port->ctx);
}

uint64_t molt_http_until(const struct esp_http_client *client)
{
    uint64_t until = now_ms(client) + (uint64_t)client->timeout_ms;

    return until < client->deadline_ms ? until : client->deadline_ms;
}

uint64_t molt_http_read_until(const struct esp_http_client *client)
{
    return client->performing && client->async ? now_ms(client) : molt_http_until(client);
}

bool molt_http_deadline_passed(const struct esp_http_client *client)
{
    return now_ms(client) >= client->deadline_ms;
}

/* ---- the connection ------------------------------------------------------------------------------ */

void molt_http_disconnect(struct esp_http_client *client)
{
    bool was_open = client->link.conn != NULL;

    molt_http_link_close(&client->link);
    client->state = HTTP_STATE_INIT;
    client->at = client->end = 0;
    if (was_open) molt_http_tell(client, HTTP_EVENT_DISCONNECTED);
}

void molt_http_fail(struct esp_http_client *client, esp_err_t failure)
{
    client->failure = molt_http_deadline_passed(client) ? ESP_ERR_TIMEOUT : failure;
    molt_http_tell(client, HTTP_EVENT_ERROR);
    molt_http_disconnect(client);
}

static esp_err_t socket_error(enum molt_err err)
{
    if (err == MOLT_ERR_RESOLVE) return ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME;
    if (err == MOLT_ERR_TIMEOUT) return ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT;
    if (err == MOLT_ERR_FULL) return ESP_ERR_ESP_TLS_CANNOT_CREATE_SOCKET;
    if (err == MOLT_ERR_UNSUPPORTED) return ESP_ERR_ESP_TLS_SOCKET_SETOPT_FAILED;
    return ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST;
}

static enum molt_err open_link(struct esp_http_client *client)
{
    struct molt_net_target target = {
        .host = molt_url_host(&client->url),
        .port = client->url.port,
        .ip_version = client->ip_version,
        .interface = client->interface,
    };

    client->tls_error = (esp_tls_last_error_t){ 0 };
    if (molt_http_deadline_passed(client)) return MOLT_ERR_TIMEOUT;
    enum molt_err err =
        molt_http_link_open(&client->link, client->port, &target, molt_http_until(client));
    if (err) {
        client->tls_error.last_error = socket_error(err);
        return err;
    }
    if (client->keep_alive.enable && client->port->net->keep_alive)
        (void)client->port->net->keep_alive(client->link.conn, client->keep_alive.idle_s,
                                            client->keep_alive.interval_s,
                                            client->keep_alive.count);
    if (client->url.scheme == MOLT_URL_HTTP) return MOLT_OK;
    return molt_http_link_secure(&client->link, target.host, &client->tls,
                                 esp_tls_get_global_ca_store(), molt_http_until(client),
                                 &client->tls_error);
}

static esp_err_t connect_link(struct esp_http_client *client)
{
    bool secure = client->url.scheme == MOLT_URL_HTTPS;

    if (client->url.scheme == MOLT_URL_OTHER) return ESP_ERR_HTTP_INVALID_TRANSPORT;
    if (secure && !CONFIG_ESP_HTTP_CLIENT_ENABLE_HTTPS) return ESP_ERR_HTTP_INVALID_TRANSPORT;
    client->state = HTTP_STATE_CONNECTING;
    enum molt_err err = open_link(client);
    if (err) {
        ESP_LOGE(TAG, "%s:%u: %s (%s, mbedTLS -0x%04x, certificate flags 0x%x)",
                 molt_url_host(&client->url), client->url.port, molt_err_text(err),
                 esp_err_to_name(client->tls_error.last_error),
                 (unsigned)client->tls_error.esp_tls_error_code,
                 (unsigned)client->tls_error.esp_tls_flags);
        molt_http_fail(client, ESP_ERR_HTTP_CONNECT);
        return ESP_ERR_HTTP_CONNECT;
    }
    client->link_used = false;
    client->state = HTTP_STATE_CONNECTED;
    molt_http_tell(client, HTTP_EVENT_ON_CONNECTED);
    return ESP_OK;
}

/* A connection can carry another request when the last response is over, the server keeps it open,
 * and nothing has come that nobody asked for. */
static bool can_reuse(struct esp_http_client *client)
{
    uint8_t byte;
    size_t got;

    if (!client->link.conn) return false;
    if (!client->link_used) return true;
    if (!client->response.complete || !client->response.keep_alive) return false;
    if (client->at != client->end) return false;
    return molt_http_link_recv(&client->link, &byte, 1, now_ms(client), &got) == MOLT_ERR_TIMEOUT;
}

/* ---- the request --------------------------------------------------------------------------------- */

/* What get_and_clear_last_tls_error() tells about a TLS connection that broke. */
static void note_break(struct esp_http_client *client, enum molt_err err, esp_err_t failure)
{
    if (err == MOLT_ERR_NETWORK && client->link.tls.open) client->tls_error.last_error = failure;
}

static enum molt_err send_bytes(struct esp_http_client *client, const void *bytes, size_t len)
{
    enum molt_err err = molt_http_link_send(&client->link, bytes, len, molt_http_until(client));

    note_break(client, err, ESP_ERR_MBEDTLS_SSL_WRITE_FAILED);
    return err;
}

static enum molt_err send_piece(void *ctx, const char *bytes, size_t len)
{
    return send_bytes(ctx, bytes, len);
}

/* Whether a request with these methods says how long its body is even when there is none. */
static bool says_no_length(esp_http_client_method_t method)
{
    return method == HTTP_METHOD_GET || method == HTTP_METHOD_HEAD || method == HTTP_METHOD_DELETE;
}

static void put_framing(struct molt_http_writer *w, esp_http_client_method_t method, int write_len)
{
    if (write_len < 0) {
        molt_http_put_header(w, "Transfer-Encoding", "chunked");
    } else if (write_len > 0 || !says_no_length(method)) {
        molt_http_put(w, "Content-Length: ");
        molt_http_put_number(w, write_len);
        molt_http_put(w, "\r\n");
    }
}

static enum molt_err send_head(struct esp_http_client *client, int write_len)
{
    struct molt_http_writer w = {
        .buffer = (char *)client->buffer,
        .size = client->buffer_size_tx,
        .flush = send_piece,
        .ctx = client,
    };
    const char *key, *value;

    molt_http_put(&w, k_methods[client->method]);
    molt_http_put(&w, " ");
    molt_http_put(&w, molt_url_target(&client->url));
    molt_http_put(&w, " HTTP/1.1\r\n");
    if (!molt_http_headers_get(&client->headers, "Host")) molt_http_put_host(&w, &client->url);
    for (size_t at = 0; molt_http_headers_next(&client->headers, &at, &key, &value);) {
        /* The framing is what will be written, not what somebody expected to write. */
        if (molt_http_same_name(key, "Content-Length") ||
            molt_http_same_name(key, "Transfer-Encoding"))
            continue;
        molt_http_put_header(&w, key, value);
    }
    molt_http_put_authorization(&w, client, k_methods[client->method]);
    put_framing(&w, client->method, write_len);
    molt_http_put(&w, "\r\n");
    return molt_http_put_end(&w);
}

/* Methods that may be sent twice without harm (RFC 9110, 9.2.2), when no body goes with them. */
static bool is_idempotent(esp_http_client_method_t method)
{
    return method == HTTP_METHOD_GET || method == HTTP_METHOD_HEAD ||
           method == HTTP_METHOD_DELETE || method == HTTP_METHOD_OPTIONS ||
           method == HTTP_METHOD_PUT || method == HTTP_METHOD_PROPFIND ||
           method == HTTP_METHOD_REPORT;
}

/* Sends the head, on a new connection when the present one turns out to be dead. */
static esp_err_t send_request(struct esp_http_client *client, int write_len)
{
    struct molt_http_sink sink = molt_http_sink_for(client);

    client->can_replay = client->link_used && write_len == 0 && is_idempotent(client->method);
    client->at = client->end = 0;
    molt_http_response_start(&client->response, &sink, client->method == HTTP_METHOD_HEAD);

    enum molt_err err = send_head(client, write_len);
    if (err && client->can_replay) {
        molt_http_disconnect(client);
        esp_err_t connected = connect_link(client);
        if (connected) return connected;
        client->can_replay = false;
        err = send_head(client, write_len);
    }
    if (err) {
        molt_http_fail(client, ESP_ERR_HTTP_WRITE_DATA);
        return ESP_ERR_HTTP_WRITE_DATA;
    }
    client->link_used = true;
    client->redirected = false;
    client->state = HTTP_STATE_REQ_COMPLETE_HEADER;
    molt_http_tell(client, HTTP_EVENT_HEADERS_SENT);
    return ESP_OK;
}

esp_err_t esp_http_client_open(esp_http_client_handle_t client, int write_len)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    if (!can_reuse(client)) {
        molt_http_disconnect(client);
        esp_err_t err = connect_link(client);
        if (err) return err;
    }
    return send_request(client, write_len);
}

esp_err_t esp_http_client_prepare(esp_http_client_handle_t client)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    if (can_reuse(client))
        client->state = HTTP_STATE_CONNECTED;
    else
        molt_http_disconnect(client);
    return ESP_OK;
}

esp_err_t esp_http_client_request_send(esp_http_client_handle_t client, int write_len)
{
    return esp_http_client_open(client, write_len);
}

int esp_http_client_write(esp_http_client_handle_t client, const char *buffer, int len)
{
    if (!client || !buffer || len < 0 || !client->link.conn) return -1;
    if (client->state < HTTP_STATE_REQ_COMPLETE_HEADER) return -1;
    if (send_bytes(client, buffer, (size_t)len)) {
        molt_http_fail(client, ESP_ERR_HTTP_WRITE_DATA);
        return -1;
    }
    return len;
}

int esp_http_client_chunk_write_begin(esp_http_client_handle_t client, int len)
{
    static const char k_hex[] = "0123456789abcdef";
    char line[sizeof "ffffffff\r\n"];
    size_t at = sizeof line - 1;

    if (len <= 0) return -1;
    line[--at] = '\n';
    line[--at] = '\r';
    for (unsigned rest = (unsigned)len; rest > 0; rest /= 16) line[--at] = k_hex[rest % 16];
    int size = (int)(sizeof line - 1 - at);
    return esp_http_client_write(client, line + at, size) == size ? 0 : -1;
}

int esp_http_client_chunk_write_end(esp_http_client_handle_t client, bool last)
{
    const char *text = last ? "\r\n0\r\n\r\n" : "\r\n";
    int size = (int)strlen(text);

    return esp_http_client_write(client, text, size) == size ? 0 : -1;
}

/* ---- the response -------------------------------------------------------------------------------- */

static enum molt_err fill(struct esp_http_client *client, uint64_t until_ms)
{
    size_t got = 0;

    if (!client->link.conn) return MOLT_ERR_NETWORK;
    if (molt_http_deadline_passed(client)) return MOLT_ERR_NETWORK;
    enum molt_err err =
        molt_http_link_recv(&client->link, client->buffer, client->buffer_size, until_ms, &got);
    note_break(client, err, ESP_ERR_MBEDTLS_SSL_READ_FAILED);
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
    if (connect_link(client) || send_request(client, 0)) return MOLT_ERR_CONNECT;
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
            if (received && now_ms(client) >= until_ms) return MOLT_ERR_TIMEOUT;
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

        if (len == 0 && *got > 0 && now_ms(client) >= until_ms) return MOLT_ERR_TIMEOUT;
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
