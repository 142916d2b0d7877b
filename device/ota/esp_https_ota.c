#include "esp_https_ota.h"

#include <string.h>

#include "base/option.h"
#include "ctx/ctx.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "format/image.h"
#include "molt/http.h"
#include "ota/https.h"
#include "ota/part.h"

static const char *TAG = "esp_https_ota";

/* ---- begin ------------------------------------------------------------------------------------ */

static struct molt_https_ota *take(void)
{
    struct molt_ota_part *part = molt_ota_part();

    for (size_t i = 0; part && i < CONFIG_MOLT_HTTPS_OTA_HANDLES; i++) {
        struct molt_https_ota *ota = &part->https[i];

        if (ota->state != MOLT_HTTPS_OTA_INIT) continue;
        memset(ota, 0, sizeof *ota);
        ota->image_len = -1;
        return ota;
    }
    return NULL;
}

static void give_back(struct molt_https_ota *ota)
{
    if (ota->writer) (void)esp_ota_abort(ota->writer);
    if (ota->client) (void)esp_http_client_cleanup(ota->client);
    memset(ota, 0, sizeof *ota);
}

static bool can_trust_server(const esp_http_client_config_t *http)
{
    const struct molt_ota_part *part = molt_ota_part();

    return http->cert_pem || http->use_global_ca_store || http->crt_bundle_attach ||
           (part && part->config.allow_http);
}

static uint32_t buffer_len(int wanted)
{
    if (wanted < MOLT_HTTPS_OTA_BUFFER_MIN) return MOLT_HTTPS_OTA_BUFFER_MIN;
    if (wanted <= CONFIG_MOLT_OTA_BUFFER_MAX) return (uint32_t)wanted;
    ESP_LOGW(TAG, "buffer_size is cut to %d", CONFIG_MOLT_OTA_BUFFER_MAX);
    return CONFIG_MOLT_OTA_BUFFER_MAX;
}

#if MOLT_OPTION(CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD)
static uint32_t request_len(int wanted)
{
    if (wanted <= 0) return MOLT_HTTPS_OTA_REQUEST_LEN;
    return wanted < MOLT_HTTPS_OTA_REQUEST_MIN ? MOLT_HTTPS_OTA_REQUEST_MIN : (uint32_t)wanted;
}
#endif

static esp_err_t choose_partitions(const esp_https_ota_config_t *config, struct molt_https_ota *ota)
{
    const esp_partition_t *staging = config->partition.staging;
    const esp_partition_t *final = config->partition.final;

    ota->staging =
        staging ? esp_partition_verify(staging) : esp_ota_get_next_update_partition(NULL);
    ota->final = final ? esp_partition_verify(final) : ota->staging;
    ota->copy = config->partition.finalize_with_copy && ota->final != ota->staging;
    if (ota->staging && ota->final) return ESP_OK;
    ESP_LOGE(TAG, "there is no partition to write to");
    return ESP_FAIL;
}

/* Where to go on. What a power cut left of the byte after the last one that the application counted
 * is overwritten; where flash does not allow that, its sector is erased again. */
static void choose_start(const esp_https_ota_config_t *config, struct molt_https_ota *ota)
{
    bool overwrites = molt_this_port()->flash->geometry.flags & MOLT_NOR_CLEARS_BITS;
    size_t done = config->ota_image_bytes_written;

    if (!overwrites) done -= done % ota->staging->erase_size;
    if (!config->ota_resumption || done < MOLT_HTTPS_OTA_RESUME_MIN) return;
    ota->start = done <= ota->staging->size ? (uint32_t)done : 0;
    if (ota->start > 0 && molt_https_ota_can_resume(ota)) return;
    ESP_LOGW(TAG, "the flash does not hold the start of an image; from the beginning");
    ota->start = 0;
}

