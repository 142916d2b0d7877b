/* A client from its configuration. */
#include <stddef.h>
#include <string.h>

#include "esp_log.h"
#include "http/part.h"

static const char *TAG = "HTTP_CLIENT";
static const char *const k_user_agent = "ESP32 HTTP Client/1.0";

static struct esp_http_client *free_client(void)
{
    struct molt_http_part *part = molt_device_part(MOLT_DEVICE_HTTP);

    for (size_t i = 0; part && i < CONFIG_MOLT_HTTP_CLIENTS; i++)
        if (!part->client[i].in_use) return &part->client[i];
    return NULL;
}

static int or_default(int value, int otherwise)
{
    return value ? value : otherwise;
}

static size_t buffer_len(int wanted, const char *member)
{
    size_t len = wanted > 0 ? (size_t)wanted : DEFAULT_HTTP_BUF_SIZE;

    if (len > CONFIG_MOLT_HTTP_BUFFER_MAX) {
        ESP_LOGW(TAG, "%s %zu is cut to %d (CONFIG_MOLT_HTTP_BUFFER_MAX)", member, len,
                 CONFIG_MOLT_HTTP_BUFFER_MAX);
        len = CONFIG_MOLT_HTTP_BUFFER_MAX;
    }
    return len < MOLT_HTTP_BUFFER_MIN ? MOLT_HTTP_BUFFER_MIN : len;
}

static bool copy_text(char *to, size_t size, const char *text)
{
    if (!text) return true;
    if (strlen(text) >= size) return false;
    memcpy(to, text, strlen(text) + 1);
    return true;
}

static enum molt_err set_url(struct esp_http_client *client, const esp_http_client_config_t *config)
{
    bool secure = config->transport_type == HTTP_TRANSPORT_OVER_SSL;
    struct molt_url_parts parts = {
        .scheme = secure ? MOLT_URL_HTTPS : MOLT_URL_HTTP,
        .host = config->host,
        .port = config->port,
        .path = config->path,
        .query = config->query,
    };

    if (config->host && config->path) return molt_url_build(&client->url, &parts);
    if (!config->url) return MOLT_ERR_ARG;
    return molt_url_parse(&client->url, &client->login, config->url);
}

static bool set_ip_version(struct esp_http_client *client, esp_http_client_addr_type_t type)
{
    static const struct {
        esp_http_client_addr_type_t type;
        uint8_t version;
    } k_types[] = {
        { HTTP_ADDR_TYPE_UNSPEC, 0 },
        { HTTP_ADDR_TYPE_INET, 4 },
        { HTTP_ADDR_TYPE_INET6, 6 },
    };

    for (size_t i = 0; i < sizeof k_types / sizeof k_types[0]; i++)
        if (k_types[i].type == type) {
            client->ip_version = k_types[i].version;
            return true;
        }
    return false;
}

static void set_numbers(struct esp_http_client *client, const esp_http_client_config_t *config)
{
    client->method = config->method;
    client->timeout_ms = config->timeout_ms > 0 ? config->timeout_ms : MOLT_HTTP_TIMEOUT_MS;
    client->deadline_ms = UINT64_MAX;
    client->max_redirects = or_default(config->max_redirection_count, MOLT_HTTP_REDIRECTS);
    client->max_auth_retries =
        or_default(config->max_authorization_retries, MOLT_HTTP_AUTH_RETRIES);
    client->follow_redirects = !config->disable_auto_redirect;
    client->async = config->is_async;
    client->handler = config->event_handler;
    client->user_data = config->user_data;
    /* struct ifreq begins with the interface's name, which need not live as long as the client. */
    if (config->if_name) memcpy(client->interface, config->if_name, sizeof client->interface - 1);
    client->keep_alive.enable = config->keep_alive_enable;
    client->keep_alive.idle_s = or_default(config->keep_alive_idle, 5);
    client->keep_alive.interval_s = or_default(config->keep_alive_interval, 5);
    client->keep_alive.count = or_default(config->keep_alive_count, 3);
    client->buffer_size = buffer_len(config->buffer_size, "buffer_size");
    client->buffer_size_tx = buffer_len(config->buffer_size_tx, "buffer_size_tx");
}

static struct molt_tls_blob own_key(const esp_http_client_config_t *config,
                                    struct molt_tls_blob *password)
{
    const esp_key_config_t *key = config->client_key;

    *password =
        (struct molt_tls_blob){ config->client_key_password, config->client_key_password_len };
    if (!key || key->source != ESP_KEY_SOURCE_BUFFER)
        return (struct molt_tls_blob){ config->client_key_pem, config->client_key_len };
    *password = (struct molt_tls_blob){ key->buffer.password, key->buffer.password_len };
    return (struct molt_tls_blob){ key->buffer.data, key->buffer.len };
}

static void set_tls(struct esp_http_client *client, const esp_http_client_config_t *config)
{
    client->tls = (struct molt_tls_settings){
        .ca = { config->cert_pem, config->cert_len },
        .own_cert = { config->client_cert_pem, config->client_cert_len },
        .use_global = config->use_global_ca_store,
        .attach = config->crt_bundle_attach,
        .skip_name = config->skip_cert_common_name_check,
        .common_name = config->common_name ? client->common_name : NULL,
        .alpn = config->alpn_protos,
        .version = config->tls_version,
    };
    client->tls.own_key = own_key(config, &client->tls.key_password);
}

/* Why a configuration cannot be used; NULL: it can. */
static const char *set_all(struct esp_http_client *client, const esp_http_client_config_t *config)
{
    const char *agent = config->user_agent ? config->user_agent : k_user_agent;

    set_numbers(client, config);
    set_tls(client, config);
    if ((unsigned)config->method >= HTTP_METHOD_MAX) return "no such method";
    if (!set_ip_version(client, config->addr_type)) return "no such addr_type";
    enum molt_err err = set_url(client, config);
    if (err) return err == MOLT_ERR_ARG ? "neither url nor host and path" : molt_err_text(err);
    if ((config->username && esp_http_client_set_username(client, config->username)) ||
        (config->password && esp_http_client_set_password(client, config->password)))
        return "username or password is too long or has a control character";
    if (esp_http_client_set_authtype(client, config->auth_type))
        return "bad auth_type, or a colon in a user name for Basic";
    if (!copy_text(client->common_name, sizeof client->common_name, config->common_name))
        return "common_name is too long";
    if (molt_http_headers_set(&client->headers, "User-Agent", agent)) return "bad user_agent";
    return NULL;
}

esp_http_client_handle_t esp_http_client_init(const esp_http_client_config_t *config)
{
    struct esp_http_client *client = free_client();
    static const struct molt_http_sink sink;

    if (!config || !client) {
        ESP_LOGE(TAG, "%s", config ? "no free client (CONFIG_MOLT_HTTP_CLIENTS)" : "no config");
        return NULL;
    }
    memset(client, 0, sizeof *client);
    client->port = molt_this_port();
    molt_http_response_start(&client->response, &sink, false);
    const char *why = set_all(client, config);
    if (why) {
        ESP_LOGE(TAG, "configuration: %s", why);
        memset(client, 0, sizeof *client); /* it may have a password already */
        return NULL;
    }
    client->state = HTTP_STATE_INIT;
    client->in_use = true;
    return client;
}

esp_err_t esp_http_client_cleanup(esp_http_client_handle_t client)
{
    if (!client) return ESP_FAIL;
    molt_http_disconnect(client);
    /* Passwords do not stay in the pool. */
    memset(client, 0, sizeof *client);
    return ESP_OK;
}
