#include "flash/ram_nor.h"

#include <string.h>

#include "base/bytes.h"

static struct molt_ram_nor *ram_of(struct molt_nor *nor)
{
    return (struct molt_ram_nor *)(void *)nor;
}

static enum molt_err ram_read(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len)
{
    if (!molt_range_fits(addr, len, nor->geometry.size)) return MOLT_ERR_RANGE;
    memcpy(to, ram_of(nor)->bytes + addr, len);
    return MOLT_OK;
}

/* What the chip would say about programming there. */
static enum molt_err check_program(const struct molt_nor_geometry *g, const uint8_t *bytes,
                                   uint32_t addr, uint32_t len)
{
    if (!molt_range_fits(addr, len, g->size)) return MOLT_ERR_RANGE;
    if (addr % g->program_len || len % g->program_len) return MOLT_ERR_ALIGN;
    if (g->page_len && len > g->page_len - addr % g->page_len) return MOLT_ERR_ALIGN;
    if (g->flags & MOLT_NOR_CLEARS_BITS) return MOLT_OK;
    return molt_all_bytes_are(bytes + addr, len, g->erased) ? MOLT_OK : MOLT_ERR_FLASH;
}

static enum molt_err ram_program(struct molt_nor *nor, uint32_t addr, const void *from,
                                 uint32_t len)
{
    uint8_t *bytes = ram_of(nor)->bytes;
    const uint8_t *in = from;

    enum molt_err err = check_program(&nor->geometry, bytes, addr, len);
    if (err) return err;
    for (uint32_t i = 0; i < len; i++) {
        if (nor->geometry.erased == 0xFF)
            bytes[addr + i] &= in[i];
        else
            bytes[addr + i] |= in[i];
    }
    return MOLT_OK;
}

static enum molt_err ram_erase(struct molt_nor *nor, uint32_t addr)
{
    uint32_t sector_len = molt_nor_sector_len(&nor->geometry, addr);

    if (sector_len == 0 || addr % sector_len) return MOLT_ERR_RANGE;
    memset(ram_of(nor)->bytes + addr, nor->geometry.erased, sector_len);
    return MOLT_OK;
}

void molt_ram_nor_init(struct molt_ram_nor *ram, const struct molt_nor_geometry *geometry,
                       uint8_t *bytes)
{
    static const struct molt_nor_ops ops = { ram_read, ram_program, ram_erase };

    ram->nor = (struct molt_nor){ .ops = &ops, .geometry = *geometry, .mapped = bytes };
    ram->bytes = bytes;
}
