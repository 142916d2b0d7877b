/* The app descriptor: 256 bytes at offset 32 of every app image that say what the app is.
 *
 *     off  len  member                   source: ESP-IDF
 *       0    4  magic_word  ABCD5432     components/esp_app_format/include/esp_app_desc.h
 *       4    4  secure_version           anti-rollback
 *       8    8  reserv1
 *      16   32  version                  NUL-terminated, as the other strings
 *      48   32  project_name
 *      80   16  time                     "hh:mm:ss"
 *      96   16  date                     "Mmm dd yyyy"
 *     112   32  idf_ver
 *     144   32  app_elf_sha256
 *     176    2  min_efuse_blk_rev_full   major * 100 + minor
 *     178    2  max_efuse_blk_rev_full   likewise; 0 or 65535 = no limit
 *     180    1  mmu_page_size            log2
 *     181    1  spi_flash_mode           1 QIO, 2 QOUT, 3 DIO, 4 DOUT, 5 OPI; 0 = not recorded
 *     182    2  reserv3
 *     184   72  reserv2 */
#ifndef ESP_APP_DESC_H
#define ESP_APP_DESC_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_APP_DESC_MAGIC_WORD 0xABCD5432

typedef struct {
    uint32_t magic_word;
    uint32_t secure_version;
    uint32_t reserv1[2];
    char version[32];
    char project_name[32];
    char time[16];
    char date[16];
    char idf_ver[32];
    uint8_t app_elf_sha256[32];
    uint16_t min_efuse_blk_rev_full;
    uint16_t max_efuse_blk_rev_full;
    uint8_t mmu_page_size;
    uint8_t spi_flash_mode;
    uint8_t reserv3[2];
    uint32_t reserv2[18];
} esp_app_desc_t;

#ifndef __cplusplus
_Static_assert(sizeof(esp_app_desc_t) == 256, "on flash");
_Static_assert(offsetof(esp_app_desc_t, secure_version) == 4, "on flash");
_Static_assert(offsetof(esp_app_desc_t, version) == 16, "on flash");
_Static_assert(offsetof(esp_app_desc_t, app_elf_sha256) == 144, "on flash");
_Static_assert(offsetof(esp_app_desc_t, min_efuse_blk_rev_full) == 176, "on flash");
_Static_assert(offsetof(esp_app_desc_t, spi_flash_mode) == 181, "on flash");
#endif

/* The running app's: read from the running slot once, and kept. When there is none in flash (an app
 * that was not started from a slot), `esp_app_desc`, a weak object that a project may define. Never
 * NULL. */
const esp_app_desc_t *esp_app_get_description(void);

/* The start of app_elf_sha256 in lower-case hexadecimal, CONFIG_APP_RETRIEVE_LEN_ELF_SHA characters.
 * Copies at most size - 1 of them and a NUL; returns the number of bytes written, NUL included; 0
 * when dst is NULL or size < 2. */
int esp_app_get_elf_sha256(char *dst, size_t size);
char *esp_app_get_elf_sha256_str(void);

#ifdef __cplusplus
}
#endif

#endif
