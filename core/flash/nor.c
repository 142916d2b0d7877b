#include "flash/nor.h"

#include <stdbool.h>

struct molt_nor_geometry molt_nor_geometry_spi(uint32_t size)
{
    return (struct molt_nor_geometry){
        .size = size,
        .program_len = 1,
        .page_len = 256,
        .area = { { .len = size, .sector_len = 4096 } },
        .erased = 0xFF,
        .flags = MOLT_NOR_CLEARS_BITS,
    };
}

static bool is_multiple(uint32_t len, uint32_t unit)
{
    return unit > 0 && len % unit == 0;
}

enum molt_err molt_nor_check(const struct molt_nor_geometry *g)
{
    uint32_t unit = g->program_len, addr = 0;
    bool good = unit > 0 && unit <= MOLT_NOR_UNIT_MAX && (unit & (unit - 1)) == 0 &&
                g->page_len % unit == 0 && (g->erased == 0xFF || g->erased == 0);

    for (int i = 0; good && i < MOLT_NOR_AREAS; i++) {
        uint32_t len = g->area[i].len, sector_len = g->area[i].sector_len;

        if (len == 0) continue;
        good = is_multiple(sector_len, unit) && is_multiple(len, sector_len) &&
               is_multiple(addr, sector_len) && len <= g->size - addr;
        addr += len;
    }
    return good && addr > 0 && addr == g->size ? MOLT_OK : MOLT_ERR_ARG;
}

uint32_t molt_nor_sector_len(const struct molt_nor_geometry *g, uint32_t addr)
{
    for (int i = 0; i < MOLT_NOR_AREAS; i++) {
        if (addr < g->area[i].len) return g->area[i].sector_len;
        addr -= g->area[i].len;
    }
    return 0;
}
