/* An upgrade over HTTPS in one call, or step by step.
 *
 *     esp_http_client_config_t http = { .url = "https://...", .cert_pem = ca };
 *     esp_https_ota_config_t config = { .http_config = &http };
 *     esp_err_t err = esp_https_ota(&config);       also takes &http, as ESP-IDF before 5.0 did
 *     if (err == ESP_OK) esp_restart();
 *
 *     INIT --begin--> BEGIN ---perform--> IN_PROGRESS --perform, at the end--> SUCCESS --finish-->
 *                     RESUME --perform----^     |                                       (frees)
 *                                               `--abort, from any state--> (frees)
 *
 * The image goes to the slot that is not running, is verified there, and only then chosen for the
 * next boot; every failure leaves running app and boot choice as they were.
 * Source: ESP-IDF components/esp_https_ota/include/esp_https_ota.h. */
#ifndef ESP_HTTPS_OTA_H
#define ESP_HTTPS_OTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_app_desc.h"
#include "esp_bootloader_desc.h"
#include "esp_err.h"
#include "esp_http_client.h"
#include "esp_partition.h"
#include "sdkconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_ERR_HTTPS_OTA_BASE        0x9000
#define ESP_ERR_HTTPS_OTA_IN_PROGRESS (ESP_ERR_HTTPS_OTA_BASE + 1) /* call perform again */

typedef void *esp_https_ota_handle_t;

typedef esp_err_t (*http_client_init_cb_t)(esp_http_client_handle_t http_client);

typedef struct {
    const esp_http_client_config_t *http_config; /* required */
    /* Called once after the client was made, to set headers, or another deadline for the whole
     * download (molt/http.h); an error ends begin with it. */
    http_client_init_cb_t http_client_init_cb;
    bool bulk_flash_erase; /* erase all at the start instead of sector by sector */
#ifdef CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD
    bool partial_http_download; /* several requests, each for a part of the file */
    int max_http_request_size;  /* bytes of a part; 0 = 65536 */
#endif
    uint32_t buffer_caps;           /* ignored: the buffer is part of the device */
    bool ota_resumption;            /* go on where an earlier download stopped */
    size_t ota_image_bytes_written; /* there; below 1024 it starts anew */
    struct {
        const esp_partition_t *staging; /* where to write; NULL = the next OTA slot */
        const esp_partition_t *final;   /* what it is for; NULL = staging */
        bool finalize_with_copy;        /* copy from staging to final at the end */
    } partition;
} esp_https_ota_config_t;

/* Downloads, verifies, and selects for the next boot. Errors of begin, perform and finish.
 * ESP_ERR_INVALID_ARG: NULL; ESP_ERR_NOT_SUPPORTED: ota_resumption. */
esp_err_t esp_https_ota(const esp_https_ota_config_t *ota_config);
esp_err_t molt_https_ota_http(const esp_http_client_config_t *http_config);

#ifdef __cplusplus
}
static inline esp_err_t esp_https_ota(const esp_http_client_config_t *http_config)
{
    return molt_https_ota_http(http_config);
}
extern "C" {
#else
#define esp_https_ota(config)                                                                      \
    _Generic((config),                                                                             \
        esp_http_client_config_t *: molt_https_ota_http,                                           \
        const esp_http_client_config_t *: molt_https_ota_http,                                     \
        default: esp_https_ota)(config)
#endif

/* Connects, follows redirects (at most 10) and answers challenges up to the final response's headers.
 * Nothing is written yet. On every error *handle is NULL.
 * ESP_ERR_INVALID_ARG: a NULL, nothing to check the server's certificate against, or a URL, the first
 * or a redirect's, that is not https (both allowed by CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP);
 * ESP_ERR_NO_MEM: all CONFIG_MOLT_HTTPS_OTA_HANDLES are in use; ESP_ERR_HTTP_NOT_MODIFIED: 304;
 * ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE: 416; ESP_ERR_HTTP_MAX_REDIRECT;
 * ESP_ERR_HTTP_REDIRECT_DOWNGRADE: https to http; ESP_ERR_INVALID_SIZE: the file is larger than the
 * partition; ESP_FAIL: another status, no partition to write to; errors of esp_http_client_open(). */
esp_err_t esp_https_ota_begin(const esp_https_ota_config_t *ota_config,
                              esp_https_ota_handle_t *handle);

/* Reads and writes at most one buffer. ESP_ERR_HTTPS_OTA_IN_PROGRESS: call again; ESP_OK: all is
 * written. ESP_ERR_INVALID_VERSION: for another chip or revision, ESP_ERR_OTA_SPI_MODE_MISMATCH,
 * ESP_ERR_OTA_VALIDATE_FAILED: not an image, or one without descriptor (all three before anything is
 * erased); ESP_FAIL: the connection broke or the file is incomplete; ESP_ERR_TIMEOUT: it took
 * CONFIG_MOLT_HTTPS_OTA_DEADLINE_S; errors of esp_ota_begin() and esp_ota_write(). After an error: esp_https_ota_abort(). */
esp_err_t esp_https_ota_perform(esp_https_ota_handle_t https_ota_handle);

/* Verifies, and, if all was received and the image is for an OTA slot, selects it. Frees the handle,
 * whatever it returns. ESP_ERR_OTA_VALIDATE_FAILED: the image is damaged; other errors of
 * esp_ota_end() and esp_ota_set_boot_partition(). */
esp_err_t esp_https_ota_finish(esp_https_ota_handle_t https_ota_handle);

/* Frees the handle; nothing is selected. ESP_ERR_INVALID_ARG: NULL. */
esp_err_t esp_https_ota_abort(esp_https_ota_handle_t https_ota_handle);

/* Whether everything the server announced was received. */
bool esp_https_ota_is_complete_data_received(esp_https_ota_handle_t https_ota_handle);

/* The descriptor of the image that is being downloaded, to compare versions before perform; any
 * number of times. ESP_ERR_INVALID_ARG: NULL; ESP_ERR_INVALID_STATE; ESP_FAIL: less than 1024 bytes
 * came, no descriptor, or the final partition holds another kind of thing. */
esp_err_t esp_https_ota_get_img_desc(esp_https_ota_handle_t https_ota_handle,
                                     esp_app_desc_t *new_app_info);
esp_err_t esp_https_ota_get_bootloader_img_desc(esp_https_ota_handle_t https_ota_handle,
                                                esp_bootloader_desc_t *new_img_info);

/* Bytes written so far, those before a resumption included; -1 before the first perform. */
int esp_https_ota_get_image_len_read(esp_https_ota_handle_t https_ota_handle);

/* The last HTTP status; -1 for NULL. */
int esp_https_ota_get_status_code(esp_https_ota_handle_t https_ota_handle);

/* Bytes of the whole image; -1 when the server did not say. */
int esp_https_ota_get_image_size(esp_https_ota_handle_t https_ota_handle);

#ifdef __cplusplus
}
#endif

#endif
