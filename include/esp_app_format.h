/* The header of an app or bootloader image: the first 24 bytes, then segments.
 *
 *     off  len  member              source: ESP-IDF
 *       0    1  magic  E9           components/bootloader_support/include/esp_app_format.h
 *       1    1  segment_count
 *       2    1  spi_mode
 *       3    1  spi_speed (low 4 bits), spi_size (high 4 bits)
 *       4    4  entry_addr
 *       8    1  wp_pin
 *       9    3  spi_pin_drv
 *      12    2  chip_id
 *      14    1  min_chip_rev        legacy, ignored
 *      15    2  min_chip_rev_full   major * 100 + minor
 *      17    2  max_chip_rev_full   likewise; 0 or 65535 = no limit
 *      19    4  reserved
 *      23    1  hash_appended
 *
 * All integers little-endian, as on the chips; on a big-endian host decode with
 * core/format/image.h instead. */
#ifndef ESP_APP_FORMAT_H
#define ESP_APP_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_app_desc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_IMAGE_HEADER_MAGIC 0xE9
#define ESP_IMAGE_MAX_SEGMENTS 16

typedef enum {
    ESP_CHIP_ID_ESP32 = 0x0000,
    ESP_CHIP_ID_ESP32S2 = 0x0002,
    ESP_CHIP_ID_ESP32C3 = 0x0005,
    ESP_CHIP_ID_ESP32S3 = 0x0009,
    ESP_CHIP_ID_ESP32C2 = 0x000C,
    ESP_CHIP_ID_ESP32C6 = 0x000D,
    ESP_CHIP_ID_ESP32H2 = 0x0010,
    ESP_CHIP_ID_ESP32P4 = 0x0012,
    ESP_CHIP_ID_ESP32C61 = 0x0014,
    ESP_CHIP_ID_ESP32C5 = 0x0017,
    ESP_CHIP_ID_ESP32H21 = 0x0019,
    ESP_CHIP_ID_ESP32H4 = 0x001C,
    ESP_CHIP_ID_ESP32S31 = 0x0020,
    ESP_CHIP_ID_INVALID = 0xFFFF, /* also the id of images for the virtual device */
} __attribute__((packed)) esp_chip_id_t;

typedef enum {
    ESP_IMAGE_SPI_MODE_QIO = 0,
    ESP_IMAGE_SPI_MODE_QOUT = 1,
    ESP_IMAGE_SPI_MODE_DIO = 2,
    ESP_IMAGE_SPI_MODE_DOUT = 3,
    ESP_IMAGE_SPI_MODE_FAST_READ = 4,
    ESP_IMAGE_SPI_MODE_SLOW_READ = 5,
} esp_image_spi_mode_t;

typedef enum {
    ESP_IMAGE_SPI_SPEED_DIV_2 = 0,
    ESP_IMAGE_SPI_SPEED_DIV_3 = 1,
    ESP_IMAGE_SPI_SPEED_DIV_4 = 2,
    ESP_IMAGE_SPI_SPEED_DIV_1 = 0xF,
} esp_image_spi_freq_t;

typedef enum {
    ESP_IMAGE_FLASH_SIZE_1MB = 0,
    ESP_IMAGE_FLASH_SIZE_2MB = 1,
    ESP_IMAGE_FLASH_SIZE_4MB = 2,
    ESP_IMAGE_FLASH_SIZE_8MB = 3,
    ESP_IMAGE_FLASH_SIZE_16MB = 4,
    ESP_IMAGE_FLASH_SIZE_32MB = 5,
    ESP_IMAGE_FLASH_SIZE_64MB = 6,
    ESP_IMAGE_FLASH_SIZE_128MB = 7,
    ESP_IMAGE_FLASH_SIZE_MAX = 8,
} esp_image_flash_size_t;

typedef struct {
    uint8_t magic;
    uint8_t segment_count;
    uint8_t spi_mode;      /* esp_image_spi_mode_t */
    uint8_t spi_speed : 4; /* esp_image_spi_freq_t */
    uint8_t spi_size : 4;  /* esp_image_flash_size_t */
    uint32_t entry_addr;
    uint8_t wp_pin;
    uint8_t spi_pin_drv[3];
    esp_chip_id_t chip_id;
    uint8_t min_chip_rev;
    uint16_t min_chip_rev_full;
    uint16_t max_chip_rev_full;
    uint8_t reserved[4];
    uint8_t hash_appended;
} __attribute__((packed)) esp_image_header_t;

typedef struct {
    uint32_t load_addr;
    uint32_t data_len; /* a multiple of 4 */
} esp_image_segment_header_t;

#ifndef __cplusplus
_Static_assert(sizeof(esp_chip_id_t) == 2, "on flash");
_Static_assert(sizeof(esp_image_header_t) == 24, "on flash");
_Static_assert(offsetof(esp_image_header_t, chip_id) == 12, "on flash");
_Static_assert(offsetof(esp_image_header_t, min_chip_rev_full) == 15, "on flash");
_Static_assert(offsetof(esp_image_header_t, hash_appended) == 23, "on flash");
_Static_assert(sizeof(esp_image_segment_header_t) == 8, "on flash");
#endif

#ifdef __cplusplus
}
#endif

#endif
