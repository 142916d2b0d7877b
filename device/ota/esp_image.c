/* esp_image_format.h, and the table check of esp_flash_partitions.h. */
#include "esp_image_format.h"

#include <string.h>

#include "base/bytes.h"
#include "ctx/ctx.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "ota/esp_err_map.h"
#include "ota/part.h"
#include "slots/verify.h"

static const char *TAG = "esp_image";

static uint32_t primary_bootloader_addr(void)
{
    const struct molt_port *port = molt_this_port();
    const struct molt_chip *chip = port ? molt_chip_by_id(port->chip_id) : NULL;

    return chip ? chip->bootloader_addr : ESP_PRIMARY_BOOTLOADER_OFFSET;
}

static uint32_t table_addr(void)
{
    const struct molt_port *port = molt_this_port();

    return port && port->table_addr ? port->table_addr : ESP_PARTITION_TABLE_OFFSET;
}

void esp_image_bootloader_offset_set(const uint32_t offset)
{
    struct molt_ota_part *part = molt_ota_part();

    if (!part) return;
    part->bootloader_addr_set = true;
    part->bootloader_addr = offset;
}

uint32_t esp_image_bootloader_offset_get(void)
{
    const struct molt_ota_part *part = molt_ota_part();

    return part && part->bootloader_addr_set ? part->bootloader_addr : primary_bootloader_addr();
}

static void fill_metadata(const esp_partition_pos_t *part, const struct molt_image *image,
                          esp_image_metadata_t *data)
{
    uint8_t header[MOLT_IMAGE_HEADER_LEN];

    *data = (esp_image_metadata_t){
        .start_addr = part->offset,
        .image_len = image->len,
        .secure_version = image->secure_version,
        .mmu_page_size = image->mmu_page_len,
    };
    molt_image_header_encode(&image->header, header);
    memcpy(&data->image, header, sizeof data->image);
    memcpy(data->image_digest, image->digest, sizeof data->image_digest);
    for (size_t i = 0; i < image->header.segment_count; i++) {
        data->segments[i].load_addr = image->segment[i].load_addr;
        data->segments[i].data_len = image->segment[i].len;
        data->segment_data[i] = part->offset + image->segment[i].off;
    }
}

static bool is_bootloader_at(uint32_t addr)
{
    return addr == primary_bootloader_addr() || addr == esp_image_bootloader_offset_get();
}

/* Walks the image at *part by `rules`. A hash that is appended is reported as it was read. */
static esp_err_t walk(const esp_partition_pos_t *part, const struct molt_image_rules *rules,
                      bool silent, esp_image_metadata_t *data)
{
    const struct molt_port *port = molt_this_port();
    struct molt_region region;
    struct molt_image image;
    struct molt_image_error error;

    memset(data, 0, sizeof *data);
    if (part->size > molt_chip_image_len_max(rules->chip)) return ESP_ERR_INVALID_ARG;
    enum molt_err err = molt_region_make(port->flash, part->offset, part->size, &region);
    if (err) return ESP_ERR_IMAGE_INVALID;
    err = molt_slot_verify(&region, rules, &image, &error);
    if (err && !silent)
        ESP_LOGE(TAG, "image at 0x%" PRIx32 ", byte %" PRIu32 ": %s %s", part->offset, error.off,
                 molt_image_error_field(&error), molt_image_error_why(&error));
    if (err == MOLT_ERR_RANGE) return ESP_ERR_IMAGE_INVALID;
    if (err) return molt_esp_err(err);
    fill_metadata(part, &image, data);
    if (!image.header.hash_appended)
        memset(data->image_digest, 0, sizeof data->image_digest); /* ESP-IDF leaves zeros */
    return ESP_OK;
}

esp_err_t esp_image_verify(esp_image_load_mode_t mode, const esp_partition_pos_t *part,
                           esp_image_metadata_t *data)
{
    struct molt_image_rules rules;

    if (!part || !data) return ESP_ERR_INVALID_ARG;
    memset(data, 0, sizeof *data);
    if (!molt_image_rules_here(&rules)) return ESP_FAIL;
    rules.is_bootloader = is_bootloader_at(part->offset);
    return walk(part, &rules, mode == ESP_IMAGE_VERIFY_SILENT, data);
}

