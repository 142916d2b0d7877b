/* Build-time configuration: ESP-IDF's names and defaults, where molt differs a comment says so.
 * A project overrides a value with -DCONFIG_X=..., or puts its own sdkconfig.h first on the include
 * path. As there, an option that is y is defined as 1 and one that is n is not defined at all, so that
 * #ifdef and #if both work; -DCONFIG_X=0 means n. */
#ifndef MOLT_SDKCONFIG_H
#define MOLT_SDKCONFIG_H

/* ---- flash ---------------------------------------------------------------------------------- */
#ifndef CONFIG_PARTITION_TABLE_OFFSET
#define CONFIG_PARTITION_TABLE_OFFSET 0x8000
#endif
#ifndef CONFIG_BOOTLOADER_OFFSET_IN_FLASH
#define CONFIG_BOOTLOADER_OFFSET_IN_FLASH 0x0 /* depends on the chip; struct molt_chip knows too */
#endif
#ifndef CONFIG_PARTITION_TABLE_MD5
#define CONFIG_PARTITION_TABLE_MD5 1 /* the app-side reader insists on the MD5 row */
#elif !CONFIG_PARTITION_TABLE_MD5
#undef CONFIG_PARTITION_TABLE_MD5
#endif

/* ---- bootloader ------------------------------------------------------------------------------ */
#ifndef CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
#define CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE 1 /* ESP-IDF: n */
#elif !CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
#undef CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
#endif
#if defined(CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK) && !CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK /* n */
#undef CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK
#endif
#ifndef CONFIG_BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD
#define CONFIG_BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD 32
#endif
#if defined(CONFIG_BOOTLOADER_FACTORY_RESET) && !CONFIG_BOOTLOADER_FACTORY_RESET /* n */
#undef CONFIG_BOOTLOADER_FACTORY_RESET
#endif
#ifndef CONFIG_BOOTLOADER_NUM_PIN_FACTORY_RESET
#define CONFIG_BOOTLOADER_NUM_PIN_FACTORY_RESET 4
#endif
#if defined(CONFIG_BOOTLOADER_OTA_DATA_ERASE) && !CONFIG_BOOTLOADER_OTA_DATA_ERASE /* n */
#undef CONFIG_BOOTLOADER_OTA_DATA_ERASE
#endif
#ifndef CONFIG_BOOTLOADER_DATA_FACTORY_RESET
#define CONFIG_BOOTLOADER_DATA_FACTORY_RESET "nvs"
#endif
#if defined(CONFIG_BOOTLOADER_APP_TEST) && !CONFIG_BOOTLOADER_APP_TEST /* n */
#undef CONFIG_BOOTLOADER_APP_TEST
#endif
#ifndef CONFIG_BOOTLOADER_NUM_PIN_APP_TEST
#define CONFIG_BOOTLOADER_NUM_PIN_APP_TEST 18
#endif
#ifndef CONFIG_BOOTLOADER_HOLD_TIME_GPIO
#define CONFIG_BOOTLOADER_HOLD_TIME_GPIO 5
#endif
#ifndef CONFIG_BOOTLOADER_WDT_TIME_MS
#define CONFIG_BOOTLOADER_WDT_TIME_MS 9000
#endif
#if defined(CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS) &&                                             \
    !CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS /* n */
#undef CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS
#endif
#if defined(CONFIG_BOOTLOADER_SKIP_VALIDATE_ON_POWER_ON) &&                                        \
    !CONFIG_BOOTLOADER_SKIP_VALIDATE_ON_POWER_ON /* n */
#undef CONFIG_BOOTLOADER_SKIP_VALIDATE_ON_POWER_ON
#endif
#if defined(CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP) &&                                      \
    !CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP /* n */
#undef CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP
#endif

/* ---- app ------------------------------------------------------------------------------------- */
#ifndef CONFIG_APP_RETRIEVE_LEN_ELF_SHA
#define CONFIG_APP_RETRIEVE_LEN_ELF_SHA 9
#endif
#ifndef CONFIG_ESP_TASK_WDT_TIMEOUT_S
#define CONFIG_ESP_TASK_WDT_TIMEOUT_S 5
#endif
#ifndef CONFIG_LOG_DEFAULT_LEVEL
#define CONFIG_LOG_DEFAULT_LEVEL 3 /* info */
#endif
#ifndef CONFIG_LOG_MAXIMUM_LEVEL
#define CONFIG_LOG_MAXIMUM_LEVEL 3
#endif
#ifndef CONFIG_MOLT_LOG_LINE_MAX
#define CONFIG_MOLT_LOG_LINE_MAX 256 /* bytes of one line; longer ones are cut */
#endif
#ifndef CONFIG_MOLT_LOG_TAGS
#define CONFIG_MOLT_LOG_TAGS 16 /* that can have a level of their own */
#endif

