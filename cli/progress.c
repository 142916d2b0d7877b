#include "cli/progress.h"

#include <string.h>
#include <unistd.h>

enum { BAR_LEN = 40, LINE_PERCENT = 10, UNKNOWN_STEP = 64 * 1024, KIB = 1024 };

void molt_progress_start(struct molt_progress *p, FILE *to, int64_t total)
{
    *p = (struct molt_progress){ .to = to, .total = total, .shown = -1 };
    p->terminal = isatty(fileno(to)) == 1;
}

/* A number that grows with each step worth showing. */
static int64_t step_of(const struct molt_progress *p, int64_t done)
{
    if (p->total <= 0) return done / UNKNOWN_STEP;
    int64_t percent = done * 100 / p->total;
    return p->terminal ? percent : percent / LINE_PERCENT;
}

static void show_bar(const struct molt_progress *p, int64_t done)
{
    char bar[BAR_LEN + 1];
    size_t full = (size_t)(done * BAR_LEN / p->total);

    memset(bar, '.', BAR_LEN);
    memset(bar, '#', full < BAR_LEN ? full : BAR_LEN);
    bar[BAR_LEN] = '\0';
    (void)fprintf(p->to, "\r  [%s] %3d %%  %lld of %lld KiB", bar, (int)(done * 100 / p->total),
                  (long long)(done / KIB), (long long)(p->total / KIB));
}

void molt_progress_show(struct molt_progress *p, int64_t done)
{
    int64_t step = step_of(p, done);

    if (done < 0 || step == p->shown) return;
    p->shown = step;
    if (p->total <= 0)
        (void)fprintf(p->to, "%s  %lld KiB%s", p->terminal ? "\r" : "", (long long)(done / KIB),
                      p->terminal ? "" : "\n");
    else if (p->terminal)
        show_bar(p, done);
    else
        (void)fprintf(p->to, "  %3d %%  %lld of %lld KiB\n", (int)(step * LINE_PERCENT),
                      (long long)(done / KIB), (long long)(p->total / KIB));
    (void)fflush(p->to);
}

void molt_progress_end(struct molt_progress *p)
{
    if (p->terminal && p->shown >= 0) (void)fputc('\n', p->to);
    (void)fflush(p->to);
}
