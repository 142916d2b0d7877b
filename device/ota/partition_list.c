/* The partitions that this device knows: the table, read once, and registered ones. */
#include <string.h>

#include "base/bytes.h"
#include "ctx/ctx.h"
#include "esp_flash_partitions.h"
#include "esp_log.h"
#include "ota/esp_err_map.h"
#include "ota/part.h"

static const char *TAG = "partition";

size_t molt_partition_places(void)
{
    return CONFIG_MOLT_PARTITIONS_MAX + CONFIG_MOLT_EXTERNAL_PARTITIONS;
}

const esp_partition_t *molt_partition_at(const struct molt_ota_part *part, size_t index)
{
    if (index < CONFIG_MOLT_PARTITIONS_MAX)
        return index < part->row_count ? &part->partition[index] : NULL;
    if (index >= molt_partition_places()) return NULL;
    return part->partition[index].size > 0 ? &part->partition[index] : NULL;
}

static esp_partition_t from_row(const struct molt_partition *row, uint32_t erase_size)
{
    esp_partition_t p = {
        .type = (esp_partition_type_t)row->type,
        .subtype = (esp_partition_subtype_t)row->subtype,
        .address = row->addr,
        .size = row->len,
        .erase_size = erase_size,
        .readonly = (row->flags & MOLT_PART_READONLY) != 0,
    };

    memcpy(p.label, row->label, sizeof p.label);
    return p;
}

static esp_err_t keep_row(struct molt_ota_part *part, const struct molt_partition *row,
                          uint32_t erase_size)
{
    if (part->row_count == CONFIG_MOLT_PARTITIONS_MAX) return ESP_ERR_NO_MEM;
    part->partition[part->row_count++] = from_row(row, erase_size);
    return ESP_OK;
}

/* Whether these bytes belong to the table; anything else ends it. */
static bool goes_on(const uint8_t *bytes, bool md5)
{
    uint16_t magic = (uint16_t)(bytes[0] | bytes[1] << 8);

    return magic == ESP_PARTITION_MAGIC || (md5 && magic == ESP_PARTITION_MAGIC_MD5);
}

static esp_err_t refuse_table(const struct molt_ptable_error *error)
{
    ESP_LOGE(TAG, "partition table, byte %" PRIu32 ": %s: %s", error->off, error->field,
             error->why);
    return ESP_ERR_INVALID_STATE;
}

/* The rules of ESP-IDF's app-side reader (components/esp_partition/partition.c, load_partitions()):
 * rows up to the MD5 row, or to the first thing that is no row. */
static esp_err_t read_table(struct molt_ota_part *part, const struct molt_region *table)
{
    uint32_t erase_size = molt_region_sector_len(table, 0);
    struct molt_ptable_reader reader;
    esp_err_t err = ESP_OK;

    molt_ptable_reader_start(&reader, UINT32_MAX);
    for (uint32_t off = 0; off < MOLT_PTABLE_LEN && !err; off += MOLT_PTABLE_ROW_LEN) {
        uint8_t bytes[MOLT_PTABLE_ROW_LEN];
        struct molt_partition row;

        err = molt_esp_err(molt_region_read(table, off, bytes, sizeof bytes));
        if (err) return err;
        if (!goes_on(bytes, part->config.table_md5)) break;
        enum molt_ptable_step step = molt_ptable_reader_next(&reader, bytes, &row);
        if (step == MOLT_PTABLE_MD5) return ESP_OK;
        err = step == MOLT_PTABLE_ROW ? keep_row(part, &row, erase_size)
                                      : refuse_table(&reader.error);
    }
    if (err || !part->config.table_md5) return err;
    ESP_LOGE(TAG, "no partition table with an MD5 row at 0x%" PRIx32, table->addr);
    return ESP_ERR_NOT_FOUND;
}

esp_err_t molt_partitions_load(struct molt_ota_part *part)
{
    const struct molt_port *port = molt_this_port();
    struct molt_region table;

    if (!part || !port) return ESP_ERR_INVALID_STATE;
    if (part->loaded) return ESP_OK;
    uint32_t addr = port->table_addr ? port->table_addr : CONFIG_PARTITION_TABLE_OFFSET;
    esp_err_t err = molt_esp_err(molt_region_make(port->flash, addr, MOLT_PTABLE_LEN, &table));
    if (!err) err = read_table(part, &table);
    if (err) {
        part->row_count = 0;
        return err;
    }
    part->loaded = true;
    return ESP_OK;
}

const esp_partition_t *molt_partition_match(const struct molt_ota_part *part,
                                            esp_partition_type_t type,
                                            esp_partition_subtype_t subtype, const char *label,
                                            size_t *index)
{
    for (; *index < molt_partition_places(); ++*index) {
        const esp_partition_t *p = molt_partition_at(part, *index);

        if (!p) continue;
        if (type != ESP_PARTITION_TYPE_ANY && p->type != type) continue;
        if (subtype != ESP_PARTITION_SUBTYPE_ANY && p->subtype != subtype) continue;
        if (label && strcmp(label, p->label) != 0) continue;
        return p;
    }
    return NULL;
}

esp_err_t molt_partition_region(const esp_partition_t *partition, struct molt_region *region)
{
    const struct molt_port *port = molt_this_port();

    if (!port) return ESP_ERR_INVALID_STATE;
    if (partition->flash_chip) return ESP_ERR_NOT_SUPPORTED;
    return molt_esp_err(molt_region_make(port->flash, partition->address, partition->size, region));
}

bool molt_partition_touches(const esp_partition_t *partition, uint32_t addr, uint32_t len)
{
    uint64_t end = (uint64_t)addr + len;
    uint64_t partition_end = (uint64_t)partition->address + partition->size;

    return addr < partition_end && partition->address < end;
}