/* ---- HTTP client ------------------------------------------------------------------------------ */
#ifndef CONFIG_ESP_HTTP_CLIENT_ENABLE_HTTPS
#define CONFIG_ESP_HTTP_CLIENT_ENABLE_HTTPS 1
#elif !CONFIG_ESP_HTTP_CLIENT_ENABLE_HTTPS
#undef CONFIG_ESP_HTTP_CLIENT_ENABLE_HTTPS
#endif
#ifndef CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH
#define CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH 1 /* ESP-IDF: n */
#elif !CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH
#undef CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH
#endif
#ifndef CONFIG_ESP_HTTP_CLIENT_ENABLE_DIGEST_AUTH
#define CONFIG_ESP_HTTP_CLIENT_ENABLE_DIGEST_AUTH 1 /* ESP-IDF: n */
#elif !CONFIG_ESP_HTTP_CLIENT_ENABLE_DIGEST_AUTH
#undef CONFIG_ESP_HTTP_CLIENT_ENABLE_DIGEST_AUTH
#endif
#ifndef CONFIG_ESP_HTTP_CLIENT_ENABLE_GET_CONTENT_RANGE
#define CONFIG_ESP_HTTP_CLIENT_ENABLE_GET_CONTENT_RANGE 1 /* ESP-IDF: n */
#elif !CONFIG_ESP_HTTP_CLIENT_ENABLE_GET_CONTENT_RANGE
#undef CONFIG_ESP_HTTP_CLIENT_ENABLE_GET_CONTENT_RANGE
#endif
#ifndef CONFIG_MBEDTLS_CERTIFICATE_BUNDLE
#define CONFIG_MBEDTLS_CERTIFICATE_BUNDLE 1 /* always: esp_crt_bundle.h, when the port has one */
#endif
/* molt's pools: what one device can have at once, and how large its buffers may be. */
#ifndef CONFIG_MOLT_HTTP_CLIENTS
#define CONFIG_MOLT_HTTP_CLIENTS 2
#endif
#ifndef CONFIG_MOLT_HTTP_BUFFER_MAX
#define CONFIG_MOLT_HTTP_BUFFER_MAX 4096 /* a larger buffer_size is cut to this, with a warning */
#endif
#ifndef CONFIG_MOLT_HTTP_URL_MAX
#define CONFIG_MOLT_HTTP_URL_MAX 2048 /* bytes of scheme, host, path and query together */
#endif
#ifndef CONFIG_MOLT_HTTP_HEADERS_MAX
#define CONFIG_MOLT_HTTP_HEADERS_MAX 2048 /* bytes of all request headers of a client */
#endif
#ifndef CONFIG_MOLT_HTTP_LOGIN_MAX
#define CONFIG_MOLT_HTTP_LOGIN_MAX 128 /* bytes of a user name, and of a password */
#endif
#ifndef CONFIG_MOLT_HTTP_KEPT_MAX
/* Bytes of the response headers that are kept (Location, ETag, challenges) and of the line that is
 * being received. A longer line is skipped; a longer Location is an error. */
#define CONFIG_MOLT_HTTP_KEPT_MAX 2560
#endif
#ifndef CONFIG_MOLT_HTTP_OVERHEAD_MAX
/* Bytes that a server may send without a byte of body among them: status lines, headers, interim
 * responses, chunk extensions, trailers. More is an error. */
#define CONFIG_MOLT_HTTP_OVERHEAD_MAX 16384
#endif

/* ---- the device ------------------------------------------------------------------------------ */
#ifndef CONFIG_MOLT_DEVICE_PER_THREAD
#ifdef __linux__
#define CONFIG_MOLT_DEVICE_PER_THREAD 1 /* a fleet in one process */
#endif
#elif !CONFIG_MOLT_DEVICE_PER_THREAD
#undef CONFIG_MOLT_DEVICE_PER_THREAD
#endif

/* ---- OTA --------------------------------------------------------------------------------------- */
#if defined(CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP) && !CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP /* n */
#undef CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP
#endif
#ifndef CONFIG_ESP_HTTPS_OTA_VERIFY_SPI_MODE
#define CONFIG_ESP_HTTPS_OTA_VERIFY_SPI_MODE 1
#elif !CONFIG_ESP_HTTPS_OTA_VERIFY_SPI_MODE
#undef CONFIG_ESP_HTTPS_OTA_VERIFY_SPI_MODE
#endif
#ifndef CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD
#define CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD 1 /* ESP-IDF: n */
#elif !CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD
#undef CONFIG_ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD
#endif
#ifndef CONFIG_MOLT_OTA_HANDLES
#define CONFIG_MOLT_OTA_HANDLES 2 /* esp_ota_begin() without end or abort */
#endif
#ifndef CONFIG_MOLT_HTTPS_OTA_HANDLES
#define CONFIG_MOLT_HTTPS_OTA_HANDLES 1
#endif
#ifndef CONFIG_MOLT_HTTPS_OTA_STALLS
#define CONFIG_MOLT_HTTPS_OTA_STALLS 3 /* receive timeouts in a row that end a download */
#endif
#ifndef CONFIG_MOLT_HTTPS_OTA_DEADLINE_S
/* Seconds that a whole download may take; 0 = no limit. An application sets its own with
 * molt_http_client_set_deadline_ms() in http_client_init_cb. */
#define CONFIG_MOLT_HTTPS_OTA_DEADLINE_S 3600
#endif
#ifndef CONFIG_MOLT_OTA_BUFFER_MAX
#define CONFIG_MOLT_OTA_BUFFER_MAX 4096
#endif
#ifndef CONFIG_MOLT_PARTITIONS_MAX
#define CONFIG_MOLT_PARTITIONS_MAX 95 /* rows of the table that the app can see */
#endif
#ifndef CONFIG_MOLT_PARTITION_ITERATORS
#define CONFIG_MOLT_PARTITION_ITERATORS 4 /* esp_partition_find() without release */
#endif
#ifndef CONFIG_MOLT_EXTERNAL_PARTITIONS
#define CONFIG_MOLT_EXTERNAL_PARTITIONS 4 /* esp_partition_register_external() */
#endif

#endif
