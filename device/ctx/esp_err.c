#include "esp_err.h"

#include <stdio.h>
#include <stdlib.h>

#include "ctx/ctx.h"
#include "esp_log.h"

/* Numbers and not the headers' constants: this layer is below those headers. A test compares. */
#define NAME(value, name)                                                                          \
    {                                                                                              \
        value, #name                                                                               \
    }
static const struct {
    esp_err_t code;
    const char *name;
} k_names[] = {
    NAME(0, ESP_OK),
    NAME(-1, ESP_FAIL),
    NAME(0x101, ESP_ERR_NO_MEM),
    NAME(0x102, ESP_ERR_INVALID_ARG),
    NAME(0x103, ESP_ERR_INVALID_STATE),
    NAME(0x104, ESP_ERR_INVALID_SIZE),
    NAME(0x105, ESP_ERR_NOT_FOUND),
    NAME(0x106, ESP_ERR_NOT_SUPPORTED),
    NAME(0x107, ESP_ERR_TIMEOUT),
    NAME(0x108, ESP_ERR_INVALID_RESPONSE),
    NAME(0x109, ESP_ERR_INVALID_CRC),
    NAME(0x10a, ESP_ERR_INVALID_VERSION),
    NAME(0x10b, ESP_ERR_INVALID_MAC),
    NAME(0x10c, ESP_ERR_NOT_FINISHED),
    NAME(0x10d, ESP_ERR_NOT_ALLOWED),
    NAME(0x1101, ESP_ERR_NVS_NOT_INITIALIZED),
    NAME(0x1102, ESP_ERR_NVS_NOT_FOUND),
    NAME(0x1103, ESP_ERR_NVS_TYPE_MISMATCH),
    NAME(0x1104, ESP_ERR_NVS_READ_ONLY),
    NAME(0x1105, ESP_ERR_NVS_NOT_ENOUGH_SPACE),
    NAME(0x1106, ESP_ERR_NVS_INVALID_NAME),
    NAME(0x1107, ESP_ERR_NVS_INVALID_HANDLE),
    NAME(0x1108, ESP_ERR_NVS_REMOVE_FAILED),
    NAME(0x1109, ESP_ERR_NVS_KEY_TOO_LONG),
    NAME(0x110a, ESP_ERR_NVS_PAGE_FULL),
    NAME(0x110b, ESP_ERR_NVS_INVALID_STATE),
    NAME(0x110c, ESP_ERR_NVS_INVALID_LENGTH),
    NAME(0x110d, ESP_ERR_NVS_NO_FREE_PAGES),
    NAME(0x110e, ESP_ERR_NVS_VALUE_TOO_LONG),
    NAME(0x110f, ESP_ERR_NVS_PART_NOT_FOUND),
    NAME(0x1110, ESP_ERR_NVS_NEW_VERSION_FOUND),
    NAME(0x1111, ESP_ERR_NVS_XTS_ENCR_FAILED),
    NAME(0x1112, ESP_ERR_NVS_XTS_DECR_FAILED),
    NAME(0x1113, ESP_ERR_NVS_XTS_CFG_FAILED),
    NAME(0x1114, ESP_ERR_NVS_XTS_CFG_NOT_FOUND),
    NAME(0x1115, ESP_ERR_NVS_ENCR_NOT_SUPPORTED),
    NAME(0x1116, ESP_ERR_NVS_KEYS_NOT_INITIALIZED),
    NAME(0x1117, ESP_ERR_NVS_CORRUPT_KEY_PART),
    NAME(0x1118, ESP_ERR_NVS_CONTENT_DIFFERS),
    NAME(0x1119, ESP_ERR_NVS_WRONG_ENCRYPTION),
    NAME(0x1501, ESP_ERR_OTA_PARTITION_CONFLICT),
    NAME(0x1502, ESP_ERR_OTA_SELECT_INFO_INVALID),
    NAME(0x1503, ESP_ERR_OTA_VALIDATE_FAILED),
    NAME(0x1504, ESP_ERR_OTA_SMALL_SEC_VER),
    NAME(0x1505, ESP_ERR_OTA_ROLLBACK_FAILED),
    NAME(0x1506, ESP_ERR_OTA_ROLLBACK_INVALID_STATE),
    NAME(0x1507, ESP_ERR_OTA_ALREADY_IN_PROGRESS),
    NAME(0x1508, ESP_ERR_OTA_SPI_MODE_MISMATCH),
    NAME(0x2001, ESP_ERR_IMAGE_FLASH_FAIL),
    NAME(0x2002, ESP_ERR_IMAGE_INVALID),
    NAME(0x6001, ESP_ERR_FLASH_OP_FAIL),
    NAME(0x6002, ESP_ERR_FLASH_OP_TIMEOUT),
    NAME(0x6003, ESP_ERR_FLASH_NOT_INITIALISED),
    NAME(0x6004, ESP_ERR_FLASH_UNSUPPORTED_HOST),
    NAME(0x6005, ESP_ERR_FLASH_UNSUPPORTED_CHIP),
    NAME(0x6006, ESP_ERR_FLASH_PROTECTED),
    NAME(0x7001, ESP_ERR_HTTP_MAX_REDIRECT),
    NAME(0x7002, ESP_ERR_HTTP_CONNECT),
    NAME(0x7003, ESP_ERR_HTTP_WRITE_DATA),
    NAME(0x7004, ESP_ERR_HTTP_FETCH_HEADER),
    NAME(0x7005, ESP_ERR_HTTP_INVALID_TRANSPORT),
    NAME(0x7006, ESP_ERR_HTTP_CONNECTING),
    NAME(0x7007, ESP_ERR_HTTP_EAGAIN),
    NAME(0x7008, ESP_ERR_HTTP_CONNECTION_CLOSED),
    NAME(0x7009, ESP_ERR_HTTP_NOT_MODIFIED),
    NAME(0x700a, ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE),
    NAME(0x700b, ESP_ERR_HTTP_READ_TIMEOUT),
    NAME(0x700c, ESP_ERR_HTTP_INCOMPLETE_DATA),
    NAME(0x700d, ESP_ERR_HTTP_REDIRECT_DOWNGRADE),
    NAME(0x700e, ESP_ERR_HTTP_HEADER_TOO_LONG),
    NAME(0x8001, ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME),
    NAME(0x8002, ESP_ERR_ESP_TLS_CANNOT_CREATE_SOCKET),
    NAME(0x8003, ESP_ERR_ESP_TLS_UNSUPPORTED_PROTOCOL_FAMILY),
    NAME(0x8004, ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST),
    NAME(0x8005, ESP_ERR_ESP_TLS_SOCKET_SETOPT_FAILED),
    NAME(0x8006, ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT),
    NAME(0x8007, ESP_ERR_ESP_TLS_SE_FAILED),
    NAME(0x8008, ESP_ERR_ESP_TLS_TCP_CLOSED_FIN),
    NAME(0x8009, ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT),
    NAME(0x8010, ESP_ERR_MBEDTLS_CERT_PARTLY_OK),
    NAME(0x8011, ESP_ERR_MBEDTLS_CTR_DRBG_SEED_FAILED),
    NAME(0x8012, ESP_ERR_MBEDTLS_SSL_SET_HOSTNAME_FAILED),
    NAME(0x8013, ESP_ERR_MBEDTLS_SSL_CONFIG_DEFAULTS_FAILED),
    NAME(0x8014, ESP_ERR_MBEDTLS_SSL_CONF_ALPN_PROTOCOLS_FAILED),
    NAME(0x8015, ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED),
    NAME(0x8016, ESP_ERR_MBEDTLS_SSL_CONF_OWN_CERT_FAILED),
    NAME(0x8017, ESP_ERR_MBEDTLS_SSL_SETUP_FAILED),
    NAME(0x8018, ESP_ERR_MBEDTLS_SSL_WRITE_FAILED),
    NAME(0x8019, ESP_ERR_MBEDTLS_PK_PARSE_KEY_FAILED),
    NAME(0x801a, ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED),
    NAME(0x801b, ESP_ERR_MBEDTLS_SSL_CONF_PSK_FAILED),
    NAME(0x801c, ESP_ERR_MBEDTLS_SSL_TICKET_SETUP_FAILED),
    NAME(0x801d, ESP_ERR_MBEDTLS_SSL_READ_FAILED),
    NAME(0x9001, ESP_ERR_HTTPS_OTA_IN_PROGRESS),
    NAME(0xe001, ESP_ERR_TCP_TRANSPORT_CONNECTION_TIMEOUT),
    NAME(0xe002, ESP_ERR_TCP_TRANSPORT_CONNECTION_CLOSED_BY_FIN),
    NAME(0xe003, ESP_ERR_TCP_TRANSPORT_CONNECTION_FAILED),
    NAME(0xe004, ESP_ERR_TCP_TRANSPORT_NO_MEM),
};
#undef NAME

