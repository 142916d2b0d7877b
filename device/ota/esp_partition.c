/* esp_partition.h: finding partitions, registering further ones. */
#include "esp_partition.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "ctx/ctx.h"
#include "ota/part.h"

/* ---- finding ---------------------------------------------------------------------------------- */

esp_err_t esp_partition_find_first_err(esp_partition_type_t type, esp_partition_subtype_t subtype,
                                       const char *label, const esp_partition_t **partition)
{
    struct molt_ota_part *part = molt_ota_part();
    size_t index = 0;

    if (!partition) return ESP_ERR_INVALID_ARG;
    *partition = NULL;
    if (type == ESP_PARTITION_TYPE_ANY && subtype != ESP_PARTITION_SUBTYPE_ANY)
        return ESP_ERR_INVALID_ARG;
    esp_err_t err = molt_partitions_load(part);
    if (err) return err;
    *partition = molt_partition_match(part, type, subtype, label, &index);
    return *partition ? ESP_OK : ESP_ERR_NOT_FOUND;
}

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
                                                esp_partition_subtype_t subtype, const char *label)
{
    const esp_partition_t *partition;

    (void)esp_partition_find_first_err(type, subtype, label, &partition);
    return partition;
}

static esp_partition_iterator_t take_iterator(struct molt_ota_part *part)
{
    for (size_t i = 0; i < CONFIG_MOLT_PARTITION_ITERATORS; i++)
        if (!part->iterator[i].in_use) return &part->iterator[i];
    return NULL;
}

esp_err_t esp_partition_find_err(esp_partition_type_t type, esp_partition_subtype_t subtype,
                                 const char *label, esp_partition_iterator_t *it)
{
    struct molt_ota_part *part = molt_ota_part();
    const esp_partition_t *first;
    size_t index = 0;

    if (!it) return ESP_ERR_INVALID_ARG;
    *it = NULL;
    esp_err_t err = esp_partition_find_first_err(type, subtype, label, &first);
    if (err) return err;

    esp_partition_iterator_t found = take_iterator(part);
    if (!found) return ESP_ERR_NO_MEM;
    (void)molt_partition_match(part, type, subtype, label, &index);
    *found = (struct esp_partition_iterator_opaque_){
        .in_use = true, .type = type, .subtype = subtype, .label = label, .index = index
    };
    *it = found;
    return ESP_OK;
}

esp_partition_iterator_t esp_partition_find(esp_partition_type_t type,
                                            esp_partition_subtype_t subtype, const char *label)
{
    esp_partition_iterator_t it;

    (void)esp_partition_find_err(type, subtype, label, &it);
    return it;
}

const esp_partition_t *esp_partition_get(esp_partition_iterator_t iterator)
{
    return molt_partition_at(molt_ota_part(), iterator->index);
}

esp_partition_iterator_t esp_partition_next(esp_partition_iterator_t iterator)
{
    if (!iterator) return NULL;
    iterator->index++;
    if (molt_partition_match(molt_ota_part(), iterator->type, iterator->subtype, iterator->label,
                             &iterator->index))
        return iterator;
    esp_partition_iterator_release(iterator);
    return NULL;
}

void esp_partition_iterator_release(esp_partition_iterator_t iterator)
{
    if (iterator) iterator->in_use = false;
}

static bool is_same(const esp_partition_t *known, const esp_partition_t *p)
{
    return known->flash_chip == p->flash_chip && known->address == p->address &&
           known->size == p->size && known->encrypted == p->encrypted && known->type == p->type &&
           known->subtype == p->subtype && (!p->label[0] || strcmp(known->label, p->label) == 0);
}

esp_err_t esp_partition_verify_err(const esp_partition_t *partition,
                                   const esp_partition_t **out_partition)
{
    struct molt_ota_part *part = molt_ota_part();

    if (!partition || !out_partition) return ESP_ERR_INVALID_ARG;
    *out_partition = NULL;
    esp_err_t err = molt_partitions_load(part);
    if (err) return err;
    for (size_t i = 0; i < molt_partition_places(); i++) {
        const esp_partition_t *known = molt_partition_at(part, i);

        if (!known || !is_same(known, partition)) continue;
        *out_partition = known;
        return ESP_OK;
    }
    return ESP_ERR_NOT_FOUND;
}

const esp_partition_t *esp_partition_verify(const esp_partition_t *partition)
{
    const esp_partition_t *known = NULL;

    (void)esp_partition_verify_err(partition, &known);
    return known;
}

/* ---- partitions that are not in the table ----------------------------------------------------- */

static bool overlaps_known(const struct molt_ota_part *part, uint32_t addr, uint32_t len)
{
    for (size_t i = 0; i < molt_partition_places(); i++) {
        const esp_partition_t *known = molt_partition_at(part, i);

        if (known && molt_partition_touches(known, addr, len)) return true;
    }
    return false;
}

static esp_partition_t *take_external(struct molt_ota_part *part)
{
    for (size_t i = CONFIG_MOLT_PARTITIONS_MAX; i < molt_partition_places(); i++)
        if (part->partition[i].size == 0) return &part->partition[i];
    return NULL;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are ESP-IDF's */
esp_err_t esp_partition_register_external(esp_flash_t *flash_chip, size_t offset, size_t size,
                                          const char *label, esp_partition_type_t type,
                                          esp_partition_subtype_t subtype,
                                          const esp_partition_t **out_partition)
{
    struct molt_ota_part *part = molt_ota_part();
    const struct molt_port *port = molt_this_port();

    if (out_partition) *out_partition = NULL;
    if (flash_chip) return ESP_ERR_NOT_SUPPORTED;
    if (!label || size == 0) return ESP_ERR_INVALID_ARG;
    esp_err_t err = molt_partitions_load(part);
    if (err) return err;
    uint32_t chip_len = port->flash->geometry.size;
    if (offset > chip_len || size > chip_len - offset) return ESP_ERR_INVALID_SIZE;
    if (overlaps_known(part, (uint32_t)offset, (uint32_t)size)) return ESP_ERR_INVALID_ARG;

    esp_partition_t *place = take_external(part);
    if (!place) return ESP_ERR_NO_MEM;
    *place = (esp_partition_t){
        .type = type,
        .subtype = subtype,
        .address = (uint32_t)offset,
        .size = (uint32_t)size,
        .erase_size = molt_nor_sector_len(&port->flash->geometry, (uint32_t)offset),
    };
    (void)snprintf(place->label, sizeof place->label, "%s", label);
    if (out_partition) *out_partition = place;
    return ESP_OK;
}

esp_err_t esp_partition_deregister_external(const esp_partition_t *partition)
{
    struct molt_ota_part *part = molt_ota_part();

    if (!part) return ESP_ERR_INVALID_STATE;
    for (size_t i = 0; i < molt_partition_places(); i++) {
        const esp_partition_t *known = molt_partition_at(part, i);

        if (!known || known != partition) continue;
        if (i < CONFIG_MOLT_PARTITIONS_MAX) return ESP_ERR_INVALID_ARG;
        part->partition[i].size = 0;
        return ESP_OK;
    }
    return ESP_ERR_NOT_FOUND;
}

void esp_partition_unload_all(void)
{
    struct molt_ota_part *part = molt_ota_part();

    if (!part) return;
    part->loaded = false;
    part->row_count = 0;
    memset(part->partition, 0, sizeof part->partition);
    memset(part->iterator, 0, sizeof part->iterator);
}

uint32_t esp_partition_get_main_flash_sector_size(void)
{
    const struct molt_port *port = molt_this_port();

    return port ? molt_nor_sector_len(&port->flash->geometry, 0) : 0;
}
