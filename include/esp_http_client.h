/* HTTP client with ESP-IDF's names, meanings and error codes.
 *
 *     esp_http_client_config_t config = { .url = "https://example.com/firmware.bin",
 *                                         .cert_pem = ca };
 *     esp_http_client_handle_t client = esp_http_client_init(&config);
 *     esp_http_client_perform(client);          the body goes to config.event_handler, or:
 *
 *     esp_http_client_open(client, 0);          the body is read piece by piece
 *     esp_http_client_fetch_headers(client);
 *     while ((n = esp_http_client_read(client, buffer, sizeof buffer)) > 0) ...
 *     bool all = esp_http_client_is_complete_data_received(client);
 *
 *     esp_http_client_cleanup(client);
 *
 * Clients come from a pool (CONFIG_MOLT_HTTP_CLIENTS) of the device of this thread, with buffers of
 * fixed size (sdkconfig.h). docs/compat.md says where this client is stricter than ESP-IDF's.
 * Source: ESP-IDF 6.2 components/esp_http_client/include/esp_http_client.h. What needs hardware or an
 * option that is off is not declared: ECDSA and DS peripherals, PSA keys, custom transports, session
 * tickets, dynamic TLS buffers, saved response headers, the default event loop. */
#ifndef ESP_HTTP_CLIENT_H
#define ESP_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"
#include "sdkconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DEFAULT_HTTP_BUF_SIZE 512

#define ESP_ERR_HTTP_BASE                  0x7000
#define ESP_ERR_HTTP_MAX_REDIRECT          (ESP_ERR_HTTP_BASE + 1)
#define ESP_ERR_HTTP_CONNECT               (ESP_ERR_HTTP_BASE + 2)
#define ESP_ERR_HTTP_WRITE_DATA            (ESP_ERR_HTTP_BASE + 3)
#define ESP_ERR_HTTP_FETCH_HEADER          (ESP_ERR_HTTP_BASE + 4)
#define ESP_ERR_HTTP_INVALID_TRANSPORT     (ESP_ERR_HTTP_BASE + 5)
#define ESP_ERR_HTTP_CONNECTING            (ESP_ERR_HTTP_BASE + 6)
#define ESP_ERR_HTTP_EAGAIN                (ESP_ERR_HTTP_BASE + 7)
#define ESP_ERR_HTTP_CONNECTION_CLOSED     (ESP_ERR_HTTP_BASE + 8)
#define ESP_ERR_HTTP_NOT_MODIFIED          (ESP_ERR_HTTP_BASE + 9)
#define ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE (ESP_ERR_HTTP_BASE + 10)
#define ESP_ERR_HTTP_READ_TIMEOUT          (ESP_ERR_HTTP_BASE + 11)
#define ESP_ERR_HTTP_INCOMPLETE_DATA       (ESP_ERR_HTTP_BASE + 12)
#define ESP_ERR_HTTP_REDIRECT_DOWNGRADE    (ESP_ERR_HTTP_BASE + 13)
#define ESP_ERR_HTTP_HEADER_TOO_LONG       (ESP_ERR_HTTP_BASE + 14)

typedef struct esp_http_client *esp_http_client_handle_t;
typedef struct esp_http_client_event *esp_http_client_event_handle_t;

typedef enum {
    HTTP_EVENT_ERROR = 0, /* data: for esp_tls_get_and_clear_last_error(), esp_tls.h */
    HTTP_EVENT_ON_CONNECTED = 1,
    HTTP_EVENT_HEADERS_SENT = 2,
    HTTP_EVENT_HEADER_SENT = HTTP_EVENT_HEADERS_SENT,
    HTTP_EVENT_ON_HEADER = 3, /* header_key, header_value */
    HTTP_EVENT_ON_HEADERS_COMPLETE = 4,
    HTTP_EVENT_ON_STATUS_CODE = 5,
    HTTP_EVENT_ON_DATA = 6, /* data, data_len: a piece of the body */
    HTTP_EVENT_ON_FINISH = 7,
    HTTP_EVENT_DISCONNECTED = 8, /* data: as HTTP_EVENT_ERROR's */
    HTTP_EVENT_REDIRECT = 9,
} esp_http_client_event_id_t;

