/* esp_https_ota: from a URL to the headers of a response that brings image bytes. */
#include <stdio.h>
#include <string.h>

#include "esp_log.h"
#include "molt/http.h"
#include "ota/https.h"
#include "ota/part.h"

static const char *TAG = "esp_https_ota";

/* What to do with a response, by its status. Source: ESP-IDF components/esp_https_ota/src/
 * esp_https_ota.c, _http_handle_response_code(). */
enum verdict { ACCEPT, REDIRECT, AUTHENTICATE, NOT_MODIFIED, NO_RANGE, REFUSE };

static enum verdict judge(int status)
{
    static const struct {
        int status;
        enum verdict verdict;
    } k_verdicts[] = {
        { HttpStatus_MovedPermanently, REDIRECT },  { HttpStatus_Found, REDIRECT },
        { HttpStatus_SeeOther, REDIRECT },          { HttpStatus_TemporaryRedirect, REDIRECT },
        { HttpStatus_PermanentRedirect, REDIRECT }, { HttpStatus_NotModified, NOT_MODIFIED },
        { HttpStatus_Unauthorized, AUTHENTICATE },  { HttpStatus_RangeNotSatisfiable, NO_RANGE },
    };

    for (size_t i = 0; i < sizeof k_verdicts / sizeof k_verdicts[0]; i++)
        if (k_verdicts[i].status == status) return k_verdicts[i].verdict;
    return status >= 400 ? REFUSE : ACCEPT;
}

/* Asked before each request: the application's callback and a redirect can change the URL. */
static bool may_connect(const struct molt_https_ota *ota)
{
    if (esp_http_client_get_transport_type(ota->client) == HTTP_TRANSPORT_OVER_SSL) return true;
    if (molt_ota_part()->config.allow_http) return true;
    ESP_LOGE(TAG, "without https nothing shows who sends the image "
                  "(CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP)");
    return false;
}

static esp_err_t send_request(struct molt_https_ota *ota)
{
    char *body = NULL;

    if (!may_connect(ota)) return ESP_ERR_INVALID_ARG;
    int len = esp_http_client_get_post_field(ota->client, &body);

    esp_err_t err = esp_http_client_open(ota->client, len);
    if (err) return molt_http_client_deadline_passed(ota->client) ? ESP_ERR_TIMEOUT : err;
    for (int done = 0; done < len;) {
        int sent = esp_http_client_write(ota->client, body + done, len - done);

        if (sent <= 0) return ESP_FAIL;
        done += sent;
    }
    int64_t result = esp_http_client_fetch_headers(ota->client);
    if (result >= 0) return ESP_OK;
    if (molt_http_client_deadline_passed(ota->client)) return ESP_ERR_TIMEOUT;
    return result == -ESP_ERR_HTTP_EAGAIN ? ESP_ERR_HTTP_EAGAIN : ESP_FAIL;
}

static esp_err_t refused(int status, esp_err_t err)
{
    ESP_LOGE(TAG, "the server answers %d: %s", status, esp_err_to_name(err));
    return err;
}

/* Until a response is accepted. The client counts redirects and answers to challenges. */
static esp_err_t request(struct molt_https_ota *ota)
{
    for (;;) {
        esp_err_t err = send_request(ota);
        if (err) return err;
        int status = esp_http_client_get_status_code(ota->client);
        switch (judge(status)) {
        case ACCEPT:
            return ESP_OK;
        case REDIRECT:
            err = esp_http_client_set_redirection(ota->client);
            break;
        case AUTHENTICATE:
            err = esp_http_client_add_auth(ota->client); /* which counts, too */
            break;
        case NOT_MODIFIED:
            return ESP_ERR_HTTP_NOT_MODIFIED;
        case NO_RANGE:
            return ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE;
        case REFUSE:
            return refused(status, ESP_FAIL);
        }
        if (err) return refused(status, err);
        molt_http_client_drain(ota->client);
    }
}

/* ---- ranges ----------------------------------------------------------------------------------- */

