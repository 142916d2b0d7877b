/* Upgrading: write a new app beside the running one, verify it, make it the next to boot, and, once
 * it runs, confirm it or go back.
 *
 *     const esp_partition_t *next = esp_ota_get_next_update_partition(NULL);
 *     esp_ota_handle_t ota;
 *     esp_err_t err = esp_ota_begin(next, OTA_WITH_SEQUENTIAL_WRITES, &ota);
 *     ... err = esp_ota_write(ota, bytes, len); ... for all of the image, in order
 *     err = esp_ota_end(ota);                      verifies what is in flash
 *     err = esp_ota_set_boot_partition(next);
 *     esp_restart();
 *     ... the new app, after its self test:
 *     err = esp_ota_mark_app_valid_cancel_rollback();
 *
 * Nothing here ever writes the slot that is running. Calls are not thread-safe.
 * "OTA slot" below: an app partition with subtype ota_0 .. ota_15.
 * Source: ESP-IDF components/app_update/include/esp_ota_ops.h. */
#ifndef ESP_OTA_OPS_H
#define ESP_OTA_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_app_desc.h"
#include "esp_app_format.h"
#include "esp_bootloader_desc.h"
#include "esp_err.h"
#include "esp_flash_partitions.h"
#include "esp_partition.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OTA_SIZE_UNKNOWN           0xffffffff /* erase the whole partition at the start */
#define OTA_WITH_SEQUENTIAL_WRITES 0xfffffffe /* erase each sector when it is reached */

#define ESP_ERR_OTA_BASE                0x1500
#define ESP_ERR_OTA_PARTITION_CONFLICT  (ESP_ERR_OTA_BASE + 0x01) /* it is the running one */
#define ESP_ERR_OTA_SELECT_INFO_INVALID (ESP_ERR_OTA_BASE + 0x02) /* otadata has no number left */
#define ESP_ERR_OTA_VALIDATE_FAILED     (ESP_ERR_OTA_BASE + 0x03) /* the image is not valid */
#define ESP_ERR_OTA_SMALL_SEC_VER       (ESP_ERR_OTA_BASE + 0x04) /* older than the fuses allow */
#define ESP_ERR_OTA_ROLLBACK_FAILED     (ESP_ERR_OTA_BASE + 0x05) /* nothing to go back to */
#define ESP_ERR_OTA_ROLLBACK_INVALID_STATE                                                         \
    (ESP_ERR_OTA_BASE + 0x06) /* confirm the running app first */
#define ESP_ERR_OTA_ALREADY_IN_PROGRESS (ESP_ERR_OTA_BASE + 0x07) /* a handle is open on it */
#define ESP_ERR_OTA_SPI_MODE_MISMATCH   (ESP_ERR_OTA_BASE + 0x08)

typedef uint32_t esp_ota_handle_t; /* never 0 */

/* ---- writing an image ------------------------------------------------------------------------ */

/* Opens `partition` for writing. image_size: bytes to erase now, 0 or OTA_SIZE_UNKNOWN = all,
 * OTA_WITH_SEQUENTIAL_WRITES = erase while writing. In this order:
 * ESP_ERR_INVALID_ARG: a NULL. ESP_ERR_NOT_FOUND: not a partition. For apps: ESP_ERR_INVALID_ARG: no
 * OTA slot; ESP_ERR_OTA_PARTITION_CONFLICT: it is running; ESP_ERR_OTA_ROLLBACK_INVALID_STATE: the
 * running app is not confirmed. ESP_ERR_OTA_ALREADY_IN_PROGRESS. ESP_ERR_NO_MEM: all
 * CONFIG_MOLT_OTA_HANDLES are open. Then of the erase: ESP_ERR_INVALID_SIZE: larger than the
 * partition; ESP_ERR_NOT_ALLOWED: read-only; ESP_ERR_FLASH_OP_FAIL.
 * On every error *out_handle is 0 and nothing stays open. With rollback, a slot that is opened is
 * no longer one to go back to. */
