/* NOR flash in a buffer that the caller owns: for tests, tools and the file-backed port. It behaves
 * as the chip would: an erase sets a whole sector, programming only clears bits (a 1 over a 0 stays
 * 0, as on the medium; flash/region.h notices when it reads back). What a chip would refuse is an
 * error here too, and changes nothing: MOLT_ERR_RANGE outside it, MOLT_ERR_ALIGN for parts of a unit
 * and for two pages at once, MOLT_ERR_FLASH for a unit that is not erased, without
 * MOLT_NOR_CLEARS_BITS. */
#ifndef MOLT_FLASH_RAM_NOR_H
#define MOLT_FLASH_RAM_NOR_H

#include "flash/nor.h"

struct molt_ram_nor {
    struct molt_nor
        nor;        /* first member: a struct molt_nor * from here is a struct molt_ram_nor * */
    uint8_t *bytes; /* geometry.size of them */
};

/* `bytes` is taken as it is; erase it first for a new chip. */
void molt_ram_nor_init(struct molt_ram_nor *ram, const struct molt_nor_geometry *geometry,
                       uint8_t *bytes);

#endif
