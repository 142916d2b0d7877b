/* What the image format needs to know of each chip. Sources, all of ESP-IDF v6.2-dev:
 *   ids         components/bootloader_support/include/esp_app_format.h (esp_chip_id_t)
 *   windows     components/soc/<chip>/include/soc/soc.h: SOC_IROM_*, SOC_DROM_*, and SOC_EXTRAM_*
 *               where soc_caps.h has SOC_MMU_PER_EXT_MEM_TARGET; used by should_map() in
 *               components/bootloader_support/src/esp_image_format.c
 *   page sizes  components/soc/<chip>/Kconfig.mmu; where soc_caps.h has
 *               SOC_MMU_PAGE_SIZE_CONFIGURABLE the verifier takes any size that
 *               components/hal/include/hal/mmu_types.h lists, 8 KiB to 256 KiB
 *   16 MiB      no limit where soc_caps.h has SOC_SPI_MEM_SUPPORT_CACHE_32BIT_ADDR_MAP
 *   bootloader  components/bootloader/Kconfig.projbuild: BOOTLOADER_OFFSET_IN_FLASH */
#include <string.h>

#include "format/image.h"

#define FIXED_64K .mmu_page_len = 0x10000, .mmu_page_min = 0x10000, .mmu_page_max = 0x10000
#define BY_IMAGE  .mmu_page_len = 0x10000, .mmu_page_min = 0x2000, .mmu_page_max = 0x40000

#define MAPS_16_MIB .image_len_max = 0x1000000
#define MAPS_ALL    .image_len_max = UINT32_MAX

static const struct molt_chip k_chips[] = {
    { "esp32", MOLT_CHIP_ESP32, .bootloader_addr = 0x1000, FIXED_64K, MAPS_16_MIB,
      .mapped = { { 0x3F400000, 0x3F800000 }, { 0x400D0000, 0x40400000 } } },
    { "esp32s2", 0x0002, .bootloader_addr = 0x1000, FIXED_64K, MAPS_16_MIB,
      .mapped = { { 0x3F000000, 0x3FF80000 }, { 0x40080000, 0x40800000 } } },
    { "esp32c3", 0x0005, .bootloader_addr = 0, FIXED_64K, MAPS_16_MIB,
      .mapped = { { 0x3C000000, 0x3C800000 }, { 0x42000000, 0x42800000 } } },
    { "esp32s3", 0x0009, .bootloader_addr = 0, FIXED_64K, MAPS_ALL,
      .mapped = { { 0x3C000000, 0x3E000000 }, { 0x42000000, 0x44000000 } } },
    { "esp32c2", 0x000C, .bootloader_addr = 0, BY_IMAGE, MAPS_16_MIB,
      .mapped = { { 0x3C000000, 0x3C400000 }, { 0x42000000, 0x42400000 } } },
    { "esp32c6", 0x000D, .bootloader_addr = 0, BY_IMAGE, MAPS_16_MIB,
      .mapped = { { 0x42000000, 0x43000000 } } },
    { "esp32h2", 0x0010, .bootloader_addr = 0, BY_IMAGE, MAPS_16_MIB,
      .mapped = { { 0x42000000, 0x43000000 } } },
    { "esp32p4", 0x0012, .bootloader_addr = 0x2000, FIXED_64K, MAPS_ALL,
      .mapped = { { 0x40000000, 0x44000000 }, { 0x48000000, 0x4C000000 } } },
    { "esp32c61", 0x0014, .bootloader_addr = 0, BY_IMAGE, MAPS_ALL,
      .mapped = { { 0x42000000, 0x44000000 } } },
    { "esp32c5", 0x0017, .bootloader_addr = 0x2000, FIXED_64K, MAPS_ALL,
      .mapped = { { 0x42000000, 0x44000000 } } },
    { "esp32h21", 0x0019, .bootloader_addr = 0, BY_IMAGE, MAPS_16_MIB,
      .mapped = { { 0x42000000, 0x43000000 } } },
    { "esp32h4", 0x001C, .bootloader_addr = 0x2000, BY_IMAGE, MAPS_ALL,
      .mapped = { { 0x42000000, 0x44000000 } } },
    { "esp32s31", 0x0020, .bootloader_addr = 0x2000, BY_IMAGE, MAPS_ALL,
      .mapped = { { 0x40000000, 0x44000000 }, { 0x50000000, 0x54000000 } } },
    { "linux", MOLT_CHIP_LINUX, .bootloader_addr = 0, FIXED_64K, MAPS_16_MIB },
};

enum { CHIPS = sizeof k_chips / sizeof k_chips[0] };

const struct molt_chip *molt_chip_by_name(const char *name)
{
    for (size_t i = 0; i < CHIPS; i++) {
        if (strcmp(k_chips[i].name, name) == 0) return &k_chips[i];
    }
    return NULL;
}

const struct molt_chip *molt_chip_by_id(uint16_t id)
{
    for (size_t i = 0; i < CHIPS; i++) {
        if (k_chips[i].id == id) return &k_chips[i];
    }
    return NULL;
}

const struct molt_chip *molt_chip_at(size_t index)
{
    return index < CHIPS ? &k_chips[index] : NULL;
}

uint32_t molt_chip_image_len_max(const struct molt_chip *chip)
{
    return chip ? chip->image_len_max : UINT32_MAX;
}

bool molt_chip_maps(const struct molt_chip *chip, uint32_t load_addr)
{
    for (size_t i = 0; i < sizeof chip->mapped / sizeof chip->mapped[0]; i++) {
        if (load_addr >= chip->mapped[i].start && load_addr < chip->mapped[i].end) return true;
    }
    return false;
}
