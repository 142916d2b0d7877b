#include "http/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void flush(struct molt_http_writer *w)
{
    if (!w->err && w->len > 0) w->err = w->flush(w->ctx, w->buffer, w->len);
    w->len = 0;
}

void molt_http_put_len(struct molt_http_writer *w, const char *text, size_t len)
{
    while (len > 0) {
        size_t room = w->size - w->len;
        size_t part = len < room ? len : room;

        memcpy(w->buffer + w->len, text, part);
        w->len += part;
        text += part;
        len -= part;
        if (w->len == w->size) flush(w);
    }
}

void molt_http_put(struct molt_http_writer *w, const char *text)
{
    molt_http_put_len(w, text, strlen(text));
}

void molt_http_put_number(struct molt_http_writer *w, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRId64, number);
    molt_http_put(w, text);
}

void molt_http_put_header(struct molt_http_writer *w, const char *key, const char *value)
{
    molt_http_put(w, key);
    molt_http_put(w, ": ");
    molt_http_put(w, value);
    molt_http_put(w, "\r\n");
}

void molt_http_put_host(struct molt_http_writer *w, const struct molt_url *url)
{
    molt_http_put(w, url->host_is_ipv6 ? "Host: [" : "Host: ");
    molt_http_put(w, molt_url_host(url));
    if (url->host_is_ipv6) molt_http_put(w, "]");
    if (!molt_url_port_is_default(url)) {
        molt_http_put(w, ":");
        molt_http_put_number(w, url->port);
    }
    molt_http_put(w, "\r\n");
}

enum molt_err molt_http_put_end(struct molt_http_writer *w)
{
    flush(w);
    return w->err;
}
