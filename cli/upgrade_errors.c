#include "cli/upgrade_errors.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/x509_crt.h>

#include "cli/files.h"
#include "esp_http_client.h"
#include "esp_image_format.h"
#include "esp_ota_ops.h"
#include "esp_tls.h"
#include "sdkconfig.h"

struct text {
    esp_err_t err;
    const char *text;
};

static const struct text k_texts[] = {
    { ESP_ERR_INVALID_ARG, "this URL, or one that it redirects to, cannot be used" },
    { ESP_ERR_INVALID_VERSION, "the image is for another chip or chip revision" },
    { ESP_ERR_INVALID_SIZE, "the image is larger than the slot" },
    { ESP_ERR_NO_MEM, "a fixed-size pool is exhausted" },
    { ESP_ERR_NOT_FOUND, "the partition table has no slot for it" },
    { ESP_ERR_TIMEOUT, "the server did not answer in time" },
    { ESP_ERR_OTA_VALIDATE_FAILED, "what the server sent is no app image, or a damaged one" },
    { ESP_ERR_OTA_ROLLBACK_INVALID_STATE, "the running version is on trial: it must be confirmed "
                                          "before another one may come" },
    { ESP_ERR_OTA_SMALL_SEC_VER, "the image's security version is below the device's" },
    { ESP_ERR_OTA_SPI_MODE_MISMATCH, "the image is built for another flash mode" },
    { ESP_ERR_IMAGE_INVALID, "what the server sent is no app image, or a damaged one" },
    { ESP_ERR_HTTP_FETCH_HEADER, "the server's answer is no HTTP response" },
    { ESP_ERR_HTTP_INVALID_TRANSPORT, "only http and https are possible" },
    { ESP_ERR_HTTP_MAX_REDIRECT, "too many redirects" },
    { ESP_ERR_HTTP_REDIRECT_DOWNGRADE, "the server redirects from https to something else" },
    { ESP_ERR_HTTP_HEADER_TOO_LONG, "the server redirects to a URL that is too long" },
    { ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE, "the server does not send parts of this file" },
    { ESP_ERR_HTTP_NOT_MODIFIED, "the server has nothing new" },
    { ESP_ERR_HTTP_READ_TIMEOUT, "the server stopped sending" },
    { ESP_ERR_HTTP_EAGAIN, "the server did not answer in time" },
    { -ESP_ERR_HTTP_EAGAIN, "the server did not answer in time" },
    { ESP_ERR_HTTP_INCOMPLETE_DATA, "the connection ended before the image did" },
    { ESP_ERR_HTTP_CONNECTION_CLOSED, "the server closed the connection" },
};

/* Why there is no connection. */
static const struct text k_link_texts[] = {
    { ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME, "no connection: the host name has no address" },
    { ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST,
      "no connection: nobody listens there, or the network does not lead there" },
    { ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT, "no connection: the server did not answer in time" },
    { ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT,
      "the server did not answer in time when TLS was to begin" },
    { ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED, "a certificate of --ca or --cert cannot be read" },
    { ESP_ERR_MBEDTLS_PK_PARSE_KEY_FAILED, "--key cannot be read, or does not belong to --cert" },
    { ESP_ERR_MBEDTLS_SSL_CONF_OWN_CERT_FAILED,
      "--key cannot be read, or does not belong to --cert" },
    { ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED,
      "TLS did not begin: the server does not speak it there, or did not like the device's "
      "certificate, or there is none" },
};

/* What is wrong with the server's certificate, the plainest reason first. */
static const struct {
    int flag;
    const char *text;
} k_cert_texts[] = {
    { MBEDTLS_X509_BADCERT_NOT_TRUSTED,
      "the server's certificate is not signed by a CA that the device trusts" },
    { MBEDTLS_X509_BADCERT_CN_MISMATCH, "the server's certificate is for another host" },
    { MBEDTLS_X509_BADCERT_EXPIRED, "the server's certificate has expired" },
    { MBEDTLS_X509_BADCERT_FUTURE, "the server's certificate is not valid yet" },
    { ~0, "the server's certificate is refused" },
};

static const char *find_text(const struct text *texts, size_t count, esp_err_t err)
{
    for (size_t i = 0; i < count; i++) {
        if (texts[i].err == err) return texts[i].text;
    }
    return NULL;
}

static const char *connect_text(const struct molt_upgrade_failure *failure)
{
    for (size_t i = 0; failure->cert_flags; i++) {
        if (failure->cert_flags & k_cert_texts[i].flag) return k_cert_texts[i].text;
    }
    const char *text =
        find_text(k_link_texts, sizeof k_link_texts / sizeof k_link_texts[0], failure->link);
    return text ? text : "no connection to the server";
}

/* Without user, password and query, which are secrets as often as not. */
static const char *shown_url(const char *url, char *to, size_t size)
{
    const char *scheme_end = strstr(url, "://");
    const char *host = scheme_end ? scheme_end + 3 : url;
    const char *from = host;

    for (const char *c = host; *c && !strchr("/?#", *c); c++)
        if (*c == '@') from = c + 1;
    (void)snprintf(to, size, "%.*s%.*s", (int)(host - url), url, (int)strcspn(from, "?#"), from);
    return to;
}

void molt_upgrade_complain(const char *full_url, const struct molt_upgrade_failure *failure)
{
    char place[CONFIG_MOLT_HTTP_URL_MAX + 16];
    const char *url = shown_url(full_url, place, sizeof place);
    const char *name = esp_err_to_name(failure->err);
    const char *text = find_text(k_texts, sizeof k_texts / sizeof k_texts[0], failure->err);

    if (failure->err == ESP_ERR_HTTP_CONNECT) text = connect_text(failure);
    if (failure->err == ESP_ERR_INVALID_ARG && failure->status / 100 == 3)
        text = "the server redirects, but to no URL";
    if (text)
        molt_complain(url, 0, name, "%s", text);
    else if (failure->status >= 300)
        molt_complain(url, 0, name, "the server answered with status %d", failure->status);
    else
        molt_complain(url, 0, name, "the download is incomplete, or the connection broke");
}