static esp_err_t set_up(const esp_https_ota_config_t *config, struct molt_https_ota *ota)
{
    const esp_http_client_config_t *http = config->http_config;

    ota->bulk = config->bulk_flash_erase;
    ota->buffer_len = buffer_len(http->buffer_size);
#if MOLT_OPTION(CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD)
    ota->partial = config->partial_http_download;
    ota->request_max = request_len(config->max_http_request_size);
#endif
    esp_err_t err = choose_partitions(config, ota);
    if (err) return err;
    choose_start(config, ota);
    ota->client = esp_http_client_init(http);
    if (!ota->client) return ESP_FAIL;
    err = molt_http_client_set_deadline_ms(ota->client, CONFIG_MOLT_HTTPS_OTA_DEADLINE_S * 1000u);
    if (err) return err;
    return config->http_client_init_cb ? config->http_client_init_cb(ota->client) : ESP_OK;
}

/* Before anything is erased. */
static esp_err_t check_size(const struct molt_https_ota *ota)
{
    uint32_t room = ota->staging->size;

    if (ota->copy && ota->final->size < room) room = ota->final->size;
    if (ota->image_len <= (int64_t)room) return ESP_OK;
    ESP_LOGE(TAG, "the file has %" PRId64 " bytes, the partition %" PRIu32, ota->image_len, room);
    return ESP_ERR_INVALID_SIZE;
}

esp_err_t esp_https_ota_begin(const esp_https_ota_config_t *ota_config,
                              esp_https_ota_handle_t *handle)
{
    if (handle) *handle = NULL;
    if (!handle || !ota_config || !ota_config->http_config) return ESP_ERR_INVALID_ARG;
    if (!can_trust_server(ota_config->http_config)) {
        ESP_LOGE(TAG, "nothing to check the server against: cert_pem or crt_bundle_attach");
        return ESP_ERR_INVALID_ARG;
    }
    struct molt_https_ota *ota = take();
    if (!ota) return ESP_ERR_NO_MEM;

    esp_err_t err = set_up(ota_config, ota);
    if (!err) err = molt_https_ota_connect(ota, ota_config->ota_resumption);
    if (!err) err = check_size(ota);
    if (err) {
        give_back(ota);
        return err;
    }
    ota->written = ota->start;
    ota->state = ota->start > 0 ? MOLT_HTTPS_OTA_RESUME : MOLT_HTTPS_OTA_BEGIN;
    *handle = ota;
    return ESP_OK;
}

/* ---- perform ---------------------------------------------------------------------------------- */

/* The first step: nothing is erased before the first KiB has been looked at. */
static esp_err_t start_writing(struct molt_https_ota *ota)
{
    bool has_header = ota->state == MOLT_HTTPS_OTA_BEGIN && molt_holds_image(ota->final);
    esp_err_t err = ESP_OK;

    if (has_header) err = molt_https_ota_fetch_header(ota);
    if (!err && has_header) err = molt_https_ota_check_header(ota->final, ota->buffer);
    if (!err) err = molt_https_ota_open_writer(ota);
    if (err) return err;
    ota->state = MOLT_HTTPS_OTA_IN_PROGRESS;
    if (has_header) err = molt_https_ota_write(ota, ota->buffer, ota->header_len);
    return err ? err : ESP_ERR_HTTPS_OTA_IN_PROGRESS;
}

static esp_err_t end_of_response(struct molt_https_ota *ota)
{
    bool whole = ota->image_len < 0 || (int64_t)ota->written == ota->image_len;

    if (!esp_http_client_is_complete_data_received(ota->client)) return ESP_FAIL;
    if (ota->partial && !whole)
        return molt_https_ota_connect_next(ota) ? ESP_FAIL : ESP_ERR_HTTPS_OTA_IN_PROGRESS;
    if (!whole) return ESP_FAIL;
    ota->state = MOLT_HTTPS_OTA_SUCCESS;
    return ESP_OK;
}

