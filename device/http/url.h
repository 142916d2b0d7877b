/* URLs: http://user:password@host:port/path?query#fragment
 *
 * Taken apart, checked and joined here and nowhere else. Pure functions, no allocation; what is
 * kept is bounded by sdkconfig.h. Source: RFC 3986, sections 3 (syntax) and 5 (references).
 *
 * Refused, because each of them has been a way to say one host to one reader and another host to
 * the next: control characters, blanks and backslashes anywhere, more than one '@', a host with
 * anything but letters, digits, '-', '.', '_', '~' (or an IPv6 address in brackets), port 0. */
#ifndef MOLT_HTTP_URL_H
#define MOLT_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sdkconfig.h"

enum molt_url_scheme { MOLT_URL_HTTP, MOLT_URL_HTTPS, MOLT_URL_OTHER };

/* What a request needs of a URL. The fragment is never kept. */
struct molt_url {
    enum molt_url_scheme scheme;
    uint16_t port; /* the scheme's own when the URL has none; 0 = other scheme without a port */
    bool host_is_ipv6;
    uint16_t target_off;                 /* of the request target in text */
    char text[CONFIG_MOLT_HTTP_URL_MAX]; /* host, without brackets, NUL, /path?query, NUL */
};

/* The user-info part, percent-decoded. */
struct molt_login {
    char user[CONFIG_MOLT_HTTP_LOGIN_MAX];
    char password[CONFIG_MOLT_HTTP_LOGIN_MAX];
};

/* The pieces of a URL as its author would name them, for a URL that is not one text. */
struct molt_url_parts {
    enum molt_url_scheme scheme;
    const char *host;  /* an IPv6 address may have brackets */
    int port;          /* 0: the scheme's own */
    const char *path;  /* NULL or "": "/" */
    const char *query; /* NULL: none */
};

/* Reads a complete URL. *login is written only when the URL has user-info.
 * MOLT_ERR_FORMAT: not a URL with a host; MOLT_ERR_FULL: longer than CONFIG_MOLT_HTTP_URL_MAX, or
 * user or password longer than theirs. On an error *url and *login are as before. */
MOLT_MUST_USE enum molt_err molt_url_parse(struct molt_url *url, struct molt_login *login,
                                           const char *text);

/* Makes *url what the reference `text` (complete, "//host/x", "/x", "x", "?q") means when it stands
 * in the document *url. Errors and promise as molt_url_parse(). `text` may not lie in *url. */
MOLT_MUST_USE enum molt_err molt_url_resolve(struct molt_url *url, struct molt_login *login,
                                             const char *text);

MOLT_MUST_USE enum molt_err molt_url_build(struct molt_url *url,
                                           const struct molt_url_parts *parts);

const char *molt_url_host(const struct molt_url *url);
const char *molt_url_target(const struct molt_url *url); /* "/path?query", never empty */

/* How far a reference leads away. Host names do not have upper and lower case. */
struct molt_url_step {
    enum molt_url_scheme scheme; /* afterwards */
    bool other_scheme, other_host, other_port;
};

/* What molt_url_resolve() would do, without doing it. Errors as there. */
MOLT_MUST_USE enum molt_err molt_url_step(const struct molt_url *url, const char *text,
                                          struct molt_url_step *step);

/* Whether the port is the scheme's own, which a Host header leaves out. */
bool molt_url_port_is_default(const struct molt_url *url);

/* "scheme://host:port/path" without the query, as esp_http_client_get_url() has it.
 * MOLT_ERR_FULL: `size` is too small. */
MOLT_MUST_USE enum molt_err molt_url_text(const struct molt_url *url, char *to, size_t size);

#endif
