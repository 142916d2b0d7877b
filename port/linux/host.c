#include "port/linux/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "port/linux/net.h"

enum { BUNDLE_LEN_MAX = 8 << 20, ENTROPY_PIECE = 256 };

/* Below this the clock was never set: 2020-01-01. */
static const int64_t k_wall_time_min = 1577836800;

uint64_t molt_host_clock_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t started_ms; /* when the first port was filled in */

static uint64_t uptime_ms(void *ctx)
{
    (void)ctx;
    return molt_host_clock_ms() - started_ms;
}

static void sleep_ms(void *ctx, uint32_t ms)
{
    struct timespec left = { .tv_sec = (time_t)(ms / 1000),
                             .tv_nsec = (long)(ms % 1000) * 1000000 };

    (void)ctx;
    int rc;
    do rc = nanosleep(&left, &left);
    while (rc != 0 && errno == EINTR);
}

static bool wall_time(void *ctx, int64_t *seconds)
{
    (void)ctx;
    *seconds = (int64_t)time(NULL);
    return *seconds >= k_wall_time_min;
}

static enum molt_err entropy(void *ctx, void *to, size_t len)
{
    uint8_t *at = to;

    (void)ctx;
    while (len > 0) {
        ssize_t got = getrandom(at, len < ENTROPY_PIECE ? len : ENTROPY_PIECE, 0);

        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return MOLT_ERR_UNSUPPORTED;
        at += got;
        len -= (size_t)got;
    }
    return MOLT_OK;
}

static void log_line(void *ctx, const char *line)
{
    (void)ctx;
    /* Not fprintf(): on a stream without a buffer glibc takes 8 KiB of the caller's stack for one. */
    (void)fputs(line, stderr);
    (void)fputc('\n', stderr);
}

/* All of the file, NUL-terminated, or NULL. */
static char *read_text(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;

    char *text = malloc(BUNDLE_LEN_MAX + 1);
    if (text) {
        *len = fread(text, 1, BUNDLE_LEN_MAX, file);
        text[*len] = '\0';
        if (*len == 0 || !feof(file) || ferror(file)) {
            free(text);
            text = NULL;
        }
    }
    (void)fclose(file);
    return text;
}

/* Read once; kept for the life of the process. */
static enum molt_err ca_bundle(void *ctx, const char **pem, size_t *len)
{
    /* SSL_CERT_FILE is OpenSSL's; then Debian, Fedora, Alpine and the BSDs. */
    const char *const paths[] = { getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt",
                                  "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };
    static char *text;
    static size_t text_len;

    (void)ctx;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0] && !text; i++) {
        if (paths[i]) text = read_text(paths[i], &text_len);
    }
    if (!text) return MOLT_ERR_NOT_FOUND;
    *pem = text;
    *len = text_len;
    return MOLT_OK;
}

void molt_host_fill(struct molt_port *port)
{
    if (started_ms == 0) started_ms = molt_host_clock_ms();
    port->uptime_ms = uptime_ms;
    port->sleep_ms = sleep_ms;
    port->wall_time = wall_time;
    port->entropy = entropy;
    port->log = log_line;
    port->ca_bundle = ca_bundle;
    port->net = &molt_linux_net;
}
