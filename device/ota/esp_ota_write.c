/* esp_ota_ops.h: writing an image, from esp_ota_begin() to esp_ota_end(). */
#include <string.h>

#include "base/bytes.h"
#include "ctx/ctx.h"
#include "esp_image_format.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "ota/esp_err_map.h"
#include "ota/part.h"

static const char *TAG = "esp_ota_ops";

/* ---- the pool --------------------------------------------------------------------------------- */

static struct molt_ota_writer *find_writer(esp_ota_handle_t handle)
{
    struct molt_ota_part *part = molt_ota_part();

    if (!part || handle == 0) return NULL;
    for (size_t i = 0; i < CONFIG_MOLT_OTA_HANDLES; i++)
        if (part->writer[i].handle == handle) return &part->writer[i];
    return NULL;
}

static struct molt_ota_writer *free_writer(struct molt_ota_part *part)
{
    for (size_t i = 0; i < CONFIG_MOLT_OTA_HANDLES; i++)
        if (part->writer[i].handle == 0) return &part->writer[i];
    return NULL;
}

static bool is_open(const struct molt_ota_part *part, const esp_partition_t *p)
{
    for (size_t i = 0; i < CONFIG_MOLT_OTA_HANDLES; i++) {
        const struct molt_ota_writer *w = &part->writer[i];

        if (w->handle && (w->staging == p || w->final == p)) return true;
    }
    return false;
}

static esp_ota_handle_t next_handle(struct molt_ota_part *part)
{
    do part->last_handle++;
    while (part->last_handle == 0 || find_writer(part->last_handle));
    return part->last_handle;
}

/* ---- begin and resume ------------------------------------------------------------------------- */

/* No flash operation of an upgrade may touch the slot whose code is running, whatever the table says
 * about types and overlaps. */
static bool touches_running(const esp_partition_t *p)
{
    const esp_partition_t *running = esp_ota_get_running_partition();

    return running && molt_partition_touches(running, p->address, p->size);
}

static bool running_is_unconfirmed(const struct molt_ota_part *part)
{
    const esp_partition_t *running = esp_ota_get_running_partition();
    esp_ota_img_states_t state;

    return part->config.rollback && running &&
           esp_ota_get_state_partition(running, &state) == ESP_OK &&
           state == ESP_OTA_IMG_PENDING_VERIFY;
}

/* The checks that begin and resume share, in ESP-IDF's order; *known is the table's own struct. */
static esp_err_t check_target(const esp_partition_t *partition, const esp_partition_t **known)
{
    const struct molt_ota_part *part = molt_ota_part();

    *known = esp_partition_verify(partition);
    if (!*known) return ESP_ERR_NOT_FOUND;
    bool is_app = (*known)->type == ESP_PARTITION_TYPE_APP;
    if (is_app && !molt_is_ota_slot(*known)) return ESP_ERR_INVALID_ARG;
    if (touches_running(*known)) return ESP_ERR_OTA_PARTITION_CONFLICT;
    if (is_app && running_is_unconfirmed(part)) return ESP_ERR_OTA_ROLLBACK_INVALID_STATE;
    if (is_open(part, *known)) return ESP_ERR_OTA_ALREADY_IN_PROGRESS;
    return ESP_OK;
}

/* How much to erase before the first write; checked here, so that a refusal has changed nothing. */
static esp_err_t plan_erase(const esp_partition_t *p, size_t image_size, uint32_t *erase_len)
{
    size_t unit = p->erase_size;

    /* size_t may be wider than the 32 bits that the two special values have. */
    *erase_len = 0;
    if (p->readonly) return ESP_ERR_NOT_ALLOWED;
    if (image_size == OTA_WITH_SEQUENTIAL_WRITES) return ESP_OK;
    if (image_size == OTA_SIZE_UNKNOWN) image_size = 0;
    if (image_size > p->size) return ESP_ERR_INVALID_SIZE;
    size_t over = image_size % unit;
    size_t rounded = over ? image_size + (unit - over) : image_size;
    *erase_len = rounded == 0 || rounded > p->size ? p->size : (uint32_t)rounded;
    return ESP_OK;
}

