/* Partitions: named pieces of flash, from the partition table and from esp_partition_register_external().
 *
 *     const esp_partition_t *p = esp_partition_find_first(ESP_PARTITION_TYPE_DATA,
 *                                                         ESP_PARTITION_SUBTYPE_ANY, "storage");
 *     esp_err_t err = esp_partition_erase_range(p, 0, p->erase_size);
 *     err = esp_partition_write(p, 0, bytes, len);
 *
 * The table is read at the first call, as ESP-IDF's app-side reader does it: rows up to the MD5 row,
 * which must be there and match (CONFIG_PARTITION_TABLE_MD5). Pointers stay valid until
 * esp_partition_unload_all(). Offsets count from the start of the partition, lengths are bytes.
 * Source: ESP-IDF components/esp_partition/include/esp_partition.h. */
#ifndef ESP_PARTITION_H
#define ESP_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A further flash chip. molt's device has one chip, the port's; wherever ESP-IDF takes a chip, NULL
 * means that one. */
typedef struct esp_flash_t esp_flash_t;

typedef enum {
    ESP_PARTITION_TYPE_APP = 0x00,
    ESP_PARTITION_TYPE_DATA = 0x01,
    ESP_PARTITION_TYPE_BOOTLOADER = 0x02,
    ESP_PARTITION_TYPE_PARTITION_TABLE = 0x03,
    ESP_PARTITION_TYPE_ANY = 0xff, /* for searching */
} esp_partition_type_t;

typedef enum {
    ESP_PARTITION_SUBTYPE_BOOTLOADER_PRIMARY = 0x00,
    ESP_PARTITION_SUBTYPE_BOOTLOADER_OTA = 0x01,
    ESP_PARTITION_SUBTYPE_BOOTLOADER_RECOVERY = 0x02,

    ESP_PARTITION_SUBTYPE_PARTITION_TABLE_PRIMARY = 0x00,
    ESP_PARTITION_SUBTYPE_PARTITION_TABLE_OTA = 0x01,

    ESP_PARTITION_SUBTYPE_APP_FACTORY = 0x00,
    ESP_PARTITION_SUBTYPE_APP_OTA_MIN = 0x10,
    ESP_PARTITION_SUBTYPE_APP_OTA_0 = 0x10,
    ESP_PARTITION_SUBTYPE_APP_OTA_1 = 0x11,
    ESP_PARTITION_SUBTYPE_APP_OTA_2 = 0x12,
    ESP_PARTITION_SUBTYPE_APP_OTA_3 = 0x13,
    ESP_PARTITION_SUBTYPE_APP_OTA_4 = 0x14,
    ESP_PARTITION_SUBTYPE_APP_OTA_5 = 0x15,
    ESP_PARTITION_SUBTYPE_APP_OTA_6 = 0x16,
    ESP_PARTITION_SUBTYPE_APP_OTA_7 = 0x17,
    ESP_PARTITION_SUBTYPE_APP_OTA_8 = 0x18,
    ESP_PARTITION_SUBTYPE_APP_OTA_9 = 0x19,
    ESP_PARTITION_SUBTYPE_APP_OTA_10 = 0x1a,
    ESP_PARTITION_SUBTYPE_APP_OTA_11 = 0x1b,
    ESP_PARTITION_SUBTYPE_APP_OTA_12 = 0x1c,
    ESP_PARTITION_SUBTYPE_APP_OTA_13 = 0x1d,
    ESP_PARTITION_SUBTYPE_APP_OTA_14 = 0x1e,
    ESP_PARTITION_SUBTYPE_APP_OTA_15 = 0x1f,
    ESP_PARTITION_SUBTYPE_APP_OTA_MAX = 0x20, /* the first that is no OTA slot */
    ESP_PARTITION_SUBTYPE_APP_TEST = 0x20,
    ESP_PARTITION_SUBTYPE_APP_TEE_MIN = 0x30,
    ESP_PARTITION_SUBTYPE_APP_TEE_0 = 0x30,
    ESP_PARTITION_SUBTYPE_APP_TEE_1 = 0x31,
    ESP_PARTITION_SUBTYPE_APP_TEE_MAX = 0x31,

    ESP_PARTITION_SUBTYPE_DATA_OTA = 0x00,
    ESP_PARTITION_SUBTYPE_DATA_PHY = 0x01,
    ESP_PARTITION_SUBTYPE_DATA_NVS = 0x02,
    ESP_PARTITION_SUBTYPE_DATA_COREDUMP = 0x03,
    ESP_PARTITION_SUBTYPE_DATA_NVS_KEYS = 0x04,
    ESP_PARTITION_SUBTYPE_DATA_EFUSE_EM = 0x05,
    ESP_PARTITION_SUBTYPE_DATA_UNDEFINED = 0x06,
    ESP_PARTITION_SUBTYPE_DATA_ESPHTTPD = 0x80,
    ESP_PARTITION_SUBTYPE_DATA_FAT = 0x81,
    ESP_PARTITION_SUBTYPE_DATA_SPIFFS = 0x82,
    ESP_PARTITION_SUBTYPE_DATA_LITTLEFS = 0x83,
    ESP_PARTITION_SUBTYPE_DATA_TEE_OTA = 0x90,

    ESP_PARTITION_SUBTYPE_ANY = 0xff, /* for searching */
} esp_partition_subtype_t;

