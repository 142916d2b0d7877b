/* What a client is, for the files of this folder.
 *
 *     client.c      its settings, asking it things
 *     config.c      making one from esp_http_client_config_t
 *     connect.c     the connection and the time limits
 *     send.c        one request
 *     receive.c     one response
 *     redirect.c    going to another URL
 *     login.c       user, password, challenges
 *     perform.c     a whole exchange: redirects, authentication, body to the handler
 *     events.c      what the handler is told
 *
 * A connection always belongs to the present URL's scheme, host and port: whoever changes one of
 * them closes it. The buffer holds the head while it is being sent, and received bytes afterwards. */
#ifndef MOLT_HTTP_CLIENT_H
#define MOLT_HTTP_CLIENT_H

#include "base/err.h"
#include "esp_http_client.h"
#include "http/auth.h"
#include "http/headers.h"
#include "http/link.h"
#include "http/response.h"
#include "http/url.h"
#include "molt/port.h"

enum {
    MOLT_HTTP_TIMEOUT_MS = 5000,
    MOLT_HTTP_REDIRECTS = 10,
    MOLT_HTTP_AUTH_RETRIES = 10,
    MOLT_HTTP_BUFFER_MIN = 64,
    MOLT_HTTP_INTERFACE_MAX = 16, /* IFNAMSIZ of Linux and lwIP: with the NUL */
    /* A body that nobody wants is read up to here to keep the connection; a longer one is cut. */
    MOLT_HTTP_DRAIN_MAX = 16384,
};

/* What perform() does next. */
enum molt_http_phase {
    MOLT_HTTP_START,
    MOLT_HTTP_SEND_BODY,
    MOLT_HTTP_READ_HEAD,
    MOLT_HTTP_READ_BODY,
    MOLT_HTTP_DONE,
};

struct esp_http_client {
    bool in_use;
    const struct molt_port *port;

    /* the request */
    struct molt_url url;
    struct molt_login login;
    esp_http_client_auth_type_t auth_type;
    struct molt_auth auth; /* how the next request shows who it is from */
    struct molt_http_headers headers;
    esp_http_client_method_t method;
    const char *post_data;
    int post_len;

    /* settings */
    int timeout_ms;
    int max_redirects, max_auth_retries;
    bool follow_redirects;
    bool async;
    http_event_handle_cb handler;
    void *user_data;
    uint8_t ip_version;
    char interface[MOLT_HTTP_INTERFACE_MAX]; /* "": any */
    struct {
        bool enable;
        int idle_s, interval_s, count;
    } keep_alive;
    struct molt_tls_settings tls;
    char common_name[CONFIG_MOLT_HTTP_LOGIN_MAX];
    uint64_t deadline_ms; /* on the port's clock; UINT64_MAX: none */

    /* the exchange */
    esp_http_state_t state;
    struct molt_http_link link;
    struct molt_http_response response;
    bool link_used; /* a request has gone over this connection before */
    bool body_sent; /* the server has the whole request */
    bool chunks;    /* the request's body is chunked */
    /* Bytes that the body, or the chunk that has begun, still lacks; -1: the caller frames it. */
    int64_t body_left;
    bool can_replay; /* the request may be sent again on a new connection */
    bool performing; /* perform() has not come to its end */
    enum molt_http_phase phase;
    int redirects, auth_retries;
    bool redirected;   /* set_redirection() has been called for this response */
    esp_err_t failure; /* why the last call failed, for perform() */
    esp_tls_last_error_t tls_error;
    size_t buffer_size, buffer_size_tx;
    size_t at, end; /* received and not read: buffer[at, end) */
    uint8_t buffer[CONFIG_MOLT_HTTP_BUFFER_MAX];
};

/* ---- connect.c ----------------------------------------------------------------------------------- */

uint64_t molt_http_now_ms(const struct esp_http_client *client);
/* The time, on the port's clock, at which a step that begins now gives up. */
uint64_t molt_http_until(const struct esp_http_client *client);
/* The same for reading in perform(), which does not wait when is_async is set. */
uint64_t molt_http_read_until(const struct esp_http_client *client);
bool molt_http_deadline_passed(const struct esp_http_client *client);

/* Connects to where the URL says. ESP_ERR_HTTP_INVALID_TRANSPORT: neither http nor https;
 * ESP_ERR_HTTP_CONNECT, and molt_http_fail() has been called. */
esp_err_t molt_http_connect(struct esp_http_client *client);

/* A connection can carry another request when the last one was sent to its end, its response is over,
 * the server keeps it open, and nothing has come that nobody asked for. */
bool molt_http_can_reuse(struct esp_http_client *client);

/* Closes the connection, if there is one, and tells the handler. */
void molt_http_disconnect(struct esp_http_client *client);

/* Everything that ends a request for good passes here: the handler hears of it, the connection is
 * closed, perform() returns `failure`, or ESP_ERR_TIMEOUT when the deadline has passed. */
void molt_http_fail(struct esp_http_client *client, esp_err_t failure);

/* Makes `failure` the last TLS error when `err` means that a TLS connection broke. */
void molt_http_note_break(struct esp_http_client *client, enum molt_err err, esp_err_t failure);

/* ---- send.c -------------------------------------------------------------------------------------- */

/* Sends the head on the present connection, or on a new one when that turns out to be dead. */
esp_err_t molt_http_send_request(struct esp_http_client *client, int write_len);

/* ---- receive.c ----------------------------------------------------------------------------------- */

/* The next piece of the body, in the client's own buffer. MOLT_OK with *len 0: the body is complete.
 * MOLT_ERR_TIMEOUT: nothing came by until_ms; other errors: it never will be complete. */
MOLT_MUST_USE enum molt_err molt_http_next_piece(struct esp_http_client *client, uint64_t until_ms,
                                                 uint8_t **data, size_t *len);

/* ---- redirect.c ---------------------------------------------------------------------------------- */

/* Makes the next request go to `reference`. `by_server`: not the caller but a response says so, so
 * that https to http is refused, and secrets stay behind on another port too. */
esp_err_t molt_http_go_to(struct esp_http_client *client, const char *reference, bool by_server);

/* ---- login.c ------------------------------------------------------------------------------------- */

/* The Authorization header, if there is something to say and the caller has not set one. */
void molt_http_put_authorization(struct molt_http_writer *w, struct esp_http_client *client,
                                 const char *method);

/* ---- events.c ------------------------------------------------------------------------------------ */

void molt_http_tell(struct esp_http_client *client, esp_http_client_event_id_t id);
void molt_http_tell_data(struct esp_http_client *client, void *data, size_t len);
/* Turns what a response says into events of `client`. */
struct molt_http_sink molt_http_sink_for(struct esp_http_client *client);

#endif
