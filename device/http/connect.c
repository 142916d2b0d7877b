/* The connection: time limits, making it, whether it can be used again, its end. */
#include "base/option.h"
#include "esp_log.h"
#include "http/client.h"

static const char *TAG = "HTTP_CLIENT";

uint64_t molt_http_now_ms(const struct esp_http_client *client)
{
    return client->port->uptime_ms(client->port->ctx);
}

uint64_t molt_http_until(const struct esp_http_client *client)
{
    uint64_t until = molt_http_now_ms(client) + (uint64_t)client->timeout_ms;

    return until < client->deadline_ms ? until : client->deadline_ms;
}

uint64_t molt_http_read_until(const struct esp_http_client *client)
{
    return client->performing && client->async ? molt_http_now_ms(client) : molt_http_until(client);
}

bool molt_http_deadline_passed(const struct esp_http_client *client)
{
    return molt_http_now_ms(client) >= client->deadline_ms;
}

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
        .interface = client->interface[0] ? client->interface : NULL,
    };

    client->tls_error = (esp_tls_last_error_t){ 0 };
    if (molt_http_deadline_passed(client)) return MOLT_ERR_TIMEOUT;
    uint64_t until_ms = molt_http_until(client);
    enum molt_err err = molt_http_link_open(&client->link, client->port, &target, until_ms);
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
                                 esp_tls_get_global_ca_store(), until_ms, &client->tls_error);
}

esp_err_t molt_http_connect(struct esp_http_client *client)
{
    bool secure = client->url.scheme == MOLT_URL_HTTPS;

    if (client->url.scheme == MOLT_URL_OTHER) return ESP_ERR_HTTP_INVALID_TRANSPORT;
    if (secure && !MOLT_OPTION(CONFIG_ESP_HTTP_CLIENT_ENABLE_HTTPS))
        return ESP_ERR_HTTP_INVALID_TRANSPORT;
    client->state = HTTP_STATE_CONNECTING;
    enum molt_err err = open_link(client);
    if (err) {
        ESP_LOGE(TAG, "%s:%u: %s (%s)", molt_url_host(&client->url), client->url.port,
                 molt_err_text(err), esp_err_to_name(client->tls_error.last_error));
        if (client->tls_error.esp_tls_error_code)
            ESP_LOGE(TAG, "mbedTLS -0x%04x, certificate flags 0x%x",
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

bool molt_http_can_reuse(struct esp_http_client *client)
{
    uint8_t byte;
    size_t got;

    if (!client->link.conn) return false;
    if (!client->link_used) return true;
    if (!client->body_sent) return false;
    if (!client->response.complete || !client->response.keep_alive) return false;
    if (client->at != client->end) return false;
    return molt_http_link_recv(&client->link, &byte, 1, molt_http_now_ms(client), &got) ==
           MOLT_ERR_TIMEOUT;
}

void molt_http_note_break(struct esp_http_client *client, enum molt_err err, esp_err_t failure)
{
    if (err == MOLT_ERR_NETWORK && client->link.tls.open) client->tls_error.last_error = failure;
}
