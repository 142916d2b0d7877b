#include "http/client.h"
#include "molt/http.h"

static bool is_redirect(int status)
{
    return status == HttpStatus_MovedPermanently || status == HttpStatus_Found ||
           status == HttpStatus_SeeOther || status == HttpStatus_TemporaryRedirect ||
           status == HttpStatus_PermanentRedirect;
}

void molt_http_client_drain(esp_http_client_handle_t client)
{
    if (!client || !client->link.conn || client->state < HTTP_STATE_RES_COMPLETE_HEADER) return;

    uint64_t until_ms = molt_http_until(client);
    size_t total = 0;
    while (!client->response.complete) {
        uint8_t *data;
        size_t len;
        enum molt_err err = molt_http_next_piece(client, until_ms, &data, &len);

        total += len;
        if (err || total > MOLT_HTTP_DRAIN_MAX) {
            molt_http_disconnect(client);
            return;
        }
    }
}

/* ---- one step of perform(): ESP_OK moves on to client->phase ------------------------------------- */

static esp_err_t start(struct esp_http_client *client)
{
    esp_err_t err = esp_http_client_open(client, client->post_len);

    if (!err) client->phase = MOLT_HTTP_SEND_BODY;
    return err;
}

static esp_err_t send_body(struct esp_http_client *client)
{
    int len = client->post_len;

    if (len > 0 && esp_http_client_write(client, client->post_data, len) != len)
        return client->failure;
    client->phase = MOLT_HTTP_READ_HEAD;
    return ESP_OK;
}

/* The request again, somewhere else or with an answer, once this response is out of the way. */
static esp_err_t again(struct esp_http_client *client)
{
    molt_http_client_drain(client);
    client->phase = MOLT_HTTP_START;
    return ESP_OK;
}

static esp_err_t react(struct esp_http_client *client)
{
    int status = client->response.status;

    client->phase = MOLT_HTTP_READ_BODY;
    if (is_redirect(status) && client->follow_redirects) {
        esp_err_t err = esp_http_client_set_redirection(client);
        return err ? err : again(client);
    }
    if (is_redirect(status)) {
        molt_http_tell(client, HTTP_EVENT_REDIRECT);
        if (client->redirected) return again(client); /* the handler wants to */
    }
    /* A challenge that cannot be met leaves the 401 to the caller. */
    if (status == HttpStatus_Unauthorized && esp_http_client_add_auth(client) == ESP_OK)
        return again(client);
    return ESP_OK;
}

static esp_err_t read_head(struct esp_http_client *client)
{
    int64_t length = esp_http_client_fetch_headers(client);

    if (length == -ESP_ERR_HTTP_EAGAIN) return ESP_ERR_HTTP_EAGAIN;
    return length < 0 ? client->failure : react(client);
}

static esp_err_t finish(struct esp_http_client *client)
{
    molt_http_tell(client, HTTP_EVENT_ON_FINISH);
    if (client->response.keep_alive)
        client->state = HTTP_STATE_CONNECTED;
    else
        molt_http_disconnect(client);
    client->phase = MOLT_HTTP_DONE;
    return ESP_OK;
}

static esp_err_t read_body(struct esp_http_client *client)
{
    uint8_t *data;
    size_t len;

    if (client->response.complete) return finish(client);
    enum molt_err err = molt_http_next_piece(client, molt_http_read_until(client), &data, &len);
    if (!err) {
        molt_http_tell_data(client, data, len);
        return ESP_OK;
    }
    if (err == MOLT_ERR_TIMEOUT && client->async) return ESP_ERR_HTTP_EAGAIN;
    molt_http_fail(client, err == MOLT_ERR_TIMEOUT ? ESP_ERR_HTTP_READ_TIMEOUT
                                                   : ESP_ERR_HTTP_INCOMPLETE_DATA);
    return client->failure;
}

static esp_err_t step(struct esp_http_client *client)
{
    switch (client->phase) {
    case MOLT_HTTP_START:
        return start(client);
    case MOLT_HTTP_SEND_BODY:
        return send_body(client);
    case MOLT_HTTP_READ_HEAD:
        return read_head(client);
    case MOLT_HTTP_READ_BODY:
        return read_body(client);
    case MOLT_HTTP_DONE:
        break;
    }
    return ESP_OK;
}

esp_err_t esp_http_client_perform(esp_http_client_handle_t client)
{
    esp_err_t err = ESP_OK;

    if (!client) return ESP_ERR_INVALID_ARG;
    /* After ESP_ERR_HTTP_EAGAIN it goes on where it was. */
    if (!client->performing) {
        client->phase = MOLT_HTTP_START;
        client->redirects = 0;
        client->auth_retries = 0;
    }
    client->performing = true;
    while (!err && client->phase != MOLT_HTTP_DONE) err = step(client);
    client->performing = err == ESP_ERR_HTTP_EAGAIN;
    if (err && molt_http_deadline_passed(client)) return ESP_ERR_TIMEOUT;
    return err;
}
