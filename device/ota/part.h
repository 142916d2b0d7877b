/* What the esp_* functions of this folder keep per device: MOLT_DEVICE_OTA of ctx/ctx.h. All pools
 * are in here, sized in sdkconfig.h; nothing allocates. */
#ifndef MOLT_OTA_PART_H
#define MOLT_OTA_PART_H

#include <stdbool.h>

#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "flash/stream.h"
#include "format/image.h"
#include "molt/device.h"
#include "ota/https.h"
#include "slots/boot_record.h"
#include "slots/map.h"

/* Choices of sdkconfig.h that tests and tools turn at run time, between molt_device_init() and first
 * use. */
struct molt_ota_config {
    bool rollback;      /* CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE */
    bool anti_rollback; /* CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK */
    bool table_md5;     /* CONFIG_PARTITION_TABLE_MD5: insist on the MD5 row */
    int stalls;         /* CONFIG_MOLT_HTTPS_OTA_STALLS */
    bool allow_http;    /* CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP: firmware from whoever answers */
};

struct esp_partition_iterator_opaque_ {
    bool in_use;
    esp_partition_type_t type;
    esp_partition_subtype_t subtype;
    const char *label; /* NULL = any; the caller's */
    size_t index;      /* into the known partitions */
};

/* An image that is being written: esp_ota_begin() .. esp_ota_end(). */
struct molt_ota_writer {
    esp_ota_handle_t handle; /* 0 = free */
    const esp_partition_t *staging;
    const esp_partition_t *final;
    bool finalize_with_copy;
    bool sequential; /* sectors are erased when they are reached */
    bool resumed;
    uint32_t written; /* bytes taken, the ones before a resumption included */
    esp_err_t failed; /* a flash error that the image cannot survive; ESP_OK = none */
    struct molt_stream stream;
};

struct molt_ota_part {
    struct molt_ota_config config;

    /* Known partitions: the table's at [0, row_count), registered ones behind
     * CONFIG_MOLT_PARTITIONS_MAX; a free place there has size 0. */
    bool loaded;
    size_t row_count;
    esp_partition_t partition[CONFIG_MOLT_PARTITIONS_MAX + CONFIG_MOLT_EXTERNAL_PARTITIONS];
    struct esp_partition_iterator_opaque_ iterator[CONFIG_MOLT_PARTITION_ITERATORS];
    esp_partition_mmap_handle_t last_mmap;

    esp_ota_handle_t last_handle;
    struct molt_ota_writer writer[CONFIG_MOLT_OTA_HANDLES];
    struct molt_https_ota https[CONFIG_MOLT_HTTPS_OTA_HANDLES];
    bool bootloader_addr_set;
    uint32_t bootloader_addr; /* where a bootloader image is expected; see esp_image_format.h */

    bool app_desc_read;
    esp_app_desc_t app_desc; /* the running app's */
    char elf_sha256[2 * 32 + 1];
};

/* This thread's; NULL without a device. */
struct molt_ota_part *molt_ota_part(void);

/* ---- partitions (partition_list.c) ------------------------------------------------------------ */

/* Reads the table unless it was read. ESP_ERR_INVALID_STATE (0x103): no device, or MD5 mismatch. */
esp_err_t molt_partitions_load(struct molt_ota_part *part);

/* The known partition at `index`, or NULL for a free place; from 0 to molt_partition_places(). */
const esp_partition_t *molt_partition_at(const struct molt_ota_part *part, size_t index);
size_t molt_partition_places(void);

/* The first match with a given index or higher; NULL and index == places when there is none. */
const esp_partition_t *molt_partition_match(const struct molt_ota_part *part,
                                            esp_partition_type_t type,
                                            esp_partition_subtype_t subtype, const char *label,
                                            size_t *index);

/* Its bytes as a region. ESP_ERR_INVALID_SIZE: it leaves the flash. */
esp_err_t molt_partition_region(const esp_partition_t *partition, struct molt_region *region);

/* Whether [addr, addr + len) touches the partition. */
bool molt_partition_touches(const esp_partition_t *partition, uint32_t addr, uint32_t len);

/* ---- slots and images (slots.c) --------------------------------------------------------------- */

bool molt_is_ota_slot(const esp_partition_t *partition);

/* Whether what belongs there is an image: an app or a bootloader. */
bool molt_holds_image(const esp_partition_t *partition);

/* The table as core/slots sees it. */
void molt_ota_slot_map(struct molt_slot_map *map);

/* Also opens otadata: ESP_ERR_NOT_FOUND when there is none. */
esp_err_t molt_ota_record(struct molt_slot_map *map, struct molt_boot_record *record);

/* The OTA partition of slot 0..15; NULL when there is none. */
const esp_partition_t *molt_ota_partition_of(uint32_t slot);

/* What this chip accepts. false: the port names a chip that molt does not know. */
bool molt_image_rules_here(struct molt_image_rules *rules);

/* Verifies the image in a partition as the bootloader does; errors as esp_image_verify(). */
esp_err_t molt_partition_verify_image(const esp_partition_t *partition, bool is_bootloader,
                                      bool silent);

/* Whether anti-rollback lets the app in this slot run; ESP_ERR_OTA_SMALL_SEC_VER when not, and
 * errors of esp_ota_get_partition_description(). ESP_OK when anti-rollback is off. */
esp_err_t molt_ota_secure_version_ok(const esp_partition_t *partition);

#endif