#define ESP_PARTITION_SUBTYPE_OTA(i)                                                               \
    ((esp_partition_subtype_t)(ESP_PARTITION_SUBTYPE_APP_OTA_MIN + ((i)&0xf)))

typedef struct {
    esp_flash_t *flash_chip; /* NULL: the port's flash */
    esp_partition_type_t type;
    esp_partition_subtype_t subtype;
    uint32_t address;    /* from the start of flash */
    uint32_t size;       /* bytes */
    uint32_t erase_size; /* offset and length of an erase are multiples of it */
    char label[17];      /* NUL-terminated */
    bool encrypted;      /* always false: flash encryption is not part of this build */
    bool readonly;
} esp_partition_t;

/* ---- finding --------------------------------------------------------------------------------- */

typedef struct esp_partition_iterator_opaque_ *esp_partition_iterator_t;

/* The first match of all three; label NULL = any label, the pointer is kept while the iterator
 * lives. subtype must be ANY when type is. NULL: nothing matches, no table, or all
 * CONFIG_MOLT_PARTITION_ITERATORS are in use. Release it, unless esp_partition_next() gave NULL. */
esp_partition_iterator_t esp_partition_find(esp_partition_type_t type,
                                            esp_partition_subtype_t subtype, const char *label);

/* The same with a reason: ESP_ERR_INVALID_ARG; ESP_ERR_NOT_FOUND: nothing matches, or the table has
 * no MD5 row; ESP_ERR_INVALID_STATE: the MD5 does not match; ESP_ERR_NO_MEM; flash errors. *it is
 * NULL then. */
esp_err_t esp_partition_find_err(esp_partition_type_t type, esp_partition_subtype_t subtype,
                                 const char *label, esp_partition_iterator_t *it);

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
                                                esp_partition_subtype_t subtype, const char *label);
esp_err_t esp_partition_find_first_err(esp_partition_type_t type, esp_partition_subtype_t subtype,
                                       const char *label, const esp_partition_t **partition);

/* The iterator's partition; it must not be NULL. */
const esp_partition_t *esp_partition_get(esp_partition_iterator_t iterator);

/* Moves on. At the end it releases the iterator and returns NULL. */
esp_partition_iterator_t esp_partition_next(esp_partition_iterator_t iterator);

/* NULL is allowed. */
void esp_partition_iterator_release(esp_partition_iterator_t iterator);

/* The known partition that equals *partition in chip, address, size, encryption, type, subtype and,
 * if it has one, label. NULL: there is none. */
const esp_partition_t *esp_partition_verify(const esp_partition_t *partition);

/* ESP_ERR_INVALID_ARG, ESP_ERR_NOT_FOUND, and the errors of reading the table. */
esp_err_t esp_partition_verify_err(const esp_partition_t *partition,
                                   const esp_partition_t **out_partition);

/* ---- reading and writing --------------------------------------------------------------------- */

/* All of them: ESP_ERR_INVALID_ARG for a NULL, or an offset behind the end; ESP_ERR_INVALID_SIZE when
 * [offset, offset + size) leaves the partition; ESP_ERR_FLASH_OP_FAIL when the flash fails. */
