/* A client's settings, and what came. */
#include "http/client.h"

#include <limits.h>
#include <string.h>

#include "molt/http.h"

static const char *const k_form_type = "application/x-www-form-urlencoded";

static esp_err_t esp_error(enum molt_err err)
{
    if (!err) return ESP_OK;
    return err == MOLT_ERR_FULL ? ESP_ERR_NO_MEM : ESP_ERR_INVALID_ARG;
}

/* ---- URL ----------------------------------------------------------------------------------------- */

esp_err_t esp_http_client_set_url(esp_http_client_handle_t client, const char *url)
{
    if (!client || !url) return ESP_ERR_INVALID_ARG;
    esp_err_t err = molt_http_go_to(client, url, false);
    if (!err) client->redirects = 0;
    return err;
}

esp_err_t esp_http_client_get_url(esp_http_client_handle_t client, char *url, const int len)
{
    if (!client || !url || len <= 0) return ESP_ERR_INVALID_ARG;
    return molt_url_text(&client->url, url, (size_t)len) ? ESP_ERR_INVALID_SIZE : ESP_OK;
}

/* ---- settings ------------------------------------------------------------------------------------ */

esp_err_t esp_http_client_set_method(esp_http_client_handle_t client,
                                     esp_http_client_method_t method)
{
    if (!client || (unsigned)method >= HTTP_METHOD_MAX) return ESP_ERR_INVALID_ARG;
    client->method = method;
    return ESP_OK;
}

esp_err_t esp_http_client_set_timeout_ms(esp_http_client_handle_t client, int timeout_ms)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    client->timeout_ms = timeout_ms > 0 ? timeout_ms : MOLT_HTTP_TIMEOUT_MS;
    return ESP_OK;
}

esp_err_t molt_http_client_set_deadline_ms(esp_http_client_handle_t client, uint32_t ms)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    client->deadline_ms = ms ? client->port->uptime_ms(client->port->ctx) + ms : UINT64_MAX;
    return ESP_OK;
}

bool molt_http_client_deadline_passed(esp_http_client_handle_t client)
{
    return client && molt_http_deadline_passed(client);
}

esp_err_t esp_http_client_set_header(esp_http_client_handle_t client, const char *key,
                                     const char *value)
{
    if (!client || !key) return ESP_ERR_INVALID_ARG;
    if (!value) return esp_http_client_delete_header(client, key);
    return esp_error(molt_http_headers_set(&client->headers, key, value));
}

esp_err_t esp_http_client_get_header(esp_http_client_handle_t client, const char *key, char **value)
{
    if (!client || !key || !value) return ESP_ERR_INVALID_ARG;
    *value = molt_http_headers_get(&client->headers, key);
    return *value ? ESP_OK : ESP_ERR_NOT_FOUND;
}

esp_err_t esp_http_client_delete_header(esp_http_client_handle_t client, const char *key)
{
    if (!client || !key) return ESP_ERR_INVALID_ARG;
    return molt_http_headers_remove(&client->headers, key) ? ESP_OK : ESP_ERR_NOT_FOUND;
}

esp_err_t esp_http_client_delete_all_headers(esp_http_client_handle_t client)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    client->headers.len = 0;
    return ESP_OK;
}

esp_err_t esp_http_client_set_post_field(esp_http_client_handle_t client, const char *data, int len)
{
    if (!client || len < 0) return ESP_ERR_INVALID_ARG;
    client->post_data = data;
    client->post_len = data ? len : 0;
    if (!data) return esp_http_client_delete_header(client, "Content-Type");
    if (molt_http_headers_get(&client->headers, "Content-Type")) return ESP_OK;
    return esp_http_client_set_header(client, "Content-Type", k_form_type);
}

int esp_http_client_get_post_field(esp_http_client_handle_t client, char **data)
{
    if (!client || !client->post_data || !data) return 0;
    *data = (char *)(uintptr_t)client->post_data; /* the caller's own pointer, back */
    return client->post_len;
}

esp_err_t esp_http_client_set_user_data(esp_http_client_handle_t client, void *data)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    client->user_data = data;
    return ESP_OK;
}

esp_err_t esp_http_client_get_user_data(esp_http_client_handle_t client, void **data)
{
    if (!client || !data) return ESP_ERR_INVALID_ARG;
    *data = client->user_data;
    return ESP_OK;
}

esp_err_t esp_http_client_set_event_handler(esp_http_client_handle_t client,
                                            http_event_handle_cb event_handler)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    client->handler = event_handler;
    return ESP_OK;
}

/* ---- what came ----------------------------------------------------------------------------------- */

