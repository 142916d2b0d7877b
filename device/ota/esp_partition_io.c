/* esp_partition.h: reading, writing, copying, hashing. */
#include <string.h>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "ctx/ctx.h"
#include "esp_image_format.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "ota/esp_err_map.h"
#include "ota/part.h"
#include "slots/verify.h"

enum { COPY_LEN = 256, HASH_LEN = 256 };

/* Bounds in ESP-IDF's order and with its codes; then the partition as a region. */
static esp_err_t open_range(const esp_partition_t *p, size_t off, size_t len,
                            struct molt_region *region)
{
    if (off > p->size) return ESP_ERR_INVALID_ARG;
    if (len > p->size - off) return ESP_ERR_INVALID_SIZE;
    return molt_partition_region(p, region);
}

/* As open_range(), for what changes the flash. The running app's slot is not changed by anything: what
 * an app that runs in place would then execute is not an app any more, and the next boot has none. */
static esp_err_t open_to_change(const esp_partition_t *p, size_t off, size_t len,
                                struct molt_region *region)
{
    if (p->readonly) return ESP_ERR_NOT_ALLOWED;
    esp_err_t err = open_range(p, off, len, region);
    if (err) return err;
    const esp_partition_t *running = esp_ota_get_running_partition();
    if (running && molt_partition_touches(running, p->address + (uint32_t)off, (uint32_t)len))
        return ESP_ERR_NOT_ALLOWED;
    return ESP_OK;
}

esp_err_t esp_partition_read(const esp_partition_t *partition, size_t src_offset, void *dst,
                             size_t size)
{
    struct molt_region region;

    if (!partition || (!dst && size > 0)) return ESP_ERR_INVALID_ARG;
    esp_err_t err = open_range(partition, src_offset, size, &region);
    if (err) return err;
    return molt_esp_err(molt_region_read(&region, (uint32_t)src_offset, dst, (uint32_t)size));
}

esp_err_t esp_partition_read_raw(const esp_partition_t *partition, size_t src_offset, void *dst,
                                 size_t size)
{
    return esp_partition_read(partition, src_offset, dst, size);
}

esp_err_t esp_partition_write(const esp_partition_t *partition, size_t dst_offset, const void *src,
                              size_t size)
{
    struct molt_region region;

    if (!partition || (!src && size > 0)) return ESP_ERR_INVALID_ARG;
    esp_err_t err = open_to_change(partition, dst_offset, size, &region);
    if (err) return err;
    return molt_esp_err(molt_region_program(&region, (uint32_t)dst_offset, src, (uint32_t)size));
}

esp_err_t esp_partition_write_raw(const esp_partition_t *partition, size_t dst_offset,
                                  const void *src, size_t size)
{
    return esp_partition_write(partition, dst_offset, src, size);
}

esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t size)
{
    struct molt_region region;

    if (!partition) return ESP_ERR_INVALID_ARG;
    esp_err_t err = open_to_change(partition, offset, size, &region);
    if (err) return err;
    uint32_t unit = partition->erase_size ? partition->erase_size : 1;
    if (size % unit) return ESP_ERR_INVALID_SIZE;
    if (offset % unit) return ESP_ERR_INVALID_ARG;
    return molt_esp_err(molt_region_erase(&region, (uint32_t)offset, (uint32_t)size));
}

esp_err_t esp_partition_mmap(const esp_partition_t *partition, size_t offset, size_t size,
                             esp_partition_mmap_memory_t memory, const void **out_ptr,
                             esp_partition_mmap_handle_t *out_handle)
{
    struct molt_region region;

    (void)memory;
    if (!partition || !out_ptr || !out_handle) return ESP_ERR_INVALID_ARG;
    esp_err_t err = open_range(partition, offset, size, &region);
    if (err) return err;
    if (!region.nor->mapped) return ESP_ERR_NOT_SUPPORTED;
    *out_ptr = region.nor->mapped + region.addr + offset;
    *out_handle = ++molt_ota_part()->last_mmap;
    return ESP_OK;
}

void esp_partition_munmap(esp_partition_mmap_handle_t handle)
{
    (void)handle; /* nothing was set up */
}

/* ---- copying ---------------------------------------------------------------------------------- */

struct copy {
    const esp_partition_t *dest, *src;
    uint32_t dest_off, src_off, len, erase_len;
};

/* Bounds and places of a copy; everything is checked before anything is erased. */
static esp_err_t plan_copy(struct copy *c, size_t size)
{
    if (c->dest_off > c->dest->size || c->src_off > c->src->size) return ESP_ERR_INVALID_SIZE;
    bool rest = size == SIZE_MAX;
    if (rest) size = c->src->size - c->src_off;
    if (size > c->src->size - c->src_off || size > c->dest->size - c->dest_off)
        return ESP_ERR_INVALID_SIZE;
    c->len = (uint32_t)size;

    uint32_t room = c->dest->size - c->dest_off;
    uint32_t unit = c->dest->erase_size ? c->dest->erase_size : 1;
    uint32_t over = c->len % unit;
    uint32_t fill = over ? unit - over : 0;
    if (fill > room - c->len) return ESP_ERR_INVALID_SIZE;
    c->erase_len = rest ? room : c->len + fill;
    return ESP_OK;
}