static void expect_bootloader_at(const esp_partition_t *final, uint32_t addr)
{
    if (final->type == ESP_PARTITION_TYPE_BOOTLOADER) esp_image_bootloader_offset_set(addr);
}

static esp_err_t open_writer(struct molt_ota_writer *w, const esp_partition_t *p, uint32_t off,
                             uint32_t erased_to)
{
    struct molt_region region;

    *w = (struct molt_ota_writer){ .staging = p, .final = p, .written = off };
    esp_err_t err = molt_partition_region(p, &region);
    if (err) return err;
    return molt_esp_err(molt_stream_open(&w->stream, &region, off, erased_to));
}

esp_err_t esp_ota_begin(const esp_partition_t *partition, size_t image_size,
                        esp_ota_handle_t *out_handle)
{
    struct molt_ota_part *part = molt_ota_part();
    const esp_partition_t *known;
    uint32_t erase_len;

    if (!partition || !out_handle || !part) return ESP_ERR_INVALID_ARG;
    *out_handle = 0;
    esp_err_t err = check_target(partition, &known);
    if (err) return err;
    struct molt_ota_writer *w = free_writer(part);
    if (!w) return ESP_ERR_NO_MEM;
    err = plan_erase(known, image_size, &erase_len);
    if (err) return err;
    /* First of all, so that a slot which is being erased is no longer one to go back to. */
    if (part->config.rollback && molt_is_ota_slot(known))
        (void)esp_ota_invalidate_inactive_ota_data_slot(); /* there may be none */
    err = esp_partition_erase_range(known, 0, erase_len);
    if (err) return err;
    err = open_writer(w, known, 0, erase_len);
    if (err) return err;

    w->sequential = image_size == OTA_WITH_SEQUENTIAL_WRITES;
    expect_bootloader_at(known, known->address);
    w->handle = next_handle(part);
    *out_handle = w->handle;
    return ESP_OK;
}

esp_err_t esp_ota_resume(const esp_partition_t *partition, const size_t erase_size,
                         const size_t image_offset, esp_ota_handle_t *out_handle)
{
    struct molt_ota_part *part = molt_ota_part();
    const esp_partition_t *known;

    if (!partition || !out_handle || !part) return ESP_ERR_INVALID_ARG;
    *out_handle = 0;
    if (image_offset > partition->size) return ESP_ERR_INVALID_ARG;
    esp_err_t err = check_target(partition, &known);
    if (err) return err;
    struct molt_ota_writer *w = free_writer(part);
    if (!w) return ESP_ERR_NO_MEM;
    bool sequential = erase_size == OTA_WITH_SEQUENTIAL_WRITES;
    err = open_writer(w, known, (uint32_t)image_offset,
                      sequential ? (uint32_t)image_offset : known->size);
    if (err) return err;

    w->sequential = sequential;
    w->resumed = true;
    expect_bootloader_at(known, known->address);
    w->handle = next_handle(part);
    *out_handle = w->handle;
    return ESP_OK;
}

