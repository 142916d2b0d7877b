/* In the shape of ESP-IDF's examples/system/ota/advanced_https_ota: step by step, with resumption.
 * Compiled as C and C++, never run. */
#include <string.h>

#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_system.h"

static const char *TAG = "advanced";

static esp_err_t validate_image_header(esp_app_desc_t *new_app_info)
{
    esp_app_desc_t running;

    if (new_app_info == NULL) return ESP_ERR_INVALID_ARG;
    if (esp_ota_get_partition_description(esp_ota_get_running_partition(), &running) == ESP_OK)
        ESP_LOGI(TAG, "running version: %s", running.version);
#ifdef CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK
#error "off by default, so not defined"
#endif
    return strcmp(new_app_info->version, esp_app_get_description()->version) == 0 ? ESP_FAIL
                                                                                  : ESP_OK;
}

static esp_err_t init_cb(esp_http_client_handle_t http_client)
{
    return esp_http_client_set_header(http_client, "Custom-Header", "Value");
}

static esp_err_t upgrade(esp_https_ota_handle_t handle)
{
    esp_app_desc_t app_desc;
    esp_err_t err;

    memset(&app_desc, 0, sizeof app_desc);
    err = esp_https_ota_get_img_desc(handle, &app_desc);
    if (err == ESP_OK) err = validate_image_header(&app_desc);
    if (err != ESP_OK) return err;
    while (1) {
        err = esp_https_ota_perform(handle);
        if (err != ESP_ERR_HTTPS_OTA_IN_PROGRESS) break;
        ESP_LOGD(TAG, "%d of %d bytes, status %d", esp_https_ota_get_image_len_read(handle),
                 esp_https_ota_get_image_size(handle), esp_https_ota_get_status_code(handle));
    }
    if (!esp_https_ota_is_complete_data_received(handle)) return ESP_FAIL;
    return err;
}

void app_main(void)
{
    esp_http_client_config_t config = { 0 };
    esp_https_ota_config_t ota_config = { 0 };
    esp_https_ota_handle_t handle = NULL;

    config.url = "https://localhost/app.bin";
    config.cert_pem = "-----BEGIN CERTIFICATE-----";
    config.keep_alive_enable = true;
    ota_config.http_config = &config;
    ota_config.http_client_init_cb = init_cb;
    ota_config.ota_resumption = true;
    ota_config.ota_image_bytes_written = 4096;
    ota_config.partition.finalize_with_copy = false;

    esp_err_t err = esp_https_ota_begin(&ota_config, &handle);
    if (err != ESP_OK) return;
    err = upgrade(handle);
    if (err != ESP_OK) {
        esp_https_ota_abort(handle);
        return;
    }
    err = esp_https_ota_finish(handle);
    if (err == ESP_ERR_OTA_VALIDATE_FAILED) ESP_LOGE(TAG, "image validation failed");
    if (err == ESP_OK) esp_restart();
}

/* What programs for ESP-IDF before 5.0 call; a compiler warns. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
int old_names(char *text, size_t size)
{
    return esp_ota_get_app_description()->version[0] + esp_ota_get_app_elf_sha256(text, size);
}
