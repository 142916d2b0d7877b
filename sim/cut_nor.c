#include "sim/cut_nor.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"

static struct molt_cut_nor *cut_of(struct molt_nor *nor)
{
    return (struct molt_cut_nor *)(void *)nor;
}

/* xorshift32: any generator will do that gives the same numbers everywhere. */
static uint32_t next_random(struct molt_cut_nor *cut)
{
    cut->random ^= cut->random << 13;
    cut->random ^= cut->random >> 17;
    cut->random ^= cut->random << 5;
    return cut->random;
}

static uint32_t random_below(struct molt_cut_nor *cut, uint32_t limit)
{
    return limit ? next_random(cut) % limit : 0;
}

/* ---- what an interrupted operation reaches ------------------------------------------------------ */

struct reach {
    enum molt_cut_kind kind;
    uint32_t prefix_len;       /* PREFIX: this many bytes */
    uint32_t missing[3], bits; /* ALMOST: bit numbers, and how many */
    uint32_t patch_len;        /* PATCHWORK: bytes of a piece, 4 to 32 */
    bool patch;                /* whether the present one is reached */
};

static struct reach reach_of(struct molt_cut_nor *cut, uint32_t len)
{
    const struct molt_nor_geometry *g = &cut->inner->geometry;
    struct reach r = { .kind = cut->kind, .prefix_len = random_below(cut, len) };

    r.patch_len = 4u << random_below(cut, 4);
    if (g->flags & MOLT_NOR_ECC) { /* what reads as other bytes are whole units */
        r.prefix_len -= r.prefix_len % g->program_len;
        if (r.patch_len < g->program_len) r.patch_len = g->program_len;
    }
    r.bits = 1 + random_below(cut, 3);
    for (int i = 0; i < 3; i++) r.missing[i] = random_below(cut, len * 8);
    return r;
}

/* The bits of byte i that the operation has reached. Called for i = 0, 1, 2, ... */
static uint8_t reached_bits(struct molt_cut_nor *cut, struct reach *r, uint32_t i)
{
    uint8_t missing = 0;

    switch (r->kind) {
    case MOLT_CUT_PREFIX:
        return i < r->prefix_len ? 0xFF : 0;
    case MOLT_CUT_PATCHWORK:
        if (i % r->patch_len == 0) r->patch = next_random(cut) >> 16 & 1;
        return r->patch ? 0xFF : 0;
    case MOLT_CUT_BITS:
    case MOLT_CUT_ECC:
        return (uint8_t)(next_random(cut) >> 16);
    case MOLT_CUT_ALMOST:
        for (uint32_t b = 0; b < r->bits; b++)
            if (r->missing[b] / 8 == i) missing |= (uint8_t)(1u << r->missing[b] % 8);
        return (uint8_t)~missing;
    case MOLT_CUT_BEFORE:
    case MOLT_CUT_REFUSE:
    case MOLT_CUT_UNREADABLE:
    case MOLT_CUT_KINDS:
        return 0;
    case MOLT_CUT_AFTER:
        break;
    }
    return 0xFF;
}

/* ---- places that cannot be read ----------------------------------------------------------------- */

static bool overlap(const struct molt_cut_range *r, uint32_t addr, uint32_t len)
{
    return r->len > 0 && r->addr < addr + len && addr < r->addr + r->len;
}

static void make_bad(struct molt_cut_nor *cut, uint32_t addr, uint32_t len)
{
    for (int i = 0; i < MOLT_CUT_BAD_MAX; i++) {
        if (cut->bad[i].len > 0) continue;
        cut->bad[i] = (struct molt_cut_range){ addr, len };
        return;
    }
}

static bool is_bad(const struct molt_cut_nor *cut, uint32_t addr, uint32_t len)
{
    for (int i = 0; i < MOLT_CUT_BAD_MAX; i++)
        if (overlap(&cut->bad[i], addr, len)) return true;
    return false;
}

static void heal(struct molt_cut_nor *cut, uint32_t addr, uint32_t len)
{
    for (int i = 0; i < MOLT_CUT_BAD_MAX; i++)
        if (overlap(&cut->bad[i], addr, len)) cut->bad[i].len = 0;
}

/* ---- the operations ------------------------------------------------------------------------------ */

/* Counts a program or erase; whether it is the one that goes wrong. */
static bool goes_wrong(struct molt_cut_nor *cut, bool is_erase, uint32_t addr, uint32_t len)
{
    if (cut->on_operation) cut->on_operation(cut->ctx, is_erase, addr, len);
    bool wrong = ++cut->ops == cut->at && cut->kind != MOLT_CUT_UNREADABLE;
    if (wrong) cut->fired = true;
    return wrong;
}

/* How an operation that went wrong ends. */
static enum molt_err end(struct molt_cut_nor *cut, uint32_t addr, uint32_t len)
{
    if (cut->kind == MOLT_CUT_REFUSE) return MOLT_ERR_FLASH;
    if (cut->kind == MOLT_CUT_ECC) make_bad(cut, addr, len);
    assert(cut->on_power_lost);
    cut->on_power_lost(cut->ctx);
    return MOLT_ERR_FLASH;
}

static enum molt_err cut_read(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len)
{
    struct molt_cut_nor *cut = cut_of(nor);

