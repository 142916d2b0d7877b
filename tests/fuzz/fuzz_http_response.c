/* Any bytes in any pieces, through the response reader: its promises hold. Two bits of the first byte
 * say whether it answers HEAD and whether bodies are read in place; each piece's size comes from the
 * bytes as well. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/response.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t told_len;

static void on_status(void *ctx, int status)
{
    (void)ctx;
    if (status < 0 || status > 999) abort();
}

static void on_header(void *ctx, char *name, char *value)
{
    (void)ctx;
    told_len = strlen(name) + strlen(value);
    if (told_len >= CONFIG_MOLT_HTTP_KEPT_MAX) abort();
}

/* What must hold after every piece. */
static void check(const struct molt_http_response *r, size_t fed, size_t body)
{
    if (body > fed) abort();
    if ((size_t)r->body_len != body) abort();
    if (r->complete && !r->head_done) abort();
    if (r->head_done && (r->status < 200 || r->status > 999)) abort();
    if (r->complete && r->content_length >= 0 && !r->head_request && r->status != 204 &&
        r->status != 304 && body != (size_t)r->content_length)
        abort();
    if (r->head_request && body > 0) abort();
    if (r->kept_len >= sizeof r->text) abort();
    for (int i = 0; i < MOLT_HTTP_KEPT; i++) {
        const char *kept = molt_http_response_kept(r, (enum molt_http_kept)i);

        if (kept && memchr(kept, '\0', sizeof r->text - (size_t)(kept - r->text)) == NULL) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct molt_http_response r;
    static const struct molt_http_sink sink = { NULL, on_status, on_header };

    if (len < 1) return 0;
    bool head = bytes[0] & 1, in_place = bytes[0] & 2;
    size_t fed = 0, body = 0;
    uint8_t seed = bytes[0];

    bytes++, len--;
    molt_http_response_start(&r, &sink, head);
    while (fed < len && !r.complete) {
        seed = (uint8_t)(seed * 5 + bytes[fed] + 1);
        size_t piece = (size_t)seed % 31 + 1, used, got;

        if (piece > len - fed) piece = len - fed;
        /* Exact sizes, so that a sanitizer sees a byte too many. */
        uint8_t *from = calloc(1, piece), *to = in_place ? from : calloc(1, piece);
        if (!from || !to) abort();
        memcpy(from, bytes + fed, piece);
        enum molt_err err = molt_http_response_feed(&r, from, piece, &used, to, &got);
        if (!in_place) free(to);
        free(from);
        if (used > piece || got > piece) abort();
        fed += used;
        body += got;
        if (err) {
            if (r.complete) abort();
            return 0;
        }
        check(&r, fed, body);
        if (used == 0 && !r.complete) abort(); /* it would never end */
    }
    bool was_complete = r.complete, by_close = r.head_done && r.until_close;
    enum molt_err err = molt_http_response_end(&r);
    if ((err == MOLT_OK) != (was_complete || by_close)) abort();
    return 0;
}
