/* TLS on a connection of the port, with mbedTLS.
 *
 * Whom to trust: the first of `attach`, `global` and `ca` that is there; with none of them there is
 * no connection. The server's certificate must lead there, name the host (a DNS name, the subject's
 * common name, or an IP address in the certificate), and be valid today. What "today" is, the port
 * says; without a clock dates are not checked. TLS 1.2 is the least. */
#ifndef MOLT_HTTP_TLS_H
#define MOLT_HTTP_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "base/err.h"
#include "esp_http_client.h"
#include "esp_tls.h"
#include "molt/port.h"

/* Bytes that the caller keeps alive; len 0: text that a NUL ends. */
struct molt_tls_blob {
    const char *at; /* NULL: none */
    size_t len;
};

struct molt_tls_settings {
    struct molt_tls_blob ca, own_cert, own_key, key_password;
    bool use_global;
    esp_err_t (*attach)(void *ssl_config);
    bool skip_name;          /* neither check the name nor say it (SNI) */
    const char *common_name; /* instead of the host's */
    const char **alpn;
    esp_http_client_proto_ver_t version;
};

struct molt_tls {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config conf;
    mbedtls_ctr_drbg_context random;
    mbedtls_x509_crt ca, own_cert;
    mbedtls_pk_context own_key;
    bool open;
    const struct molt_port *port;
    struct molt_conn *conn;
    const char *name; /* the one that is checked; NULL: none */
    uint64_t until_ms;
    size_t late_len; /* bytes that were received in this call after until_ms */
};

/* The other end. The connection stays the caller's. */
struct molt_tls_peer {
    const struct molt_port *port;
    struct molt_conn *conn;
    const char *host;
};

/* Milliseconds of the port's clock until `until_ms`; 0: it has passed. */
uint32_t molt_left_ms(const struct molt_port *port, uint64_t until_ms);

/* Shakes hands. `global` (may be NULL) is the store that
 * settings->use_global means. On an error *problem says what, and there is nothing to close.
 * MOLT_ERR_TIMEOUT: also when the peer never stops sending; MOLT_ERR_CONNECT. */
MOLT_MUST_USE enum molt_err molt_tls_open(struct molt_tls *tls, const struct molt_tls_peer *peer,
                                          const struct molt_tls_settings *settings,
                                          mbedtls_x509_crt *global, uint64_t until_ms,
                                          esp_tls_last_error_t *problem);

/* As their namesakes in link.h. */
MOLT_MUST_USE enum molt_err molt_tls_send(struct molt_tls *tls, const void *bytes, size_t len,
                                          uint64_t until_ms);
MOLT_MUST_USE enum molt_err molt_tls_recv(struct molt_tls *tls, void *to, size_t size,
                                          uint64_t until_ms, size_t *got);

/* Tells the peer, without waiting, and frees everything. Nothing to do when it is not open. */
void molt_tls_close(struct molt_tls *tls);

#endif
