#include "cli/upgrade_errors.h"

#include <stdio.h>

#include "cli/files.h"
#include "esp_http_client.h"
#include "esp_image_format.h"
#include "esp_ota_ops.h"

static const struct {
    esp_err_t err;
    const char *text;
} k_texts[] = {
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
    { ESP_ERR_HTTP_CONNECT,
      "no connection: the server does not listen there, or one of the two did "
      "not like the other's certificate (CA, host name, dates)" },
    { ESP_ERR_HTTP_FETCH_HEADER, "the server's answer is no HTTP response" },
    { ESP_ERR_HTTP_INVALID_TRANSPORT, "only http and https are possible" },
    { ESP_ERR_HTTP_MAX_REDIRECT, "too many redirects" },
    { ESP_ERR_HTTP_REDIRECT_DOWNGRADE, "the server redirects from https to http" },
    { ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE, "the server does not send parts of this file" },
    { ESP_ERR_HTTP_NOT_MODIFIED, "the server has nothing new" },
    { ESP_ERR_HTTP_READ_TIMEOUT, "the server stopped sending" },
    { ESP_ERR_HTTP_EAGAIN, "the server did not answer in time" },
    { -ESP_ERR_HTTP_EAGAIN, "the server did not answer in time" },
    { ESP_ERR_HTTP_INCOMPLETE_DATA, "the connection ended before the image did" },
    { ESP_ERR_HTTP_CONNECTION_CLOSED, "the server closed the connection" },
};

void molt_upgrade_complain(const char *url, esp_err_t err, int status)
{
    const char *name = esp_err_to_name(err);

    for (size_t i = 0; i < sizeof k_texts / sizeof k_texts[0]; i++) {
        if (k_texts[i].err == err) {
            molt_complain(url, 0, name, "%s", k_texts[i].text);
            return;
        }
    }
    if (status >= 300)
        molt_complain(url, 0, name, "the server answered with status %d", status);
    else
        molt_complain(url, 0, name, "the download is incomplete, or the connection broke");
}
