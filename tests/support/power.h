/* The board of tests/support/board.h with power that fails in a chosen flash operation.
 *
 *     POWER_SWEEP(&p, prepare, work, check)
 *
 * prepares the board, lets the 1st, 2nd, ... operation of `work` go wrong until it gets through, in
 * every way the simulator knows and with several seeds, and calls `check` on the board after each.
 * Operations outside the allowed ranges are counted as failures. */
#ifndef MOLT_TESTS_SUPPORT_POWER_H
#define MOLT_TESTS_SUPPORT_POWER_H

#include "sim/cut_nor.h"
#include "tests/support/board.h"

enum { POWER_RANGES = 3, POWER_SEEDS = 60, POWER_OPS_MAX = 2000 };

struct power {
    struct board board;
    struct molt_cut_nor cut;
    struct power_range {
        uint32_t addr, len;
    } allowed[POWER_RANGES];
    bool strayed;   /* an operation left the allowed ranges */
    bool lost;      /* power was lost in the last run */
    uint32_t seeds; /* of each kind of fault; 0 = POWER_SEEDS */
    jmp_buf out;
    char name[128];
};

/* What a sweep has done: an injector that does not inject proves nothing. */
struct power_tally {
    uint32_t faults[MOLT_CUT_KINDS];
};

static inline void power_lost(void *ctx)
{
    longjmp(((struct power *)ctx)->out, 1);
}

static inline void power_watch(void *ctx, bool is_erase, uint32_t addr, uint32_t len)
{
    struct power *p = ctx;

    (void)is_erase;
    for (int i = 0; i < POWER_RANGES; i++)
        if (addr >= p->allowed[i].addr && addr + len <= p->allowed[i].addr + p->allowed[i].len)
            return;
    p->strayed = true;
}

/* Call it after board_start(): from here on the board's flash is the one that can fail. */
static inline void power_attach(struct power *p)
{
    molt_cut_nor_init(&p->cut, &p->board.ram.nor);
    p->cut.on_power_lost = power_lost;
    p->cut.on_operation = power_watch;
    p->cut.ctx = p;
    p->board.port.flash = &p->cut.nor;
    p->strayed = false;
    memset(p->allowed, 0, sizeof p->allowed);
    p->allowed[0] = (struct power_range){ BOARD_OTADATA, 2 * BOARD_SECTOR };
}

/* Runs `work` with one fault; whether the fault happened. */
static inline bool power_run(struct power *p, uint32_t at, enum molt_cut_kind kind, uint32_t seed,
                             void (*work)(struct power *))
{
    molt_cut_nor_arm(&p->cut, at, kind, seed);
    p->lost = setjmp(p->out) != 0;
    if (!p->lost) work(p);
    bool fired = p->cut.fired;
    molt_cut_nor_arm(&p->cut, 0, MOLT_CUT_BEFORE, 0);
    return fired;
}

/* On a flash with ECC a torn unit reads as an error, never as other bytes. */
static inline bool power_can_happen(const struct power *p, enum molt_cut_kind kind)
{
    bool tears_units = kind == MOLT_CUT_BITS || kind == MOLT_CUT_ALMOST;

    return !tears_units || !(p->board.ram.nor.geometry.flags & MOLT_NOR_ECC);
}

static inline void power_sweep(struct power *p, void (*prepare)(struct power *),
                               void (*work)(struct power *),
                               void (*check)(struct power *, bool finished),
                               struct power_tally *tally)
{
    const char *outer = test_case;
    uint32_t seeds = p->seeds ? p->seeds : POWER_SEEDS;

    for (int kind = 0; kind < MOLT_CUT_KINDS; kind++)
        for (uint32_t seed = 0; seed < (kind < MOLT_CUT_PREFIX ? 1 : seeds); seed++) {
            bool fired = true;

            for (uint32_t at = 1; fired && at < POWER_OPS_MAX && !test_failures; at++) {
                (void)snprintf(p->name, sizeof p->name, "%s: %s, seed %u, operation %u", outer,
                               molt_cut_kind_name((enum molt_cut_kind)kind), (unsigned)seed,
                               (unsigned)at);
                test_case = p->name;
                prepare(p);
                if (!power_can_happen(p, (enum molt_cut_kind)kind)) fired = false;
                if (!fired) break;
                fired = power_run(p, at, (enum molt_cut_kind)kind, seed, work);
                if (fired) tally->faults[kind]++;
                check(p, !fired);
                CHECK(!p->strayed);
            }
            if (test_failures) return; /* the first is enough: it has a name to replay */
            CHECK(!fired);             /* the work ends */
        }
    test_case = outer;
}

/* Every kind has had its turn. */
static inline void power_check_tally(const struct power_tally *tally)
{
    for (int kind = 0; kind < MOLT_CUT_KINDS; kind++) {
        test_case = molt_cut_kind_name((enum molt_cut_kind)kind);
        CHECK(tally->faults[kind] > 0);
    }
    test_case = "";
}

#endif