    if (++cut->reads == cut->at && cut->kind == MOLT_CUT_UNREADABLE) {
        cut->fired = true;
        return MOLT_ERR_ECC;
    }
    if (is_bad(cut, addr, len)) return MOLT_ERR_ECC;
    return cut->inner->ops->read(cut->inner, addr, to, len);
}

/* Programs byte i of what begins at `addr`. A unit goes to the chip when it is complete, unless there
 * is nothing in it. */
static void put_byte(struct molt_cut_nor *cut, uint32_t addr, uint32_t i, uint8_t byte)
{
    struct molt_nor *inner = cut->inner;
    uint32_t unit = inner->geometry.program_len;

    cut->unit[i % unit] = byte;
    if (i % unit != unit - 1 || molt_all_bytes_are(cut->unit, unit, inner->geometry.erased)) return;
    (void)inner->ops->program(inner, addr + i - (unit - 1), cut->unit, unit);
}

/* Programs `bytes`, except for the bits that were not reached: those stay erased. */
static void program_reached(struct molt_cut_nor *cut, uint32_t addr, const uint8_t *bytes,
                            uint32_t len)
{
    struct reach r = reach_of(cut, len);

    for (uint32_t i = 0; i < len; i++) {
        uint8_t reached = reached_bits(cut, &r, i);

        put_byte(cut, addr, i,
                 cut->inner->geometry.erased ? (uint8_t)(bytes[i] | (uint8_t)~reached)
                                             : (uint8_t)(bytes[i] & reached));
    }
}

static enum molt_err cut_program(struct molt_nor *nor, uint32_t addr, const void *from,
                                 uint32_t len)
{
    struct molt_cut_nor *cut = cut_of(nor);

    if (!goes_wrong(cut, false, addr, len))
        return cut->inner->ops->program(cut->inner, addr, from, len);
    program_reached(cut, addr, from, len);
    return end(cut, addr, len);
}

/* Erases what the erase has reached: all of it, and then what it has not reached is put back. */
static void erase_reached(struct molt_cut_nor *cut, uint32_t addr, uint32_t len)
{
    struct molt_nor *inner = cut->inner;
    uint32_t torn = len < MOLT_CUT_SECTOR_MAX ? len : MOLT_CUT_SECTOR_MAX;
    struct reach r = reach_of(cut, torn);

    if (inner->ops->read(inner, addr, cut->old, torn)) return;
    if (inner->ops->erase(inner, addr)) return;
    for (uint32_t i = 0; i < torn; i++) {
        uint8_t reached = reached_bits(cut, &r, i);

        put_byte(cut, addr, i,
                 inner->geometry.erased ? (uint8_t)(cut->old[i] | reached)
                                        : (uint8_t)(cut->old[i] & (uint8_t)~reached));
    }
}

static enum molt_err cut_erase(struct molt_nor *nor, uint32_t addr)
{
    struct molt_cut_nor *cut = cut_of(nor);
    uint32_t len = molt_nor_sector_len(&nor->geometry, addr);

    if (!goes_wrong(cut, true, addr, len)) {
        heal(cut, addr, len);
        return cut->inner->ops->erase(cut->inner, addr);
    }
    if (cut->kind != MOLT_CUT_BEFORE && cut->kind != MOLT_CUT_REFUSE) erase_reached(cut, addr, len);
    return end(cut, addr, len);
}

void molt_cut_nor_init(struct molt_cut_nor *cut, struct molt_nor *inner)
{
    static const struct molt_nor_ops ops = { cut_read, cut_program, cut_erase };

    memset(cut, 0, sizeof *cut);
    cut->nor = (struct molt_nor){ &ops, inner->geometry, inner->mapped };
    cut->inner = inner;
}

void molt_cut_nor_arm(struct molt_cut_nor *cut, uint32_t at, enum molt_cut_kind kind, uint32_t seed)
{
    cut->ops = cut->reads = 0;
    cut->fired = false;
    cut->at = at;
    cut->kind = kind;
    cut->random = (seed + 1) * 2654435761u ^ at * 40503u;
    if (cut->random == 0) cut->random = 1; /* xorshift would stay 0 */
    if (at > 0 && (kind == MOLT_CUT_ECC || kind == MOLT_CUT_UNREADABLE)) cut->nor.mapped = NULL;
}

/* ---- names --------------------------------------------------------------------------------------- */

static const struct {
    const char *word, *text;
} k_kinds[MOLT_CUT_KINDS] = {
#define X(name, word, text) [MOLT_CUT_##name] = { (word), (text) },
    MOLT_CUT_LIST(X)
#undef X
};

const char molt_cut_kind_choices[] =
#define X(name, word, text) word " "
    MOLT_CUT_LIST(X)
#undef X
    ;

const char *molt_cut_kind_name(enum molt_cut_kind kind)
{
    return kind < MOLT_CUT_KINDS ? k_kinds[kind].word : "?";
}

const char *molt_cut_kind_text(enum molt_cut_kind kind)
{
    return kind < MOLT_CUT_KINDS ? k_kinds[kind].text : "?";
}

bool molt_cut_kind_parse(const char *name, enum molt_cut_kind *kind)
{
    for (int i = 0; i < MOLT_CUT_KINDS; i++) {
        if (strcmp(k_kinds[i].word, name) != 0) continue;
        *kind = (enum molt_cut_kind)i;
        return true;
    }
    return false;
}
