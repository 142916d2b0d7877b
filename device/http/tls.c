#include "http/tls.h"

#include <string.h>

#include <mbedtls/net_sockets.h>

#include "esp_crt_bundle.h"
#include "http/tls_check.h"

/* mbedTLS reads on and on while warnings and empty records come, and a receive without time takes what
 * is there: one call takes no more than a record's worth of that. */
enum { LATE_LEN_MAX = 16384 };

uint32_t molt_left_ms(const struct molt_port *port, uint64_t until_ms)
{
    uint64_t now = port->uptime_ms(port->ctx);

    if (until_ms <= now) return 0;
    return until_ms - now > UINT32_MAX ? UINT32_MAX : (uint32_t)(until_ms - now);
}

static uint32_t left_ms(const struct molt_tls *tls)
{
    return molt_left_ms(tls->port, tls->until_ms);
}

static void begin_call(struct molt_tls *tls, uint64_t until_ms)
{
    tls->until_ms = until_ms;
    tls->late_len = 0;
}

/* ---- what mbedTLS calls -------------------------------------------------------------------------- */

static int on_send(void *ctx, const unsigned char *bytes, size_t len)
{
    struct molt_tls *tls = ctx;
    size_t sent = 0;
    enum molt_err err = tls->port->net->send(tls->conn, bytes, len, left_ms(tls), &sent);

    if (err == MOLT_ERR_TIMEOUT) return MBEDTLS_ERR_SSL_WANT_WRITE;
    return err ? MBEDTLS_ERR_NET_CONN_RESET : (int)sent;
}

static int on_recv(void *ctx, unsigned char *to, size_t size)
{
    struct molt_tls *tls = ctx;
    size_t got = 0;
    uint32_t wait_ms = left_ms(tls);

    if (wait_ms == 0 && tls->late_len >= LATE_LEN_MAX) return MBEDTLS_ERR_SSL_WANT_READ;
    enum molt_err err = tls->port->net->recv(tls->conn, to, size, wait_ms, &got);
    if (wait_ms == 0) tls->late_len += got;
    if (err == MOLT_ERR_TIMEOUT) return MBEDTLS_ERR_SSL_WANT_READ;
    if (err == MOLT_ERR_CLOSED) return 0;
    return err ? MBEDTLS_ERR_NET_CONN_RESET : (int)got;
}

static int on_verify(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
    struct molt_tls *tls = ctx;
    const struct molt_port *port = tls->port;
    int64_t now;
    bool has_clock = port->wall_time && port->wall_time(port->ctx, &now);

    *flags = molt_x509_flags(crt, depth, *flags, tls->name, has_clock ? &now : NULL);
    return 0;
}

static int on_entropy(void *ctx, unsigned char *to, size_t len)
{
    const struct molt_port *port = ctx;

    if (!port->entropy || port->entropy(port->ctx, to, len)) return -1;
    return 0;
}

/* ---- setting up ---------------------------------------------------------------------------------- */

/* mbedTLS's own code; 0: fine. */
typedef int step_fn(struct molt_tls *tls, const struct molt_tls_settings *s,
                    mbedtls_x509_crt *global);

static size_t blob_len(const struct molt_tls_blob *blob)
{
    if (!blob->at) return 0;
    return blob->len ? blob->len : strlen(blob->at);
}

/* For mbedTLS's parsers, PEM text counts its NUL. */
static size_t parse_len(const struct molt_tls_blob *blob)
{
    return blob->len ? blob->len : strlen(blob->at) + 1;
}

static int parse_certs(mbedtls_x509_crt *to, const struct molt_tls_blob *blob)
{
    int result = mbedtls_x509_crt_parse(to, (const unsigned char *)blob->at, parse_len(blob));

    /* Some of several could not be read: the others may do. */
    return result > 0 && to->version != 0 ? 0 : result;
}

static int seed(struct molt_tls *tls, const struct molt_tls_settings *s, mbedtls_x509_crt *global)
{
    (void)s, (void)global;
    /* The port's context is not const, and mbedTLS's argument is not either. */
    return mbedtls_ctr_drbg_seed(&tls->random, on_entropy, (void *)(uintptr_t)tls->port, NULL, 0);
}