/* What one event says; the pointers live until the handler returns. */
typedef struct esp_http_client_event {
    esp_http_client_event_id_t event_id;
    esp_http_client_handle_t client;
    void *data;
    int data_len;
    void *user_data;
    char *header_key;
    char *header_value;
} esp_http_client_event_t;

/* The handler's result is not used. */
typedef esp_err_t (*http_event_handle_cb)(esp_http_client_event_t *evt);

typedef enum {
    HTTP_STATE_UNINIT = 0,
    HTTP_STATE_INIT,
    HTTP_STATE_CONNECTING,
    HTTP_STATE_CONNECTED,
    HTTP_STATE_REQ_COMPLETE_HEADER,
    HTTP_STATE_REQ_COMPLETE_DATA,
    HTTP_STATE_RES_COMPLETE_HEADER,
    HTTP_STATE_RES_ON_DATA_START,
    HTTP_STATE_RES_COMPLETE_DATA,
    HTTP_STATE_CLOSE,
} esp_http_state_t;

typedef enum {
    HTTP_TRANSPORT_UNKNOWN = 0,
    HTTP_TRANSPORT_OVER_TCP,
    HTTP_TRANSPORT_OVER_SSL,
} esp_http_client_transport_t;

typedef enum {
    ESP_HTTP_CLIENT_TLS_VER_ANY = 0,
    ESP_HTTP_CLIENT_TLS_VER_TLS_1_2,
    ESP_HTTP_CLIENT_TLS_VER_TLS_1_3, /* mbedTLS 2.28 has none: connecting fails */
    ESP_HTTP_CLIENT_TLS_VER_MAX,
} esp_http_client_proto_ver_t;

typedef enum {
    HTTP_METHOD_GET = 0,
    HTTP_METHOD_POST,
    HTTP_METHOD_PUT,
    HTTP_METHOD_PATCH,
    HTTP_METHOD_DELETE,
    HTTP_METHOD_HEAD,
    HTTP_METHOD_NOTIFY,
    HTTP_METHOD_SUBSCRIBE,
    HTTP_METHOD_UNSUBSCRIBE,
    HTTP_METHOD_OPTIONS,
    HTTP_METHOD_COPY,
    HTTP_METHOD_MOVE,
    HTTP_METHOD_LOCK,
    HTTP_METHOD_UNLOCK,
    HTTP_METHOD_PROPFIND,
    HTTP_METHOD_PROPPATCH,
    HTTP_METHOD_MKCOL,
    HTTP_METHOD_REPORT,
    HTTP_METHOD_MAX,
} esp_http_client_method_t;

typedef enum {
    HTTP_AUTH_TYPE_NONE = 0, /* what the server asks for; Basic only over TLS */
    HTTP_AUTH_TYPE_BASIC,    /* sent at once, not only after a 401 */
    HTTP_AUTH_TYPE_DIGEST,   /* Basic is never sent, whatever the server asks for */
} esp_http_client_auth_type_t;

/* Values of AF_UNSPEC, AF_INET and AF_INET6 in lwIP and Linux. */
typedef enum {
    HTTP_ADDR_TYPE_UNSPEC = 0,
    HTTP_ADDR_TYPE_INET = 2,
    HTTP_ADDR_TYPE_INET6 = 10,
} esp_http_client_addr_type_t;

typedef enum {
    HttpStatus_Ok = 200,
    HttpStatus_PartialContent = 206,
    HttpStatus_MultipleChoices = 300,
    HttpStatus_MovedPermanently = 301,
    HttpStatus_Found = 302,
    HttpStatus_SeeOther = 303,
    HttpStatus_NotModified = 304,
    HttpStatus_TemporaryRedirect = 307,
    HttpStatus_PermanentRedirect = 308,
    HttpStatus_BadRequest = 400,
    HttpStatus_Unauthorized = 401,
    HttpStatus_Forbidden = 403,
    HttpStatus_NotFound = 404,
    HttpStatus_RangeNotSatisfiable = 416,
    HttpStatus_InternalError = 500,
} HttpStatus_Code;