static bool copy_meets_itself(const struct copy *c)
{
    uint64_t src = (uint64_t)c->src->address + c->src_off;
    uint64_t dest = (uint64_t)c->dest->address + c->dest_off;

    return src < dest + c->erase_len && dest < src + c->len;
}

esp_err_t esp_partition_copy(const esp_partition_t *dest_part, uint32_t dest_offset,
                             const esp_partition_t *src_part, uint32_t src_offset, size_t size)
{
    struct copy c = {
        .dest = dest_part, .src = src_part, .dest_off = dest_offset, .src_off = src_offset
    };
    uint8_t bytes[COPY_LEN];

    if (!dest_part || !src_part || dest_part == src_part) return ESP_ERR_INVALID_ARG;
    esp_err_t err = plan_copy(&c, size);
    if (err) return err;
    if (copy_meets_itself(&c)) return ESP_ERR_INVALID_ARG;
    err = esp_partition_erase_range(dest_part, dest_offset, c.erase_len);
    if (err) return err;
    for (uint32_t done = 0; done < c.len;) {
        uint32_t piece = c.len - done < sizeof bytes ? c.len - done : (uint32_t)sizeof bytes;

        err = esp_partition_read(src_part, src_offset + done, bytes, piece);
        if (err) return err;
        err = esp_partition_write(dest_part, dest_offset + done, bytes, piece);
        if (err) return err;
        done += piece;
    }
    return ESP_OK;
}

/* ---- content ---------------------------------------------------------------------------------- */

static esp_err_t hash_range(const struct molt_region *region, uint32_t len,
                            uint8_t digest[MOLT_SHA256_LEN])
{
    struct molt_sha256 sha;
    uint8_t bytes[HASH_LEN];

    molt_sha256_start(&sha);
    for (uint32_t off = 0; off < len;) {
        uint32_t piece = len - off < sizeof bytes ? len - off : (uint32_t)sizeof bytes;

        esp_err_t err = molt_esp_err(molt_region_read(region, off, bytes, piece));
        if (err) return err;
        molt_sha256_add(&sha, bytes, piece);
        off += piece;
    }
    return molt_esp_err(molt_sha256_finish(&sha, digest));
}

/* An image's hash, for any chip: tools ask about images that this device could not run. */
static esp_err_t hash_image(const struct molt_region *region, uint8_t digest[MOLT_SHA256_LEN])
{
    const struct molt_image_rules any = { .is_bootloader = true, .layout_only = true };
    struct molt_image image;
    struct molt_image_error error;
    uint8_t found[MOLT_SHA256_LEN];

    enum molt_err bad = molt_slot_verify(region, &any, &image, &error);
    if (bad == MOLT_ERR_FLASH || bad == MOLT_ERR_ECC) return molt_esp_err(bad);
    if (bad) return ESP_ERR_IMAGE_INVALID;
    bool appended = image.header.hash_appended != 0;
    esp_err_t err = hash_range(region, appended ? image.len - MOLT_SHA256_LEN : image.len, found);
    if (err) return err;
    if (appended && memcmp(found, image.digest, sizeof found) != 0) return ESP_ERR_IMAGE_INVALID;
    memcpy(digest, found, sizeof found);
    return ESP_OK;
}

esp_err_t esp_partition_get_sha256(const esp_partition_t *partition, uint8_t *sha_256)
{
    struct molt_region region;

    if (!partition || !sha_256 || partition->size == 0) return ESP_ERR_INVALID_ARG;
    esp_err_t err = molt_partition_region(partition, &region);
    if (err) return err;
    if (molt_holds_image(partition)) return hash_image(&region, sha_256);
    return hash_range(&region, region.len, sha_256);
}

bool esp_partition_check_identity(const esp_partition_t *partition_1,
                                  const esp_partition_t *partition_2)
{
    uint8_t digest_1[MOLT_SHA256_LEN], digest_2[MOLT_SHA256_LEN];

    if (!partition_1 || !partition_2) return false;
    bool comparable = (molt_holds_image(partition_1) && molt_holds_image(partition_2)) ||
                      partition_1->type == partition_2->type;
    if (!comparable || esp_partition_get_sha256(partition_1, digest_1) ||
        esp_partition_get_sha256(partition_2, digest_2))
        return false;
    return memcmp(digest_1, digest_2, sizeof digest_1) == 0;
}