esp_err_t esp_image_get_metadata(const esp_partition_pos_t *part, esp_image_metadata_t *metadata)
{
    struct molt_image_rules rules;

    if (!part || !metadata) return ESP_ERR_INVALID_ARG;
    memset(metadata, 0, sizeof *metadata);
    if (!molt_image_rules_here(&rules)) return ESP_FAIL;
    rules.is_bootloader = is_bootloader_at(part->offset);
    rules.layout_only = true;
    return walk(part, &rules, false, metadata);
}

esp_err_t esp_image_verify_bootloader_data(esp_image_metadata_t *data)
{
    uint32_t start = primary_bootloader_addr();
    const esp_partition_pos_t part = { .offset = start, .size = table_addr() - start };

    return esp_image_verify(ESP_IMAGE_VERIFY, &part, data);
}

esp_err_t esp_image_verify_bootloader(uint32_t *length)
{
    esp_image_metadata_t data;

    esp_err_t err = esp_image_verify_bootloader_data(&data);
    if (length) *length = err ? 0 : data.image_len;
    return err;
}

esp_err_t bootloader_load_image(const esp_partition_pos_t *part, esp_image_metadata_t *data)
{
    (void)part;
    (void)data;
    return ESP_FAIL;
}

esp_err_t bootloader_load_image_no_verify(const esp_partition_pos_t *part,
                                          esp_image_metadata_t *data)
{
    (void)part;
    (void)data;
    return ESP_FAIL;
}

int esp_image_get_flash_size(esp_image_flash_size_t app_flash_size)
{
    if ((unsigned)app_flash_size >= ESP_IMAGE_FLASH_SIZE_MAX) return 0;
    return 0x100000 << app_flash_size;
}

/* ---- esp_flash_partitions.h ------------------------------------------------------------------- */

esp_err_t esp_partition_table_verify(const esp_partition_info_t *partition_table, bool log_errors,
                                     int *num_partitions)
{
    const struct molt_port *port = molt_this_port();
    struct molt_ptable_reader reader;
    struct molt_partition row;
    int rows = 0;

    if (!partition_table || !num_partitions) return ESP_ERR_INVALID_ARG;
    molt_ptable_reader_start(&reader, port ? port->flash->geometry.size : UINT32_MAX);
    for (size_t i = 0; i < ESP_PARTITION_TABLE_MAX_ENTRIES; i++) {
        uint8_t bytes[MOLT_PTABLE_ROW_LEN];

        memcpy(bytes, &partition_table[i], sizeof bytes);
        enum molt_ptable_step step = molt_ptable_reader_next(&reader, bytes, &row);
        if (step == MOLT_PTABLE_ROW) rows++;
        if (step == MOLT_PTABLE_END) {
            *num_partitions = rows;
            return ESP_OK;
        }
        if (step == MOLT_PTABLE_BAD) break;
    }
    if (log_errors)
        ESP_LOGE(TAG, "partition table, byte %" PRIu32 ": %s: %s", reader.error.off,
                 reader.error.field ? reader.error.field : "table",
                 reader.error.why ? reader.error.why : "no end");
    return reader.error.err == MOLT_ERR_RANGE ? ESP_ERR_INVALID_SIZE : ESP_ERR_INVALID_STATE;
}

bool esp_partition_is_flash_region_writable(size_t addr, size_t size)
{
    struct molt_ota_part *part = molt_ota_part();

    if (molt_partitions_load(part)) return true;
    for (size_t i = 0; i < part->row_count; i++) {
        const esp_partition_t *p = &part->partition[i];

        if (p->readonly && molt_partition_touches(p, (uint32_t)addr, (uint32_t)size)) return false;
    }
    return true;
}

bool esp_partition_main_flash_region_safe(size_t addr, size_t size)
{
    const esp_partition_t *running = esp_ota_get_running_partition();

    if (addr <= table_addr() + ESP_PARTITION_TABLE_MAX_LEN) return false;
    return !running || !molt_partition_touches(running, (uint32_t)addr, (uint32_t)size);
}
