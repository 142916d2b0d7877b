#include "esp_log.h"

#include <stdio.h>
#include <string.h>

#include "ctx/ctx.h"
#include "ctx/log_part.h"

enum { BYTES_PER_LINE = 16 };

static struct molt_log_part *log_part(void)
{
    return molt_device_part(MOLT_DEVICE_LOG);
}

static int find_tag(const struct molt_log_part *part, const char *tag)
{
    for (size_t i = 0; i < part->tag_count; i++)
        if (strncmp(part->tag[i].name, tag, MOLT_LOG_TAG_LEN) == 0) return (int)i;
    return -1;
}

void esp_log_level_set(const char *tag, esp_log_level_t level)
{
    struct molt_log_part *part = log_part();

    if (!part || !tag) return;
    if (strcmp(tag, "*") == 0) {
        part->default_set = true;
        part->default_level = level;
        part->tag_count = 0;
        return;
    }
    int index = find_tag(part, tag);
    if (index < 0) {
        if (part->tag_count == CONFIG_MOLT_LOG_TAGS) return;
        index = (int)part->tag_count++;
        (void)snprintf(part->tag[index].name, sizeof part->tag[index].name, "%s", tag);
    }
    part->tag[index].level = level;
}

esp_log_level_t esp_log_level_get(const char *tag)
{
    const struct molt_log_part *part = log_part();

    if (!part) return (esp_log_level_t)CONFIG_LOG_DEFAULT_LEVEL;
    int index = tag ? find_tag(part, tag) : -1;
    if (index >= 0) return part->tag[index].level;
    return part->default_set ? part->default_level : (esp_log_level_t)CONFIG_LOG_DEFAULT_LEVEL;
}

uint32_t esp_log_timestamp(void)
{
    const struct molt_port *port = molt_this_port();

    return port && port->uptime_ms ? (uint32_t)port->uptime_ms(port->ctx) : 0;
}

uint32_t esp_log_early_timestamp(void)
{
    return esp_log_timestamp();
}

vprintf_like_t esp_log_set_vprintf(vprintf_like_t func)
{
    struct molt_log_part *part = log_part();

    if (!part) return NULL;
    vprintf_like_t former = part->print;
    part->print = func;
    return former;
}

MOLT_PRINTF_LIKE(2, 3)
static void print_with(vprintf_like_t print, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)print(format, args);
    va_end(args);
}

static void emit(const char *line)
{
    const struct molt_log_part *part = log_part();
    const struct molt_port *port = molt_this_port();

    if (part && part->print)
        print_with(part->print, "%s\n", line);
    else if (port && port->log)
        port->log(port->ctx, line);
}

static bool lets_through(esp_log_level_t level, const char *tag)
{
    return level != ESP_LOG_NONE && level <= esp_log_level_get(tag);
}

/* Takes one character; text longer than a line is cut, as everywhere in the log. */
static void take(struct molt_log_part *part, char c)
{
    if (c == '\n') {
        part->pending[part->pending_len] = '\0';
        emit(part->pending);
        part->pending_len = 0;
        return;
    }
    if (part->pending_len < sizeof part->pending - 1) part->pending[part->pending_len++] = c;
}

void esp_log_writev(esp_log_level_t level, const char *tag, const char *format, va_list args)
{
    struct molt_log_part *part = log_part();
    char text[CONFIG_MOLT_LOG_LINE_MAX];

    if (!part || !lets_through(level, tag)) return;
    int len = vsnprintf(text, sizeof text, format, args);
    for (const char *c = text; *c; c++) take(part, *c);
    size_t format_len = strlen(format);
    bool newline_was_cut =
        len >= (int)sizeof text && format_len > 0 && format[format_len - 1] == '\n';
    if (newline_was_cut) take(part, '\n');
}

void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    esp_log_writev(level, tag, format, args);
    va_end(args);
}

void molt_log_line(esp_log_level_t level, const char *tag, const char *format, ...)
{
    static const char letters[] = "?EWIDV";
    char line[CONFIG_MOLT_LOG_LINE_MAX];
    va_list args;

    if (!lets_through(level, tag)) return;
    int len = snprintf(line, sizeof line,
                       "%c (%" PRIu32 ") %s: ", level <= ESP_LOG_VERBOSE ? letters[level] : '?',
                       esp_log_timestamp(), tag ? tag : "");
    if (len < 0) return;
    if ((size_t)len < sizeof line) {
        va_start(args, format);
        (void)vsnprintf(line + len, sizeof line - (size_t)len, format, args);
        va_end(args);
    }
    emit(line);
}

static char printable(uint8_t byte)
{
    if (byte < 0x20 || byte >= 0x7F) return '.';
    return (char)byte;
}

void esp_log_buffer_hex_internal(const char *tag, const void *buffer, uint16_t len,
                                 esp_log_level_t level)
{
    const uint8_t *bytes = buffer;

    for (uint32_t off = 0; off < len; off += BYTES_PER_LINE) {
        char text[3 * BYTES_PER_LINE + 1] = "";

        for (uint32_t i = 0; i < BYTES_PER_LINE && off + i < len; i++)
            (void)snprintf(text + (size_t)3 * i, 4, i + 1 < BYTES_PER_LINE ? "%02x " : "%02x",
                           bytes[off + i]);
        molt_log_line(level, tag, "%s", text);
    }
}

void esp_log_buffer_char_internal(const char *tag, const void *buffer, uint16_t len,
                                  esp_log_level_t level)
{
    const uint8_t *bytes = buffer;

    for (uint32_t off = 0; off < len; off += BYTES_PER_LINE) {
        char text[BYTES_PER_LINE + 1] = "";

        for (uint32_t i = 0; i < BYTES_PER_LINE && off + i < len; i++)
            text[i] = printable(bytes[off + i]);
        molt_log_line(level, tag, "%s", text);
    }
}

void esp_log_buffer_hexdump_internal(const char *tag, const void *buffer, uint16_t len,
                                     esp_log_level_t level)
{
    const uint8_t *bytes = buffer;

    for (uint32_t off = 0; off < len; off += BYTES_PER_LINE) {
        char hex[3 * BYTES_PER_LINE + 1] = "", text[BYTES_PER_LINE + 1] = "";

        for (uint32_t i = 0; i < BYTES_PER_LINE && off + i < len; i++) {
            (void)snprintf(hex + (size_t)3 * i, 4, "%02x ", bytes[off + i]);
            text[i] = printable(bytes[off + i]);
        }
        molt_log_line(level, tag, "%p  %-48s |%s|", (const void *)(bytes + off), hex, text);
    }
}
