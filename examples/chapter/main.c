/* The seed chapter's device. It upgrades itself over HTTPS from `url`, and says what it does.
 *
 *     on trial?  --yes-->  self test --good--> confirm
 *         |                    \-----bad-----> roll back, reset
 *         v
 *     something new at url?  --yes-->  esp_https_ota(), reset
 *
 * `url` is an argument of the virtual device: molt device run FLASH --arg url=https://... */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_system.h"

/* What a new version must be able to do before it may stay. Version 3 has a fault; see
 * CMakeLists.txt. */
#ifndef SELF_TEST_PASSES
#define SELF_TEST_PASSES true
#endif

extern const uint8_t upgrade_server_cert_pem_start[] asm("_binary_upgrade_server_cert_pem_start");

static const char *TAG = "chapter";

static esp_err_t upgrade(const char *url)
{
    esp_http_client_config_t config = {
        .url = url,
        .cert_pem = (char *)upgrade_server_cert_pem_start,
    };
    esp_err_t ret = esp_https_ota(&config);
    return ret;
}

/* Not what runs already, and not what was rolled back the last time: that would go round for
 * ever. */
static bool is_wanted(const esp_app_desc_t *offered)
{
    const esp_partition_t *invalid = esp_ota_get_last_invalid_partition();
    esp_app_desc_t bad;

    if (strcmp(offered->version, esp_app_get_description()->version) == 0) {
        ESP_LOGI(TAG, "version %s is up to date", offered->version);
        return false;
    }
    if (invalid && esp_ota_get_partition_description(invalid, &bad) == ESP_OK &&
        strcmp(offered->version, bad.version) == 0) {
        ESP_LOGW(TAG, "version %s was rolled back before: not again", offered->version);
        return false;
    }
    return true;
}

/* Reads only the start of the image: which version does the server offer? */
static bool look(const char *url, esp_app_desc_t *offered)
{
    esp_http_client_config_t http = {
        .url = url,
        .cert_pem = (char *)upgrade_server_cert_pem_start,
    };
    esp_https_ota_config_t config = { .http_config = &http };
    esp_https_ota_handle_t handle;

    esp_err_t ret = esp_https_ota_begin(&config, &handle);
    if (ret == ESP_OK) {
        ret = esp_https_ota_get_img_desc(handle, offered);
        esp_https_ota_abort(handle);
    }
    if (ret != ESP_OK) ESP_LOGE(TAG, "nothing to upgrade to: %s", esp_err_to_name(ret));
    return ret == ESP_OK;
}

static bool is_on_trial(void)
{
    esp_ota_img_states_t state;

    return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
           state == ESP_OTA_IMG_PENDING_VERIFY;
}

static void prove_myself(void)
{
    if (!is_on_trial()) return;
    ESP_LOGI(TAG, "on trial: self test");
    if (!SELF_TEST_PASSES) {
        ESP_LOGE(TAG, "self test failed: back to the version before");
        esp_ota_mark_app_invalid_rollback_and_reboot();
    }
    ESP_ERROR_CHECK(esp_ota_mark_app_valid_cancel_rollback());
    ESP_LOGI(TAG, "self test passed: version %s stays", esp_app_get_description()->version);
}

void app_main(void)
{
    const char *url = getenv("url");
    esp_app_desc_t offered;

    ESP_LOGI(TAG, "version %s runs from %s", esp_app_get_description()->version,
             esp_ota_get_running_partition()->label);
    prove_myself();

    if (!url || !look(url, &offered) || !is_wanted(&offered)) return;
    ESP_LOGI(TAG, "version %s is offered: upgrading", offered.version);
    esp_err_t ret = upgrade(url);
    if (ret == ESP_OK) {
        ESP_LOGI(TAG, "version %s is installed: reset", offered.version);
        esp_restart();
    }
    ESP_LOGE(TAG, "the upgrade failed: %s", esp_err_to_name(ret));
}
