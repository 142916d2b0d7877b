/* An application in the shape of ESP-IDF's examples/system/ota/simple_ota_example: one call. Compiled
 * against include/ alone, as C and as C++; never run. */
#include <inttypes.h>

#include "esp_check.h"
#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_system.h"
#include "esp_tls.h"

static const char *TAG = "simple";

static void tell_tls_error(esp_http_client_event_t *evt)
{
    int code = 0;
    esp_err_t err =
        esp_tls_get_and_clear_last_error((esp_tls_error_handle_t)evt->data, &code, NULL);

    if (err != 0) ESP_LOGI(TAG, "last error: 0x%x, mbedTLS 0x%x", (unsigned)err, (unsigned)code);
}

static esp_err_t on_event(esp_http_client_event_t *evt)
{
    switch (evt->event_id) {
    case HTTP_EVENT_ERROR:
        ESP_LOGD(TAG, "error");
        break;
    case HTTP_EVENT_ON_CONNECTED:
        ESP_LOGD(TAG, "connected");
        break;
    case HTTP_EVENT_HEADER_SENT:
        ESP_LOGD(TAG, "header sent");
        break;
    case HTTP_EVENT_ON_HEADER:
        ESP_LOGD(TAG, "header %s: %s", evt->header_key, evt->header_value);
        break;
    case HTTP_EVENT_ON_HEADERS_COMPLETE:
    case HTTP_EVENT_ON_STATUS_CODE:
        break;
    case HTTP_EVENT_ON_DATA:
        ESP_LOGD(TAG, "%d bytes", evt->data_len);
        break;
    case HTTP_EVENT_ON_FINISH:
        ESP_LOGD(TAG, "finished");
        break;
    case HTTP_EVENT_DISCONNECTED:
        tell_tls_error(evt);
        break;
    case HTTP_EVENT_REDIRECT:
        esp_http_client_set_redirection(evt->client);
        break;
    }
    return ESP_OK;
}

static void tell_sha256(void)
{
    uint8_t sha256[32];
    const esp_partition_t *running = esp_ota_get_running_partition();
    char text[2 * 32 + 1];

    ESP_ERROR_CHECK(esp_partition_get_sha256(running, sha256));
    for (int i = 0; i < 32; i++) sprintf(text + 2 * i, "%02x", sha256[i]); /* no stdio.h above */
    ESP_LOGI(TAG, "running: %s", text);
}

static esp_err_t set_header(esp_http_client_handle_t client)
{
    ESP_RETURN_ON_ERROR(esp_http_client_set_header(client, "X-Version", "1"), TAG, "a header");
    ESP_RETURN_ON_FALSE(client, ESP_ERR_NO_MEM, TAG, "no %s, %d", "client", 1);
    return ESP_OK;
}

void app_main(void)
{
    esp_http_client_config_t config = { 0 };
    esp_https_ota_config_t ota_config = { 0 };

    config.url = "https://localhost/app.bin";
#ifdef CONFIG_MBEDTLS_CERTIFICATE_BUNDLE
    config.crt_bundle_attach = esp_crt_bundle_attach;
#else
#error "the bundle is part of molt"
#endif
    config.event_handler = on_event;
    config.keep_alive_enable = true;
    config.skip_cert_common_name_check = false;
    ota_config.http_config = &config;
    ota_config.http_client_init_cb = set_header;
#ifdef CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD
    ota_config.partial_http_download = true;
    ota_config.max_http_request_size = 16384;
#endif
    tell_sha256();
    esp_err_t ret = esp_https_ota(&ota_config);
    if (ret == ESP_OK) esp_restart();
    ESP_LOGE(TAG, "upgrade: %s", esp_err_to_name(ret));
    ret = esp_https_ota(&config); /* as before ESP-IDF 5.0 */
    if (ret != ESP_OK) abort();   /* no stdlib.h above */
}
