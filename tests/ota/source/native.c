/* In the shape of ESP-IDF's examples/system/ota/native_ota_example: the application reads from the
 * client and writes with esp_ota_ops.h. Compiled as C and C++, never run. */
#include <string.h>

#include "esp_app_format.h"
#include "esp_check.h"
#include "esp_flash_partitions.h"
#include "esp_http_client.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "esp_system.h"

#define BUFFSIZE 1024

static const char *TAG = "native";
static char ota_write_data[BUFFSIZE + 1];

static esp_err_t check_new_version(const esp_app_desc_t *offered)
{
    const esp_partition_t *last_invalid = esp_ota_get_last_invalid_partition();
    const esp_partition_t *running = esp_ota_get_running_partition();
    esp_app_desc_t other;

    if (esp_ota_get_partition_description(running, &other) == ESP_OK)
        ESP_LOGI(TAG, "running version: %s", other.version);
    if (last_invalid && esp_ota_get_partition_description(last_invalid, &other) == ESP_OK &&
        memcmp(other.version, offered->version, sizeof offered->version) == 0)
        return ESP_FAIL;
    return ESP_OK;
}

static esp_err_t write_all(esp_http_client_handle_t client, esp_ota_handle_t handle)
{
    bool checked = false;

    for (;;) {
        int got = esp_http_client_read(client, ota_write_data, BUFFSIZE);

        ESP_RETURN_ON_FALSE(got >= 0, ESP_FAIL, TAG, "data read error");
        if (got == 0) return esp_http_client_is_complete_data_received(client) ? ESP_OK : ESP_FAIL;
        if (!checked) {
            size_t off = sizeof(esp_image_header_t) + sizeof(esp_image_segment_header_t);
            esp_app_desc_t offered;

            memcpy(&offered, ota_write_data + off, sizeof offered);
            ESP_RETURN_ON_ERROR(check_new_version(&offered), TAG, "version %s", offered.version);
            checked = true;
        }
        ESP_RETURN_ON_ERROR(esp_ota_write(handle, (const void *)ota_write_data, (size_t)got), TAG,
                            "write");
    }
}

static esp_err_t upgrade(esp_http_client_handle_t client)
{
    esp_err_t ret = ESP_OK;
    esp_ota_handle_t handle = 0;
    const esp_partition_t *next = esp_ota_get_next_update_partition(NULL);

    ESP_RETURN_ON_FALSE(next, ESP_ERR_NOT_FOUND, TAG, "no slot");
    ESP_LOGI(TAG, "writing to subtype %d at 0x%08" PRIx32, next->subtype, next->address);
    ESP_GOTO_ON_ERROR(esp_http_client_open(client, 0), end, TAG, "open");
    esp_http_client_fetch_headers(client);
    ESP_GOTO_ON_ERROR(esp_ota_begin(next, OTA_WITH_SEQUENTIAL_WRITES, &handle), end, TAG, "begin");
    ESP_GOTO_ON_ERROR(write_all(client, handle), end, TAG, "at %d", 1);
    ret = esp_ota_end(handle);
    handle = 0;
    ESP_GOTO_ON_FALSE(ret != ESP_ERR_OTA_VALIDATE_FAILED, ret, end, TAG, "not valid");
    ESP_GOTO_ON_ERROR(ret, end, TAG, "%s", esp_err_to_name(ret));
    ESP_GOTO_ON_ERROR(esp_ota_set_boot_partition(next), end, TAG, "choose");
end:
    if (handle) esp_ota_abort(handle);
    return ret;
}

static void check_self(bool is_well)
{
    const esp_partition_t *running = esp_ota_get_running_partition();
    esp_ota_img_states_t ota_state;

    ESP_RETURN_VOID_ON_ERROR(esp_ota_get_state_partition(running, &ota_state), TAG, "no state");
    ESP_RETURN_VOID_ON_FALSE(ota_state == ESP_OTA_IMG_PENDING_VERIFY, TAG, "no trial");
    if (is_well)
        esp_ota_mark_app_valid_cancel_rollback();
    else
        esp_ota_mark_app_invalid_rollback_and_reboot();
}

void app_main(void)
{
    esp_http_client_config_t config = { 0 };
    const esp_partition_t *configured = esp_ota_get_boot_partition();

    check_self(true);
    if (configured != esp_ota_get_running_partition()) ESP_LOGW(TAG, "not the configured one");
    config.url = "https://localhost/app.bin";
    config.cert_pem = "-----BEGIN CERTIFICATE-----";
    config.timeout_ms = 5000;
    esp_http_client_handle_t client = esp_http_client_init(&config);
    ESP_RETURN_VOID_ON_FALSE(client, TAG, "no client");
    esp_err_t err = upgrade(client);
    esp_http_client_close(client);
    esp_http_client_cleanup(client);
    if (err == ESP_OK) esp_restart();
}