esp_err_t esp_partition_read(const esp_partition_t *partition, size_t src_offset, void *dst,
                             size_t size);
esp_err_t esp_partition_read_raw(const esp_partition_t *partition, size_t src_offset, void *dst,
                                 size_t size);

/* Programs erased flash and reads it back; ESP_ERR_FLASH_OP_FAIL also when what is there now is not
 * `src` because it was not erased. ESP_ERR_NOT_ALLOWED: read-only. */
esp_err_t esp_partition_write(const esp_partition_t *partition, size_t dst_offset, const void *src,
                              size_t size);
esp_err_t esp_partition_write_raw(const esp_partition_t *partition, size_t dst_offset,
                                  const void *src, size_t size);

/* Whole sectors (erase_size): ESP_ERR_INVALID_SIZE for such a size, ESP_ERR_INVALID_ARG for such an
 * offset. ESP_ERR_NOT_ALLOWED: read-only. */
esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t size);

/* Copies between two partitions; erases the destination first, rounded up to whole sectors.
 * size SIZE_MAX = the rest of `src`, and then the whole rest of `dest` is erased. The ranges must
 * not overlap on flash. ESP_ERR_INVALID_ARG, ESP_ERR_INVALID_SIZE, ESP_ERR_NOT_ALLOWED. */
esp_err_t esp_partition_copy(const esp_partition_t *dest_part, uint32_t dest_offset,
                             const esp_partition_t *src_part, uint32_t src_offset, size_t size);

typedef enum {
    ESP_PARTITION_MMAP_DATA = 0,
    ESP_PARTITION_MMAP_INST = 1,
    ESP_PARTITION_MMAP_BLOCKS_WRITE = 2,
} esp_partition_mmap_memory_t;

typedef uint32_t esp_partition_mmap_handle_t;

/* A pointer to the flash itself, for ports whose flash is memory-mapped; ESP_ERR_NOT_SUPPORTED
 * elsewhere. Bounds as in esp_partition_read(). */
esp_err_t esp_partition_mmap(const esp_partition_t *partition, size_t offset, size_t size,
                             esp_partition_mmap_memory_t memory, const void **out_ptr,
                             esp_partition_mmap_handle_t *out_handle);
void esp_partition_munmap(esp_partition_mmap_handle_t handle);

/* ---- content --------------------------------------------------------------------------------- */

/* App and bootloader: the image's SHA-256, computed from flash; when the image carries one, they
 * must agree. Other types: over the whole partition. ESP_ERR_INVALID_ARG, ESP_ERR_IMAGE_INVALID
 * (sha_256 is unchanged then), flash errors. */
esp_err_t esp_partition_get_sha256(const esp_partition_t *partition, uint8_t *sha_256);

/* Whether both hold the same image (app, bootloader) or the same bytes (one other type). Any error
 * counts as different. */
bool esp_partition_check_identity(const esp_partition_t *partition_1,
                                  const esp_partition_t *partition_2);

/* ---- partitions that are not in the table ---------------------------------------------------- */

/* Adds one, up to CONFIG_MOLT_EXTERNAL_PARTITIONS; it is found after those of the table.
 * flash_chip must be NULL (ESP_ERR_NOT_SUPPORTED). ESP_ERR_INVALID_SIZE: behind the end of the chip;
 * ESP_ERR_INVALID_ARG: no label, or it overlaps a known partition; ESP_ERR_NO_MEM. */
esp_err_t esp_partition_register_external(esp_flash_t *flash_chip, size_t offset, size_t size,
                                          const char *label, esp_partition_type_t type,
                                          esp_partition_subtype_t subtype,
                                          const esp_partition_t **out_partition);

/* ESP_ERR_INVALID_ARG: it is one of the table's; ESP_ERR_NOT_FOUND. */
esp_err_t esp_partition_deregister_external(const esp_partition_t *partition);

/* Forgets the table and the registered ones; the next call reads the table again. Every pointer and
 * iterator from before is dead. */
void esp_partition_unload_all(void);

/* Erase unit of the flash, bytes. */
uint32_t esp_partition_get_main_flash_sector_size(void);

#ifdef __cplusplus
}
#endif

#endif
