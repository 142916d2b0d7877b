#include "http/link.h"

enum molt_err molt_http_link_open(struct molt_http_link *link, const struct molt_port *port,
                                  const struct molt_net_target *target, uint64_t until_ms)
{
    struct molt_conn *conn = NULL;

    if (!port->net) return MOLT_ERR_UNSUPPORTED;
    enum molt_err err = port->net->connect(port->ctx, target, molt_left_ms(port, until_ms), &conn);
    if (err) return err;
    link->port = port;
    link->conn = conn;
    return MOLT_OK;
}

enum molt_err molt_http_link_secure(struct molt_http_link *link, const char *host,
                                    const struct molt_tls_settings *settings,
                                    mbedtls_x509_crt *global, uint64_t until_ms,
                                    esp_tls_last_error_t *problem)
{
    const struct molt_tls_peer peer = { link->port, link->conn, host };
    enum molt_err err = molt_tls_open(&link->tls, &peer, settings, global, until_ms, problem);

    if (err) molt_http_link_close(link);
    return err;
}

enum molt_err molt_http_link_send(struct molt_http_link *link, const void *bytes, size_t len,
                                  uint64_t until_ms)
{
    const uint8_t *at = bytes;

    if (link->tls.open) return molt_tls_send(&link->tls, bytes, len, until_ms);
    while (len > 0) {
        size_t sent = 0;
        enum molt_err err =
            link->port->net->send(link->conn, at, len, molt_left_ms(link->port, until_ms), &sent);
        if (err) return err;
        at += sent;
        len -= sent;
    }
    return MOLT_OK;
}

enum molt_err molt_http_link_recv(struct molt_http_link *link, void *to, size_t size,
                                  uint64_t until_ms, size_t *got)
{
    if (link->tls.open) return molt_tls_recv(&link->tls, to, size, until_ms, got);
    return link->port->net->recv(link->conn, to, size, molt_left_ms(link->port, until_ms), got);
}

void molt_http_link_close(struct molt_http_link *link)
{
    if (!link->conn) return;
    molt_tls_close(&link->tls);
    link->port->net->close(link->conn);
    link->conn = NULL;
}
