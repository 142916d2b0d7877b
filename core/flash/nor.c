#include "flash/nor.h"

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

uint32_t molt_nor_sector_len(const struct molt_nor_geometry *g, uint32_t addr)
{
    for (int i = 0; i < MOLT_NOR_AREAS; i++) {
        if (addr < g->area[i].len) return g->area[i].sector_len;
        addr -= g->area[i].len;
    }
    return 0;
}