static esp_err_t write_next(struct molt_https_ota *ota)
{
    uint32_t got;

    esp_err_t err = molt_https_ota_receive(ota, ota->buffer, ota->buffer_len, &got);
    if (err == ESP_ERR_HTTP_EAGAIN) return ESP_ERR_HTTPS_OTA_IN_PROGRESS;
    if (err) return err;
    if (got == 0) return end_of_response(ota);
    err = molt_https_ota_write(ota, ota->buffer, got);
    return err ? err : ESP_ERR_HTTPS_OTA_IN_PROGRESS;
}

esp_err_t esp_https_ota_perform(esp_https_ota_handle_t https_ota_handle)
{
    struct molt_https_ota *ota = https_ota_handle;

    if (!ota) return ESP_ERR_INVALID_ARG;
    switch (ota->state) {
    case MOLT_HTTPS_OTA_BEGIN:
    case MOLT_HTTPS_OTA_RESUME:
        return start_writing(ota);
    case MOLT_HTTPS_OTA_IN_PROGRESS:
        return write_next(ota);
    case MOLT_HTTPS_OTA_INIT:
    case MOLT_HTTPS_OTA_SUCCESS:
        break;
    }
    return ESP_FAIL;
}

/* ---- finish and abort ------------------------------------------------------------------------- */

/* The partition that boots now: the final one if the image was copied there, else where it is. */
static esp_err_t choose_boot(const struct molt_https_ota *ota)
{
    const esp_partition_t *p = ota->copy ? ota->final : ota->staging;

    if (!molt_is_ota_slot(ota->final)) return ESP_OK;
    if (!molt_is_ota_slot(p)) {
        ESP_LOGW(TAG, "the image is staged in %s; nothing was selected to boot", p->label);
        return ESP_OK;
    }
    /* What esp_ota_end() has just verified in flash need not be read a second time; a copy must. */
    return ota->copy ? esp_ota_set_boot_partition(p) : esp_ota_set_boot_partition_skip_validate(p);
}

esp_err_t esp_https_ota_finish(esp_https_ota_handle_t https_ota_handle)
{
    struct molt_https_ota *ota = https_ota_handle;
    esp_err_t err = ESP_OK;

    if (!ota) return ESP_ERR_INVALID_ARG;
    if (ota->state == MOLT_HTTPS_OTA_INIT) return ESP_FAIL;
    if (ota->writer) {
        err = esp_ota_end(ota->writer);
        ota->writer = 0;
    }
    if (!err && ota->state == MOLT_HTTPS_OTA_SUCCESS) err = choose_boot(ota);
    give_back(ota);
    return err;
}

esp_err_t esp_https_ota_abort(esp_https_ota_handle_t https_ota_handle)
{
    struct molt_https_ota *ota = https_ota_handle;

    if (!ota) return ESP_ERR_INVALID_ARG;
    if (ota->state == MOLT_HTTPS_OTA_INIT) return ESP_FAIL;
    give_back(ota);
    return ESP_OK;
}

/* ---- questions -------------------------------------------------------------------------------- */

/* The descriptor's bytes, wherever the start of the image is now. */
static esp_err_t read_desc(struct molt_https_ota *ota, esp_partition_type_t type, void *desc,
                           size_t len)
{
    if (ota->state == MOLT_HTTPS_OTA_INIT) return ESP_ERR_INVALID_STATE;
    if (ota->final->type != type) return ESP_FAIL;
    if (ota->written >= MOLT_APP_DESC_OFF + len)
        return esp_partition_read(ota->staging, MOLT_APP_DESC_OFF, desc, len) ? ESP_FAIL : ESP_OK;
    if (molt_https_ota_fetch_header(ota)) return ESP_FAIL;
    memcpy(desc, ota->buffer + MOLT_APP_DESC_OFF, len);
    return ESP_OK;
}