typedef enum {
    ESP_KEY_SOURCE_NONE = 0,
    ESP_KEY_SOURCE_BUFFER = 1,
} esp_key_source_t;

typedef enum {
    ESP_KEY_FORMAT_AUTO = 0,
    ESP_KEY_FORMAT_PEM = 1,
    ESP_KEY_FORMAT_DER = 2,
} esp_key_format_t;

typedef struct {
    esp_key_source_t source;
    union {
        struct {
            const char *data;
            size_t len; /* 0: PEM text, its NUL ends it */
            const char *password;
            size_t password_len;
            esp_key_format_t format;
        } buffer;
    };
} esp_key_config_t;

struct ifreq; /* <net/if.h> */

/* Zero is a good value for every member but url (or host and path). Texts are copied, except
 * certificates and keys, which must live as long as the client. */
typedef struct {
    const char *url; /* complete; not used when host and path are both given */
    const char *host;
    int port; /* 0: 80, or 443 with HTTP_TRANSPORT_OVER_SSL */

    const char *username;
    const char *password;
    esp_http_client_auth_type_t auth_type;

    const char *path;
    const char *query;
    union {
        const char *cert_pem; /* CA certificates: PEM text, or DER with cert_len */
        const char *cert_der;
    };
    size_t cert_len; /* 0: PEM text, its NUL ends it */
    union {
        const char *client_cert_pem;
        const char *client_cert_der;
    };
    size_t client_cert_len;
    const char *client_key_pem;
    size_t client_key_len;
    const esp_key_config_t *client_key; /* instead of client_key_pem */
    const char *client_key_password;
    size_t client_key_password_len;
    esp_http_client_proto_ver_t tls_version;

    const char *user_agent;
    esp_http_client_method_t method;
    int timeout_ms; /* of each connect (name, TCP and TLS together), read, write; 0: 5000 */
    bool disable_auto_redirect;
    int max_redirection_count;     /* 0: 10 */
    int max_authorization_retries; /* 0: 10; -1: none */
    http_event_handle_cb event_handler;
    esp_http_client_transport_t transport_type; /* with host and path; unknown: TCP */
    int buffer_size;                            /* of what is read at once; 0: 512 */
    int buffer_size_tx;                         /* of the pieces a head is sent in; 0: 512 */
    void *user_data;
    bool is_async; /* perform() returns ESP_ERR_HTTP_EAGAIN instead of waiting for the peer */
    bool use_global_ca_store;
    bool skip_cert_common_name_check;
    const char *common_name;
    esp_err_t (*crt_bundle_attach)(void *conf);
    bool keep_alive_enable;
    int keep_alive_idle;     /* seconds; 0: 5 */
    int keep_alive_interval; /* seconds; 0: 5 */
    int keep_alive_count;    /* 0: 3 */
    struct ifreq *if_name;
    const char **alpn_protos;
    esp_http_client_addr_type_t addr_type;
} esp_http_client_config_t;

/* ---- life ---------------------------------------------------------------------------------------- */

/* NULL: the pool is empty, no device, neither url nor host and path, a bad URL or address type, or a
 * text that is longer than sdkconfig.h allows or could break out of its line. */
esp_http_client_handle_t esp_http_client_init(const esp_http_client_config_t *config);

/* Closes and gives the client back. NULL: ESP_FAIL. */
esp_err_t esp_http_client_cleanup(esp_http_client_handle_t client);

/* ---- the request --------------------------------------------------------------------------------- */

/* A complete URL, or a reference relative to the present one. Another host takes with it: the Host,
 * Authorization and Cookie headers, user and password, the connection. ESP_ERR_INVALID_ARG: NULL, not
 * a URL, too long; nothing has changed then. Redirects are counted anew. */
esp_err_t esp_http_client_set_url(esp_http_client_handle_t client, const char *url);

