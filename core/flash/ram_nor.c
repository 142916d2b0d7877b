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

static enum molt_err ram_program(struct molt_nor *nor, uint32_t addr, const void *from,
                                 uint32_t len)
{
    uint8_t *to = ram_of(nor)->bytes + addr;
    const uint8_t *in = from;

    if (!molt_range_fits(addr, len, nor->geometry.size)) return MOLT_ERR_RANGE;
    for (uint32_t i = 0; i < len; i++) {
        if (nor->geometry.erased == 0xFF)
            to[i] &= in[i];
        else
            to[i] |= in[i];
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
