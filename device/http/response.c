#include "http/response.h"

#include <assert.h>
#include <string.h>

#include "http/headers.h"

static const char *const k_kept_names[MOLT_HTTP_KEPT] = {
    [MOLT_HTTP_LOCATION] = "location",
    [MOLT_HTTP_CHALLENGE] = "www-authenticate",
    [MOLT_HTTP_OTHER_CHALLENGE] = "www-authenticate",
    [MOLT_HTTP_ETAG] = "etag",
    [MOLT_HTTP_LAST_MODIFIED] = "last-modified",
    [MOLT_HTTP_RETRY_AFTER] = "retry-after",
    [MOLT_HTTP_CONTENT_TYPE] = "content-type",
};

enum molt_http_kept molt_http_kept_named(const char *name)
{
    int which = 0;

    while (which < MOLT_HTTP_KEPT && !molt_http_same_name(name, k_kept_names[which])) which++;
    return (enum molt_http_kept)which;
}

/* ---- one header line ----------------------------------------------------------------------------- */

/* The line being read stands behind what is kept; a byte stays free for the NUL after the value. */
static void add_to_line(struct molt_http_response *r, const char *at, size_t len)
{
    size_t room = sizeof r->text - r->kept_len - r->line_len - 1;

    if (len > room) {
        r->line_cut = true;
        len = room;
    }
    memcpy(r->text + r->kept_len + r->line_len, at, len);
    r->line_len += len;
}

static void tell_status(struct molt_http_response *r)
{
    if (r->status_told) return;
    r->status_told = true;
    r->status = r->parser.status_code;
    if (r->sink.status) r->sink.status(r->sink.ctx, r->status);
}

static void keep(struct molt_http_response *r, enum molt_http_kept which, const char *value)
{
    size_t size = strlen(value) + 1;

    if (which == MOLT_HTTP_CHALLENGE && r->kept_off[which]) which = MOLT_HTTP_OTHER_CHALLENGE;
    if (r->kept_off[which]) return; /* said twice: the first counts */
    memmove(r->text + r->kept_len, value, size);
    r->kept_off[which] = (uint16_t)(r->kept_len + 1);
    r->kept_len += size;
    /* The next line needs room for one NUL at least. */
    if (r->kept_len + 2 > sizeof r->text) {
        r->kept_len -= size;
        r->kept_off[which] = 0;
    }
}

static void end_line(struct molt_http_response *r)
{
    char *name = r->text + r->kept_len;
    char *value = name + r->name_len + 1;
    bool in_line = r->line_len > 0;

    char *end = name + r->line_len;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) end--;
    *end = '\0';
    bool cut = r->line_cut;
    r->line_len = 0;
    r->line_cut = false;
    r->in_value = false;
    if (!in_line || r->interim || r->head_done) return;
    tell_status(r);
    if (molt_http_same_name(name, "transfer-encoding")) {
        /* Another coding, before or after "chunked", could not be undone. */
        if (cut || r->coding_seen || !molt_http_same_name(value, "chunked")) r->bad_coding = true;
        r->coding_seen = true;
    }
    if (cut) {
        if (molt_http_same_name(name, k_kept_names[MOLT_HTTP_LOCATION])) r->location_cut = true;
        return;
    }

    if (r->sink.header) r->sink.header(r->sink.ctx, name, value);
    if (molt_http_same_name(name, "content-range")) {
        /* Two of them: which one would be true? */
        if (r->range_seen || molt_content_range_parse(value, &r->range))
            r->range = (struct molt_content_range){ -1, -1, -1 };
        r->range_seen = true;
    }
    enum molt_http_kept which = molt_http_kept_named(name);
    if (which != MOLT_HTTP_KEPT) keep(r, which, value);
}

/* ---- what llhttp calls --------------------------------------------------------------------------- */

/* Three digits make a status, and the version is 1.something; llhttp takes other ones. */
static int on_status_end(llhttp_t *parser)
{
    return parser->status_code < 100 || parser->http_major != 1 ? -1 : 0;
}

static int on_name(llhttp_t *parser, const char *at, size_t len)
{
    struct molt_http_response *r = parser->data;

    r->interim = parser->status_code / 100 == 1;
    if (r->in_value) end_line(r);
    add_to_line(r, at, len);
    return 0;
}

static int on_name_end(llhttp_t *parser)
{
    struct molt_http_response *r = parser->data;

    r->name_len = r->line_len;
    r->in_value = true;
    add_to_line(r, "", 1);
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
    struct molt_http_response *r = parser->data;

    add_to_line(r, at, len);
    return 0;
}

static bool has_no_body(const struct molt_http_response *r)
{
    unsigned status = r->parser.status_code;

    return r->head_request || status / 100 == 1 || status == 204 || status == 304;
}

