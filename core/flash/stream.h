/* Bytes of any length, in order, onto flash: erases each sector just before the first byte that
 * falls into it, gathers bytes into program units, reads back through flash/region.h.
 *
 *     region  |##########|##########|####......|??????????|
 *                                       ^off    ^erased_to  (what is behind it is as it was)
 *
 * Power may fail anywhere: bytes before `off` are on flash, nothing outside the region changed. */
#ifndef MOLT_FLASH_STREAM_H
#define MOLT_FLASH_STREAM_H

#include <stdbool.h>

#include "flash/region.h"

struct molt_stream {
    struct molt_region region;
    uint32_t off;       /* bytes programmed so far, counted from the region's start */
    uint32_t erased_to; /* the region is known to be erased from `off` up to here */
    uint8_t pending_len;
    uint8_t pending[MOLT_NOR_UNIT_MAX]; /* the start of a unit that is not complete yet */
};

/* `off`: where to go on, a multiple of the program unit; erased_to: up to where the caller has
 * erased (region.len = all; `off` = nothing). A sector that holds bytes before erased_to is never
 * erased, it would take them with it: its rest counts as erased too. MOLT_ERR_RANGE: not
 * off <= erased_to <= region.len, or the region leaves the chip. MOLT_ERR_ALIGN; also when the
 * region is not whole sectors. */
MOLT_MUST_USE enum molt_err molt_stream_open(struct molt_stream *s,
                                             const struct molt_region *region, uint32_t off,
                                             uint32_t erased_to);

/* MOLT_ERR_RANGE, before anything is written, when the bytes do not fit. After another error the
 * stream is at an undefined place; open a new one. */
MOLT_MUST_USE enum molt_err molt_stream_write(struct molt_stream *s, const void *bytes,
                                              uint32_t len);

/* Programs an incomplete last unit, filled up with erased bytes, which `off` then counts too. */
MOLT_MUST_USE enum molt_err molt_stream_flush(struct molt_stream *s);

#endif
