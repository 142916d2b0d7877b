#include "cli/seconds.h"

#include <stdlib.h>

bool molt_args_seconds(const struct molt_args *args, const char *name, uint32_t fallback_ms,
                       uint32_t *ms)
{
    const char *text = molt_args_value(args, name, NULL);
    char *end;

    *ms = fallback_ms;
    if (!text) return true;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= 0 && value <= 1e6)) {
        (void)molt_args_usage(args, "--%s: '%s' is not a number of seconds", name, text);
        return false;
    }
    *ms = (uint32_t)(value * 1000 + 0.5);
    if (value > 0 && *ms == 0) *ms = 1; /* 0 often means "no limit" */
    return true;
}