/* "scheme://host:port/path" without the query. ESP_ERR_INVALID_SIZE: longer than len. */
esp_err_t esp_http_client_get_url(esp_http_client_handle_t client, char *url, const int len);

esp_err_t esp_http_client_set_method(esp_http_client_handle_t client,
                                     esp_http_client_method_t method);
esp_err_t esp_http_client_set_timeout_ms(esp_http_client_handle_t client, int timeout_ms);

/* Adds or replaces; blanks around the value are dropped; value NULL deletes. ESP_ERR_NO_MEM: no room
 * (CONFIG_MOLT_HTTP_HEADERS_MAX); ESP_ERR_INVALID_ARG also for a key or value that could break out of
 * its line. */
esp_err_t esp_http_client_set_header(esp_http_client_handle_t client, const char *key,
                                     const char *value);
/* *value points at the stored text and lives until the headers change; absent: NULL and
 * ESP_ERR_NOT_FOUND. */
esp_err_t esp_http_client_get_header(esp_http_client_handle_t client, const char *key,
                                     char **value);
esp_err_t esp_http_client_delete_header(esp_http_client_handle_t client, const char *key);
esp_err_t esp_http_client_delete_all_headers(esp_http_client_handle_t client);

/* The body that perform() sends; not copied. Adds a Content-Type for forms when none is set. NULL
 * removes the body and the Content-Type. */
esp_err_t esp_http_client_set_post_field(esp_http_client_handle_t client, const char *data,
                                         int len);
int esp_http_client_get_post_field(esp_http_client_handle_t client, char **data);

/* User name and password: ESP_ERR_INVALID_SIZE: too long (CONFIG_MOLT_HTTP_LOGIN_MAX);
 * ESP_ERR_INVALID_ARG: a control character, or a colon in a user name for HTTP_AUTH_TYPE_BASIC. Each
 * of these three forgets the challenge that was answered so far. */
esp_err_t esp_http_client_set_authtype(esp_http_client_handle_t client,
                                       esp_http_client_auth_type_t auth_type);
esp_err_t esp_http_client_set_username(esp_http_client_handle_t client, const char *username);
esp_err_t esp_http_client_get_username(esp_http_client_handle_t client, char **value);
esp_err_t esp_http_client_set_password(esp_http_client_handle_t client, const char *password);
esp_err_t esp_http_client_get_password(esp_http_client_handle_t client, char **value);

esp_err_t esp_http_client_set_user_data(esp_http_client_handle_t client, void *data);
esp_err_t esp_http_client_get_user_data(esp_http_client_handle_t client, void **data);
esp_err_t esp_http_client_set_event_handler(esp_http_client_handle_t client,
                                            http_event_handle_cb event_handler);

/* ---- the exchange -------------------------------------------------------------------------------- */

/* Everything: connect, send, redirects, authentication, body to the event handler. Redirects and
 * authorization retries are counted anew in each call. */
esp_err_t esp_http_client_perform(esp_http_client_handle_t client);

/* Connects when needed and sends the head. write_len: bytes of body that follow, -1: chunked. */
esp_err_t esp_http_client_open(esp_http_client_handle_t client, int write_len);
/* Forgets the last response, for another request on the same connection. */
esp_err_t esp_http_client_prepare(esp_http_client_handle_t client);
/* Sends the head on the connection there is. */
esp_err_t esp_http_client_request_send(esp_http_client_handle_t client, int write_len);

/* Bytes written, or -1: also for more than open() announced, or than the chunk that has begun lacks.
 * A connection over which less was sent is not used again. */
int esp_http_client_write(esp_http_client_handle_t client, const char *buffer, int len);
/* Around the bytes of one chunk of a chunked request; `last` ends the body, without a chunk before it an
 * empty one. 0, or -1: also when a chunk is not complete. Without them the caller writes the framing
 * himself, and the connection is not used again. */
int esp_http_client_chunk_write_begin(esp_http_client_handle_t client, int len);
int esp_http_client_chunk_write_end(esp_http_client_handle_t client, bool last);

