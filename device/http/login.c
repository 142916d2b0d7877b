/* User, password, and what a 401 asks for. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/option.h"
#include "http/client.h"

enum { AUTH_DATA_MAX = 4 * MOLT_AUTH_TEXT_MAX };

/* Basic ends the user name with the first colon (RFC 7617, 2). */
static bool fits_basic(const char *user)
{
    return strchr(user, ':') == NULL;
}

/* Basic shows the password to everybody on the way. */
static bool may_answer(const struct esp_http_client *client, enum molt_auth_scheme scheme)
{
    if (scheme != MOLT_AUTH_BASIC) return true;
    if (!fits_basic(client->login.user) || client->auth_type == HTTP_AUTH_TYPE_DIGEST) return false;
    return client->auth_type == HTTP_AUTH_TYPE_BASIC || client->url.scheme == MOLT_URL_HTTPS;
}

/* As if no challenge had come yet. */
static void forget_challenge(struct esp_http_client *client)
{
    memset(&client->auth, 0, sizeof client->auth);
    /* Digest needs a challenge first. */
    if (client->auth_type == HTTP_AUTH_TYPE_BASIC &&
        MOLT_OPTION(CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH))
        client->auth.scheme = MOLT_AUTH_BASIC;
}

esp_err_t esp_http_client_set_authtype(esp_http_client_handle_t client,
                                       esp_http_client_auth_type_t auth_type)
{
    if (!client || (unsigned)auth_type > HTTP_AUTH_TYPE_DIGEST) return ESP_ERR_INVALID_ARG;
    if (auth_type == HTTP_AUTH_TYPE_BASIC && !fits_basic(client->login.user))
        return ESP_ERR_INVALID_ARG;
    client->auth_type = auth_type;
    forget_challenge(client);
    return ESP_OK;
}

static esp_err_t set_text(char *to, size_t size, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    if (len >= size) return ESP_ERR_INVALID_SIZE;
    if (text && molt_http_has_control(text, len)) return ESP_ERR_INVALID_ARG;
    memset(to, 0, size);
    if (text) memcpy(to, text, len + 1);
    return ESP_OK;
}

esp_err_t esp_http_client_set_username(esp_http_client_handle_t client, const char *username)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    if (username && client->auth_type == HTTP_AUTH_TYPE_BASIC && !fits_basic(username))
        return ESP_ERR_INVALID_ARG;
    esp_err_t err = set_text(client->login.user, sizeof client->login.user, username);
    if (!err) forget_challenge(client); /* somebody else may try */
    return err;
}

esp_err_t esp_http_client_set_password(esp_http_client_handle_t client, const char *password)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    esp_err_t err = set_text(client->login.password, sizeof client->login.password, password);
    if (!err) forget_challenge(client);
    return err;
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

/* Whether the server, by asking again, says that the password is wrong: it has had an answer for this
 * realm, as strong as the one it asks for, and does not say that only the nonce was too old (RFC 7616,
 * 3.3). What Basic sends does not depend on the realm. */
static bool is_a_refusal(const struct molt_auth *before, const struct molt_auth *found)
{
    if (before->count == 0 || found->stale || found->scheme > before->scheme) return false;
    return found->scheme == MOLT_AUTH_BASIC || strcmp(found->realm, before->realm) == 0;
}

static esp_err_t answer_next_time(struct esp_http_client *client, const struct molt_auth *found)
{
    if (is_a_refusal(&client->auth, found)) return ESP_FAIL;
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
    if (!any || !may_answer(client, found.scheme)) return ESP_ERR_NOT_SUPPORTED;
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
    if (molt_auth_read(&found, text) || !may_answer(client, found.scheme))
        return ESP_ERR_NOT_SUPPORTED;
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
    if (!may_answer(client, client->auth.scheme)) return;
    if (molt_http_headers_get(&client->headers, "Authorization")) return;
    /* It need not be secret, only new. */
    if (!port->entropy || port->entropy(port->ctx, &number, sizeof number))
        number = port->uptime_ms(port->ctx) << 16 ^ client->auth.count;
    (void)snprintf(cnonce, sizeof cnonce, "%016" PRIx64, number);
    molt_auth_put(w, &client->auth, &client->login, &request);
}
