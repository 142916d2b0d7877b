/* A device in memory for the tests of device/ota: 2 MiB of RAM flash, a table, a port that logs
 * nothing and whose reset comes back by longjmp.
 *
 *     0x8000  table     nvs 0x9000/0x4000  otadata 0xD000/0x2000  phy 0xF000/0x1000
 *     0x10000 factory   0x20000 ota_0   0x30000 ota_1   64 KiB each
 *     0x40000 storage   64 KiB data     0x50000 const   64 KiB data, read-only */
#ifndef MOLT_TESTS_OTA_DEVICE_H
#define MOLT_TESTS_OTA_DEVICE_H

#include <stdlib.h>

#include "base/bytes.h"
#include "ctx/ctx.h"
#include "esp_image_format.h"
#include "esp_ota_ops.h"
#include "flash/ram_nor.h"
#include "format/image_build.h"
#include "format/ptable.h"
#include "molt/device.h"
#include "ota/part.h"
#include "tests/support/check.h"

enum {
    FLASH_LEN = 0x200000,
    SLOT_LEN = 0x10000,
    OTADATA_ADDR = 0xD000,
    FACTORY_ADDR = 0x10000,
    OTA_0_ADDR = 0x20000,
    OTA_1_ADDR = 0x30000,
    STORAGE_ADDR = 0x40000,
    CONST_ADDR = 0x50000,
    FREE_ADDR = 0x60000, /* nothing in the table from here on */
    IMAGE_MAX = 0x10000,
};

struct ota_device {
    struct molt_port port;
    struct molt_ram_nor ram;
    uint8_t flash[FLASH_LEN];
    void *memory;
    enum molt_reset_reason reset_with;
    jmp_buf on_reset;
    uint32_t fuse; /* the security version */
    bool fuse_fails;
};

static struct ota_device device;

static inline const struct molt_ptable *stock_table(void)
{
    static const struct molt_ptable table = {
        .row = { { "nvs", MOLT_PART_DATA, MOLT_DATA_NVS, 0x9000, 0x4000, 0 },
                 { "otadata", MOLT_PART_DATA, MOLT_DATA_OTA, OTADATA_ADDR, 0x2000, 0 },
                 { "phy", MOLT_PART_DATA, MOLT_DATA_PHY, 0xF000, 0x1000, 0 },
                 { "factory", MOLT_PART_APP, MOLT_APP_FACTORY, FACTORY_ADDR, SLOT_LEN, 0 },
                 { "ota_0", MOLT_PART_APP, MOLT_APP_OTA_0, OTA_0_ADDR, SLOT_LEN, 0 },
                 { "ota_1", MOLT_PART_APP, MOLT_APP_OTA_0 + 1, OTA_1_ADDR, SLOT_LEN, 0 },
                 { "storage", MOLT_PART_DATA, MOLT_DATA_UNDEFINED, STORAGE_ADDR, SLOT_LEN, 0 },
                 { "const", MOLT_PART_DATA, 0x40, CONST_ADDR, SLOT_LEN, MOLT_PART_READONLY } },
        .count = 8,
    };

    return &table;
}

static inline enum molt_reset_reason device_reset_reason(void *ctx)
{
    (void)ctx;
    return MOLT_RESET_POWERON;
}

static inline void device_reset(void *ctx, enum molt_reset_reason reason)
{
    (void)ctx;
    device.reset_with = reason;
    longjmp(device.on_reset, 1);
}

static inline enum molt_err fuse_get(void *ctx, uint32_t *value)
{
    (void)ctx;
    *value = device.fuse;
    return device.fuse_fails ? MOLT_ERR_FLASH : MOLT_OK;
}

static inline enum molt_err fuse_raise(void *ctx, uint32_t value)
{
    (void)ctx;
    if (value > 32) return MOLT_ERR_RANGE;
    if (value > device.fuse) device.fuse = value;
    return MOLT_OK;
}

/* A reset into the code at running_addr: RAM is gone, flash and fuses stay. */
static inline void device_run(uint32_t running_addr)
{
    device.port.running_addr = running_addr;
    molt_device_init(device.memory, &device.port);
}