/* Content-Length; 0 when the response does not have one; -1: failed; -ESP_ERR_HTTP_EAGAIN: nothing
 * came in time, may be called again. */
int64_t esp_http_client_fetch_headers(esp_http_client_handle_t client);

/* Fills `buffer` as far as body arrives within the timeout. 0: no more; -1: failed;
 * -ESP_ERR_HTTP_EAGAIN: nothing came in time, may be called again. */
int esp_http_client_read(esp_http_client_handle_t client, char *buffer, int len);
/* Reads until len or the end. */
int esp_http_client_read_response(esp_http_client_handle_t client, char *buffer, int len);
/* Reads the rest and drops it; *len (may be NULL) = how many bytes, at most INT_MAX. ESP_FAIL: it broke,
 * or the timeout passed before the end; then it may be called again. */
esp_err_t esp_http_client_flush_response(esp_http_client_handle_t client, int *len);
void esp_http_client_clear_response_buffer(esp_http_client_handle_t client);

/* ESP_OK: the next request goes to the Location of this response. ESP_ERR_INVALID_ARG: there is
 * none; ESP_ERR_HTTP_REDIRECT_DOWNGRADE: https to http; ESP_ERR_HTTP_MAX_REDIRECT: too many in a
 * row; ESP_ERR_HTTP_HEADER_TOO_LONG: longer than fits.
 * The body of set_post_field() and its Content-Type do not follow to another host; a 303 makes the
 * method GET and drops them too. */
esp_err_t esp_http_client_set_redirection(esp_http_client_handle_t client);
esp_err_t esp_http_client_reset_redirect_counter(esp_http_client_handle_t client);

/* After a 401: the next request answers its challenge. ESP_ERR_NOT_SUPPORTED: no challenge, or none
 * that this client can answer; ESP_FAIL: no more retries, no user name, or an answer as
 * good has been refused (only a stale nonce, a stronger scheme or another realm is answered anew). */
esp_err_t esp_http_client_add_auth(esp_http_client_handle_t client);
/* Takes a challenge ("Digest realm=...") from elsewhere than the last response.
 * ESP_ERR_NOT_SUPPORTED: as add_auth(); ESP_ERR_INVALID_SIZE: too long. */
esp_err_t esp_http_client_set_auth_data(esp_http_client_handle_t client, const char *auth_data,
                                        int len);

esp_err_t esp_http_client_close(esp_http_client_handle_t client);
/* Ends the request, whatever it is doing; the connection is closed. */
esp_err_t esp_http_client_cancel_request(esp_http_client_handle_t client);

/* ---- what came ----------------------------------------------------------------------------------- */

int esp_http_client_get_status_code(esp_http_client_handle_t client);        /* -1: none yet */
int64_t esp_http_client_get_content_length(esp_http_client_handle_t client); /* -1: unknown */
bool esp_http_client_is_chunked_response(esp_http_client_handle_t client);
esp_err_t esp_http_client_get_chunk_length(esp_http_client_handle_t client, int *len);
/* The total after the "/" of Content-Range; -1: not said. */
int64_t esp_http_client_get_content_range(esp_http_client_handle_t client);
bool esp_http_client_is_complete_data_received(esp_http_client_handle_t client);
bool esp_http_client_is_persistent_connection(esp_http_client_handle_t client);

esp_http_client_transport_t esp_http_client_get_transport_type(esp_http_client_handle_t client);
esp_http_state_t esp_http_client_get_state(esp_http_client_handle_t client);
int esp_http_client_get_errno(esp_http_client_handle_t client);  /* 0; the port has no errno */
int esp_http_client_get_socket(esp_http_client_handle_t client); /* -1: none */
/* The last TLS error as the result; mbedTLS's own code and its certificate flags through the
 * pointers, which may be NULL. */
esp_err_t esp_http_client_get_and_clear_last_tls_error(esp_http_client_handle_t client,
                                                       int *esp_tls_error_code, int *esp_tls_flags);

#ifdef __cplusplus
}
#endif

#endif
