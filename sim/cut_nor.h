/* A flash on which one chosen operation goes wrong: put around any other struct molt_nor.
 *
 *     molt_cut_nor_init(&cut, &ram.nor);
 *     cut.on_power_lost = jump_out;                      does not return: longjmp, or kill yourself
 *     molt_cut_nor_arm(&cut, 3, MOLT_CUT_BITS, seed);    the 3rd program or erase from now on is torn
 *     if (!setjmp(...)) work(&cut.nor);
 *
 * The same kind, number and seed tear the same bits again: a failure is replayed from its name.
 *
 * Kinds follow what is known of NOR flash: an interrupted program or erase may have happened, or
 * not, in any subset of its cells, and nowhere else. On a flash with MOLT_NOR_ECC only whole units
 * are one or the other (PREFIX, PATCHWORK); BITS and ALMOST do not happen there. */
#ifndef MOLT_SIM_CUT_NOR_H
#define MOLT_SIM_CUT_NOR_H

#include <stdbool.h>
#include <stdint.h>

#include "flash/nor.h"

/* Name for the command line, and what happens. */
#define MOLT_CUT_LIST(X)                                                                           \
    X(BEFORE, "before", "power fails before the operation")                                        \
    X(AFTER, "after", "power fails right after the operation")                                     \
    X(PREFIX, "prefix", "power fails; only the first bytes were written or erased")                \
    X(PATCHWORK, "patchwork", "power fails; some pieces were written or erased, others not")       \
    X(BITS, "bits", "power fails; any subset of the bits has changed")                             \
    X(ALMOST, "almost", "power fails; all bits have changed but one to three")                     \
    X(ECC, "ecc", "power fails; what was being written cannot be read until it is erased")         \
    X(REFUSE, "refuse", "power stays; nothing happens and the operation returns an error")         \
    X(UNREADABLE, "unreadable", "power stays; the n-th read reports an uncorrectable error")

enum molt_cut_kind {
#define X(name, word, text) MOLT_CUT_##name,
    MOLT_CUT_LIST(X)
#undef X
        MOLT_CUT_KINDS,
};

enum {
    MOLT_CUT_SECTOR_MAX = 4096, /* of a larger sector only this much is torn, its rest is erased */
    MOLT_CUT_BAD_MAX = 8,       /* places that cannot be read */
};

struct molt_cut_nor {
    struct molt_nor
        nor; /* first member: a struct molt_nor * from here is a struct molt_cut_nor * */
    struct molt_nor *inner;
    /* Called when power is lost; must not return. */
    void (*on_power_lost)(void *ctx);
    /* Optional: sees every program and erase before it is done. */
    void (*on_operation)(void *ctx, bool is_erase, uint32_t addr, uint32_t len);
    void *ctx;

    uint32_t ops;   /* programs and erases since molt_cut_nor_arm() */
    uint32_t reads; /* likewise */
    bool fired;     /* the fault has happened */

    uint32_t at; /* the rest is private */
    enum molt_cut_kind kind;
    uint32_t random;
    struct molt_cut_range {
        uint32_t addr, len;
    } bad[MOLT_CUT_BAD_MAX];
    uint8_t old[MOLT_CUT_SECTOR_MAX], unit[MOLT_NOR_UNIT_MAX];
};

/* No fault is armed. inner->mapped is passed on. */
void molt_cut_nor_init(struct molt_cut_nor *cut, struct molt_nor *inner);

/* The `at`th program or erase from now on (of UNREADABLE: read) goes wrong; 0 = none. Places that
 * cannot be read stay so. The kinds that make places unreadable hide nor.mapped. */
void molt_cut_nor_arm(struct molt_cut_nor *cut, uint32_t at, enum molt_cut_kind kind,
                      uint32_t seed);

/* "bits", and the sentence. */
const char *molt_cut_kind_name(enum molt_cut_kind kind);
const char *molt_cut_kind_text(enum molt_cut_kind kind);
/* False when no kind has that name. */
bool molt_cut_kind_parse(const char *name, enum molt_cut_kind *kind);

/* All names with blanks between, as choices of a command-line option. */
extern const char molt_cut_kind_choices[];

#endif
