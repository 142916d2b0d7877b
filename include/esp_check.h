/* Checks that log, and leave the function or go to its end.
 *
 *     esp_err_t ret = ESP_OK;                         what the GOTO forms set
 *     ESP_RETURN_ON_ERROR(esp_ota_end(ota), TAG, "end, byte %d", at);
 *     ESP_GOTO_ON_FALSE(p, ESP_ERR_NOT_FOUND, end, TAG, "no slot");
 *
 * The check is evaluated once; the log line says where: "function(line): ...". The _ISR forms are the
 * same here. Source: ESP-IDF components/esp_common/include/esp_check.h. */
#ifndef ESP_CHECK_H
#define ESP_CHECK_H

#include "esp_err.h"
#include "esp_log.h"

/* The text last makes a format without arguments one with: ISO C has no other way for both. */
#define MOLT_CHECK_LOG(tag, ...) MOLT_CHECK_LOG_TEXT(tag, __VA_ARGS__, "")
#define MOLT_CHECK_LOG_TEXT(tag, format, ...)                                                      \
    ESP_LOGE(tag, "%s(%d): " format "%s", __func__, __LINE__, __VA_ARGS__)

#define ESP_RETURN_ON_ERROR(x, log_tag, ...)                                                       \
    do {                                                                                           \
        esp_err_t err_rc_ = (x);                                                                   \
        if (err_rc_ != ESP_OK) {                                                                   \
            MOLT_CHECK_LOG(log_tag, __VA_ARGS__);                                                  \
            return err_rc_;                                                                        \
        }                                                                                          \
    } while (0)

#define ESP_RETURN_VOID_ON_ERROR(x, log_tag, ...)                                                  \
    do {                                                                                           \
        esp_err_t err_rc_ = (x);                                                                   \
        if (err_rc_ != ESP_OK) {                                                                   \
            MOLT_CHECK_LOG(log_tag, __VA_ARGS__);                                                  \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define ESP_GOTO_ON_ERROR(x, goto_tag, log_tag, ...)                                               \
    do {                                                                                           \
        esp_err_t err_rc_ = (x);                                                                   \
        if (err_rc_ != ESP_OK) {                                                                   \
            MOLT_CHECK_LOG(log_tag, __VA_ARGS__);                                                  \
            ret = err_rc_;                                                                         \
            goto goto_tag;                                                                         \
        }                                                                                          \
    } while (0)

#define ESP_RETURN_ON_FALSE(a, err_code, log_tag, ...)                                             \
    do {                                                                                           \
        if (!(a)) {                                                                                \
            MOLT_CHECK_LOG(log_tag, __VA_ARGS__);                                                  \
            return err_code;                                                                       \
        }                                                                                          \
    } while (0)

#define ESP_RETURN_VOID_ON_FALSE(a, log_tag, ...)                                                  \
    do {                                                                                           \
        if (!(a)) {                                                                                \
            MOLT_CHECK_LOG(log_tag, __VA_ARGS__);                                                  \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define ESP_GOTO_ON_FALSE(a, err_code, goto_tag, log_tag, ...)                                     \
    do {                                                                                           \
        if (!(a)) {                                                                                \
            MOLT_CHECK_LOG(log_tag, __VA_ARGS__);                                                  \
            ret = err_code;                                                                        \
            goto goto_tag;                                                                         \
        }                                                                                          \
    } while (0)

#define ESP_RETURN_ON_ERROR_ISR      ESP_RETURN_ON_ERROR
#define ESP_RETURN_VOID_ON_ERROR_ISR ESP_RETURN_VOID_ON_ERROR
#define ESP_GOTO_ON_ERROR_ISR        ESP_GOTO_ON_ERROR
#define ESP_RETURN_ON_FALSE_ISR      ESP_RETURN_ON_FALSE
#define ESP_RETURN_VOID_ON_FALSE_ISR ESP_RETURN_VOID_ON_FALSE
#define ESP_GOTO_ON_FALSE_ISR        ESP_GOTO_ON_FALSE

#endif
