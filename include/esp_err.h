/* Error codes of the esp_* functions, with the values of ESP-IDF 6.2.
 *
 * ESP_OK is 0; everything else is an error. Each component numbers its own errors from its base;
 * those constants stand in the component's header (esp_ota_ops.h, esp_http_client.h, ...).
 * Source: ESP-IDF components/esp_common/include/esp_err.h. */
#ifndef ESP_ERR_H
#define ESP_ERR_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h> /* ESP-IDF's has these two, and applications count on it */
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int esp_err_t;

#define ESP_OK   0
#define ESP_FAIL (-1)

#define ESP_ERR_NO_MEM           0x101 /* out of memory; in molt: a pool of sdkconfig.h is full */
#define ESP_ERR_INVALID_ARG      0x102
#define ESP_ERR_INVALID_STATE    0x103
#define ESP_ERR_INVALID_SIZE     0x104
#define ESP_ERR_NOT_FOUND        0x105
#define ESP_ERR_NOT_SUPPORTED    0x106
#define ESP_ERR_TIMEOUT          0x107
#define ESP_ERR_INVALID_RESPONSE 0x108
#define ESP_ERR_INVALID_CRC      0x109
#define ESP_ERR_INVALID_VERSION  0x10A
#define ESP_ERR_INVALID_MAC      0x10B
#define ESP_ERR_NOT_FINISHED     0x10C
#define ESP_ERR_NOT_ALLOWED      0x10D

#define ESP_ERR_WIFI_BASE      0x3000
#define ESP_ERR_MESH_BASE      0x4000
#define ESP_ERR_FLASH_BASE     0x6000
#define ESP_ERR_HW_CRYPTO_BASE 0xc000
#define ESP_ERR_MEMPROT_BASE   0xd000

/* Flash. Source: ESP-IDF components/spi_flash/include/esp_flash_err.h. */
#define ESP_ERR_FLASH_OP_FAIL          (ESP_ERR_FLASH_BASE + 1)
#define ESP_ERR_FLASH_OP_TIMEOUT       (ESP_ERR_FLASH_BASE + 2)
#define ESP_ERR_FLASH_NOT_INITIALISED  (ESP_ERR_FLASH_BASE + 3)
#define ESP_ERR_FLASH_UNSUPPORTED_HOST (ESP_ERR_FLASH_BASE + 4)
#define ESP_ERR_FLASH_UNSUPPORTED_CHIP (ESP_ERR_FLASH_BASE + 5)
#define ESP_ERR_FLASH_PROTECTED        (ESP_ERR_FLASH_BASE + 6)
#define ESP_ERR_FLASH_SIZE_NOT_MATCH   ESP_ERR_INVALID_SIZE
#define ESP_ERR_FLASH_NO_RESPONSE      ESP_ERR_INVALID_RESPONSE

/* "ESP_ERR_NO_MEM" for 0x101; "ERROR" for a code that nobody defined. A constant. */
const char *esp_err_to_name(esp_err_t code);

/* The same into buf, always terminated when buflen > 0; an unknown code becomes
 * "ERROR 0x1234(4660)". Returns buf. */
const char *esp_err_to_name_r(esp_err_t code, char *buf, size_t buflen);

/* What the two macros below call: logs `code` and where it came up, when it is not ESP_OK.
 * molt_error_report() returns code, molt_error_stop() resets the device with the reason "panic"
 * (without a device: abort()). */
esp_err_t molt_error_report(esp_err_t code, const char *file, int line, const char *function,
                            const char *expression);
void molt_error_stop(esp_err_t code, const char *file, int line, const char *function,
                     const char *expression);

/* Evaluates x once; anything but ESP_OK is logged and resets the device. (ESP-IDF leaves the check
 * out when NDEBUG is defined. It stays here: CMake's release builds define NDEBUG.) */
#define ESP_ERROR_CHECK(x)                                                                         \
    do {                                                                                           \
        esp_err_t err_rc_ = (x);                                                                   \
        if (err_rc_ != ESP_OK) molt_error_stop(err_rc_, __FILE__, __LINE__, __func__, #x);         \
    } while (0)

/* Evaluates x once, logs anything but ESP_OK, and has x's value. */
#define ESP_ERROR_CHECK_WITHOUT_ABORT(x) molt_error_report((x), __FILE__, __LINE__, __func__, #x)

#ifdef __cplusplus
}
#endif

#endif
