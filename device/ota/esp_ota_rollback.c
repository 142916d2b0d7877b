/* esp_ota_ops.h: confirming the running app, rejecting it, going back. */
#include "ctx/ctx.h"
#include "esp_image_format.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_system.h"
#include "ota/esp_err_map.h"
#include "ota/part.h"

static const char *TAG = "esp_ota_ops";

/* otadata as this app sees it. */
struct view {
    struct molt_slot_map map;
    struct molt_boot_record record;
    struct molt_otadata entry[2];
    int active; /* 0 or 1 */
};

/* ESP_ERR_NOT_FOUND: no otadata; ESP_FAIL: it chooses nothing. */
static esp_err_t look(struct view *v)
{
    esp_err_t err = molt_ota_record(&v->map, &v->record);
    if (err) return err;
    molt_boot_record_read(&v->record, v->entry);
    v->active = molt_otadata_active(v->entry);
    return v->active < 0 || v->map.count == 0 ? ESP_FAIL : ESP_OK;
}

static const esp_partition_t *partition_of(const struct view *v, int index)
{
    return molt_ota_partition_of(molt_otadata_slot(v->entry[index].seq, v->map.count));
}

/* The entry of the running app: the active one, if it is that app's; -1 when neither is. */
static int running_entry(const struct view *v)
{
    const esp_partition_t *running = esp_ota_get_running_partition();

    for (int i = 0; i < 2; i++) {
        int index = i == 0 ? v->active : 1 - v->active;

        if (running && molt_otadata_intact(&v->entry[index]) && partition_of(v, index) == running)
            return index;
    }
    return -1;
}

static esp_err_t set_state(const struct view *v, int index, enum molt_img_state state)
{
    struct molt_otadata entry = v->entry[index];

    entry.state = state;
    return molt_esp_err(molt_boot_record_write(&v->record, index, &entry));
}

/* The security version may rise only once the app that has it is confirmed. */
static esp_err_t raise_secure_version(void)
{
    const struct molt_ota_part *part = molt_ota_part();
    const struct molt_port *port = molt_this_port();

    if (!part->config.anti_rollback) return ESP_OK;
    if (!port->secure_version) return ESP_ERR_NOT_SUPPORTED;
    enum molt_err err =
        port->secure_version->raise(port->ctx, esp_app_get_description()->secure_version);
    return err == MOLT_ERR_RANGE ? ESP_ERR_INVALID_ARG : molt_esp_err(err);
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback(void)
{
    struct view v;

    esp_err_t err = look(&v);
    if (err) return err;
    /* ESP-IDF confirms the active entry even when the bootloader fell back and another app runs; that
     * would make a broken image the first choice of every boot. */
    int index = running_entry(&v);
    if (index < 0) {
        ESP_LOGW(TAG, "the running app is not the one that otadata chooses; nothing to confirm");
        return ESP_OK;
    }
    if (v.entry[index].state == MOLT_IMG_VALID) return ESP_OK;
    err = set_state(&v, index, MOLT_IMG_VALID);
    if (err) return err;
    return raise_secure_version();
}

/* Whether, without entry `index`, the other one leads to an app that may and can run. */
static bool can_do_without(const struct view *v, int index)
{
    const struct molt_ota_part *part = molt_ota_part();
    int other = 1 - index;
    const esp_partition_t *p;

    if (molt_otadata_usable(&v->entry[other])) {
        p = partition_of(v, other);
        return p && !molt_partition_verify_image(p, false, true) && !molt_ota_secure_version_ok(p);
    }
    if (part->config.anti_rollback) return false;
    p = esp_partition_find_first(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_FACTORY, NULL);
    return p && !molt_partition_verify_image(p, false, true);
}

bool esp_ota_check_rollback_is_possible(void)
{
    struct view v;

    if (look(&v)) return false;
    int index = running_entry(&v);
    return index >= 0 && can_do_without(&v, index);
}

esp_err_t esp_ota_mark_app_invalid_rollback(void)
{
    struct view v;

    esp_err_t err = look(&v);
    if (err) return err;
    /* After a fallback the active entry is another app's, which nobody has judged here. */
    int index = running_entry(&v);
    if (index < 0 || !can_do_without(&v, index)) {
        ESP_LOGE(TAG, "there is no app to go back to");
        return ESP_ERR_OTA_ROLLBACK_FAILED;
    }
    return set_state(&v, index, MOLT_IMG_INVALID);
}

esp_err_t esp_ota_mark_app_invalid_rollback_and_reboot(void)
{
    esp_err_t err = esp_ota_mark_app_invalid_rollback();
    if (err) return err;
    esp_restart();
}

const esp_partition_t *esp_ota_get_last_invalid_partition(void)
{
    struct view v;
    int found = -1;

    if (molt_ota_record(&v.map, &v.record) || v.map.count == 0) return NULL;
    molt_boot_record_read(&v.record, v.entry);
    for (int i = 0; i < 2; i++) {
        bool rejected = molt_otadata_intact(&v.entry[i]) && molt_otadata_rejected(&v.entry[i]);

        /* Of two the one with the smaller number: as in ESP-IDF. */
        if (rejected && (found < 0 || v.entry[i].seq < v.entry[found].seq)) found = i;
    }
    if (found < 0) return NULL;
    const esp_partition_t *p = partition_of(&v, found);
    return p && !molt_partition_verify_image(p, false, true) ? p : NULL;
}

esp_err_t esp_ota_get_state_partition(const esp_partition_t *partition,
                                      esp_ota_img_states_t *ota_state)
{
    struct view v;

    if (!partition || !ota_state) return ESP_ERR_INVALID_ARG;
    if (!molt_is_ota_slot(partition)) return ESP_ERR_NOT_SUPPORTED;
    if (molt_ota_record(&v.map, &v.record) || v.map.count == 0) return ESP_ERR_NOT_FOUND;
    molt_boot_record_read(&v.record, v.entry);
    uint32_t slot = (uint32_t)partition->subtype - ESP_PARTITION_SUBTYPE_APP_OTA_MIN;
    /* If both entries are this slot's the active one counts. */
    int first = molt_otadata_active(v.entry) == 1 ? 1 : 0;
    for (int i = 0; i < 2; i++) {
        const struct molt_otadata *e = &v.entry[i == 0 ? first : 1 - first];

        if (!molt_otadata_intact(e) || molt_otadata_slot(e->seq, v.map.count) != slot) continue;
        *ota_state = (esp_ota_img_states_t)e->state;
        return ESP_OK;
    }
    return ESP_ERR_NOT_FOUND;
}

/* The app of the entry that is not active; NULL when there is none, or it runs. */
static const esp_partition_t *last_boot_app(struct view *v)
{
    if (look(v) || !molt_otadata_intact(&v->entry[1 - v->active])) return NULL;
    const esp_partition_t *p = partition_of(v, 1 - v->active);
    return p == esp_ota_get_running_partition() ? NULL : p;
}

esp_err_t esp_ota_erase_last_boot_app_partition(void)
{
    struct view v;
    const esp_partition_t *p = last_boot_app(&v);

    if (!p) return ESP_FAIL;
    esp_err_t err = esp_partition_erase_range(p, 0, p->size);
    if (err) return err;
    return molt_esp_err(molt_boot_record_erase_entry(&v.record, 1 - v.active));
}

esp_err_t esp_ota_invalidate_inactive_ota_data_slot(void)
{
    struct view v;

    if (!last_boot_app(&v)) return ESP_FAIL;
    return molt_esp_err(molt_boot_record_erase_entry(&v.record, 1 - v.active));
}
