/* The partition table as it lies on flash, and otadata's entries.
 *
 *     CONFIG_PARTITION_TABLE_OFFSET:  rows of 32 bytes, MD5 row, 32 x FF
 *     otadata + 0 and + 0x1000:       one esp_ota_select_entry_t each
 *
 * Apps use esp_partition.h and esp_ota_ops.h; this is for those who read the bytes themselves.
 * Source: ESP-IDF components/bootloader_support/include/esp_flash_partitions.h. */
#ifndef ESP_FLASH_PARTITIONS_H
#define ESP_FLASH_PARTITIONS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "sdkconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_PARTITION_MAGIC      0x50AA
#define ESP_PARTITION_MAGIC_MD5  0xEBEB
#define ESP_PARTITION_MD5_OFFSET 16 /* of the digest in its row */

#define ESP_PARTITION_TABLE_OFFSET         CONFIG_PARTITION_TABLE_OFFSET
#define ESP_PRIMARY_PARTITION_TABLE_OFFSET CONFIG_PARTITION_TABLE_OFFSET
#define ESP_PARTITION_TABLE_SIZE           0x1000
#define ESP_PARTITION_TABLE_MAX_LEN        0xC00
#define ESP_PARTITION_TABLE_MAX_ENTRIES                                                            \
    (ESP_PARTITION_TABLE_MAX_LEN / sizeof(esp_partition_info_t)) /* 96, MD5 row and end included */

#define ESP_PRIMARY_BOOTLOADER_OFFSET CONFIG_BOOTLOADER_OFFSET_IN_FLASH
#define ESP_BOOTLOADER_OFFSET         CONFIG_BOOTLOADER_OFFSET_IN_FLASH
#define ESP_BOOTLOADER_SIZE           (ESP_PARTITION_TABLE_OFFSET - ESP_PRIMARY_BOOTLOADER_OFFSET)

#define PART_TYPE_APP                        0x00
#define PART_SUBTYPE_FACTORY                 0x00
#define PART_SUBTYPE_OTA_FLAG                0x10
#define PART_SUBTYPE_OTA_MASK                0x0f
#define PART_SUBTYPE_TEST                    0x20
#define PART_SUBTYPE_TEE_0                   0x30
#define PART_SUBTYPE_TEE_1                   0x31
#define PART_TYPE_DATA                       0x01
#define PART_SUBTYPE_DATA_OTA                0x00
#define PART_SUBTYPE_DATA_RF                 0x01 /* "phy" */
#define PART_SUBTYPE_DATA_WIFI               0x02 /* "nvs" */
#define PART_SUBTYPE_DATA_NVS_KEYS           0x04
#define PART_SUBTYPE_DATA_EFUSE_EM           0x05
#define PART_SUBTYPE_DATA_TEE_OTA            0x90
#define PART_TYPE_BOOTLOADER                 0x02
#define PART_SUBTYPE_BOOTLOADER_PRIMARY      0x00
#define PART_SUBTYPE_BOOTLOADER_OTA          0x01
#define PART_SUBTYPE_BOOTLOADER_RECOVERY     0x02
#define PART_TYPE_PARTITION_TABLE            0x03
#define PART_SUBTYPE_PARTITION_TABLE_PRIMARY 0x00
#define PART_SUBTYPE_PARTITION_TABLE_OTA     0x01
#define PART_TYPE_END                        0xff
#define PART_SUBTYPE_END                     0xff
#define PART_FLAG_ENCRYPTED                  (1 << 0)
#define PART_FLAG_READONLY                   (1 << 1)

/* What otadata says about a slot (esp_ota_select_entry_t.ota_state). The last value is more than
 * ISO C's enumerators may be; ESP-IDF's type is unsigned because of it, so it stays. */
__extension__ typedef enum {
    ESP_OTA_IMG_NEW = 0x0U, /* written, never started */
    ESP_OTA_IMG_PENDING_VERIFY =
        0x1U,                   /* started once; the next reset rejects it unless confirmed */
    ESP_OTA_IMG_VALID = 0x2U,   /* confirmed */
    ESP_OTA_IMG_INVALID = 0x3U, /* rejected by the app */
    ESP_OTA_IMG_ABORTED = 0x4U, /* reset before it was confirmed */
    ESP_OTA_IMG_UNDEFINED = 0xFFFFFFFFU /* rollback is not in use */
} esp_ota_img_states_t;

typedef struct {
    uint32_t ota_seq; /* 1, 2, ...; slot = (ota_seq - 1) % slots */
    uint8_t seq_label[20];
    uint32_t ota_state;
    uint32_t crc; /* of ota_seq only */
} esp_ota_select_entry_t;

typedef struct {
    uint32_t offset; /* from the start of flash */
    uint32_t size;   /* bytes */
} esp_partition_pos_t;

typedef struct {
    uint16_t magic;
    uint8_t type;
    uint8_t subtype;
    esp_partition_pos_t pos;
    uint8_t label[16]; /* NUL-padded; 16 characters have no terminator */
    uint32_t flags;
} esp_partition_info_t;

#ifndef __cplusplus
_Static_assert(sizeof(esp_ota_select_entry_t) == 32, "on flash");
_Static_assert(sizeof(esp_partition_info_t) == 32, "on flash");
_Static_assert(offsetof(esp_partition_info_t, flags) == 28, "on flash");
#endif

/* Checks a table as the bootloader does: partition_table is ESP_PARTITION_TABLE_MAX_LEN bytes; the
 * MD5 row may be missing. *num_partitions = its rows. ESP_ERR_INVALID_SIZE: a row leaves the chip;
 * ESP_ERR_INVALID_STATE: anything else. */
esp_err_t esp_partition_table_verify(const esp_partition_info_t *partition_table, bool log_errors,
                                     int *num_partitions);

/* ---- dangerous places ------------------------------------------------------------------------ */

/* Both take flash addresses. Not writable: a read-only partition of the table is in that range.
 * Not safe: it touches bootloader or partition table, or the running app. */
bool esp_partition_is_flash_region_writable(size_t addr, size_t size);
bool esp_partition_main_flash_region_safe(size_t addr, size_t size);

#ifdef __cplusplus
}
#endif

#endif
