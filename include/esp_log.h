/* Log lines with a level and a tag: "I (123) tag: text", where 123 is the milliseconds since boot.
 *
 *     static const char *TAG = "app";
 *     ESP_LOGI(TAG, "slot %d of %d", slot, count);
 *
 * Lines go to the port's log function (molt/port.h), one call per line. A line is cut at
 * CONFIG_MOLT_LOG_LINE_MAX bytes. Two levels decide: LOG_LOCAL_LEVEL (define it before including
 * this file; default CONFIG_LOG_MAXIMUM_LEVEL) when compiling, esp_log_level_set() when running.
 * Source: ESP-IDF components/log/include/esp_log.h. */
#ifndef ESP_LOG_H
#define ESP_LOG_H

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sdkconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ESP_LOG_NONE = 0,
    ESP_LOG_ERROR = 1,
    ESP_LOG_WARN = 2,
    ESP_LOG_INFO = 3,
    ESP_LOG_DEBUG = 4,
    ESP_LOG_VERBOSE = 5,
    ESP_LOG_MAX = 6,
} esp_log_level_t;

#ifndef LOG_LOCAL_LEVEL
#define LOG_LOCAL_LEVEL CONFIG_LOG_MAXIMUM_LEVEL
#endif

#if defined(__GNUC__)
#define MOLT_PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define MOLT_PRINTF_LIKE(fmt, first)
#endif

typedef int (*vprintf_like_t)(const char *format, va_list args);

/* The level of one tag, or of every tag with "*" (which forgets what single tags had). Tags are
 * copied, and told apart by their first 23 characters. At most CONFIG_MOLT_LOG_TAGS tags can have
 * their own level; further ones keep the default. */
void esp_log_level_set(const char *tag, esp_log_level_t level);
esp_log_level_t esp_log_level_get(const char *tag);

/* Milliseconds since boot; wraps. */
uint32_t esp_log_timestamp(void);
uint32_t esp_log_early_timestamp(void);

/* Sends all output to `func` from now on, instead of to the port; NULL = to the port again. Returns
 * the former one. `func` gets whole lines, newline included. */
vprintf_like_t esp_log_set_vprintf(vprintf_like_t func);

/* Raw text, nothing added, if the level of `tag` lets it through. Text up to a newline is kept
 * until the newline comes. */
void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
    MOLT_PRINTF_LIKE(3, 4);
void esp_log_writev(esp_log_level_t level, const char *tag, const char *format, va_list args)
    MOLT_PRINTF_LIKE(3, 0);

/* What the macros call: one line with its prefix, if the level of `tag` lets it through. */
void molt_log_line(esp_log_level_t level, const char *tag, const char *format, ...)
    MOLT_PRINTF_LIKE(3, 4);

/* 16 bytes a line: hexadecimal; characters; address, hexadecimal and characters. */
void esp_log_buffer_hex_internal(const char *tag, const void *buffer, uint16_t len,
                                 esp_log_level_t level);
void esp_log_buffer_char_internal(const char *tag, const void *buffer, uint16_t len,
                                  esp_log_level_t level);
void esp_log_buffer_hexdump_internal(const char *tag, const void *buffer, uint16_t len,
                                     esp_log_level_t level);

#define ESP_LOG_LEVEL(level, tag, ...) molt_log_line((level), (tag), __VA_ARGS__)

#define ESP_LOG_LEVEL_LOCAL(level, tag, ...)                                                       \
    do {                                                                                           \
        if (LOG_LOCAL_LEVEL >= (level)) ESP_LOG_LEVEL(level, tag, __VA_ARGS__);                    \
    } while (0)

#define ESP_LOGE(tag, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_ERROR, tag, __VA_ARGS__)
#define ESP_LOGW(tag, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_WARN, tag, __VA_ARGS__)
#define ESP_LOGI(tag, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_INFO, tag, __VA_ARGS__)
#define ESP_LOGD(tag, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_DEBUG, tag, __VA_ARGS__)
#define ESP_LOGV(tag, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_VERBOSE, tag, __VA_ARGS__)

/* Before the scheduler runs, and from code in RAM: the same here. */
#define ESP_EARLY_LOGE ESP_LOGE
#define ESP_EARLY_LOGW ESP_LOGW
#define ESP_EARLY_LOGI ESP_LOGI
#define ESP_EARLY_LOGD ESP_LOGD
#define ESP_EARLY_LOGV ESP_LOGV
#define ESP_DRAM_LOGE  ESP_LOGE
#define ESP_DRAM_LOGW  ESP_LOGW
#define ESP_DRAM_LOGI  ESP_LOGI
#define ESP_DRAM_LOGD  ESP_LOGD
#define ESP_DRAM_LOGV  ESP_LOGV

#define ESP_LOG_BUFFER_HEX_LEVEL(tag, buffer, len, level)                                          \
    do {                                                                                           \
        if (LOG_LOCAL_LEVEL >= (level))                                                            \
            esp_log_buffer_hex_internal((tag), (buffer), (uint16_t)(len), (level));                \
    } while (0)
#define ESP_LOG_BUFFER_CHAR_LEVEL(tag, buffer, len, level)                                         \
    do {                                                                                           \
        if (LOG_LOCAL_LEVEL >= (level))                                                            \
            esp_log_buffer_char_internal((tag), (buffer), (uint16_t)(len), (level));               \
    } while (0)
#define ESP_LOG_BUFFER_HEXDUMP(tag, buffer, len, level)                                            \
    do {                                                                                           \
        if (LOG_LOCAL_LEVEL >= (level))                                                            \
            esp_log_buffer_hexdump_internal((tag), (buffer), (uint16_t)(len), (level));            \
    } while (0)
#define ESP_LOG_BUFFER_HEX(tag, buffer, len)                                                       \
    ESP_LOG_BUFFER_HEX_LEVEL(tag, buffer, len, ESP_LOG_INFO)
#define ESP_LOG_BUFFER_CHAR(tag, buffer, len)                                                      \
    ESP_LOG_BUFFER_CHAR_LEVEL(tag, buffer, len, ESP_LOG_INFO)

#ifdef __cplusplus
}
#endif

#endif
