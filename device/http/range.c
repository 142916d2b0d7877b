#include "http/range.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

static const struct molt_content_range k_unknown = { -1, -1, -1 };

/* A number without a sign at *at, which moves past it; -1 when there is none or it is too large. */
static int64_t take_number(const char **at)
{
    int64_t value = 0;

    if (!isdigit((unsigned char)**at)) return -1;
    for (; isdigit((unsigned char)**at); (*at)++) {
        int digit = **at - '0';

        if (value > (INT64_MAX - digit) / 10) return -1;
        value = value * 10 + digit;
    }
    return value;
}

static bool take(const char **at, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < len; i++)
        if (molt_ascii_lower((*at)[i]) != word[i]) return false;
    *at += len;
    return true;
}

enum molt_err molt_content_range_parse(const char *text, struct molt_content_range *range)
{
    struct molt_content_range found = k_unknown;

    *range = k_unknown;
    if (!take(&text, "bytes ")) return MOLT_ERR_FORMAT;
    if (!take(&text, "*")) {
        found.first = take_number(&text);
        if (found.first < 0 || !take(&text, "-")) return MOLT_ERR_FORMAT;
        found.last = take_number(&text);
        if (found.last < found.first) return MOLT_ERR_FORMAT;
    }
    if (!take(&text, "/")) return MOLT_ERR_FORMAT;
    if (!take(&text, "*")) {
        found.total = take_number(&text);
        if (found.total < 0 || found.last >= found.total) return MOLT_ERR_FORMAT;
    }
    if (*text != '\0') return MOLT_ERR_FORMAT;
    *range = found;
    return MOLT_OK;
}

bool molt_content_range_answers(const struct molt_content_range *got, const char *asked)
{
    if (got->first < 0) return false;
    if (!take(&asked, "bytes=")) return false;
    if (strchr(asked, ',')) return true;
    if (take(&asked, "-")) { /* the last n bytes */
        int64_t count = take_number(&asked);

        return got->last - got->first < count && (got->total < 0 || got->last == got->total - 1);
    }

    int64_t first = take_number(&asked);
    if (got->first != first || !take(&asked, "-")) return false;
    if (*asked == '\0') return true;
    return got->last <= take_number(&asked);
}
