/* A web server in memory, behind molt_net_ops: it serves one file, as well or as badly as a test
 * wants. Time is the test's: waiting in vain lets it pass. */
#ifndef MOLT_TESTS_OTA_FAKE_SERVER_H
#define MOLT_TESTS_OTA_FAKE_SERVER_H

#include "tests/ota/ota_device.h"

enum { NEVER = 0x7FFFFFFF, RANGES_MAX = 16 };

struct fake_server {
    const uint8_t *file;
    uint32_t file_len;
    int status;          /* instead of 200 and 206; 0 = as it should be */
    const char *headers; /* further lines, each with CR LF */
    bool chunked;
    bool no_length; /* the end of the connection is the end of the body */
    bool no_ranges; /* Range is ignored */
    bool no_total;  /* Content-Range with a star */
    bool closes;    /* after each response */
    uint32_t piece; /* bytes per receive; 0 = all */
    int redirects;  /* so many requests are sent on to `location` */
    const char *location;
    uint32_t ends_early;     /* bytes that a part lacks at its end, announced so */
    uint32_t range_shift;    /* what it sends in place of the range asked for */
    const char *challenge;   /* WWW-Authenticate of a 401 to all who do not answer it right, with */
    const char *credentials; /* this Authorization (its start) */
    int changes_after;       /* requests after which the file is another one */
    const uint8_t *changed;
    const char *changed_headers;
    uint32_t changed_len; /* 0 = the same length, but another ETag */
    /* after so many bytes of the body: */
    uint32_t fin_at, stall_at, reset_at;
    bool refuses;          /* connections */
    uint32_t delay_ms;     /* between two pieces of body */
    uint32_t moved_len;    /* bytes of a redirect's body; 0 = 5 */
    bool ignores_if_range; /* sends a part of the new file */

    int requests, connects, closed;
    char ranges[RANGES_MAX][64]; /* of each request; "" = none */
    char request[2048];
    uint64_t now_ms;
};

struct molt_conn {
    bool open;
    size_t request_len;
    uint32_t head;           /* bytes before the body */
    uint64_t due_ms;         /* when the next bytes come */
    uint32_t at, end, limit; /* of `response`; nothing comes from `limit` on */
    enum molt_err then;      /* what happens there */
    uint8_t response[2 * IMAGE_MAX];
};

static struct fake_server server;
static struct molt_conn the_conn;

static inline void put_text(struct molt_conn *c, const char *text)
{
    size_t len = strlen(text);

    memcpy(c->response + c->end, text, len);
    c->end += (uint32_t)len;
}

static inline void put_body(struct molt_conn *c, const uint8_t *body, uint32_t len)
{
    char line[16];

    if (!server.chunked) {
        memcpy(c->response + c->end, body, len);
        c->end += len;
        return;
    }
    for (uint32_t at = 0; at < len;) {
        uint32_t piece = len - at < 289 ? len - at : 289; /* as openssl s_server -WWW did */

        (void)snprintf(line, sizeof line, "%x\r\n", (unsigned)piece);
        put_text(c, line);
        memcpy(c->response + c->end, body + at, piece);
        c->end += piece;
        put_text(c, "\r\n");
        at += piece;
    }
    put_text(c, "0\r\n\r\n");
}

/* [*first, *last] of the file as the Range header asks; false: there is none that can be honoured. */
static inline bool range_asked(uint32_t *first, uint32_t *last)
{
    const char *text = strstr(server.request, "Range: bytes=");
    char *end;

    *first = 0;
    *last = server.file_len - 1;
    if (!text || server.no_ranges) return false;
    /* If-Range: another file than the one that the client has a part of */
    if (strstr(server.request, "If-Range:") && server.headers && !server.ignores_if_range &&
        !strstr(server.request, strstr(server.headers, "\"")))
        return false;
    *first = (uint32_t)strtoul(text + 13, &end, 10);
    if (end[0] == '-' && end[1] != '\r') *last = (uint32_t)strtoul(end + 1, NULL, 10);
    if (*last >= server.file_len) *last = server.file_len - 1;
    return true;
}

static inline void note_range(void)
{
    const char *text = strstr(server.request, "\r\nRange: ");
    char *to = server.ranges[server.requests < RANGES_MAX ? server.requests : RANGES_MAX - 1];

    to[0] = '\0';
    if (text) (void)snprintf(to, 64, "%.*s", (int)strcspn(text + 9, "\r"), text + 9);
}

