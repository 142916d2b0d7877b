/* The log's state on one device: MOLT_DEVICE_LOG of ctx/ctx.h. Starts as zeros. */
#ifndef MOLT_CTX_LOG_PART_H
#define MOLT_CTX_LOG_PART_H

#include <stdbool.h>

#include "esp_log.h"

enum { MOLT_LOG_TAG_LEN = 23 };

struct molt_log_part {
    bool default_set; /* else CONFIG_LOG_DEFAULT_LEVEL counts */
    esp_log_level_t default_level;
    size_t tag_count;
    struct {
        char name[MOLT_LOG_TAG_LEN + 1];
        esp_log_level_t level;
    } tag[CONFIG_MOLT_LOG_TAGS];
    vprintf_like_t print;
    size_t pending_len; /* of esp_log_write() text without its newline */
    char pending[CONFIG_MOLT_LOG_LINE_MAX];
};

#endif