/* Asks for [first, first + request_max), or for everything from `first` on. */
static esp_err_t ask_range(struct molt_https_ota *ota, uint32_t first)
{
    char value[48];
    int64_t end = (int64_t)first + ota->request_max;

    bool open_ended = !ota->partial || (ota->image_len >= 0 && end >= ota->image_len);
    if (open_ended)
        (void)snprintf(value, sizeof value, "bytes=%" PRIu32 "-", first);
    else
        (void)snprintf(value, sizeof value, "bytes=%" PRIu32 "-%" PRId64, first, end - 1);
    ota->asks_range = true;
    return esp_http_client_set_header(ota->client, "Range", value);
}

static void ask_everything(struct molt_https_ota *ota)
{
    ota->asks_range = false;
    (void)esp_http_client_delete_header(ota->client, "Range");
}

/* What tells this version of the file from any other, "" when nothing does: a strong ETag, else the
 * date of its last change, which If-Range takes too (RFC 9110 13.1.5). */
static void read_validator(const struct molt_https_ota *ota,
                           char text[MOLT_HTTPS_OTA_VALIDATOR_MAX])
{
    const char *etag = molt_http_client_response_header(ota->client, "ETag");
    const char *date = molt_http_client_response_header(ota->client, "Last-Modified");
    const char *found = etag && etag[0] == '"' ? etag : date;
    bool fits = found && strlen(found) < MOLT_HTTPS_OTA_VALIDATOR_MAX;

    (void)snprintf(text, MOLT_HTTPS_OTA_VALIDATOR_MAX, "%s", fits ? found : "");
}

/* Not every server heeds If-Range, so its answer is compared too. One without any is let through, as
 * RFC 9110 15.3.7 demands it only of ETags that the full response had; the image's digest decides. */
static bool is_same_file(const struct molt_https_ota *ota)
{
    char now[MOLT_HTTPS_OTA_VALIDATOR_MAX];

    read_validator(ota, now);
    if (now[0] && ota->validator[0] && strcmp(now, ota->validator) != 0) return false;
    return esp_http_client_get_content_range(ota->client) == ota->image_len;
}

static bool is_part(const struct molt_https_ota *ota)
{
    return esp_http_client_get_status_code(ota->client) == HttpStatus_PartialContent;
}

/* One try at the first response. */
static esp_err_t request_first(struct molt_https_ota *ota)
{
    esp_err_t err = request(ota);
    if (err) return err;
    if (!ota->asks_range || is_part(ota)) return ESP_OK;
    /* The server sends the whole file instead. Good, if that is where we start. */
    if (ota->start > 0) return ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE;
    ota->partial = false;
    ask_everything(ota);
    return ESP_OK;
}

static esp_err_t ask_first(struct molt_https_ota *ota, bool resuming)
{
    /* A resumption of nothing asks for a range too: an application learns early whether it works. */
    if (ota->partial || resuming) return ask_range(ota, ota->start);
    return ESP_OK;
}

esp_err_t molt_https_ota_connect(struct molt_https_ota *ota, bool resuming)
{
    esp_err_t err = ask_first(ota, resuming);
    if (err) return err;
    err = request_first(ota);
    if (err == ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE && resuming) {
        ESP_LOGW(TAG, "the server does not go on at %" PRIu32 "; from the beginning", ota->start);
        ota->start = 0;
        (void)esp_http_client_close(ota->client);
        ask_everything(ota);
        err = ask_first(ota, false);
        if (!err) err = request_first(ota);
    }
    if (err) return err;

    ota->image_len = is_part(ota) ? esp_http_client_get_content_range(ota->client)
                                  : esp_http_client_get_content_length(ota->client);
    if (ota->partial && ota->image_len < 0) {
        ESP_LOGE(TAG, "the server does not say how long the file is");
        return ESP_FAIL;
    }
    read_validator(ota, ota->validator);
    return ESP_OK;
}

esp_err_t molt_https_ota_connect_next(struct molt_https_ota *ota)
{
    esp_err_t err = ask_range(ota, ota->written);
    if (!err && ota->validator[0])
        err = esp_http_client_set_header(ota->client, "If-Range", ota->validator);
    if (!err) err = request(ota);
    if (err) return err;
    if (!is_part(ota) || !is_same_file(ota)) {
        ESP_LOGE(TAG, "the file on the server has changed");
        return ESP_FAIL;
    }
    return ESP_OK;
}
