/* A base and a reference, with a newline between them: what comes out is a URL that can go into a
 * request line and means the same when it is read again; what fails changes nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_target(const char *target)
{
    size_t path_len = strcspn(target, "?");

    if (target[0] != '/') abort();
    for (const char *c = target; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7F || *c == '#' || *c == '\\') abort();
    for (size_t i = 0; i + 2 < path_len; i++)
        if (memcmp(target + i, "/./", 3) == 0) abort();
    for (size_t i = 0; i + 3 < path_len; i++)
        if (memcmp(target + i, "/../", 4) == 0) abort();
}

static void check_host(const char *host)
{
    if (*host == '\0') abort();
    for (const char *c = host; *c; c++)
        if (strchr("/?#@\\ \r\n[]", *c)) abort();
}

/* Its text, query added, reads back as the same. */
static void check_again(const struct molt_url *url)
{
    static char text[CONFIG_MOLT_HTTP_URL_MAX + 64];
    static struct molt_url again;
    struct molt_login login;
    const char *query = strchr(molt_url_target(url), '?');

    if (url->scheme == MOLT_URL_OTHER) return;
    if (molt_url_text(url, text, sizeof text)) abort();
    if (query) strcat(text, query);
    if (molt_url_parse(&again, &login, text)) abort();
    if (again.scheme != url->scheme || again.port != url->port) abort();
    if (strcmp(molt_url_host(&again), molt_url_host(url)) != 0) abort();
    if (strcmp(molt_url_target(&again), molt_url_target(url)) != 0) abort();
}

static void check(const struct molt_url *url)
{
    check_target(molt_url_target(url));
    check_host(molt_url_host(url));
    check_again(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct molt_url url, before;
    struct molt_login login = { "", "" };
    struct molt_url_step step;
    char *text = malloc(len + 1);

    if (!text) abort();
    memcpy(text, bytes, len);
    text[len] = '\0';
    char *reference = strchr(text, '\n');
    if (reference) *reference++ = '\0';

    if (molt_url_parse(&url, &login, text) == MOLT_OK) {
        check(&url);
        before = url;
        if (reference && molt_url_resolve(&url, &login, reference) == MOLT_OK) {
            check(&url);
            if (molt_url_step(&before, reference, &step)) abort();
            if (step.other_port != (url.port != before.port)) abort();
            if (step.scheme != url.scheme) abort();
        } else if (memcmp(&url, &before, sizeof url) != 0) {
            abort();
        }
    }
    free(text);
    return 0;
}