esp_err_t esp_https_ota_get_img_desc(esp_https_ota_handle_t https_ota_handle,
                                     esp_app_desc_t *new_app_info)
{
    if (!https_ota_handle || !new_app_info) return ESP_ERR_INVALID_ARG;
    esp_err_t err =
        read_desc(https_ota_handle, ESP_PARTITION_TYPE_APP, new_app_info, sizeof *new_app_info);
    if (err) return err;
    return new_app_info->magic_word == ESP_APP_DESC_MAGIC_WORD ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_https_ota_get_bootloader_img_desc(esp_https_ota_handle_t https_ota_handle,
                                                esp_bootloader_desc_t *new_img_info)
{
    if (!https_ota_handle || !new_img_info) return ESP_ERR_INVALID_ARG;
    esp_err_t err = read_desc(https_ota_handle, ESP_PARTITION_TYPE_BOOTLOADER, new_img_info,
                              sizeof *new_img_info);
    if (err) return err;
    return new_img_info->magic_byte == ESP_BOOTLOADER_DESC_MAGIC_BYTE ? ESP_OK : ESP_FAIL;
}

bool esp_https_ota_is_complete_data_received(esp_https_ota_handle_t https_ota_handle)
{
    const struct molt_https_ota *ota = https_ota_handle;

    if (!ota || ota->state == MOLT_HTTPS_OTA_INIT) return false;
    if (ota->image_len >= 0 && (int64_t)ota->written != ota->image_len) return false;
    return esp_http_client_is_complete_data_received(ota->client);
}

int esp_https_ota_get_image_len_read(esp_https_ota_handle_t https_ota_handle)
{
    const struct molt_https_ota *ota = https_ota_handle;

    if (!ota) return -1;
    bool has_started = ota->state == MOLT_HTTPS_OTA_IN_PROGRESS ||
                       ota->state == MOLT_HTTPS_OTA_SUCCESS || ota->state == MOLT_HTTPS_OTA_RESUME;
    return has_started ? (int)ota->written : -1;
}

int esp_https_ota_get_status_code(esp_https_ota_handle_t https_ota_handle)
{
    const struct molt_https_ota *ota = https_ota_handle;

    return ota && ota->client ? esp_http_client_get_status_code(ota->client) : -1;
}

int esp_https_ota_get_image_size(esp_https_ota_handle_t https_ota_handle)
{
    const struct molt_https_ota *ota = https_ota_handle;

    return ota && ota->state != MOLT_HTTPS_OTA_INIT ? (int)ota->image_len : -1;
}

/* ---- all at once ------------------------------------------------------------------------------ */

/* Who upgrades in one call sees nothing in between, so it is in the log: every tenth of the file. */
static void log_progress(esp_https_ota_handle_t handle, int *logged)
{
    int size = esp_https_ota_get_image_size(handle);
    int done = esp_https_ota_get_image_len_read(handle);

    if (size <= 0 || done < 0) return;
    int tenth = (int)((int64_t)done * 10 / size);
    if (tenth == *logged) return;
    *logged = tenth;
    ESP_LOGI(TAG, "%3d %% of %d KiB", tenth * 10, size / 1024);
}

/* In brackets: the name is also the macro that tells the two configurations apart. */
esp_err_t(esp_https_ota)(const esp_https_ota_config_t *ota_config)
{
    esp_https_ota_handle_t handle;

    if (!ota_config) return ESP_ERR_INVALID_ARG;
    if (ota_config->ota_resumption) return ESP_ERR_NOT_SUPPORTED;
    esp_err_t err = esp_https_ota_begin(ota_config, &handle);
    if (err) return err;
    int logged = 0;
    do {
        err = esp_https_ota_perform(handle);
        log_progress(handle, &logged);
    } while (err == ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    if (err) {
        (void)esp_https_ota_abort(handle);
        return err;
    }
    return esp_https_ota_finish(handle);
}

esp_err_t molt_https_ota_http(const esp_http_client_config_t *http_config)
{
    const esp_https_ota_config_t config = { .http_config = http_config };

    return esp_https_ota(&config);
}