static inline void answer(struct molt_conn *c)
{
    uint32_t first, last;
    char line[256];

    note_range();
    server.requests++;
    if (server.changes_after && server.requests > server.changes_after) {
        server.file = server.changed;
        if (server.changed_len) server.file_len = server.changed_len;
        if (!server.changed_len)
            server.headers = server.changed_headers ? server.changed_headers : "ETag: \"new\"\r\n";
    }
    c->at = c->end = 0;
    c->head = UINT32_MAX;
    c->due_ms = 0;
    c->limit = UINT32_MAX;
    c->then = MOLT_ERR_TIMEOUT;
    c->request_len = 0;
    if (server.redirects > 0) {
        server.redirects--;
        uint32_t moved_len = server.moved_len ? server.moved_len : 5;

        (void)snprintf(line, sizeof line,
                       "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: %u\r\n\r\n",
                       server.location, (unsigned)moved_len);
        put_text(c, line);
        c->head = c->end;
        memset(c->response + c->end, '.', moved_len);
        c->end += moved_len;
        return;
    }
    const char *authorization = strstr(server.request, "\r\nAuthorization: ");
    size_t credentials_len = server.credentials ? strlen(server.credentials) : 0;
    if (server.challenge &&
        (!authorization || !credentials_len ||
         strncmp(authorization + 17, server.credentials, credentials_len) != 0)) {
        (void)snprintf(line, sizeof line,
                       "HTTP/1.1 401 No\r\nWWW-Authenticate: %s\r\nContent-Length: 2\r\n\r\nno",
                       server.challenge);
        put_text(c, line);
        return;
    }
    bool part = range_asked(&first, &last);
    int status = !part ? 200 : first < server.file_len ? 206 : 416;
    if (server.status) status = server.status;
    (void)snprintf(line, sizeof line, "HTTP/1.1 %d Status\r\n%s", status,
                   server.headers ? server.headers : "");
    put_text(c, line);
    if (status == 206) {
        char total[16] = "*";

        if (!server.no_total) (void)snprintf(total, sizeof total, "%u", (unsigned)server.file_len);
        first += server.range_shift;
        last -= server.ends_early;
        (void)snprintf(line, sizeof line, "Content-Range: bytes %u-%u/%s\r\n", (unsigned)first,
                       (unsigned)last, total);
        put_text(c, line);
    }
    uint32_t len = status == 416 || first > last ? 0 : last - first + 1;
    if (server.chunked)
        put_text(c, "Transfer-Encoding: chunked\r\n");
    else if (!server.no_length) {
        (void)snprintf(line, sizeof line, "Content-Length: %u\r\n", (unsigned)len);
        put_text(c, line);
    }
    if (server.closes || server.no_length) put_text(c, "Connection: close\r\n");
    put_text(c, "\r\n");
    c->head = c->end;
    put_body(c, server.file + first, len);
    if (server.closes || server.no_length) c->then = MOLT_ERR_CLOSED;
    const struct {
        uint32_t at;
        enum molt_err then;
    } ends[] = { { server.fin_at, MOLT_ERR_CLOSED },
                 { server.stall_at, MOLT_ERR_TIMEOUT },
                 { server.reset_at, MOLT_ERR_NETWORK } };
    for (size_t i = 0; i < 3; i++) {
        if (!ends[i].at || c->head + ends[i].at >= c->end) continue;
        c->limit = c->head + ends[i].at;
        c->then = ends[i].then;
    }
    if (c->limit > c->end) c->limit = c->end;
}

static inline enum molt_err fake_connect(void *ctx, const struct molt_net_target *target,
                                         uint32_t timeout_ms, struct molt_conn **conn)
{
    (void)ctx;
    (void)target;
    (void)timeout_ms;
    server.connects++;
    if (server.refuses || the_conn.open) return MOLT_ERR_CONNECT;
    the_conn.open = true;
    the_conn.at = the_conn.end = the_conn.limit = 0;
    the_conn.then = MOLT_ERR_TIMEOUT;
    the_conn.request_len = 0;
    *conn = &the_conn;
    return MOLT_OK;
}

static inline enum molt_err fake_send(struct molt_conn *c, const void *bytes, size_t len,
                                      uint32_t timeout_ms, size_t *sent)
{
    size_t room = sizeof server.request - 1 - c->request_len;

    (void)timeout_ms;
    *sent = len < room ? len : room;
    memcpy(server.request + c->request_len, bytes, *sent);
    c->request_len += *sent;
    server.request[c->request_len] = '\0';
    if (strstr(server.request, "\r\n\r\n")) answer(c);
    return MOLT_OK;
}

static inline enum molt_err fake_recv(struct molt_conn *c, void *to, size_t size,
                                      uint32_t timeout_ms, size_t *got)
{
    uint32_t end = c->limit < c->end ? c->limit : c->end;
    size_t len = end - c->at;

    if (len == 0 && c->then == MOLT_ERR_TIMEOUT) server.now_ms += timeout_ms;
    if (len == 0) return c->then;
    if (c->due_ms > server.now_ms + timeout_ms) {
        server.now_ms += timeout_ms;
        return MOLT_ERR_TIMEOUT;
    }
    if (c->due_ms > server.now_ms) server.now_ms = c->due_ms;
    if (server.piece && len > server.piece) len = server.piece;
    if (len > size) len = size;
    memcpy(to, c->response + c->at, len);
    c->at += (uint32_t)len;
    server.now_ms++;
    if (c->at >= c->head) c->due_ms = server.now_ms + server.delay_ms;
    *got = len;
    return MOLT_OK;
}

static inline void fake_close(struct molt_conn *c)
{
    c->open = false;
    server.closed++;
}

static inline uint64_t fake_uptime(void *ctx)
{
    (void)ctx;
    return server.now_ms;
}

/* The device of ota_device.h, with this server at the other end of its network. */
static inline void server_start(const uint8_t *file, uint32_t len)
{
    static const struct molt_net_ops net = {
        .connect = fake_connect, .send = fake_send, .recv = fake_recv, .close = fake_close
    };

    memset(&server, 0, sizeof server);
    memset(&the_conn, 0, sizeof the_conn);
    server.file = file;
    server.file_len = len;
    device.port.net = &net;
    device.port.uptime_ms = fake_uptime;
    molt_ota_part()->config.allow_http = true; /* it does not speak TLS */
}

#endif