static inline void device_write_table(const struct molt_ptable *table, bool with_md5)
{
    CHECK_EQ(molt_ptable_encode(table, with_md5, device.flash + MOLT_PTABLE_ADDR), MOLT_OK);
}

static inline void device_free(void)
{
    free(device.memory);
}

/* A new device with the stock table, running the code at running_addr. */
static inline void device_start(uint32_t running_addr)
{
    static const struct molt_counter_ops fuse = { fuse_get, fuse_raise };
    struct molt_nor_geometry geometry = molt_nor_geometry_spi(FLASH_LEN);

    if (!device.memory) {
        device.memory = malloc(molt_device_size());
        (void)atexit(device_free);
    }
    memset(device.flash, 0xFF, sizeof device.flash);
    molt_ram_nor_init(&device.ram, &geometry, device.flash);
    device.fuse = 0;
    device.fuse_fails = false;
    device.port = (struct molt_port){
        .flash = &device.ram.nor,
        .reset_reason = device_reset_reason,
        .reset = device_reset,
        .secure_version = &fuse,
        .chip_id = MOLT_CHIP_LINUX,
        .chip_rev = 100,
    };
    device_write_table(stock_table(), true);
    device_run(running_addr);
}

/* ---- images ------------------------------------------------------------------------------------ */

struct image_bytes {
    uint8_t bytes[IMAGE_MAX];
    uint32_t len;
};

static inline enum molt_err image_put(void *ctx, const uint8_t *bytes, uint32_t len)
{
    struct image_bytes *image = ctx;

    if (!molt_range_fits(image->len, len, IMAGE_MAX)) return MOLT_ERR_FULL;
    memcpy(image->bytes + image->len, bytes, len);
    image->len += len;
    return MOLT_OK;
}

/* An app for the virtual device: descriptor and body_len further bytes. Valid until the next one. */
static inline struct image_bytes *app_image(const char *version, uint32_t secure_version,
                                            uint32_t body_len)
{
    static struct image_bytes image;
    static uint8_t segment[IMAGE_MAX];
    struct molt_app_desc desc = { .magic = MOLT_APP_DESC_MAGIC, .secure_version = secure_version };
    const struct molt_image_header header = { .magic = MOLT_IMAGE_MAGIC,
                                              .chip_id = MOLT_CHIP_LINUX,
                                              .hash_appended = 1 };
    const struct molt_image_sink sink = { image_put, &image };

    (void)snprintf(desc.version, sizeof desc.version, "%s", version);
    (void)snprintf(desc.project_name, sizeof desc.project_name, "test");
    molt_app_desc_encode(&desc, segment);
    for (uint32_t i = 0; i < body_len; i++)
        segment[MOLT_APP_DESC_LEN + i] = (uint8_t)(i * 7 + i / 256 + (uint8_t)version[0]);
    const struct molt_image_source source = { 0, segment, MOLT_APP_DESC_LEN + body_len };
    image.len = 0;
    CHECK_EQ(molt_image_build(&header, &source, 1, &sink), MOLT_OK);
    return &image;
}

/* Puts an app into flash, as a programmer would. */
static inline void device_flash_app(uint32_t addr, const char *version, uint32_t secure_version)
{
    const struct image_bytes *image = app_image(version, secure_version, 1000);

    memset(device.flash + addr, 0xFF, SLOT_LEN);
    memcpy(device.flash + addr, image->bytes, image->len);
}

/* otadata entry `index`; its crc is made right. */
static inline void device_write_entry(int index, uint32_t seq, enum molt_img_state state)
{
    struct molt_otadata e = molt_otadata_blank();

    e.seq = seq;
    e.state = state;
    e.crc = molt_otadata_crc(seq);
    molt_otadata_encode(&e, device.flash + OTADATA_ADDR + index * MOLT_OTADATA_SECTOR_LEN);
}

static inline struct molt_otadata device_entry(int index)
{
    return molt_otadata_decode(device.flash + OTADATA_ADDR + index * MOLT_OTADATA_SECTOR_LEN);
}

static inline const esp_partition_t *by_label(const char *label)
{
    return esp_partition_find_first(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, label);
}

#endif
