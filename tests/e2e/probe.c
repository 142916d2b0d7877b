/* The firmware of the end-to-end tests: small, and told by the device's arguments what to do.
 *
 *     url=..., ca=PEM        upgrade from there (ca: the text itself) and reset
 *     trial=confirm|reject|crash|hang|exit|wait    what a version on trial does (confirm)
 *     after=idle|crash|hang  what it does in the end (idle)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_app_desc.h"
#include "esp_https_ota.h"
#include "esp_ota_ops.h"
#include "esp_system.h"

static const char *arg(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value ? value : otherwise;
}

static void act(const char *what)
{
    if (strcmp(what, "crash") == 0) abort();
    if (strcmp(what, "exit") == 0) exit(0);
    for (volatile unsigned i = 0; strcmp(what, "hang") == 0; i++) continue;
}

static void stand_trial(const char *what)
{
    act(what);
    if (strcmp(what, "reject") == 0) esp_ota_mark_app_invalid_rollback_and_reboot();
    if (strcmp(what, "confirm") == 0) esp_ota_mark_app_valid_cancel_rollback();
}

static void upgrade(const char *url)
{
    esp_http_client_config_t config = {
        .url = url,
        .cert_pem = arg("ca", "no CA"),
        .timeout_ms = 1000,
    };

    esp_err_t err = esp_https_ota(&config);
    printf("probe: upgrade: %s\n", esp_err_to_name(err));
    if (err == ESP_OK) esp_restart();
}

void app_main(void)
{
    const esp_partition_t *running = esp_ota_get_running_partition();
    esp_ota_img_states_t state = ESP_OTA_IMG_UNDEFINED;

    esp_ota_get_state_partition(running, &state);
    printf("probe: version %s in %s, state %d, reset %d\n", esp_app_get_description()->version,
           running->label, (int)state, (int)esp_reset_reason());
    if (state == ESP_OTA_IMG_PENDING_VERIFY) stand_trial(arg("trial", "confirm"));
    if (getenv("url")) upgrade(getenv("url"));
    act(arg("after", "idle"));
}
