/* esp_https_ota: image bytes from the client into the slot. */
#include <string.h>

#include "base/option.h"
#include "esp_app_format.h"
#include "esp_log.h"
#include "format/image.h"
#include "molt/http.h"
#include "ota/https.h"
#include "ota/part.h"

static const char *TAG = "esp_https_ota";

esp_err_t molt_https_ota_receive(struct molt_https_ota *ota, uint8_t *to, uint32_t size,
                                 uint32_t *got)
{
    *got = 0;
    int len = esp_http_client_read(ota->client, (char *)to, (int)size);
    if (len >= 0) {
        ota->stalls = 0;
        *got = (uint32_t)len;
        return ESP_OK;
    }
    if (len != -ESP_ERR_HTTP_EAGAIN)
        return molt_http_client_deadline_passed(ota->client) ? ESP_ERR_TIMEOUT : ESP_FAIL;
    if (++ota->stalls < molt_ota_part()->config.stalls) return ESP_ERR_HTTP_EAGAIN;
    ESP_LOGE(TAG, "the server has stopped sending");
    return ESP_ERR_HTTP_READ_TIMEOUT;
}

esp_err_t molt_https_ota_fetch_header(struct molt_https_ota *ota)
{
    while (ota->header_len < MOLT_HTTPS_OTA_HEADER_LEN) {
        uint32_t got;

        esp_err_t err = molt_https_ota_receive(ota, ota->buffer + ota->header_len,
                                               MOLT_HTTPS_OTA_HEADER_LEN - ota->header_len, &got);
        if (err == ESP_ERR_HTTP_EAGAIN) continue;
        if (err) return err;
        if (got == 0) {
            ESP_LOGE(TAG, "the file has only %" PRIu32 " bytes", ota->header_len);
            return ESP_FAIL;
        }
        ota->header_len += got;
    }
    return ESP_OK;
}

esp_err_t molt_https_ota_check_header(const esp_partition_t *final, const uint8_t *header)
{
    const esp_app_desc_t *new_desc = NULL;
    esp_image_header_t image;
    esp_app_desc_t desc;

    memcpy(&image, header, sizeof image);
    memcpy(&desc, header + MOLT_APP_DESC_OFF, sizeof desc);
    if (image.magic != ESP_IMAGE_HEADER_MAGIC) {
        ESP_LOGE(TAG, "the file is no image");
        return ESP_ERR_OTA_VALIDATE_FAILED;
    }
    if (final->type == ESP_PARTITION_TYPE_APP && desc.magic_word != ESP_APP_DESC_MAGIC_WORD) {
        ESP_LOGE(TAG, "the image has no app descriptor");
        return ESP_ERR_OTA_VALIDATE_FAILED;
    }
    if (MOLT_OPTION(CONFIG_ESP_HTTPS_OTA_VERIFY_SPI_MODE)) new_desc = &desc;
    return esp_ota_check_image_validity(final->type, &image, new_desc);
}

bool molt_https_ota_can_resume(struct molt_https_ota *ota)
{
    if (ota->start > ota->staging->size) return false;
    if (!molt_holds_image(ota->final)) return true;
    return esp_partition_read(ota->staging, 0, ota->buffer, MOLT_HTTPS_OTA_HEADER_LEN) == ESP_OK &&
           molt_https_ota_check_header(ota->final, ota->buffer) == ESP_OK;
}

esp_err_t molt_https_ota_open_writer(struct molt_https_ota *ota)
{
    size_t erase = OTA_WITH_SEQUENTIAL_WRITES;
    esp_err_t err;

    if (ota->bulk) erase = ota->image_len > 0 ? (size_t)ota->image_len : OTA_SIZE_UNKNOWN;
    if (ota->start > 0)
        err = esp_ota_resume(ota->staging, erase, ota->start, &ota->writer);
    else
        err = esp_ota_begin(ota->staging, erase, &ota->writer);
    if (!err) err = esp_ota_set_final_partition(ota->writer, ota->final, ota->copy);
    if (err && ota->writer) {
        (void)esp_ota_abort(ota->writer);
        ota->writer = 0;
    }
    return err;
}

esp_err_t molt_https_ota_write(struct molt_https_ota *ota, const uint8_t *bytes, uint32_t len)
{
    if (ota->image_len >= 0 && len > ota->image_len - (int64_t)ota->written)
        return ESP_ERR_INVALID_SIZE;
    esp_err_t err = esp_ota_write(ota->writer, bytes, len);
    if (err) return err;
    ota->written += len;
    return ESP_OK;
}
