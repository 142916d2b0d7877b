#include "http/url.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* A URL reference cut at its delimiters; nothing is decoded. A part whose `at` is NULL is absent,
 * which is not the same as empty. */
struct reference {
    struct molt_span scheme, user, password, host, path, query;
    bool has_authority;
    bool host_is_ipv6;
    uint16_t port; /* 0: none given */
};

static const struct {
    const char *name;
    enum molt_url_scheme scheme;
    uint16_t port;
} k_schemes[] = {
    { "http", MOLT_URL_HTTP, 80 },
    { "https", MOLT_URL_HTTPS, 443 },
};

static bool same_text(struct molt_span a, const char *b)
{
    size_t at = 0;

    while (at < a.len && b[at] && molt_ascii_lower(a.at[at]) == molt_ascii_lower(b[at])) at++;
    return at == a.len && !b[at];
}

static enum molt_url_scheme scheme_of(struct molt_span name)
{
    for (size_t i = 0; i < sizeof k_schemes / sizeof k_schemes[0]; i++)
        if (same_text(name, k_schemes[i].name)) return k_schemes[i].scheme;
    return MOLT_URL_OTHER;
}

static uint16_t default_port(enum molt_url_scheme scheme)
{
    for (size_t i = 0; i < sizeof k_schemes / sizeof k_schemes[0]; i++)
        if (k_schemes[i].scheme == scheme) return k_schemes[i].port;
    return 0;
}

static const char *scheme_name(enum molt_url_scheme scheme)
{
    for (size_t i = 0; i < sizeof k_schemes / sizeof k_schemes[0]; i++)
        if (k_schemes[i].scheme == scheme) return k_schemes[i].name;
    return "unknown";
}

/* ---- cutting ------------------------------------------------------------------------------------ */

static bool clean(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= ' ' || c == 0x7F || c == '\\') return false;
    }
    return true;
}

static bool host_chars(struct molt_span host, const char *punctuation, bool hex_only)
{
    for (size_t i = 0; i < host.len; i++) {
        unsigned char c = (unsigned char)host.at[i];
        bool letter = c < 0x80 && (hex_only ? isxdigit(c) : isalnum(c));

        if (!letter && !strchr(punctuation, c)) return false;
    }
    return host.len > 0;
}

static enum molt_err parse_port(struct molt_span digits, uint16_t *port)
{
    uint32_t value = 0;

    for (size_t i = 0; i < digits.len; i++) {
        if (!isdigit((unsigned char)digits.at[i])) return MOLT_ERR_FORMAT;
        value = value * 10 + (uint32_t)(digits.at[i] - '0');
        if (value > UINT16_MAX) return MOLT_ERR_FORMAT;
    }
    /* "host:" means the default port, "host:0" means nothing. */
    if (digits.len > 0 && value == 0) return MOLT_ERR_FORMAT;
    *port = (uint16_t)value;
    return MOLT_OK;
}

/* host, host:port, [v6], [v6]:port */
static enum molt_err cut_host(struct molt_span text, struct reference *ref)
{
    const char *end = text.at + text.len;
    const char *after;

    if (text.len > 0 && text.at[0] == '[') {
        const char *close = memchr(text.at, ']', text.len);

        if (!close) return MOLT_ERR_FORMAT;
        ref->host = (struct molt_span){ text.at + 1, (size_t)(close - text.at) - 1 };
        ref->host_is_ipv6 = true;
        if (!host_chars(ref->host, ":.", true)) return MOLT_ERR_FORMAT;
        after = close + 1;
    } else {
        const char *colon = memchr(text.at, ':', text.len);

        after = colon ? colon : end;
        ref->host = (struct molt_span){ text.at, (size_t)(after - text.at) };
        if (!host_chars(ref->host, "-._~", false)) return MOLT_ERR_FORMAT;
    }
    if (after == end) return MOLT_OK;
    if (*after != ':') return MOLT_ERR_FORMAT;
    return parse_port((struct molt_span){ after + 1, (size_t)(end - after) - 1 }, &ref->port);
}

static enum molt_err cut_authority(struct molt_span text, struct reference *ref)
{
    const char *at_sign = memchr(text.at, '@', text.len);

    ref->has_authority = true;
    if (!at_sign) return cut_host(text, ref);

    struct molt_span info = { text.at, (size_t)(at_sign - text.at) };
    struct molt_span host = { at_sign + 1, text.len - info.len - 1 };
    const char *colon = memchr(info.at, ':', info.len);

    if (memchr(host.at, '@', host.len)) return MOLT_ERR_FORMAT;
    ref->user = info;
    if (colon) {
        ref->user.len = (size_t)(colon - info.at);
        ref->password = (struct molt_span){ colon + 1, info.len - ref->user.len - 1 };
    }
    return cut_host(host, ref);
}

