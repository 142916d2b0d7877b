/* How far a download is: a bar that stays in its line on a terminal, else a line every ten percent. */
#ifndef MOLT_CLI_PROGRESS_H
#define MOLT_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct molt_progress {
    FILE *to;
    bool terminal;
    int64_t total; /* bytes; <= 0: not known */
    int64_t shown; /* the step that was printed last */
};

void molt_progress_start(struct molt_progress *p, FILE *to, int64_t total);
void molt_progress_show(struct molt_progress *p, int64_t done);
/* Ends the bar's line. */
void molt_progress_end(struct molt_progress *p);

#endif
