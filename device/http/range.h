/* Ranges of bytes: what a request asks for ("Range: bytes=0-1023") and what a response says it
 * brings ("Content-Range: bytes 0-1023/4096"). Pure functions. Source: RFC 9110, section 14. */
#ifndef MOLT_HTTP_RANGE_H
#define MOLT_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Positions count from 0, `last` is included; -1 = not said. */
struct molt_content_range {
    int64_t first;
    int64_t last;
    int64_t total;
};

/* "bytes 0-1023/4096", "bytes 0-1023/" with a star for an unknown total, or a star and the total
 * when nothing could be brought. MOLT_ERR_FORMAT for anything else: *range is then all -1. */
MOLT_MUST_USE enum molt_err molt_content_range_parse(const char *text,
                                                     struct molt_content_range *range);

/* Whether `got` is what the Range header `asked` stands for: it starts at the first byte asked for
 * and does not go past the last one. A server may bring less than asked, never something else.
 * Several ranges in one request are not judged (true). */
bool molt_content_range_answers(const struct molt_content_range *got, const char *asked);

#endif
