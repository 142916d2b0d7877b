/* Is the image at this place of the flash one that this chip can run?
 *
 * The verifier is the one that the bootloader uses (core/slots/verify.h): header, chip, segments,
 * checksum, and the appended SHA-256, all read from flash.
 * Source: ESP-IDF components/bootloader_support/include/esp_image_format.h. */
#ifndef ESP_IMAGE_FORMAT_H
#define ESP_IMAGE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "esp_app_format.h"
#include "esp_err.h"
#include "esp_flash_partitions.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_ERR_IMAGE_BASE       0x2000
#define ESP_ERR_IMAGE_FLASH_FAIL (ESP_ERR_IMAGE_BASE + 1)
#define ESP_ERR_IMAGE_INVALID    (ESP_ERR_IMAGE_BASE + 2)

#define ESP_IMAGE_HASH_LEN 32

typedef struct {
    uint32_t start_addr; /* from the start of flash */
    esp_image_header_t image;
    esp_image_segment_header_t segments[ESP_IMAGE_MAX_SEGMENTS];
    uint32_t segment_data[ESP_IMAGE_MAX_SEGMENTS]; /* flash address of each segment's data */
    uint32_t image_len;                            /* bytes, appended hash included */
    uint8_t image_digest[ESP_IMAGE_HASH_LEN];
    uint32_t secure_version;
    uint32_t mmu_page_size; /* bytes */
} esp_image_metadata_t;

typedef enum {
    ESP_IMAGE_VERIFY = 0,
    ESP_IMAGE_VERIFY_SILENT = 1, /* logs nothing */
} esp_image_load_mode_t;

typedef struct {
    uint32_t drom_addr;
    uint32_t drom_load_addr;
    uint32_t drom_size;
    uint32_t irom_addr;
    uint32_t irom_load_addr;
    uint32_t irom_size;
} esp_image_flash_mapping_t;

/* ESP_ERR_INVALID_ARG: a NULL, or more than 16 MiB on a chip that maps no more; ESP_FAIL: for another
 * chip or chip revision; ESP_ERR_IMAGE_INVALID; ESP_ERR_FLASH_OP_FAIL. *data is zeroed on every
 * error. An image at esp_image_bootloader_offset_get() is checked as a bootloader. */
esp_err_t esp_image_verify(esp_image_load_mode_t mode, const esp_partition_pos_t *part,
                           esp_image_metadata_t *data);

/* The same without the checks of chip and hash. */
esp_err_t esp_image_get_metadata(const esp_partition_pos_t *part, esp_image_metadata_t *metadata);

/* The primary bootloader. *length: of its image, 0 on errors; NULL is allowed. */
esp_err_t esp_image_verify_bootloader(uint32_t *length);
esp_err_t esp_image_verify_bootloader_data(esp_image_metadata_t *data);

/* What only a bootloader can do: ESP_FAIL. */
esp_err_t bootloader_load_image(const esp_partition_pos_t *part, esp_image_metadata_t *data);
esp_err_t bootloader_load_image_no_verify(const esp_partition_pos_t *part,
                                          esp_image_metadata_t *data);

/* Bytes; 0 for what is no size. */
int esp_image_get_flash_size(esp_image_flash_size_t app_flash_size);

/* Where esp_image_verify() expects a bootloader; at first the primary one's address. */
void esp_image_bootloader_offset_set(const uint32_t offset);
uint32_t esp_image_bootloader_offset_get(void);

#ifdef __cplusplus
}
#endif

#endif
