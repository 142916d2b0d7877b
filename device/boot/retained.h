/* What the bootloader remembers over deep sleep: 16 bytes of memory that keeps its content.
 *
 *     off  len  field
 *       0    4  addr     of the partition that was booted
 *       4    4  len      of it
 *       8    2  boots    since this memory lost its content; stops at 65535
 *      10    1  flags    bit 0: a factory reset was done
 *      11    1  reserved
 *      12    4  crc      molt_crc32(UINT32_MAX, bytes 0..11); 0xFFFFFFFF is never right
 *
 * All integers little-endian. Source: ESP-IDF components/bootloader_support/include/
 * esp_image_format.h (rtc_retain_mem_t). */
#ifndef MOLT_BOOT_RETAINED_H
#define MOLT_BOOT_RETAINED_H

#include <stdbool.h>
#include <stdint.h>

enum { MOLT_BOOT_RETAINED_LEN = 16, MOLT_BOOT_RETAINED_FACTORY_RESET = 1 << 0 };

struct molt_boot_retained {
    uint32_t addr, len;
    uint16_t boots;
    uint8_t flags;
};

/* False, and all zeros, when the memory has lost its content. */
bool molt_boot_retained_decode(const uint8_t bytes[MOLT_BOOT_RETAINED_LEN],
                               struct molt_boot_retained *retained);
void molt_boot_retained_encode(const struct molt_boot_retained *retained,
                               uint8_t bytes[MOLT_BOOT_RETAINED_LEN]);

#endif
