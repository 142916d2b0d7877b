/* Slots, otadata and images as this device's port and table have them: the bridge from esp_partition_t
 * to core/slots. */
#include "ctx/ctx.h"
#include "esp_image_format.h"
#include "esp_log.h"
#include "ota/esp_err_map.h"
#include "ota/part.h"
#include "slots/verify.h"

static const char *TAG = "esp_image";

bool molt_is_ota_slot(const esp_partition_t *partition)
{
    return partition->type == ESP_PARTITION_TYPE_APP &&
           partition->subtype >= ESP_PARTITION_SUBTYPE_APP_OTA_MIN &&
           partition->subtype < ESP_PARTITION_SUBTYPE_APP_OTA_MAX;
}

bool molt_holds_image(const esp_partition_t *partition)
{
    return partition->type == ESP_PARTITION_TYPE_APP ||
           partition->type == ESP_PARTITION_TYPE_BOOTLOADER;
}

void molt_ota_slot_map(struct molt_slot_map *map)
{
    struct molt_ota_part *part = molt_ota_part();

    *map = (struct molt_slot_map){ .count = 0 };
    if (molt_partitions_load(part)) return;
    for (size_t i = 0; i < part->row_count; i++) {
        const esp_partition_t *p = &part->partition[i];
        const struct molt_partition row = {
            .type = (uint8_t)p->type,
            .subtype = (uint8_t)p->subtype,
            .addr = p->address,
            .len = p->size,
        };

        molt_slot_map_add(map, &row);
    }
    molt_slot_map_count(map);
}

esp_err_t molt_ota_record(struct molt_slot_map *map, struct molt_boot_record *record)
{
    const struct molt_port *port = molt_this_port();

    molt_ota_slot_map(map);
    if (!port || molt_boot_record_open(port->flash, map, record)) return ESP_ERR_NOT_FOUND;
    return ESP_OK;
}

const esp_partition_t *molt_ota_partition_of(uint32_t slot)
{
    if (slot >= MOLT_OTA_SLOTS_MAX) return NULL;
    return esp_partition_find_first(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_OTA(slot), NULL);
}

bool molt_image_rules_here(struct molt_image_rules *rules)
{
    const struct molt_port *port = molt_this_port();

    *rules = (struct molt_image_rules){ .chip = NULL };
    if (!port) return false;
    rules->chip = molt_chip_by_id(port->chip_id);
    rules->chip_rev = port->chip_rev;
    rules->efuse_blk_rev = port->efuse_blk_rev;
    rules->ignore_max_rev = port->ignore_max_rev;
    return rules->chip != NULL;
}

esp_err_t molt_partition_verify_image(const esp_partition_t *partition, bool is_bootloader,
                                      bool silent)
{
    struct molt_region region;
    struct molt_image_rules rules;
    struct molt_image image;
    struct molt_image_error error;

    if (!molt_image_rules_here(&rules)) return ESP_FAIL;
    rules.is_bootloader = is_bootloader;
    esp_err_t bad = molt_partition_region(partition, &region);
    if (bad) return bad;
    enum molt_err err = molt_slot_verify(&region, &rules, &image, &error);
    if (err && !silent)
        ESP_LOGE(TAG, "image at 0x%" PRIx32 ", byte %" PRIu32 ": %s %s", region.addr, error.off,
                 molt_image_error_field(&error), molt_image_error_why(&error));
    if (err == MOLT_ERR_RANGE) return ESP_ERR_IMAGE_INVALID;
    return molt_esp_err(err);
}

esp_err_t molt_ota_secure_version_ok(const esp_partition_t *partition)
{
    const struct molt_ota_part *part = molt_ota_part();
    const struct molt_port *port = molt_this_port();
    uint32_t lowest;
    esp_app_desc_t desc;

    if (!part->config.anti_rollback) return ESP_OK;
    esp_err_t err = esp_ota_get_partition_description(partition, &desc);
    if (err) return err;
    /* A counter that cannot be read lets nothing through. */
    if (!port->secure_version || port->secure_version->get(port->ctx, &lowest)) return ESP_FAIL;
    return desc.secure_version >= lowest ? ESP_OK : ESP_ERR_OTA_SMALL_SEC_VER;
}
