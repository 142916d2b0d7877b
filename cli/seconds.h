/* Options whose value is a number of seconds. */
#ifndef MOLT_CLI_SECONDS_H
#define MOLT_CLI_SECONDS_H

#include "cli/args.h"

/* --name's value, such as 5 or 0.25, in milliseconds; fallback_ms when it is not given. Only 0 is 0:
 * what is above is at least 1 ms. When it is not a number of seconds: prints why and returns false. */
bool molt_args_seconds(const struct molt_args *args, const char *name, uint32_t fallback_ms,
                       uint32_t *ms);

#endif