esp_err_t esp_ota_begin(const esp_partition_t *partition, size_t image_size,
                        esp_ota_handle_t *out_handle);

/* Opens `partition` to go on at image_offset, after a reset. erase_size OTA_WITH_SEQUENTIAL_WRITES:
 * sectors behind image_offset's are erased when they are reached (its own is taken to be erased
 * already); else all is taken to be erased. Errors as esp_ota_begin(); ESP_ERR_INVALID_ARG also when
 * image_offset is behind the end. */
esp_err_t esp_ota_resume(const esp_partition_t *partition, const size_t erase_size,
                         const size_t image_offset, esp_ota_handle_t *out_handle);

/* The image is for `final`, only staged in the handle's partition: `final`'s type decides how it is
 * checked, and with finalize_with_copy esp_ota_end() copies it there. Before the first write.
 * ESP_ERR_INVALID_ARG, ESP_ERR_NOT_FOUND (handle or partition), ESP_ERR_INVALID_STATE: already
 * written; ESP_ERR_OTA_PARTITION_CONFLICT: `final` is the running one. */
esp_err_t esp_ota_set_final_partition(esp_ota_handle_t handle, const esp_partition_t *final,
                                      bool finalize_with_copy);

/* Writes the next `size` bytes. The first bytes of an app or bootloader must be E9, of a partition
 * table AA 50: ESP_ERR_OTA_VALIDATE_FAILED, nothing was erased or written. ESP_ERR_INVALID_ARG: a
 * NULL, or no such handle; ESP_ERR_INVALID_SIZE: behind the end; ESP_ERR_NOT_ALLOWED: read-only;
 * ESP_ERR_FLASH_OP_FAIL: the handle is of no use any more, abort it. */
esp_err_t esp_ota_write(esp_ota_handle_t handle, const void *data, size_t size);

/* Writes at `offset` into what esp_ota_begin() erased; any order, no check of the first bytes.
 * ESP_ERR_INVALID_STATE: the handle was opened for sequential writes. */
esp_err_t esp_ota_write_with_offset(esp_ota_handle_t handle, const void *data, size_t size,
                                    uint32_t offset);

/* Verifies what is in flash, copies it to the final partition if so asked, and closes the handle,
 * whatever it returns: ESP_ERR_NOT_FOUND: no such handle; ESP_ERR_INVALID_ARG: nothing was written;
 * ESP_ERR_OTA_VALIDATE_FAILED; flash errors. The boot choice is not changed. */
esp_err_t esp_ota_end(esp_ota_handle_t handle);

/* Closes the handle. ESP_ERR_NOT_FOUND. */
esp_err_t esp_ota_abort(esp_ota_handle_t handle);

/* ---- which one boots ------------------------------------------------------------------------- */

/* Verifies the app and makes it the next to boot, on trial when rollback is enabled. The factory app:
 * otadata is erased. ESP_ERR_INVALID_ARG: NULL, no app, or neither factory nor an OTA slot;
 * ESP_ERR_OTA_VALIDATE_FAILED; ESP_ERR_NOT_FOUND: not a partition, or no otadata;
 * ESP_ERR_OTA_SMALL_SEC_VER (the slot is erased, unless it is running);
 * ESP_ERR_OTA_SELECT_INFO_INVALID; flash errors. Power may fail at any moment: afterwards either the
 * old or the new one boots. */
esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition);
/* Without verifying it first. The bootloader still does. */
esp_err_t esp_ota_set_boot_partition_skip_validate(const esp_partition_t *partition);

/* What otadata chooses: factory, or the first app, when it chooses nothing. NULL: no otadata. It may
 * differ from the running one, when that did not boot. */
const esp_partition_t *esp_ota_get_boot_partition(void);

/* The partition whose code is running. NULL only when the port did not say (running_addr). */
const esp_partition_t *esp_ota_get_running_partition(void);

