#include <string.h>

#include "esp_log.h"
#include "http/client.h"

static const char *TAG = "HTTP_CLIENT";

/* What is meant for one host is not for another. Another port of the same host is another server
 * too, except on the way from http to https, where TLS then shows who it is. */
static bool is_a_stranger(const struct molt_url_step *step, bool by_server)
{
    return step->other_host || (by_server && step->other_port && !step->other_scheme);
}

static void leave_secrets_behind(struct esp_http_client *client)
{
    static const char *const k_secrets[] = { "Authorization", "Cookie" };

    for (size_t i = 0; i < sizeof k_secrets / sizeof k_secrets[0]; i++)
        (void)molt_http_headers_remove(&client->headers, k_secrets[i]);
    memset(&client->auth, 0, sizeof client->auth);
}

static void leave_body_behind(struct esp_http_client *client)
{
    client->post_data = NULL;
    client->post_len = 0;
    (void)molt_http_headers_remove(&client->headers, "Content-Type");
}

esp_err_t molt_http_go_to(struct esp_http_client *client, const char *reference, bool by_server)
{
    struct molt_url_step step;
    struct molt_login login;

    if (molt_url_step(&client->url, reference, &step)) return ESP_ERR_INVALID_ARG;
    if (by_server && client->url.scheme == MOLT_URL_HTTPS && step.other_scheme)
        return ESP_ERR_HTTP_REDIRECT_DOWNGRADE;

    bool stranger = is_a_stranger(&step, by_server);
    memset(&login, 0, sizeof login);
    if (!stranger) login = client->login;
    if (molt_url_resolve(&client->url, &login, reference)) return ESP_ERR_INVALID_ARG;

    client->login = login;
    if (stranger) leave_secrets_behind(client);
    if (stranger && by_server) leave_body_behind(client);
    if (step.other_host || step.other_port)
        (void)molt_http_headers_remove(&client->headers, "Host");
    if (step.other_host || step.other_port || step.other_scheme) molt_http_disconnect(client);
    return ESP_OK;
}

esp_err_t esp_http_client_set_redirection(esp_http_client_handle_t client)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    const char *location = molt_http_response_kept(&client->response, MOLT_HTTP_LOCATION);

    if (!location)
        return client->response.location_cut ? ESP_ERR_HTTP_HEADER_TOO_LONG : ESP_ERR_INVALID_ARG;
    if (client->redirects >= client->max_redirects) {
        ESP_LOGE(TAG, "more than %d redirects", client->max_redirects);
        return ESP_ERR_HTTP_MAX_REDIRECT;
    }
    const char *host = molt_url_host(&client->url);
    unsigned port = client->url.port;
    esp_err_t err = molt_http_go_to(client, location, true);
    if (err) {
        /* Not the Location: it may be signed, or have a password in it. */
        ESP_LOGE(TAG, "redirect of %s:%u: %s", host, port, esp_err_to_name(err));
        return err;
    }
    /* RFC 9110, 15.4.4: the answer to what was sent is there, to be got. */
    if (client->response.status == HttpStatus_SeeOther && client->method != HTTP_METHOD_HEAD) {
        client->method = HTTP_METHOD_GET;
        leave_body_behind(client);
    }
    client->redirects++;
    client->redirected = true;
    return ESP_OK;
}

esp_err_t esp_http_client_reset_redirect_counter(esp_http_client_handle_t client)
{
    if (!client) return ESP_ERR_INVALID_ARG;
    client->redirects = 0;
    return ESP_OK;
}
