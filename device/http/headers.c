#include "http/headers.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

bool molt_http_same_name(const char *a, const char *b)
{
    while (*a && molt_ascii_lower(*a) == molt_ascii_lower(*b)) a++, b++;
    return *a == *b;
}

static bool is_token(const char *key)
{
    for (const char *c = key; *c; c++) {
        unsigned char byte = (unsigned char)*c;

        if (byte >= 0x80 || (!isalnum(byte) && !strchr("!#$%&'*+-.^_`|~", byte))) return false;
    }
    return *key != '\0';
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7F;
}

bool molt_http_has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_control(text[i])) return true;
    return false;
}

static bool stays_in_its_line(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_control(value[i]) && value[i] != '\t') return false;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void remove_entry(struct molt_http_headers *h, char *key)
{
    size_t off = (size_t)(key - h->text);
    size_t size = strlen(key) + 1;

    size += strlen(key + size) + 1;
    memmove(key, key + size, h->len - off - size);
    h->len -= size;
}

static char *find(struct molt_http_headers *h, const char *key)
{
    for (size_t at = 0; at < h->len;) {
        char *entry = h->text + at;

        if (molt_http_same_name(entry, key)) return entry;
        at += strlen(entry) + 1;
        at += strlen(h->text + at) + 1;
    }
    return NULL;
}

enum molt_err molt_http_headers_set(struct molt_http_headers *h, const char *key, const char *value)
{
    size_t key_len = strlen(key);

    while (is_blank(*value)) value++;
    size_t value_len = strlen(value);
    while (value_len > 0 && is_blank(value[value_len - 1])) value_len--;
    if (!is_token(key) || !stays_in_its_line(value, value_len)) return MOLT_ERR_ARG;

    if (key_len + value_len + 2 > sizeof h->text - h->len) return MOLT_ERR_FULL;

    /* First add, then remove the old one: key and value may point into it. */
    char *old = find(h, key);
    char *to = h->text + h->len;
    memcpy(to, key, key_len + 1);
    memcpy(to + key_len + 1, value, value_len);
    to[key_len + 1 + value_len] = '\0';
    h->len += key_len + value_len + 2;
    if (old) remove_entry(h, old);
    return MOLT_OK;
}

char *molt_http_headers_get(struct molt_http_headers *h, const char *key)
{
    char *entry = find(h, key);

    return entry ? entry + strlen(entry) + 1 : NULL;
}

bool molt_http_headers_remove(struct molt_http_headers *h, const char *key)
{
    char *entry = find(h, key);

    if (entry) remove_entry(h, entry);
    return entry != NULL;
}

bool molt_http_headers_next(const struct molt_http_headers *h, size_t *at, const char **key,
                            const char **value)
{
    if (*at >= h->len) return false;
    *key = h->text + *at;
    *value = *key + strlen(*key) + 1;
    *at = (size_t)(*value - h->text) + strlen(*value) + 1;
    return true;
}