static int on_head_end(llhttp_t *parser)
{
    struct molt_http_response *r = parser->data;

    /* Nobody asked for another protocol. */
    if (parser->status_code == 101 || on_status_end(parser)) return -1;
    r->interim = parser->status_code / 100 == 1;
    end_line(r);
    if (r->interim) {
        parser->flags |= F_SKIPBODY;
        return 0;
    }

    if (r->bad_coding) return -1;
    tell_status(r);
    r->chunked = parser->flags & F_CHUNKED;
    if (parser->flags & F_CONTENT_LENGTH) {
        if (parser->content_length > INT64_MAX) return -1;
        r->content_length = (int64_t)parser->content_length;
    }
    if (has_no_body(r)) parser->flags |= F_SKIPBODY;
    r->until_close = llhttp_message_needs_eof(parser);
    r->keep_alive = llhttp_should_keep_alive(parser);
    r->head_done = true;
    return HPE_PAUSED;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    struct molt_http_response *r = parser->data;

    assert(r->body);
    memmove(r->body, at, len);
    r->body += len;
    return 0;
}

static int on_chunk(llhttp_t *parser)
{
    struct molt_http_response *r = parser->data;

    r->chunk_len = parser->content_length > INT64_MAX ? INT64_MAX : (int64_t)parser->content_length;
    return 0;
}

static int on_end(llhttp_t *parser)
{
    struct molt_http_response *r = parser->data;

    if (!r->interim) r->complete = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t k_settings = {
    .on_status_complete = on_status_end,
    .on_header_field = on_name,
    .on_header_field_complete = on_name_end,
    .on_header_value = on_value,
    .on_headers_complete = on_head_end,
    .on_body = on_body,
    .on_chunk_header = on_chunk,
    .on_message_complete = on_end,
};

/* ---- feeding ------------------------------------------------------------------------------------- */

static void start_message(struct molt_http_response *r)
{
    llhttp_init(&r->parser, HTTP_RESPONSE, &k_settings);
    r->parser.data = r;
    r->interim = false;
    r->line_len = 0;
    r->line_cut = false;
    r->in_value = false;
}

void molt_http_response_start(struct molt_http_response *r, const struct molt_http_sink *sink,
                              bool head_request)
{
    memset(r, 0, offsetof(struct molt_http_response, text));
    r->status = -1;
    r->content_length = -1;
    r->chunk_len = -1;
    r->range = (struct molt_content_range){ -1, -1, -1 };
    r->sink = *sink;
    r->head_request = head_request;
    start_message(r);
}

/* One run of the parser: to the end of the bytes, or to where a callback paused it. */
static enum molt_err run(struct molt_http_response *r, const uint8_t *bytes, size_t len,
                         size_t *used)
{
    llhttp_resume(&r->parser);
    llhttp_errno_t result = llhttp_execute(&r->parser, (const char *)bytes, len);

    *used = len;
    if (result == HPE_PAUSED) {
        *used = (size_t)(llhttp_get_error_pos(&r->parser) - (const char *)bytes);
        return MOLT_OK;
    }
    return result == HPE_OK ? MOLT_OK : MOLT_ERR_FORMAT;
}

/* To the end of the bytes, of the head, or of the response. */
static enum molt_err run_on(struct molt_http_response *r, const uint8_t *bytes, size_t len,
                            size_t *used)
{
    bool head_was_done = r->head_done;

    while (*used < len && !r->complete && r->head_done == head_was_done) {
        size_t step;
        enum molt_err err = run(r, bytes + *used, len - *used, &step);
        if (err) return err;
        *used += step;
        if (r->interim && llhttp_get_errno(&r->parser) == HPE_PAUSED) start_message(r);
    }
    if (r->head_done == head_was_done) return MOLT_OK;
    /* Without a body, the end of the head is the end of the response: no byte will say so. */
    size_t none;
    return run(r, bytes + *used, 0, &none);
}

enum molt_err molt_http_response_feed(struct molt_http_response *r, const uint8_t *bytes,
                                      size_t len, size_t *used, uint8_t *body, size_t *body_len)
{
    *used = 0;
    r->body = body;
    enum molt_err err = run_on(r, bytes, len, used);

    *body_len = body ? (size_t)(r->body - body) : 0;
    r->body_len += (int64_t)*body_len;
    r->overhead = *body_len ? 0 : r->overhead + (uint32_t)*used;
    if (err) return err;
    return r->overhead > CONFIG_MOLT_HTTP_OVERHEAD_MAX ? MOLT_ERR_FULL : MOLT_OK;
}

enum molt_err molt_http_response_end(struct molt_http_response *r)
{
    if (r->head_done && r->until_close) r->complete = true;
    return r->complete ? MOLT_OK : MOLT_ERR_CLOSED;
}

const char *molt_http_response_kept(const struct molt_http_response *r, enum molt_http_kept which)
{
    return r->kept_off[which] ? r->text + r->kept_off[which] - 1 : NULL;
}
