/* The request's own headers, in one block of text: "Key" NUL "value" NUL "Key" NUL ...
 *
 * Keys are unique, without regard to case. Nothing gets in that could end its line early and start
 * another one. Order is the order of setting; a value that is set again goes to the end. */
#ifndef MOLT_HTTP_HEADERS_H
#define MOLT_HTTP_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "sdkconfig.h"

struct molt_http_headers {
    size_t len;
    char text[CONFIG_MOLT_HTTP_HEADERS_MAX];
};

/* Blanks around the value are dropped. MOLT_ERR_ARG: the key is not a token (RFC 9110, 5.6.2), or
 * the value has a control character; MOLT_ERR_FULL. After an error nothing has changed. */
MOLT_MUST_USE enum molt_err molt_http_headers_set(struct molt_http_headers *h, const char *key,
                                                  const char *value);

/* The value, or NULL. It lives until the next change. */
char *molt_http_headers_get(struct molt_http_headers *h, const char *key);

/* Whether there was one. */
bool molt_http_headers_remove(struct molt_http_headers *h, const char *key);

/* Walks through: start with *at = 0; false at the end. */
bool molt_http_headers_next(const struct molt_http_headers *h, size_t *at, const char **key,
                            const char **value);

/* Whether there is a byte that does not belong into a text of one line: below 0x20, or 0x7F. */
bool molt_http_has_control(const char *text, size_t len);

/* Whether two header names are the same. */
bool molt_http_same_name(const char *a, const char *b);

#endif
