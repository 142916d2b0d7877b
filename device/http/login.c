/* User, password, and what a 401 asks for. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/client.h"

enum { AUTH_DATA_MAX = 4 * MOLT_AUTH_TEXT_MAX };

esp_err_t esp_http_client_set_authtype(esp_http_client_handle_t client,
                                       esp_http_client_auth_type_t auth_type)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    memset(&client->auth, 0, sizeof client->auth);
    /* Digest needs a challenge first. */
    if (auth_type == HTTP_AUTH_TYPE_BASIC && CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH)
        client->auth.scheme = MOLT_AUTH_BASIC;
    return ESP_OK;
}

static esp_err_t set_text(char *to, size_t size, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    if (len >= size) return ESP_ERR_INVALID_SIZE;
    memset(to, 0, size);
    if (text) memcpy(to, text, len + 1);
    return ESP_OK;
}

esp_err_t esp_http_client_set_username(esp_http_client_handle_t client, const char *username)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    return set_text(client->login.user, sizeof client->login.user, username);
}

esp_err_t esp_http_client_set_password(esp_http_client_handle_t client, const char *password)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    return set_text(client->login.password, sizeof client->login.password, password);
}

esp_err_t esp_http_client_get_username(esp_http_client_handle_t client, char **value)
{
    if (!client || !value) return ESP_ERR_INVALID_ARG;
    *value = client->login.user[0] ? client->login.user : NULL;
    return ESP_OK;
}

esp_err_t esp_http_client_get_password(esp_http_client_handle_t client, char **value)
{
    if (!client || !value) return ESP_ERR_INVALID_ARG;
    *value = client->login.password[0] ? client->login.password : NULL;
    return ESP_OK;
}

/* Takes the challenge that `read` has found, unless it is the very one that has been answered. */
static esp_err_t answer_next_time(struct esp_http_client *client, const struct molt_auth *found)
{
    const struct molt_auth *before = &client->auth;
    bool same = found->scheme == before->scheme && strcmp(found->nonce, before->nonce) == 0;

    if (same && before->count > 0 && !found->stale) return ESP_FAIL;
    client->auth = *found;
    client->auth_retries++;
    return ESP_OK;
}

esp_err_t esp_http_client_add_auth(esp_http_client_handle_t client)
{
    struct molt_auth found = { 0 };
    bool any = false;

    if (!client) return ESP_ERR_INVALID_ARG;
    if (client->state != HTTP_STATE_RES_ON_DATA_START) return ESP_OK;
    if (client->auth_retries >= client->max_auth_retries) return ESP_FAIL;
    for (int which = MOLT_HTTP_CHALLENGE; which <= MOLT_HTTP_OTHER_CHALLENGE; which++) {
        const char *text = molt_http_response_kept(&client->response, (enum molt_http_kept)which);

        if (text && molt_auth_read(&found, text) == MOLT_OK) any = true;
    }
    if (!any) return ESP_ERR_NOT_SUPPORTED;
    if (client->login.user[0] == '\0') return ESP_FAIL;
    return answer_next_time(client, &found);
}

esp_err_t esp_http_client_set_auth_data(esp_http_client_handle_t client, const char *auth_data,
                                        int len)
{
    struct molt_auth found = { 0 };
    char text[AUTH_DATA_MAX];

    if (!client || !auth_data || len < 0) return ESP_ERR_INVALID_ARG;
    if ((size_t)len >= sizeof text) return ESP_ERR_INVALID_SIZE;
    (void)snprintf(text, sizeof text, "%.*s", len, auth_data);
    if (molt_auth_read(&found, text)) return ESP_ERR_NOT_SUPPORTED;
    client->auth = found;
    return ESP_OK;
}

void molt_http_put_authorization(struct molt_http_writer *w, struct esp_http_client *client,
                                 const char *method)
{
    const struct molt_port *port = client->port;
    char cnonce[17];
    struct molt_auth_request request = { method, molt_url_target(&client->url), cnonce };
    uint64_t number;

    if (client->auth.scheme == MOLT_AUTH_NONE || client->login.user[0] == '\0') return;
    if (molt_http_headers_get(&client->headers, "Authorization")) return;
    /* It need not be secret, only new. */
    if (!port->entropy || port->entropy(port->ctx, &number, sizeof number))
        number = port->uptime_ms(port->ctx) << 16 ^ client->auth.count;
    (void)snprintf(cnonce, sizeof cnonce, "%016" PRIx64, number);
    molt_auth_put(w, &client->auth, &client->login, &request);
}