int esp_http_client_get_status_code(esp_http_client_handle_t client)
{
    return client ? client->response.status : -1;
}

int64_t esp_http_client_get_content_length(esp_http_client_handle_t client)
{
    return client ? client->response.content_length : -1;
}

bool esp_http_client_is_chunked_response(esp_http_client_handle_t client)
{
    return client && client->response.head_done && client->response.content_length <= 0;
}

esp_err_t esp_http_client_get_chunk_length(esp_http_client_handle_t client, int *len)
{
    if (!client || !len) return ESP_ERR_INVALID_ARG;
    if (!client->response.chunked || client->response.chunk_len > INT32_MAX) return ESP_FAIL;
    *len = (int)client->response.chunk_len;
    return ESP_OK;
}

int64_t esp_http_client_get_content_range(esp_http_client_handle_t client)
{
    return client ? client->response.range.total : -1;
}

bool esp_http_client_is_complete_data_received(esp_http_client_handle_t client)
{
    return client && client->response.complete;
}

bool esp_http_client_is_persistent_connection(esp_http_client_handle_t client)
{
    return client && client->response.keep_alive;
}

esp_http_client_transport_t esp_http_client_get_transport_type(esp_http_client_handle_t client)
{
    if (!client || client->url.scheme == MOLT_URL_OTHER) return HTTP_TRANSPORT_UNKNOWN;
    return client->url.scheme == MOLT_URL_HTTPS ? HTTP_TRANSPORT_OVER_SSL : HTTP_TRANSPORT_OVER_TCP;
}

esp_http_state_t esp_http_client_get_state(esp_http_client_handle_t client)
{
    return client ? client->state : HTTP_STATE_UNINIT;
}

int esp_http_client_get_errno(esp_http_client_handle_t client)
{
    (void)client;
    return 0;
}

int esp_http_client_get_socket(esp_http_client_handle_t client)
{
    if (!client || !client->link.conn || !client->port->net->descriptor) return -1;
    return client->port->net->descriptor(client->link.conn);
}

esp_err_t esp_http_client_get_and_clear_last_tls_error(esp_http_client_handle_t client,
                                                       int *esp_tls_error_code, int *esp_tls_flags)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    return esp_tls_get_and_clear_last_error(&client->tls_error, esp_tls_error_code, esp_tls_flags);
}

esp_err_t esp_tls_get_and_clear_last_error(esp_tls_error_handle_t h, int *esp_tls_code,
                                           int *esp_tls_flags)
{
    if (!h) return ESP_ERR_INVALID_STATE;
    esp_tls_last_error_t last = *h;

    *h = (esp_tls_last_error_t){ 0 };
    if (esp_tls_code) *esp_tls_code = last.esp_tls_error_code;
    if (esp_tls_flags) *esp_tls_flags = last.esp_tls_flags;
    return last.last_error;
}

const char *molt_http_client_response_header(esp_http_client_handle_t client, const char *name)
{
    if (!client || !name) return NULL;
    enum molt_http_kept which = molt_http_kept_named(name);
    return which == MOLT_HTTP_KEPT ? NULL : molt_http_response_kept(&client->response, which);
}

/* ---- reading to the end -------------------------------------------------------------------------- */

int esp_http_client_read_response(esp_http_client_handle_t client, char *buffer, int len)
{
    int total = 0;

    while (total < len) {
        int got = esp_http_client_read(client, buffer + total, len - total);

        if (got <= 0) break;
        total += got;
    }
    return total;
}

esp_err_t esp_http_client_flush_response(esp_http_client_handle_t client, int *len)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    uint64_t until_ms = molt_http_until(client);
    int64_t total = 0;
    while (!client->response.complete) {
        uint8_t *data;
        size_t got;

        if (client->state < HTTP_STATE_RES_COMPLETE_HEADER) break;
        if (molt_http_now_ms(client) >= until_ms) break;
        if (molt_http_next_piece(client, until_ms, &data, &got)) break;
        total += (int64_t)got;
    }
    if (len) *len = total < INT_MAX ? (int)total : INT_MAX;
    return client->response.complete ? ESP_OK : ESP_FAIL;
}

void esp_http_client_clear_response_buffer(esp_http_client_handle_t client)
{
    if (client) client->at = client->end;
}

esp_err_t esp_http_client_close(esp_http_client_handle_t client)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    client->performing = false;
    molt_http_disconnect(client);
    return ESP_OK;
}

esp_err_t esp_http_client_cancel_request(esp_http_client_handle_t client)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    if (client->state < HTTP_STATE_CONNECTED) return ESP_ERR_INVALID_STATE;
    client->performing = false;
    molt_http_disconnect(client);
    return ESP_OK;
}
