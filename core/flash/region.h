/* A bounded piece of flash: a partition, or one sector of it. Everything above the drivers reads,
 * programs and erases through this; here, and only here, bounds and alignment are checked,
 * transient failures retried, and what was programmed is read back. */
#ifndef MOLT_FLASH_REGION_H
#define MOLT_FLASH_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "flash/nor.h"

struct molt_region {
    struct molt_nor *nor;
    uint32_t addr; /* of its first byte */
    uint32_t len;
};

/* MOLT_ERR_RANGE when [addr, addr + len) is not inside the chip. */
MOLT_MUST_USE enum molt_err molt_region_make(struct molt_nor *nor, uint32_t addr, uint32_t len,
                                             struct molt_region *region);

/* The part of `r` from `off`, `len` bytes. MOLT_ERR_RANGE. */
MOLT_MUST_USE enum molt_err molt_region_part(const struct molt_region *r, uint32_t off,
                                             uint32_t len, struct molt_region *part);

/* MOLT_ERR_RANGE; MOLT_ERR_FLASH after three tries; MOLT_ERR_ECC. *to is then undefined. */
MOLT_MUST_USE enum molt_err molt_region_read(const struct molt_region *r, uint32_t off, void *to,
                                             uint32_t len);

/* off and len in whole program units (MOLT_ERR_ALIGN). Split at page boundaries; each piece is
 * read back, and MOLT_ERR_FLASH means the flash does not hold `from` now. */
MOLT_MUST_USE enum molt_err molt_region_program(const struct molt_region *r, uint32_t off,
                                                const void *from, uint32_t len);

/* MOLT_OK when [off, off + len) is whole sectors; MOLT_ERR_ALIGN, MOLT_ERR_RANGE. */
MOLT_MUST_USE enum molt_err molt_region_check_sectors(const struct molt_region *r, uint32_t off,
                                                      uint32_t len);

/* Whole sectors, in address order; nothing is erased when molt_region_check_sectors() fails. */
MOLT_MUST_USE enum molt_err molt_region_erase(const struct molt_region *r, uint32_t off,
                                              uint32_t len);

/* Length of the sector that holds `off`; 0 outside the region. */
uint32_t molt_region_sector_len(const struct molt_region *r, uint32_t off);

#endif
