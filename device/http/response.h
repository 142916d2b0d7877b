/* A response as it comes in: bytes in any pieces -> status, the headers that matter, the body.
 *
 *     HTTP/1.1 100 Continue            interim responses are skipped,
 *     HTTP/1.1 206 Partial Content     and this is where the head begins:
 *     Content-Length: 1024             Each header goes to the sink once, whole; those of
 *     Location: ...                    enum molt_http_kept are also kept until the next response.
 *                                      head_done; from here on
 *     <body>                           body bytes, without the chunks' sizes and extensions
 *                                      complete
 *
 * llhttp parses; this bounds, and accepts less: HTTP/1.0 and 1.1, no transfer coding but "chunked". Whatever a server sends, nothing grows: a header line longer than the
 * room for it is skipped (the sink does not see half a value), and a server that sends more than
 * CONFIG_MOLT_HTTP_OVERHEAD_MAX bytes without a byte of body among them is an error. */
#ifndef MOLT_HTTP_RESPONSE_H
#define MOLT_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <llhttp.h>

#include "base/err.h"
#include "http/range.h"
#include "sdkconfig.h"

enum molt_http_kept {
    MOLT_HTTP_LOCATION,
    MOLT_HTTP_CHALLENGE,       /* WWW-Authenticate */
    MOLT_HTTP_OTHER_CHALLENGE, /* a second one: servers offer Digest and Basic in two lines */
    MOLT_HTTP_ETAG,
    MOLT_HTTP_LAST_MODIFIED,
    MOLT_HTTP_RETRY_AFTER,
    MOLT_HTTP_CONTENT_TYPE,
    MOLT_HTTP_KEPT,
};

/* Told about the final response, never about an interim one. Texts live until the call returns. */
struct molt_http_sink {
    void *ctx;
    void (*status)(void *ctx, int status);
    void (*header)(void *ctx, char *name, char *value);
};

struct molt_http_response {
    /* What is known so far. */
    int status;             /* -1 before the status line */
    int64_t content_length; /* -1: not said, or chunked */
    bool chunked;
    bool until_close; /* the body ends where the connection does */
    bool keep_alive;  /* the connection may be used again after this response */
    bool head_done;
    bool complete;
    bool location_cut;               /* there was a Location, too long to keep */
    int64_t body_len;                /* so far */
    int64_t chunk_len;               /* of the present chunk; -1 before the first */
    struct molt_content_range range; /* all -1: none, or malformed */

    /* How it is found out. */
    llhttp_t parser;
    struct molt_http_sink sink;
    bool head_request;
    bool interim; /* the message being read is a 1xx */
    bool status_told;
    bool in_value; /* of the header line being read */
    bool line_cut; /* it was longer than the room for it */
    bool range_seen;
    bool coding_seen, bad_coding; /* Transfer-Encoding */
    uint32_t overhead;            /* bytes since the last one of the body */
    uint8_t *body;                /* where the body goes during molt_http_response_feed() */
    size_t line_len;              /* of "name NUL value" in text, from kept_len */
    size_t name_len;
    size_t kept_len;
    uint16_t kept_off[MOLT_HTTP_KEPT]; /* in text, plus one; 0 = none */
    char text[CONFIG_MOLT_HTTP_KEPT_MAX];
};

/* Ready for the first byte of the response to a request; a HEAD request's has no body. */
void molt_http_response_start(struct molt_http_response *r, const struct molt_http_sink *sink,
                              bool head_request);

/* Reads bytes[0, len). `body` has room for len bytes and may be `bytes` itself, or NULL before
 * head_done; *body_len says how many were put there, with an error too. Stops early at the end of the
 * head and at the end of the response: *used says where.
 *
 * MOLT_ERR_FORMAT: this is not an HTTP response; MOLT_ERR_FULL: too many bytes without a body. After
 * an error nothing more can be read, and `complete` stays false. */
MOLT_MUST_USE enum molt_err molt_http_response_feed(struct molt_http_response *r,
                                                    const uint8_t *bytes, size_t len, size_t *used,
                                                    uint8_t *body, size_t *body_len);

/* The peer has closed the connection in good order. MOLT_OK: that ends the response, or it was
 * complete before. MOLT_ERR_CLOSED: it has been cut short. */
MOLT_MUST_USE enum molt_err molt_http_response_end(struct molt_http_response *r);

/* A kept header's value, NULL when the response had none. Valid until the next start. */
const char *molt_http_response_kept(const struct molt_http_response *r, enum molt_http_kept which);

/* Which header `name` is, in any case of letters; MOLT_HTTP_KEPT when it is not kept. */
enum molt_http_kept molt_http_kept_named(const char *name);

#endif
