/* From molt's errors to ESP-IDF's: the one table (device API only; below it there is no esp_err_t). */
#ifndef MOLT_OTA_ESP_ERR_MAP_H
#define MOLT_OTA_ESP_ERR_MAP_H

#include "base/err.h"
#include "esp_err.h"

/* What ESP-IDF returns in the same situation. Where it depends on the function (a partition table
 * with a wrong MD5 is INVALID_STATE, an image IMAGE_INVALID) the image's is in the table. */
esp_err_t molt_esp_err(enum molt_err err);

#endif
