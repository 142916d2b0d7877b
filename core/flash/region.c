#include "flash/region.h"

#include <string.h>

#include "base/bytes.h"

enum { READ_TRIES = 3, CHECK_LEN = 64 };

enum molt_err molt_region_make(struct molt_nor *nor, uint32_t addr, uint32_t len,
                               struct molt_region *region)
{
    if (!molt_range_fits(addr, len, nor->geometry.size)) return MOLT_ERR_RANGE;
    *region = (struct molt_region){ .nor = nor, .addr = addr, .len = len };
    return MOLT_OK;
}

enum molt_err molt_region_part(const struct molt_region *r, uint32_t off, uint32_t len,
                               struct molt_region *part)
{
    if (!molt_range_fits(off, len, r->len)) return MOLT_ERR_RANGE;
    return molt_region_make(r->nor, r->addr + off, len, part);
}

enum molt_err molt_region_read(const struct molt_region *r, uint32_t off, void *to, uint32_t len)
{
    enum molt_err err = MOLT_ERR_FLASH;

    if (!molt_range_fits(off, len, r->len)) return MOLT_ERR_RANGE;
    if (len == 0) return MOLT_OK;
    for (int i = 0; i < READ_TRIES && err == MOLT_ERR_FLASH; i++)
        err = r->nor->ops->read(r->nor, r->addr + off, to, len);
    return err;
}

/* Whether the flash holds `from` now. */
static enum molt_err check(const struct molt_region *r, uint32_t off, const uint8_t *from,
                           uint32_t len)
{
    uint8_t found[CHECK_LEN];

    for (uint32_t done = 0; done < len;) {
        uint32_t piece = len - done < sizeof found ? len - done : (uint32_t)sizeof found;

        enum molt_err err = molt_region_read(r, off + done, found, piece);
        if (err) return err;
        if (memcmp(found, from + done, piece) != 0) return MOLT_ERR_FLASH;
        done += piece;
    }
    return MOLT_OK;
}

enum molt_err molt_region_program(const struct molt_region *r, uint32_t off, const void *from,
                                  uint32_t len)
{
    const struct molt_nor_geometry *g = &r->nor->geometry;
    const uint8_t *bytes = from;
    uint32_t page_len = g->page_len ? g->page_len : g->size;

    if (!molt_range_fits(off, len, r->len)) return MOLT_ERR_RANGE;
    if ((r->addr + off) % g->program_len || len % g->program_len) return MOLT_ERR_ALIGN;
    for (uint32_t done = 0; done < len;) {
        uint32_t addr = r->addr + off + done;
        uint32_t room = page_len - addr % page_len;
        uint32_t piece = len - done < room ? len - done : room;

        enum molt_err err = r->nor->ops->program(r->nor, addr, bytes + done, piece);
        if (err) return err;
        err = check(r, off + done, bytes + done, piece);
        if (err) return err;
        done += piece;
    }
    return MOLT_OK;
}

enum molt_err molt_region_check_sectors(const struct molt_region *r, uint32_t off, uint32_t len)
{
    uint32_t end = off + len;

    if (!molt_range_fits(off, len, r->len)) return MOLT_ERR_RANGE;
    for (uint32_t at = off; at < end;) {
        uint32_t sector_len = molt_nor_sector_len(&r->nor->geometry, r->addr + at);

        if (sector_len == 0) return MOLT_ERR_RANGE;
        if ((r->addr + at) % sector_len || end - at < sector_len) return MOLT_ERR_ALIGN;
        at += sector_len;
    }
    return MOLT_OK;
}

enum molt_err molt_region_erase(const struct molt_region *r, uint32_t off, uint32_t len)
{
    uint32_t end = off + len;

    enum molt_err err = molt_region_check_sectors(r, off, len);
    if (err) return err;
    for (uint32_t at = off; at < end;) {
        err = r->nor->ops->erase(r->nor, r->addr + at);
        if (err) return err;
        at += molt_nor_sector_len(&r->nor->geometry, r->addr + at);
    }
    return MOLT_OK;
}

uint32_t molt_region_sector_len(const struct molt_region *r, uint32_t off)
{
    if (off >= r->len) return 0;
    return molt_nor_sector_len(&r->nor->geometry, r->addr + off);
}
