#include "http/ip.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static bool parse_v4(const char *text, uint8_t address[4])
{
    for (int i = 0; i < 4; i++) {
        unsigned value = 0;
        int digits = 0;

        for (; isdigit((unsigned char)*text); text++, digits++)
            value = value * 10 + (unsigned)(*text - '0');
        if (digits == 0 || digits > 3 || value > 255) return false;
        address[i] = (uint8_t)value;
        if (*text++ != (i < 3 ? '.' : '\0')) return false;
    }
    return true;
}

/* A group of an IPv6 address at *text, which moves past it. */
static bool take_group(const char **text, uint8_t group[2])
{
    unsigned value = 0;
    int digits = 0;

    for (; isxdigit((unsigned char)**text); (*text)++, digits++) {
        char c = molt_ascii_lower(**text);

        value = value * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    group[0] = (uint8_t)(value >> 8);
    group[1] = (uint8_t)value;
    return digits > 0 && digits <= 4;
}

/* Groups up to the end or to "::"; how many bytes, -1 when something else is there. */
static int take_groups(const char **text, uint8_t *to, int room)
{
    int len = 0;

    if (**text == '\0') return 0;
    for (;;) {
        if (len + 4 <= room && parse_v4(*text, to + len)) { /* the last 32 bits, dotted */
            *text += strlen(*text);
            return len + 4;
        }
        if (len + 2 > room || !take_group(text, to + len)) return -1;
        len += 2;
        if (**text == '\0') return len;
        if (*(*text)++ != ':') return -1;
        if (**text == ':') {
            (*text)--;
            return len;
        }
    }
}

static bool parse_v6(const char *text, uint8_t address[16])
{
    uint8_t tail[16];
    int head_len = 0;

    memset(address, 0, 16);
    if (strncmp(text, "::", 2) != 0) {
        head_len = take_groups(&text, address, 16);
        if (head_len < 0) return false;
        if (*text == '\0') return head_len == 16;
    }
    text += 2;
    int tail_len = take_groups(&text, tail, 14 - head_len);
    if (tail_len < 0 || *text != '\0') return false;
    memcpy(address + 16 - tail_len, tail, (size_t)tail_len);
    return true;
}

size_t molt_ip_parse(const char *text, uint8_t address[MOLT_IP_LEN_MAX])
{
    if (parse_v4(text, address)) return 4;
    return parse_v6(text, address) ? 16 : 0;
}
