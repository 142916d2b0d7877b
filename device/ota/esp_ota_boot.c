/* esp_ota_ops.h: which app runs, which boots next, what is in a slot. */
#include <string.h>

#include "ctx/ctx.h"
#include "esp_image_format.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "format/image.h"
#include "ota/esp_err_map.h"
#include "ota/part.h"

static const char *TAG = "esp_ota_ops";

/* ---- queries ---------------------------------------------------------------------------------- */

const esp_partition_t *esp_ota_get_running_partition(void)
{
    struct molt_ota_part *part = molt_ota_part();
    const struct molt_port *port = molt_this_port();

    if (molt_partitions_load(part)) return NULL;
    for (size_t i = 0; i < part->row_count; i++) {
        const esp_partition_t *p = &part->partition[i];

        if (p->type == ESP_PARTITION_TYPE_APP && molt_partition_touches(p, port->running_addr, 1))
            return p;
    }
    return NULL;
}

const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *start_from)
{
    const esp_partition_t *start =
        start_from ? esp_partition_verify(start_from) : esp_ota_get_running_partition();
    const esp_partition_t *first = NULL;

    if (start_from && !start) return NULL;
    uint32_t after = start && molt_is_ota_slot(start) ? (uint32_t)start->subtype + 1 : UINT32_MAX;
    for (uint32_t slot = 0; slot < MOLT_OTA_SLOTS_MAX; slot++) {
        const esp_partition_t *p = molt_ota_partition_of(slot);

        if (!p) continue;
        if (!first) first = p;
        if ((uint32_t)p->subtype >= after) return p;
    }
    return first;
}

uint8_t esp_ota_get_app_partition_count(void)
{
    struct molt_slot_map map;

    molt_ota_slot_map(&map);
    return (uint8_t)map.count;
}

/* What boots when otadata chooses nothing. */
static const esp_partition_t *default_boot_partition(void)
{
    const esp_partition_t *p =
        esp_partition_find_first(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_FACTORY, NULL);

    for (uint32_t slot = 0; !p && slot < MOLT_OTA_SLOTS_MAX; slot++)
        p = molt_ota_partition_of(slot);
    if (p) return p;
    return esp_partition_find_first(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_TEST, NULL);
}

const esp_partition_t *esp_ota_get_boot_partition(void)
{
    struct molt_slot_map map;
    struct molt_boot_record record;
    struct molt_otadata entry[2];

    if (molt_ota_record(&map, &record)) return NULL;
    molt_boot_record_read(&record, entry);
    int active = molt_otadata_active(entry);
    if (active < 0 || map.count == 0) return default_boot_partition();
    return molt_ota_partition_of(molt_otadata_slot(entry[active].seq, map.count));
}

/* ---- choosing --------------------------------------------------------------------------------- */

/* An app that the fuses forbid is of no use; ESP-IDF erases it, and so does this, but never the one
 * that is running. */
static esp_err_t refuse_old_version(const esp_partition_t *p)
{
    if (p != esp_ota_get_running_partition()) {
        esp_err_t err = esp_partition_erase_range(p, 0, p->size);
        if (err) return err;
    }
    return ESP_ERR_OTA_SMALL_SEC_VER;
}

static esp_err_t choose_slot(const esp_partition_t *p)
{
    const struct molt_ota_part *part = molt_ota_part();
    struct molt_slot_map map;
    struct molt_boot_record record;

    esp_err_t err = molt_ota_secure_version_ok(p);
    if (err == ESP_ERR_OTA_SMALL_SEC_VER) return refuse_old_version(p);
    if (!err) err = molt_ota_record(&map, &record);
    if (err) return err;

    uint32_t slot = (uint32_t)p->subtype - ESP_PARTITION_SUBTYPE_APP_OTA_MIN;
    enum molt_img_state state = part->config.rollback ? MOLT_IMG_NEW : MOLT_IMG_UNDEFINED;
    enum molt_err bad = molt_boot_record_select(&record, slot, map.count, state);
    return bad == MOLT_ERR_RANGE ? ESP_ERR_OTA_SELECT_INFO_INVALID : molt_esp_err(bad);
}

static esp_err_t choose_factory(void)
{
    struct molt_slot_map map;
    struct molt_boot_record record;

    esp_err_t err = molt_ota_record(&map, &record);
    if (err) return err;
    return molt_esp_err(molt_boot_record_erase(&record));
}

