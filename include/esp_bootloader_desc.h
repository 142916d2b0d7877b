/* The bootloader descriptor: 80 bytes at offset 32 of a bootloader image.
 *
 *     off  len  member                source: ESP-IDF
 *       0    1  magic_byte  50        components/esp_bootloader_format/include/esp_bootloader_desc.h
 *       1    2  reserved
 *       3    1  secure_version
 *       4    4  version               of the project, a number
 *       8   32  idf_ver
 *      40   24  date_time
 *      64   16  reserved2 */
#ifndef ESP_BOOTLOADER_DESC_H
#define ESP_BOOTLOADER_DESC_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define ESP_BOOTLOADER_DESC_MAGIC_BYTE 80

typedef struct {
    uint8_t magic_byte;
    uint8_t reserved[2];
    uint8_t secure_version;
    uint32_t version;
    char idf_ver[32];
    char date_time[24];
    uint8_t reserved2[16];
} esp_bootloader_desc_t;

#ifndef __cplusplus
_Static_assert(sizeof(esp_bootloader_desc_t) == 80, "on flash");
_Static_assert(offsetof(esp_bootloader_desc_t, version) == 4, "on flash");
_Static_assert(offsetof(esp_bootloader_desc_t, date_time) == 40, "on flash");
#endif

#endif
