#include "flash/stream.h"

#include <string.h>

#include "base/bytes.h"

/* The end of the sector that holds `off`; `off` itself when a sector starts there. */
static uint32_t sector_end(const struct molt_region *r, uint32_t off)
{
    uint32_t end = 0;

    while (end < off) end += molt_region_sector_len(r, end);
    return end;
}

enum molt_err molt_stream_open(struct molt_stream *s, const struct molt_region *region,
                               uint32_t off, uint32_t erased_to)
{
    uint32_t unit = region->nor->geometry.program_len;

    if (erased_to > region->len || off > erased_to) return MOLT_ERR_RANGE;
    if (off % unit) return MOLT_ERR_ALIGN;
    enum molt_err err = molt_region_check_sectors(region, 0, region->len);
    if (err) return err;
    *s = (struct molt_stream){ .region = *region,
                               .off = off,
                               .erased_to = sector_end(region, erased_to) };
    return MOLT_OK;
}

/* Programs whole units, erasing each sector just before its first byte. */
static enum molt_err program(struct molt_stream *s, const uint8_t *bytes, uint32_t len)
{
    while (len > 0) {
        if (s->off == s->erased_to) {
            uint32_t sector_len = molt_region_sector_len(&s->region, s->off);

            enum molt_err err = molt_region_erase(&s->region, s->off, sector_len);
            if (err) return err;
            s->erased_to += sector_len;
        }
        uint32_t room = s->erased_to - s->off;
        uint32_t piece = len < room ? len : room;

        enum molt_err err = molt_region_program(&s->region, s->off, bytes, piece);
        if (err) return err;
        s->off += piece;
        bytes += piece;
        len -= piece;
    }
    return MOLT_OK;
}

/* Puts bytes into the incomplete unit until it is complete; how many it took. */
static uint32_t gather(struct molt_stream *s, const uint8_t *bytes, uint32_t len, uint32_t unit)
{
    uint32_t room = unit - s->pending_len;
    uint32_t taken = len < room ? len : room;

    memcpy(s->pending + s->pending_len, bytes, taken);
    s->pending_len = (uint8_t)(s->pending_len + taken);
    return taken;
}

enum molt_err molt_stream_write(struct molt_stream *s, const void *bytes, uint32_t len)
{
    uint32_t unit = s->region.nor->geometry.program_len;
    const uint8_t *from = bytes;

    if (!molt_range_fits(s->off + s->pending_len, len, s->region.len)) return MOLT_ERR_RANGE;
    if (s->pending_len > 0) {
        uint32_t taken = gather(s, from, len, unit);

        from += taken;
        len -= taken;
        if (s->pending_len < unit) return MOLT_OK;
        enum molt_err err = program(s, s->pending, unit);
        if (err) return err;
        s->pending_len = 0;
    }

    uint32_t whole = len - len % unit;
    enum molt_err err = program(s, from, whole);
    if (err) return err;
    (void)gather(s, from + whole, len - whole, unit);
    return MOLT_OK;
}

enum molt_err molt_stream_flush(struct molt_stream *s)
{
    const struct molt_nor_geometry *g = &s->region.nor->geometry;

    if (s->pending_len == 0) return MOLT_OK;
    memset(s->pending + s->pending_len, g->erased, g->program_len - s->pending_len);
    enum molt_err err = program(s, s->pending, g->program_len);
    if (err) return err;
    s->pending_len = 0;
    return MOLT_OK;
}
