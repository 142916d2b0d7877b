/* The NOR flash that everything above stands on. port/ implements it for a chip or a file,
 * flash/ram_nor.h for a buffer, sim/ with faults.
 *
 * Addresses and lengths are bytes; addresses count from the start of the chip. A driver checks
 * nothing but what its hardware reports: callers go through flash/region.h, which does.
 *
 * Power-fail contract: at most the one operation in progress is undefined, and it is confined to
 * its own unit (program) or sector (erase). A port whose hardware breaks this must report the real
 * blast radius as program_len or sector_len. */
#ifndef MOLT_FLASH_NOR_H
#define MOLT_FLASH_NOR_H

#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MOLT_NOR_AREAS = 4,     /* enough for chips with mixed sector sizes, such as STM32F4 */
    MOLT_NOR_UNIT_MAX = 64, /* largest program unit */
};

enum molt_nor_flag {
    /* A programmed unit may be programmed again; bits only move away from the erased value. */
    MOLT_NOR_CLEARS_BITS = 1 << 0,
    /* A torn unit reads as MOLT_ERR_ECC until it is erased, never as other bytes. */
    MOLT_NOR_ECC = 1 << 1,
};

/* Constant for the life of the device. A port's is checked once, by molt_nor_check(). */
struct molt_nor_geometry {
    uint32_t size;        /* bytes */
    uint32_t program_len; /* unit of programming: 1..64, a power of two */
    uint32_t page_len;    /* one program() may not cross a multiple of this, which is one of
                             program_len; 0 = no limit */
    struct {
        uint32_t len;        /* bytes of this area; areas follow each other from address 0 */
        uint32_t sector_len; /* erase unit in it; sectors start at multiples of it */
    } area[MOLT_NOR_AREAS];  /* together `size`; unused ones have len 0 */
    uint8_t erased;          /* value of an erased byte: 0xFF, on some chips 0x00 */
    uint8_t flags;           /* enum molt_nor_flag */
};

struct molt_nor;

struct molt_nor_ops {
    /* Any alignment. MOLT_ERR_FLASH: the bus failed, may be tried again. MOLT_ERR_ECC: some byte
     * of the range cannot be corrected; *to is undefined. It returns, it never traps. */
    enum molt_err (*read)(struct molt_nor *nor, uint32_t addr, void *to, uint32_t len);
    /* Whole units inside one page, erased (or only clearing bits, with MOLT_NOR_CLEARS_BITS). When
     * it returns MOLT_OK the bytes are on the medium. No read-modify-write in a driver, ever.
     * MOLT_ERR_FLASH: the units are undefined. MOLT_ERR_PROTECTED: nothing happened. */
    enum molt_err (*program)(struct molt_nor *nor, uint32_t addr, const void *from, uint32_t len);
    /* Exactly one sector, given by its first address. Interrupted = all of it undefined. */
    enum molt_err (*erase)(struct molt_nor *nor, uint32_t addr);
};

struct molt_nor {
    const struct molt_nor_ops *ops;
    struct molt_nor_geometry geometry;
    const uint8_t *mapped; /* the whole chip, readable at this address; NULL = not memory-mapped */
};

/* The geometry that ESP-IDF knows: `size` bytes in 4 KiB sectors, byte-programmable, 256-byte
 * pages, erased to 0xFF, bits may be cleared later. */
struct molt_nor_geometry molt_nor_geometry_spi(uint32_t size);

/* Whether `g` is what the comments above say. Everything here counts on that: call it where a
 * geometry comes from outside (molt_boot() and molt_device_init() do). MOLT_ERR_ARG. */
MOLT_MUST_USE enum molt_err molt_nor_check(const struct molt_nor_geometry *g);

/* Length of the erase sector that holds `addr`; 0 when addr is outside the chip. */
uint32_t molt_nor_sector_len(const struct molt_nor_geometry *g, uint32_t addr);

#ifdef __cplusplus
}
#endif

#endif