static const char *find_name(esp_err_t code)
{
    for (size_t i = 0; i < sizeof k_names / sizeof k_names[0]; i++)
        if (k_names[i].code == code) return k_names[i].name;
    return NULL;
}

const char *esp_err_to_name(esp_err_t code)
{
    const char *name = find_name(code);

    return name ? name : "ERROR";
}

const char *esp_err_to_name_r(esp_err_t code, char *buf, size_t buflen)
{
    const char *name = find_name(code);

    if (name)
        (void)snprintf(buf, buflen, "%s", name);
    else
        (void)snprintf(buf, buflen, "ERROR 0x%x(%d)", (unsigned)code, code);
    return buf;
}

esp_err_t molt_error_report(esp_err_t code, const char *file, int line, const char *function,
                            const char *expression)
{
    char name[64];

    if (code != ESP_OK)
        ESP_LOGE("esp_err", "%s:%d: %s(): %s is 0x%x (%s)", file, line, function, expression,
                 (unsigned)code, esp_err_to_name_r(code, name, sizeof name));
    return code;
}

void molt_error_stop(esp_err_t code, const char *file, int line, const char *function,
                     const char *expression)
{
    const struct molt_port *port = molt_this_port();

    (void)molt_error_report(code, file, line, function, expression);
    if (port && port->reset) port->reset(port->ctx, MOLT_RESET_PANIC);
    abort();
}
