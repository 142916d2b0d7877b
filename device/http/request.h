/* The head of a request, written into a small buffer that is emptied whenever it is full. No line
 * has to fit into it. */
#ifndef MOLT_HTTP_REQUEST_H
#define MOLT_HTTP_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "http/url.h"

struct molt_http_writer {
    char *buffer;
    size_t size, len;
    /* Takes what has been written so far. */
    enum molt_err (*flush)(void *ctx, const char *bytes, size_t len);
    void *ctx;
    enum molt_err err; /* of the first flush that failed; nothing is written after it */
};

void molt_http_put(struct molt_http_writer *w, const char *text);
void molt_http_put_len(struct molt_http_writer *w, const char *text, size_t len);
void molt_http_put_number(struct molt_http_writer *w, int64_t number);
/* "Host: name", with the port only where it is not the scheme's own. */
void molt_http_put_host(struct molt_http_writer *w, const struct molt_url *url);
void molt_http_put_header(struct molt_http_writer *w, const char *key, const char *value);

/* Flushes the rest and says whether all of it went out. */
MOLT_MUST_USE enum molt_err molt_http_put_end(struct molt_http_writer *w);

#endif
