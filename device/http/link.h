/* The connection of one client: bytes over TCP, or over TLS on top of it.
 *
 * Every call gets the time, on the port's clock, at which it gives up, so that many small steps
 * cannot add up to more than was allowed. */
#ifndef MOLT_HTTP_LINK_H
#define MOLT_HTTP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "http/tls.h"
#include "molt/port.h"

struct molt_http_link {
    const struct molt_port *port;
    struct molt_conn *conn; /* NULL: not connected */
    struct molt_tls tls;    /* used when it is open */
};

/* MOLT_ERR_RESOLVE, MOLT_ERR_CONNECT, MOLT_ERR_TIMEOUT, MOLT_ERR_FULL, MOLT_ERR_UNSUPPORTED. */
MOLT_MUST_USE enum molt_err molt_http_link_open(struct molt_http_link *link,
                                                const struct molt_port *port,
                                                const struct molt_net_target *target,
                                                uint64_t until_ms);

/* Puts TLS on an open link; arguments, errors and *problem as molt_tls_open(). On an error the link
 * is closed. */
MOLT_MUST_USE enum molt_err molt_http_link_secure(struct molt_http_link *link, const char *host,
                                                  const struct molt_tls_settings *settings,
                                                  mbedtls_x509_crt *global, uint64_t until_ms,
                                                  esp_tls_last_error_t *problem);

/* All of the bytes, or MOLT_ERR_TIMEOUT, MOLT_ERR_CLOSED, MOLT_ERR_NETWORK; the connection is of no
 * use after an error. */
MOLT_MUST_USE enum molt_err molt_http_link_send(struct molt_http_link *link, const void *bytes,
                                                size_t len, uint64_t until_ms);

/* At least one byte. MOLT_ERR_TIMEOUT: none came, the connection is as before; MOLT_ERR_CLOSED: the
 * peer has finished in good order (over TLS: it has said so); MOLT_ERR_NETWORK: it broke. A time in
 * the past takes what is there without waiting. */
MOLT_MUST_USE enum molt_err molt_http_link_recv(struct molt_http_link *link, void *to, size_t size,
                                                uint64_t until_ms, size_t *got);

/* Nothing to do when it is not connected. */
void molt_http_link_close(struct molt_http_link *link);

#endif