static int set_defaults(struct molt_tls *tls, const struct molt_tls_settings *s,
                        mbedtls_x509_crt *global)
{
    (void)global;
    if (s->version >= ESP_HTTP_CLIENT_TLS_VER_TLS_1_3)
        return MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION;
    int result =
        mbedtls_ssl_config_defaults(&tls->conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT);
    if (result) return result;
    mbedtls_ssl_conf_min_version(&tls->conf, MBEDTLS_SSL_MAJOR_VERSION_3,
                                 MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_authmode(&tls->conf, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_rng(&tls->conf, mbedtls_ctr_drbg_random, &tls->random);
    mbedtls_ssl_conf_verify(&tls->conf, on_verify, tls);
    return 0;
}

static int set_alpn(struct molt_tls *tls, const struct molt_tls_settings *s,
                    mbedtls_x509_crt *global)
{
    (void)global;
    return s->alpn ? mbedtls_ssl_conf_alpn_protocols(&tls->conf, s->alpn) : 0;
}

static int set_trust(struct molt_tls *tls, const struct molt_tls_settings *s,
                     mbedtls_x509_crt *global)
{
    if (s->attach) return s->attach(&tls->conf) ? MBEDTLS_ERR_X509_BAD_INPUT_DATA : 0;
    if (s->use_global) {
        mbedtls_ssl_conf_ca_chain(&tls->conf, global, NULL);
        return 0;
    }
    if (!s->ca.at) return 0;
    mbedtls_ssl_conf_ca_chain(&tls->conf, &tls->ca, NULL);
    return parse_certs(&tls->ca, &s->ca);
}

/* Nobody to trust is not everybody to trust. */
static int check_trust(struct molt_tls *tls, const struct molt_tls_settings *s,
                       mbedtls_x509_crt *global)
{
    (void)global;
    return s->attach || tls->conf.ca_chain ? 0 : MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED;
}

static int read_key(struct molt_tls *tls, const struct molt_tls_settings *s,
                    mbedtls_x509_crt *global)
{
    const unsigned char *password = (const unsigned char *)s->key_password.at;

    (void)global;
    if (!s->own_key.at) return 0;
    return mbedtls_pk_parse_key(&tls->own_key, (const unsigned char *)s->own_key.at,
                                parse_len(&s->own_key), password, blob_len(&s->key_password));
}

static int read_own_cert(struct molt_tls *tls, const struct molt_tls_settings *s,
                         mbedtls_x509_crt *global)
{
    (void)global;
    return s->own_cert.at ? parse_certs(&tls->own_cert, &s->own_cert) : 0;
}

static int set_own_cert(struct molt_tls *tls, const struct molt_tls_settings *s,
                        mbedtls_x509_crt *global)
{
    (void)global;
    if (!s->own_cert.at && !s->own_key.at) return 0;
    if (!s->own_cert.at || !s->own_key.at) return MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED;
    int result = mbedtls_pk_check_pair(&tls->own_cert.pk, &tls->own_key);
    return result ? result : mbedtls_ssl_conf_own_cert(&tls->conf, &tls->own_cert, &tls->own_key);
}

static int set_up(struct molt_tls *tls, const struct molt_tls_settings *s, mbedtls_x509_crt *global)
{
    (void)s, (void)global;
    mbedtls_ssl_set_bio(&tls->ssl, tls, on_send, on_recv, NULL);
    return mbedtls_ssl_setup(&tls->ssl, &tls->conf);
}

static int set_name(struct molt_tls *tls, const struct molt_tls_settings *s,
                    mbedtls_x509_crt *global)
{
    (void)s, (void)global;
    return mbedtls_ssl_set_hostname(&tls->ssl, tls->name);
}

static const struct {
    step_fn *run;
    esp_err_t failure;
} k_steps[] = {
    { seed, ESP_ERR_MBEDTLS_CTR_DRBG_SEED_FAILED },
    { set_defaults, ESP_ERR_MBEDTLS_SSL_CONFIG_DEFAULTS_FAILED },
    { set_alpn, ESP_ERR_MBEDTLS_SSL_CONF_ALPN_PROTOCOLS_FAILED },
    { set_trust, ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED },
    { check_trust, ESP_ERR_MBEDTLS_SSL_SETUP_FAILED },
    { read_own_cert, ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED },
    { read_key, ESP_ERR_MBEDTLS_PK_PARSE_KEY_FAILED },
    { set_own_cert, ESP_ERR_MBEDTLS_SSL_CONF_OWN_CERT_FAILED },
    { set_up, ESP_ERR_MBEDTLS_SSL_SETUP_FAILED },
    { set_name, ESP_ERR_MBEDTLS_SSL_SET_HOSTNAME_FAILED },
};

static void init_all(struct molt_tls *tls)
{
    mbedtls_ssl_init(&tls->ssl);
    mbedtls_ssl_config_init(&tls->conf);
    mbedtls_ctr_drbg_init(&tls->random);
    mbedtls_x509_crt_init(&tls->ca);
    mbedtls_x509_crt_init(&tls->own_cert);
    mbedtls_pk_init(&tls->own_key);
}

static void free_all(struct molt_tls *tls)
{
    esp_crt_bundle_detach(&tls->conf);
    mbedtls_ssl_free(&tls->ssl);
    mbedtls_ssl_config_free(&tls->conf);
    mbedtls_ctr_drbg_free(&tls->random);
    mbedtls_x509_crt_free(&tls->ca);
    mbedtls_x509_crt_free(&tls->own_cert);
    mbedtls_pk_free(&tls->own_key);
}

static bool wants_more(int result)
{
    return result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static enum molt_err shake_hands(struct molt_tls *tls, esp_tls_last_error_t *problem)
{
    int result;

    do result = mbedtls_ssl_handshake(&tls->ssl);
    while (wants_more(result) && left_ms(tls) > 0);
    if (result == 0) return MOLT_OK;

    bool late = wants_more(result);
    problem->last_error =
        late ? ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT : ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED;
    problem->esp_tls_error_code = late ? 0 : -result;
    uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
    /* All ones: it never came to a certificate. */
    if (flags != UINT32_MAX) problem->esp_tls_flags = (int)flags;
    return late ? MOLT_ERR_TIMEOUT : MOLT_ERR_CONNECT;
}

enum molt_err molt_tls_open(struct molt_tls *tls, const struct molt_tls_peer *peer,
                            const struct molt_tls_settings *settings, mbedtls_x509_crt *global,
                            uint64_t until_ms, esp_tls_last_error_t *problem)
{
    init_all(tls);
    tls->port = peer->port;
    tls->conn = peer->conn;
    begin_call(tls, until_ms);
    tls->name = settings->common_name ? settings->common_name : peer->host;
    if (settings->skip_name) tls->name = NULL;
    *problem = (esp_tls_last_error_t){ 0 };

    enum molt_err err = MOLT_OK;
    for (size_t i = 0; i < sizeof k_steps / sizeof k_steps[0] && !err; i++) {
        int result = k_steps[i].run(tls, settings, global);

        if (result == 0) continue;
        problem->last_error = k_steps[i].failure;
        problem->esp_tls_error_code = -result;
        err = MOLT_ERR_CONNECT;
    }
    if (!err) err = shake_hands(tls, problem);
    if (err) {
        free_all(tls);
        return err;
    }
    tls->open = true;
    return MOLT_OK;
}

/* ---- bytes --------------------------------------------------------------------------------------- */

enum molt_err molt_tls_send(struct molt_tls *tls, const void *bytes, size_t len, uint64_t until_ms)
{
    const unsigned char *at = bytes;

    begin_call(tls, until_ms);
    while (len > 0) {
        int result = mbedtls_ssl_write(&tls->ssl, at, len);

        if (result > 0) {
            at += result;
            len -= (size_t)result;
        } else if (!wants_more(result)) {
            return MOLT_ERR_NETWORK;
        } else if (left_ms(tls) == 0) {
            return MOLT_ERR_TIMEOUT;
        }
    }
    return MOLT_OK;
}

enum molt_err molt_tls_recv(struct molt_tls *tls, void *to, size_t size, uint64_t until_ms,
                            size_t *got)
{
    int result;

    begin_call(tls, until_ms);
    do result = mbedtls_ssl_read(&tls->ssl, to, size);
    while (wants_more(result) && left_ms(tls) > 0);
    if (result > 0) {
        *got = (size_t)result;
        return MOLT_OK;
    }
    if (wants_more(result)) return MOLT_ERR_TIMEOUT;
    /* TCP's end without TLS's (0) may be somebody who cut the connection. */
    return result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? MOLT_ERR_CLOSED : MOLT_ERR_NETWORK;
}

void molt_tls_close(struct molt_tls *tls)
{
    if (!tls->open) return;
    begin_call(tls, 0);
    (void)mbedtls_ssl_close_notify(&tls->ssl);
    free_all(tls);
    tls->open = false;
}
