/* Reset, and why the last one happened. The values equal enum molt_reset_reason of molt/port.h.
 * Source: ESP-IDF components/esp_system/include/esp_system.h. */
#ifndef ESP_SYSTEM_H
#define ESP_SYSTEM_H

#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ESP_RST_UNKNOWN = 0,
    ESP_RST_POWERON = 1,
    ESP_RST_EXT = 2,
    ESP_RST_SW = 3, /* esp_restart() */
    ESP_RST_PANIC = 4,
    ESP_RST_INT_WDT = 5,
    ESP_RST_TASK_WDT = 6,
    ESP_RST_WDT = 7,
    ESP_RST_DEEPSLEEP = 8,
    ESP_RST_BROWNOUT = 9,
    ESP_RST_SDIO = 10,
    ESP_RST_USB = 11,
    ESP_RST_JTAG = 12,
    ESP_RST_EFUSE = 13,
    ESP_RST_PWR_GLITCH = 14,
    ESP_RST_CPU_LOCKUP = 15,
} esp_reset_reason_t;

/* Resets the device; does not return. */
void esp_restart(void) __attribute__((noreturn));

esp_reset_reason_t esp_reset_reason(void);

#ifdef __cplusplus
}
#endif

#endif
