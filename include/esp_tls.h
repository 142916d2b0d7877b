/* Errors of TLS connections, and the CA store that all clients of a device can share.
 * Source: ESP-IDF 6.2 components/esp-tls/esp_tls.h, esp_tls_errors.h. The connection functions of
 * that header (esp_tls_conn_new_sync, ...) are not here: esp_http_client.h is molt's client. */
#ifndef ESP_TLS_H
#define ESP_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_ERR_ESP_TLS_BASE                           0x8000
#define ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME        (ESP_ERR_ESP_TLS_BASE + 0x01)
#define ESP_ERR_ESP_TLS_CANNOT_CREATE_SOCKET           (ESP_ERR_ESP_TLS_BASE + 0x02)
#define ESP_ERR_ESP_TLS_UNSUPPORTED_PROTOCOL_FAMILY    (ESP_ERR_ESP_TLS_BASE + 0x03)
#define ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST         (ESP_ERR_ESP_TLS_BASE + 0x04)
#define ESP_ERR_ESP_TLS_SOCKET_SETOPT_FAILED           (ESP_ERR_ESP_TLS_BASE + 0x05)
#define ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT             (ESP_ERR_ESP_TLS_BASE + 0x06)
#define ESP_ERR_ESP_TLS_SE_FAILED                      (ESP_ERR_ESP_TLS_BASE + 0x07)
#define ESP_ERR_ESP_TLS_TCP_CLOSED_FIN                 (ESP_ERR_ESP_TLS_BASE + 0x08)
#define ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT       (ESP_ERR_ESP_TLS_BASE + 0x09)
#define ESP_ERR_MBEDTLS_CERT_PARTLY_OK                 (ESP_ERR_ESP_TLS_BASE + 0x10)
#define ESP_ERR_MBEDTLS_CTR_DRBG_SEED_FAILED           (ESP_ERR_ESP_TLS_BASE + 0x11)
#define ESP_ERR_MBEDTLS_SSL_SET_HOSTNAME_FAILED        (ESP_ERR_ESP_TLS_BASE + 0x12)
#define ESP_ERR_MBEDTLS_SSL_CONFIG_DEFAULTS_FAILED     (ESP_ERR_ESP_TLS_BASE + 0x13)
#define ESP_ERR_MBEDTLS_SSL_CONF_ALPN_PROTOCOLS_FAILED (ESP_ERR_ESP_TLS_BASE + 0x14)
#define ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED          (ESP_ERR_ESP_TLS_BASE + 0x15)
#define ESP_ERR_MBEDTLS_SSL_CONF_OWN_CERT_FAILED       (ESP_ERR_ESP_TLS_BASE + 0x16)
#define ESP_ERR_MBEDTLS_SSL_SETUP_FAILED               (ESP_ERR_ESP_TLS_BASE + 0x17)
#define ESP_ERR_MBEDTLS_SSL_WRITE_FAILED               (ESP_ERR_ESP_TLS_BASE + 0x18)
#define ESP_ERR_MBEDTLS_PK_PARSE_KEY_FAILED            (ESP_ERR_ESP_TLS_BASE + 0x19)
#define ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED           (ESP_ERR_ESP_TLS_BASE + 0x1A)
#define ESP_ERR_MBEDTLS_SSL_CONF_PSK_FAILED            (ESP_ERR_ESP_TLS_BASE + 0x1B)
#define ESP_ERR_MBEDTLS_SSL_TICKET_SETUP_FAILED        (ESP_ERR_ESP_TLS_BASE + 0x1C)
#define ESP_ERR_MBEDTLS_SSL_READ_FAILED                (ESP_ERR_ESP_TLS_BASE + 0x1D)

/* Source: ESP-IDF components/tcp_transport/include/esp_transport.h. */
#define ESP_ERR_TCP_TRANSPORT_BASE                     0xe000
#define ESP_ERR_TCP_TRANSPORT_CONNECTION_TIMEOUT       (ESP_ERR_TCP_TRANSPORT_BASE + 1)
#define ESP_ERR_TCP_TRANSPORT_CONNECTION_CLOSED_BY_FIN (ESP_ERR_TCP_TRANSPORT_BASE + 2)
#define ESP_ERR_TCP_TRANSPORT_CONNECTION_FAILED        (ESP_ERR_TCP_TRANSPORT_BASE + 3)
#define ESP_ERR_TCP_TRANSPORT_NO_MEM                   (ESP_ERR_TCP_TRANSPORT_BASE + 4)

typedef struct esp_tls_last_error {
    esp_err_t last_error;
    int esp_tls_error_code; /* mbedTLS's */
    int esp_tls_flags;      /* MBEDTLS_X509_BADCERT_* of the server's certificate */
} esp_tls_last_error_t;

typedef struct esp_tls_last_error *esp_tls_error_handle_t;

/* The last error, which is then forgotten. `h` is evt->data of HTTP_EVENT_ERROR and
 * HTTP_EVENT_DISCONNECTED; the other two may be NULL. ESP_ERR_INVALID_STATE: h is NULL. */
esp_err_t esp_tls_get_and_clear_last_error(esp_tls_error_handle_t h, int *esp_tls_code,
                                           int *esp_tls_flags);

struct mbedtls_x509_crt;

/* The store that config.use_global_ca_store means: one per device, parsed on set. set() replaces what
 * was there; PEM text counts its NUL in buf_len, DER has none. ESP_ERR_INVALID_STATE: no device.
 * Don't change the store while a connection is being made. */
esp_err_t esp_tls_init_global_ca_store(void);
esp_err_t esp_tls_set_global_ca_store(const unsigned char *cacert_pem_buf,
                                      const unsigned int cacert_pem_bytes);
struct mbedtls_x509_crt *esp_tls_get_global_ca_store(void);
void esp_tls_free_global_ca_store(void);

#ifdef __cplusplus
}
#endif

#endif
