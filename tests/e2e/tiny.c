/* A firmware that can do no more than stand its trial, so that its image is small. */
#include <stdio.h>

#include "esp_app_desc.h"
#include "esp_ota_ops.h"
#include "esp_system.h"

void app_main(void)
{
    const esp_partition_t *running = esp_ota_get_running_partition();
    esp_ota_img_states_t state = ESP_OTA_IMG_UNDEFINED;

    esp_ota_get_state_partition(running, &state);
    printf("probe: version %s in %s, state %d, reset %d\n", esp_app_get_description()->version,
           running->label, (int)state, (int)esp_reset_reason());
    if (state == ESP_OTA_IMG_PENDING_VERIFY) esp_ota_mark_app_valid_cancel_rollback();
}
