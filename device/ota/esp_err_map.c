#include "ota/esp_err_map.h"

#include "esp_image_format.h"
#include "esp_ota_ops.h"

esp_err_t molt_esp_err(enum molt_err err)
{
    static const esp_err_t k_map[] = {
        [MOLT_OK] = ESP_OK,
        [MOLT_ERR_ARG] = ESP_ERR_INVALID_ARG,
        [MOLT_ERR_RANGE] = ESP_ERR_INVALID_SIZE,
        [MOLT_ERR_ALIGN] = ESP_ERR_INVALID_SIZE,
        [MOLT_ERR_FORMAT] = ESP_ERR_IMAGE_INVALID,
        [MOLT_ERR_CHECKSUM] = ESP_ERR_IMAGE_INVALID,
        [MOLT_ERR_FLASH] = ESP_ERR_FLASH_OP_FAIL,
        [MOLT_ERR_ECC] = ESP_ERR_FLASH_OP_FAIL,
        [MOLT_ERR_PROTECTED] = ESP_ERR_FLASH_PROTECTED,
        [MOLT_ERR_STATE] = ESP_ERR_INVALID_STATE,
        [MOLT_ERR_FULL] = ESP_ERR_NO_MEM,
        [MOLT_ERR_NOT_FOUND] = ESP_ERR_NOT_FOUND,
        [MOLT_ERR_UNSUPPORTED] = ESP_ERR_NOT_SUPPORTED,
        [MOLT_ERR_WRONG_CHIP] = ESP_FAIL,
        [MOLT_ERR_OLD_VERSION] = ESP_ERR_OTA_SMALL_SEC_VER,
        [MOLT_ERR_TIMEOUT] = ESP_ERR_TIMEOUT,
        [MOLT_ERR_CLOSED] = ESP_FAIL,
        [MOLT_ERR_RESOLVE] = ESP_FAIL,
        [MOLT_ERR_CONNECT] = ESP_FAIL,
        [MOLT_ERR_NETWORK] = ESP_FAIL,
        [MOLT_ERR_CRYPTO] = ESP_FAIL,
    };

    if ((unsigned)err >= sizeof k_map / sizeof k_map[0]) return ESP_FAIL;
    return k_map[err];
}