esp_err_t esp_ota_set_final_partition(esp_ota_handle_t handle, const esp_partition_t *final,
                                      bool finalize_with_copy)
{
    struct molt_ota_writer *w = find_writer(handle);

    if (!final) return ESP_ERR_INVALID_ARG;
    if (!w) return ESP_ERR_NOT_FOUND;
    if (w->written > 0 && !w->resumed) return ESP_ERR_INVALID_STATE;
    const esp_partition_t *known = esp_partition_verify(final);
    if (!known) return ESP_ERR_NOT_FOUND;
    if (known == w->staging) return ESP_OK;
    if (touches_running(known)) return ESP_ERR_OTA_PARTITION_CONFLICT;

    w->final = known;
    w->finalize_with_copy = finalize_with_copy;
    expect_bootloader_at(known, w->staging->address);
    return ESP_OK;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static bool starts_right(const esp_partition_t *final, const uint8_t *bytes, size_t size)
{
    switch ((unsigned) final->type) {
    case ESP_PARTITION_TYPE_APP:
    case ESP_PARTITION_TYPE_BOOTLOADER:
        return bytes[0] == ESP_IMAGE_HEADER_MAGIC;
    case ESP_PARTITION_TYPE_PARTITION_TABLE:
        return size < 2 || (bytes[0] | bytes[1] << 8) == ESP_PARTITION_MAGIC;
    default:
        return true;
    }
}

esp_err_t esp_ota_write(esp_ota_handle_t handle, const void *data, size_t size)
{
    struct molt_ota_writer *w = find_writer(handle);

    if (!data) return ESP_ERR_INVALID_ARG;
    if (size == 0) return ESP_OK;
    if (!w) return ESP_ERR_INVALID_ARG;
    if (w->failed) return w->failed;
    if (w->written == 0 && !starts_right(w->final, data, size)) {
        ESP_LOGE(TAG, "the first bytes are not those of such an image");
        return ESP_ERR_OTA_VALIDATE_FAILED;
    }
    if (w->staging->readonly) return ESP_ERR_NOT_ALLOWED;
    /* esp_ota_write_with_offset() has been here: there is no "next" any more. */
    if (w->written != w->stream.off + w->stream.pending_len) return ESP_ERR_INVALID_STATE;
    if (size > w->staging->size - w->written) return ESP_ERR_INVALID_SIZE;
    esp_err_t err = molt_esp_err(molt_stream_write(&w->stream, data, (uint32_t)size));
    if (err) {
        w->failed = err; /* where the stream stands is unknown now */
        return err;
    }
    w->written += (uint32_t)size;
    return ESP_OK;
}

esp_err_t esp_ota_write_with_offset(esp_ota_handle_t handle, const void *data, size_t size,
                                    uint32_t offset)
{
    struct molt_ota_writer *w = find_writer(handle);

    if (!data || !w) return ESP_ERR_INVALID_ARG;
    if (w->sequential) return ESP_ERR_INVALID_STATE;
    esp_err_t err = esp_partition_write(w->staging, offset, data, size);
    if (err) return err;
    w->written += (uint32_t)size;
    return ESP_OK;
}

/* ---- end -------------------------------------------------------------------------------------- */

static esp_err_t check_table(const esp_partition_t *staging)
{
    /* Static would be shared between devices; 3 KiB of stack for the few who stage a table. */
    esp_partition_info_t rows[ESP_PARTITION_TABLE_MAX_ENTRIES];
    int count;

    esp_err_t err = esp_partition_read(staging, 0, rows, sizeof rows);
    if (err) return err;
    return esp_partition_table_verify(rows, true, &count) ? ESP_ERR_OTA_VALIDATE_FAILED : ESP_OK;
}

static esp_err_t check_staged(const struct molt_ota_writer *w)
{
    bool is_bootloader = w->final->type == ESP_PARTITION_TYPE_BOOTLOADER;

    if (molt_holds_image(w->final))
        return molt_partition_verify_image(w->staging, is_bootloader, false)
                   ? ESP_ERR_OTA_VALIDATE_FAILED
                   : ESP_OK;
    if (w->final->type == ESP_PARTITION_TYPE_PARTITION_TABLE) return check_table(w->staging);
    return ESP_OK;
}

static esp_err_t finish(struct molt_ota_writer *w)
{
    if (w->written == 0) return ESP_ERR_INVALID_ARG;
    if (w->failed) return w->failed;
    if (molt_stream_flush(&w->stream)) return ESP_ERR_INVALID_STATE;
    esp_err_t err = check_staged(w);
    if (err || !w->finalize_with_copy) return err;
    return esp_partition_copy(w->final, 0, w->staging, 0, w->final->size);
}

/* The places that esp_image_verify() takes for a bootloader go back to the primary one. */
static void close_writer(struct molt_ota_writer *w)
{
    if (w->final->type == ESP_PARTITION_TYPE_BOOTLOADER)
        molt_ota_part()->bootloader_addr_set = false;
    memset(w, 0, sizeof *w);
}

esp_err_t esp_ota_end(esp_ota_handle_t handle)
{
    struct molt_ota_writer *w = find_writer(handle);

    if (!w) return ESP_ERR_NOT_FOUND;
    esp_err_t err = finish(w);
    close_writer(w);
    return err;
}

esp_err_t esp_ota_abort(esp_ota_handle_t handle)
{
    struct molt_ota_writer *w = find_writer(handle);

    if (!w) return ESP_ERR_NOT_FOUND;
    close_writer(w);
    return ESP_OK;
}