esp_err_t esp_ota_set_boot_partition_skip_validate(const esp_partition_t *partition)
{
    if (!partition || partition->type != ESP_PARTITION_TYPE_APP) return ESP_ERR_INVALID_ARG;
    const esp_partition_t *known = esp_partition_verify(partition);
    if (!known) return ESP_ERR_NOT_FOUND;
    if (known->subtype == ESP_PARTITION_SUBTYPE_APP_FACTORY) return choose_factory();
    if (!molt_is_ota_slot(known)) return ESP_ERR_INVALID_ARG;
    return choose_slot(known);
}

esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition)
{
    if (!partition) return ESP_ERR_INVALID_ARG;
    if (molt_partition_verify_image(partition, false, false)) return ESP_ERR_OTA_VALIDATE_FAILED;
    return esp_ota_set_boot_partition_skip_validate(partition);
}

/* ---- descriptors ------------------------------------------------------------------------------ */

esp_err_t esp_ota_get_partition_description(const esp_partition_t *partition,
                                            esp_app_desc_t *app_desc)
{
    if (!partition || !app_desc) return ESP_ERR_INVALID_ARG;
    if (partition->type != ESP_PARTITION_TYPE_APP) return ESP_ERR_NOT_SUPPORTED;
    esp_err_t err = esp_partition_read(partition, MOLT_APP_DESC_OFF, app_desc, sizeof *app_desc);
    if (err) return err;
    return app_desc->magic_word == ESP_APP_DESC_MAGIC_WORD ? ESP_OK : ESP_ERR_NOT_FOUND;
}

esp_err_t esp_ota_get_bootloader_description(const esp_partition_t *bootloader_partition,
                                             esp_bootloader_desc_t *desc)
{
    const struct molt_port *port = molt_this_port();
    struct molt_image_rules rules;
    esp_err_t err;

    if (!desc || !port) return ESP_ERR_INVALID_ARG;
    if (bootloader_partition) {
        if (bootloader_partition->type != ESP_PARTITION_TYPE_BOOTLOADER) return ESP_ERR_INVALID_ARG;
        err = esp_partition_read(bootloader_partition, MOLT_APP_DESC_OFF, desc, sizeof *desc);
    } else {
        struct molt_region primary;

        uint32_t addr = molt_image_rules_here(&rules) ? rules.chip->bootloader_addr
                                                      : ESP_PRIMARY_BOOTLOADER_OFFSET;
        err = molt_esp_err(molt_region_make(port->flash, addr,
                                            MOLT_APP_DESC_OFF + (uint32_t)sizeof *desc, &primary));
        if (!err)
            err = molt_esp_err(molt_region_read(&primary, MOLT_APP_DESC_OFF, desc, sizeof *desc));
    }
    if (err) return err;
    return desc->magic_byte == ESP_BOOTLOADER_DESC_MAGIC_BYTE ? ESP_OK : ESP_ERR_NOT_FOUND;
}

static bool is_limit(uint16_t rev)
{
    return rev != 0 && rev != UINT16_MAX;
}

static bool chip_fits(const esp_image_header_t *h, bool is_app)
{
    const struct molt_port *port = molt_this_port();
    const char *why = NULL;

    if ((uint16_t)h->chip_id != port->chip_id)
        why = "chip id";
    else if (port->chip_rev < h->min_chip_rev_full)
        why = "minimum chip revision";
    else if (is_app && !port->ignore_max_rev && is_limit(h->max_chip_rev_full) &&
             port->chip_rev > h->max_chip_rev_full)
        why = "maximum chip revision";
    if (why)
        ESP_LOGE(TAG, "image is for another chip: %s (image: id 0x%x, revision %u to %u)", why,
                 (unsigned)h->chip_id, h->min_chip_rev_full, h->max_chip_rev_full);
    return !why;
}

esp_err_t esp_ota_check_image_validity(esp_partition_type_t part_type,
                                       const esp_image_header_t *img_hdr,
                                       const esp_app_desc_t *app_desc)
{
    bool is_app = part_type == ESP_PARTITION_TYPE_APP;

    if (!img_hdr || !molt_this_port()) return ESP_ERR_INVALID_ARG;
    if (!is_app && part_type != ESP_PARTITION_TYPE_BOOTLOADER) return ESP_ERR_INVALID_ARG;
    if (!chip_fits(img_hdr, is_app)) return ESP_ERR_INVALID_VERSION;
    if (!is_app || !app_desc) return ESP_OK;

    uint8_t here = esp_app_get_description()->spi_flash_mode;
    uint8_t there = app_desc->spi_flash_mode;
    return here && there && here != there ? ESP_ERR_OTA_SPI_MODE_MISMATCH : ESP_OK;
}
