/* The request: its head, its body. */
#include <string.h>

#include "esp_log.h"
#include "http/client.h"

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

static enum molt_err send_bytes(struct esp_http_client *client, const void *bytes, size_t len)
{
    enum molt_err err = molt_http_link_send(&client->link, bytes, len, molt_http_until(client));

    molt_http_note_break(client, err, ESP_ERR_MBEDTLS_SSL_WRITE_FAILED);
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

esp_err_t molt_http_send_request(struct esp_http_client *client, int write_len)
{
    struct molt_http_sink sink = molt_http_sink_for(client);

    client->can_replay = client->link_used && write_len == 0 && is_idempotent(client->method);
    client->at = client->end = 0;
    client->chunks = write_len < 0;
    client->body_left = write_len < 0 ? -1 : write_len;
    client->body_sent = write_len == 0;
    molt_http_response_start(&client->response, &sink, client->method == HTTP_METHOD_HEAD);

    enum molt_err err = send_head(client, write_len);
    if (err && client->can_replay) {
        molt_http_disconnect(client);
        esp_err_t connected = molt_http_connect(client);
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
    if (!molt_http_can_reuse(client)) {
        molt_http_disconnect(client);
        esp_err_t err = molt_http_connect(client);
        if (err) return err;
    }
    return molt_http_send_request(client, write_len);
}

esp_err_t esp_http_client_prepare(esp_http_client_handle_t client)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    if (molt_http_can_reuse(client))
        client->state = HTTP_STATE_CONNECTED;
    else
        molt_http_disconnect(client);
    return ESP_OK;
}

esp_err_t esp_http_client_request_send(esp_http_client_handle_t client, int write_len)
{
    return esp_http_client_open(client, write_len);
}

static int write_all(struct esp_http_client *client, const char *bytes, int len)
{
    if (!client->link.conn || client->state < HTTP_STATE_REQ_COMPLETE_HEADER) return -1;
    if (send_bytes(client, bytes, (size_t)len)) {
        molt_http_fail(client, ESP_ERR_HTTP_WRITE_DATA);
        return -1;
    }
    return len;
}

int esp_http_client_write(esp_http_client_handle_t client, const char *buffer, int len)
{
    if (!client || !buffer || len < 0) return -1;
    bool counted = client->body_left >= 0;
    /* The server would take the rest for another request. */
    if (counted && len > client->body_left) {
        ESP_LOGE(TAG, "%d bytes of body are more than what was announced", len);
        return -1;
    }
    if (write_all(client, buffer, len) != len) return -1;
    if (counted) client->body_left -= len;
    if (!client->chunks && client->body_left == 0) client->body_sent = true;
    return len;
}

int esp_http_client_chunk_write_begin(esp_http_client_handle_t client, int len)
{
    static const char k_hex[] = "0123456789abcdef";
    char line[sizeof "ffffffff\r\n"];
    size_t at = sizeof line - 1;

    if (!client || len <= 0 || !client->chunks || client->body_sent) return -1;
    if (client->body_left >= 0) return -1; /* the last chunk has not ended */
    line[--at] = '\n';
    line[--at] = '\r';
    for (unsigned rest = (unsigned)len; rest > 0; rest /= 16) line[--at] = k_hex[rest % 16];
    int size = (int)(sizeof line - 1 - at);
    if (write_all(client, line + at, size) != size) return -1;
    client->body_left = len;
    return 0;
}

int esp_http_client_chunk_write_end(esp_http_client_handle_t client, bool last)
{
    if (!client || !client->chunks || client->body_sent || client->body_left > 0) return -1;
    bool in_chunk = client->body_left == 0;
    if (!in_chunk && !last) return -1;
    const char *text = !last ? "\r\n" : in_chunk ? "\r\n0\r\n\r\n" : "0\r\n\r\n";
    int size = (int)strlen(text);

    if (write_all(client, text, size) != size) return -1;
    client->body_left = last ? 0 : -1;
    client->body_sent = last;
    return 0;
}