/* Length of "scheme" when `text` begins with "scheme:"; 0 when it has none. */
static size_t scheme_len(const char *text)
{
    size_t len = strcspn(text, ":/?#");

    if (text[len] != ':' || !isalpha((unsigned char)text[0])) return 0;
    for (size_t i = 1; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("+-.", text[i])) return 0;
    return len;
}

static enum molt_err cut(const char *text, struct reference *ref)
{
    size_t len = strlen(text);

    *ref = (struct reference){ 0 };
    if (!clean(text, len)) return MOLT_ERR_FORMAT;

    size_t name_len = scheme_len(text);
    if (name_len > 0) {
        ref->scheme = (struct molt_span){ text, name_len };
        text += name_len + 1;
    }
    if (text[0] == '/' && text[1] == '/') {
        struct molt_span authority = { text + 2, strcspn(text + 2, "/?#") };
        enum molt_err err = cut_authority(authority, ref);
        if (err) return err;
        text = authority.at + authority.len;
    }
    ref->path = (struct molt_span){ text, strcspn(text, "?#") };
    text += ref->path.len;
    if (*text == '?') ref->query = (struct molt_span){ text + 1, strcspn(text + 1, "#") };
    return MOLT_OK;
}

/* ---- putting together ---------------------------------------------------------------------------- */

/* RFC 3986 5.2.4 in place; `path` begins with '/'. Returns the new length. */
static size_t remove_dots(char *path, size_t len)
{
    size_t to = 0, from = 0;

    while (from < len) {
        size_t seg = 1; /* the segment with the slash before it */

        while (from + seg < len && path[from + seg] != '/') seg++;
        bool last = from + seg == len;
        bool dot = seg == 2 && path[from + 1] == '.';
        bool dots = seg == 3 && path[from + 1] == '.' && path[from + 2] == '.';

        if (dots)
            while (to > 0 && path[--to] != '/') continue;
        if (dot || dots) {
            if (last) path[to++] = '/';
        } else {
            memmove(path + to, path + from, seg);
            to += seg;
        }
        from += seg;
    }
    return to;
}

/* Sets the request target to the first `keep` bytes of the present one, then `path` and `query`.
 * The caller has checked that all of it fits, a slash and a question mark included. */
static void put_target(struct molt_url *url, size_t keep, struct molt_span path,
                       struct molt_span query)
{
    char *target = url->text + url->target_off;
    size_t len = keep;

    if (len == 0 && (path.len == 0 || path.at[0] != '/')) target[len++] = '/';
    memcpy(target + len, path.at, path.len);
    len = remove_dots(target, len + path.len);
    if (query.at) {
        target[len++] = '?';
        memcpy(target + len, query.at, query.len);
        len += query.len;
    }
    target[len] = '\0';
    assert(url->target_off + len < sizeof url->text);
}

static bool fits(size_t before, struct molt_span path, struct molt_span query)
{
    return before + path.len + query.len + sizeof "/?" <= CONFIG_MOLT_HTTP_URL_MAX;
}

static int hex_value(char c)
{
    if (isdigit((unsigned char)c)) return c - '0';
    if (isxdigit((unsigned char)c)) return molt_ascii_lower(c) - 'a' + 10;
    return -1;
}

static enum molt_err decode(struct molt_span from, char *to, size_t size)
{
    size_t len = 0;

    for (size_t i = 0; i < from.len; i++) {
        int c = (unsigned char)from.at[i];

        if (c == '%') {
            if (from.len - i < 3) return MOLT_ERR_FORMAT;
            int high = hex_value(from.at[i + 1]), low = hex_value(from.at[i + 2]);
            if (high < 0 || low < 0) return MOLT_ERR_FORMAT;
            c = high * 16 + low;
            if (c < ' ' || c == 0x7F) return MOLT_ERR_FORMAT;
            i += 2;
        }
        if (len + 1 >= size) return MOLT_ERR_FULL;
        to[len++] = (char)c;
    }
    to[len] = '\0';
    return MOLT_OK;
}

static enum molt_err put_login(const struct reference *ref, struct molt_login *login)
{
    struct molt_login decoded;

    if (!ref->user.at) return MOLT_OK;
    enum molt_err err = decode(ref->user, decoded.user, sizeof decoded.user);
    if (err) return err;
    err = decode(ref->password, decoded.password, sizeof decoded.password);
    if (err) return err;
    *login = decoded;
    return MOLT_OK;
}

static enum molt_err put_all(struct molt_url *url, struct molt_login *login,
                             enum molt_url_scheme scheme, const struct reference *ref)
{
    if (!ref->has_authority) return MOLT_ERR_FORMAT;
    if (!fits(ref->host.len + 1, ref->path, ref->query)) return MOLT_ERR_FULL;
    enum molt_err err = put_login(ref, login);
    if (err) return err;

