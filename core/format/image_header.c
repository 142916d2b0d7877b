/* Headers and descriptors: bytes to structs and back. */
#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "format/image.h"

struct molt_image_header molt_image_header_decode(const uint8_t bytes[MOLT_IMAGE_HEADER_LEN])
{
    struct molt_reader r = molt_reader_over(bytes, MOLT_IMAGE_HEADER_LEN);
    struct molt_image_header h;

    h.magic = molt_read_u8(&r);
    h.segment_count = molt_read_u8(&r);
    h.spi_mode = molt_read_u8(&r);
    uint8_t speed_size = molt_read_u8(&r);
    h.spi_speed = speed_size & 0x0F;
    h.spi_size = speed_size >> 4;
    h.entry_addr = molt_read_le32(&r);
    h.wp_pin = molt_read_u8(&r);
    molt_read_bytes(&r, h.spi_pin_drv, sizeof h.spi_pin_drv);
    h.chip_id = molt_read_le16(&r);
    h.min_chip_rev = molt_read_u8(&r);
    h.min_chip_rev_full = molt_read_le16(&r);
    h.max_chip_rev_full = molt_read_le16(&r);
    molt_read_bytes(&r, h.reserved, sizeof h.reserved);
    h.hash_appended = molt_read_u8(&r);
    assert(!r.overran && r.at == r.end);
    return h;
}

void molt_image_header_encode(const struct molt_image_header *h,
                              uint8_t bytes[MOLT_IMAGE_HEADER_LEN])
{
    bytes[0] = h->magic;
    bytes[1] = h->segment_count;
    bytes[2] = h->spi_mode;
    bytes[3] = (uint8_t)((h->spi_speed & 0x0F) | (h->spi_size & 0x0F) << 4);
    molt_store_le32(bytes + 4, h->entry_addr);
    bytes[8] = h->wp_pin;
    memcpy(bytes + 9, h->spi_pin_drv, sizeof h->spi_pin_drv);
    molt_store_le16(bytes + 12, h->chip_id);
    bytes[14] = h->min_chip_rev;
    molt_store_le16(bytes + 15, h->min_chip_rev_full);
    molt_store_le16(bytes + 17, h->max_chip_rev_full);
    memcpy(bytes + 19, h->reserved, sizeof h->reserved);
    bytes[23] = h->hash_appended;
}

/* `size` bytes of `text` hold `size - 1` of the image's and a terminator. */
static void read_text(struct molt_reader *r, char *text, size_t size)
{
    molt_read_bytes(r, text, size - 1);
    text[size - 1] = '\0';
    /* What follows the image's own terminator is not text: equal texts are equal bytes. */
    size_t len = strlen(text);
    memset(text + len, 0, size - len);
}

static void store_text(uint8_t *to, const char *text, size_t size)
{
    memset(to, 0, size);
    for (size_t i = 0; i < size && text[i]; i++) to[i] = (uint8_t)text[i];
}

struct molt_app_desc molt_app_desc_decode(const uint8_t bytes[MOLT_APP_DESC_LEN])
{
    struct molt_reader r = molt_reader_over(bytes, MOLT_APP_DESC_LEN);
    struct molt_app_desc d;

    d.magic = molt_read_le32(&r);
    d.secure_version = molt_read_le32(&r);
    molt_read_skip(&r, 8);
    read_text(&r, d.version, sizeof d.version);
    read_text(&r, d.project_name, sizeof d.project_name);
    read_text(&r, d.time, sizeof d.time);
    read_text(&r, d.date, sizeof d.date);
    read_text(&r, d.idf_ver, sizeof d.idf_ver);
    molt_read_bytes(&r, d.app_elf_sha256, sizeof d.app_elf_sha256);
    d.min_efuse_blk_rev_full = molt_read_le16(&r);
    d.max_efuse_blk_rev_full = molt_read_le16(&r);
    d.mmu_page_size = molt_read_u8(&r);
    d.spi_flash_mode = molt_read_u8(&r);
    molt_read_skip(&r, 74);
    assert(!r.overran && r.at == r.end);
    return d;
}

void molt_app_desc_encode(const struct molt_app_desc *d, uint8_t bytes[MOLT_APP_DESC_LEN])
{
    memset(bytes, 0, MOLT_APP_DESC_LEN);
    molt_store_le32(bytes + 0, d->magic);
    molt_store_le32(bytes + 4, d->secure_version);
    store_text(bytes + 16, d->version, 32);
    store_text(bytes + 48, d->project_name, 32);
    store_text(bytes + 80, d->time, 16);
    store_text(bytes + 96, d->date, 16);
    store_text(bytes + 112, d->idf_ver, 32);
    memcpy(bytes + 144, d->app_elf_sha256, sizeof d->app_elf_sha256);
    molt_store_le16(bytes + 176, d->min_efuse_blk_rev_full);
    molt_store_le16(bytes + 178, d->max_efuse_blk_rev_full);
    bytes[180] = d->mmu_page_size;
    bytes[181] = d->spi_flash_mode;
}

struct molt_bootloader_desc
molt_bootloader_desc_decode(const uint8_t bytes[MOLT_BOOTLOADER_DESC_LEN])
{
    struct molt_reader r = molt_reader_over(bytes, MOLT_BOOTLOADER_DESC_LEN);
    struct molt_bootloader_desc d;

    d.magic = molt_read_u8(&r);
    molt_read_skip(&r, 2);
    d.secure_version = molt_read_u8(&r);
    d.version = molt_read_le32(&r);
    read_text(&r, d.idf_ver, sizeof d.idf_ver);
    read_text(&r, d.date_time, sizeof d.date_time);
    molt_read_skip(&r, 16);
    assert(!r.overran && r.at == r.end);
    return d;
}

void molt_bootloader_desc_encode(const struct molt_bootloader_desc *d,
                                 uint8_t bytes[MOLT_BOOTLOADER_DESC_LEN])
{
    memset(bytes, 0, MOLT_BOOTLOADER_DESC_LEN);
    bytes[0] = d->magic;
    bytes[3] = d->secure_version;
    molt_store_le32(bytes + 4, d->version);
    store_text(bytes + 8, d->idf_ver, 32);
    store_text(bytes + 40, d->date_time, 24);
}