/* The OTA slot after start_from (NULL = the running one), round and round. NULL: there is no OTA
 * slot, or start_from is not a partition. */
const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *start_from);

/* Number of OTA slots: ota_0, ota_1, ... up to the first gap. */
uint8_t esp_ota_get_app_partition_count(void);

/* ---- descriptors ----------------------------------------------------------------------------- */

/* ESP_ERR_INVALID_ARG: NULL; ESP_ERR_NOT_SUPPORTED: not an app; ESP_ERR_NOT_FOUND: no descriptor. */
esp_err_t esp_ota_get_partition_description(const esp_partition_t *partition,
                                            esp_app_desc_t *app_desc);
/* bootloader_partition NULL = the primary bootloader. ESP_ERR_INVALID_ARG, ESP_ERR_NOT_FOUND. */
esp_err_t esp_ota_get_bootloader_description(const esp_partition_t *bootloader_partition,
                                             esp_bootloader_desc_t *desc);

/* Whether an image whose first bytes are these can run here. ESP_ERR_INVALID_ARG: no header, or a
 * type that is neither app nor bootloader; ESP_ERR_INVALID_VERSION: another chip or chip revision;
 * ESP_ERR_OTA_SPI_MODE_MISMATCH: app_desc (may be NULL) names another flash mode than the running
 * app's. */
esp_err_t esp_ota_check_image_validity(esp_partition_type_t part_type,
                                       const esp_image_header_t *img_hdr,
                                       const esp_app_desc_t *app_desc);

/* ---- trial, confirmation, going back --------------------------------------------------------- */

/* Confirms the running app. ESP_ERR_NOT_FOUND: no otadata; ESP_FAIL: it chooses nothing. An entry
 * that belongs to an app which is not running is left alone. With anti-rollback the security version
 * is raised to the running app's. */
esp_err_t esp_ota_mark_app_valid_cancel_rollback(void);

/* Rejects the running app, so that the next reset boots the one before. ESP_ERR_NOT_FOUND, ESP_FAIL
 * as above; ESP_ERR_OTA_ROLLBACK_FAILED: there is nothing to go back to, or the bootloader fell back
 * to an app that otadata has no entry of. */
esp_err_t esp_ota_mark_app_invalid_rollback(void);
/* And resets; returns only on errors. */
esp_err_t esp_ota_mark_app_invalid_rollback_and_reboot(void);

/* The newer of the apps that were rejected or never confirmed, if it still verifies; else NULL. */
const esp_partition_t *esp_ota_get_last_invalid_partition(void);

/* What otadata says of a slot. ESP_ERR_INVALID_ARG; ESP_ERR_NOT_SUPPORTED: no OTA slot;
 * ESP_ERR_NOT_FOUND: no otadata, or no entry for it. */
esp_err_t esp_ota_get_state_partition(const esp_partition_t *partition,
                                      esp_ota_img_states_t *ota_state);

/* Erases the app that was chosen before, and its entry; the second only the entry. ESP_FAIL: there is
 * none, or it is running. */
esp_err_t esp_ota_erase_last_boot_app_partition(void);
esp_err_t esp_ota_invalidate_inactive_ota_data_slot(void);

/* Whether an app to go back to exists and verifies. */
bool esp_ota_check_rollback_is_possible(void);

/* ---- names of ESP-IDF before 5.0 (gone in 6.0) ------------------------------------------------ */

__attribute__((deprecated("esp_app_get_description()"))) static inline const esp_app_desc_t *
esp_ota_get_app_description(void)
{
    return esp_app_get_description();
}

__attribute__((deprecated("esp_app_get_elf_sha256()"))) static inline int
esp_ota_get_app_elf_sha256(char *dst, size_t size)
{
    return esp_app_get_elf_sha256(dst, size);
}

#ifdef __cplusplus
}
#endif

#endif