    url->scheme = scheme;
    url->port = ref->port ? ref->port : default_port(scheme);
    url->host_is_ipv6 = ref->host_is_ipv6;
    memcpy(url->text, ref->host.at, ref->host.len);
    url->text[ref->host.len] = '\0';
    url->target_off = (uint16_t)(ref->host.len + 1);
    put_target(url, 0, ref->path, ref->query);
    return MOLT_OK;
}

enum molt_err molt_url_parse(struct molt_url *url, struct molt_login *login, const char *text)
{
    struct reference ref;
    enum molt_err err = cut(text, &ref);

    if (err) return err;
    if (!ref.scheme.at) return MOLT_ERR_FORMAT;
    return put_all(url, login, scheme_of(ref.scheme), &ref);
}

enum molt_err molt_url_resolve(struct molt_url *url, struct molt_login *login, const char *text)
{
    struct reference ref;
    enum molt_err err = cut(text, &ref);

    if (err) return err;
    if (ref.scheme.at) return put_all(url, login, scheme_of(ref.scheme), &ref);
    if (ref.has_authority) return put_all(url, login, url->scheme, &ref);

    const char *target = molt_url_target(url);
    size_t path_len = strcspn(target, "?");
    size_t keep = 0;

    if (ref.path.len == 0) {
        keep = ref.query.at ? path_len : strlen(target);
    } else if (ref.path.at[0] != '/') {
        for (keep = path_len; target[keep - 1] != '/';) keep--;
    }
    if (!fits(url->target_off + keep, ref.path, ref.query)) return MOLT_ERR_FULL;
    /* A kept query is not part of the path that put_target() cleans. */
    if (ref.path.len == 0 && !ref.query.at) return MOLT_OK;
    put_target(url, keep, ref.path, ref.query);
    return MOLT_OK;
}

enum molt_err molt_url_build(struct molt_url *url, const struct molt_url_parts *parts)
{
    const char *path = parts->path ? parts->path : "";
    struct reference ref = {
        .has_authority = true,
        .path = { path, strlen(path) },
        .query = { parts->query, parts->query ? strlen(parts->query) : 0 },
    };

    struct molt_login none;

    if (parts->port < 0 || parts->port > UINT16_MAX) return MOLT_ERR_FORMAT;
    if (!clean(path, ref.path.len) || strpbrk(path, "?#")) return MOLT_ERR_FORMAT;
    if (parts->query && (!clean(parts->query, ref.query.len) || strchr(parts->query, '#')))
        return MOLT_ERR_FORMAT;

    struct molt_span host = { parts->host, strlen(parts->host) };
    ref.port = (uint16_t)parts->port;
    if (host.at[0] != '[' && strchr(host.at, ':')) { /* an IPv6 address without its brackets */
        ref.host = host;
        ref.host_is_ipv6 = true;
        if (!host_chars(host, ":.", true)) return MOLT_ERR_FORMAT;
    } else {
        enum molt_err err = cut_host(host, &ref);
        if (err) return err;
    }
    return put_all(url, &none, parts->scheme, &ref);
}

/* ---- asking -------------------------------------------------------------------------------------- */

const char *molt_url_host(const struct molt_url *url)
{
    return url->text;
}

const char *molt_url_target(const struct molt_url *url)
{
    return url->text + url->target_off;
}

bool molt_url_port_is_default(const struct molt_url *url)
{
    return url->port == default_port(url->scheme);
}

enum molt_err molt_url_step(const struct molt_url *url, const char *text,
                            struct molt_url_step *step)
{
    struct reference ref;
    enum molt_err err = cut(text, &ref);

    if (err) return err;
    if (ref.scheme.at && !ref.has_authority) return MOLT_ERR_FORMAT;
    *step = (struct molt_url_step){ .scheme = url->scheme };
    if (!ref.has_authority) return MOLT_OK;
    if (ref.scheme.at) step->scheme = scheme_of(ref.scheme);

    uint16_t port = ref.port ? ref.port : default_port(step->scheme);
    step->other_scheme = step->scheme != url->scheme;
    step->other_port = port != url->port;
    step->other_host = !same_text(ref.host, molt_url_host(url));
    return MOLT_OK;
}

enum molt_err molt_url_text(const struct molt_url *url, char *to, size_t size)
{
    const char *open = url->host_is_ipv6 ? "[" : "", *close = url->host_is_ipv6 ? "]" : "";
    const char *target = molt_url_target(url);

    int len = snprintf(to, size, "%s://%s%s%s:%u%.*s", scheme_name(url->scheme), open,
                       molt_url_host(url), close, url->port, (int)strcspn(target, "?"), target);
    return len >= 0 && (size_t)len < size ? MOLT_OK : MOLT_ERR_FULL;
}
