/* A small device for tests: 256 KiB of flash in memory with a partition table, otadata, nvs and
 * slots of 8 KiB that hold tiny apps for the chip "linux".
 *
 *     0x8000  table     0xa000  nvs     0xc000  otadata, 2 sectors
 *     0x10000 factory   0x12000 test    0x14000 ota_0     0x16000 ota_1 ... */
#ifndef MOLT_TESTS_SUPPORT_BOARD_H
#define MOLT_TESTS_SUPPORT_BOARD_H

#include <stdlib.h>

#include "flash/ram_nor.h"
#include "format/image_build.h"
#include "format/otadata.h"
#include "format/ptable.h"
#include "molt/port.h"
#include "slots/map.h"
#include "tests/support/check.h"

enum {
    BOARD_FLASH_LEN = 0x40000,
    BOARD_SECTOR = 4096,
    BOARD_NVS = 0xA000,
    BOARD_OTADATA = 0xC000,
    BOARD_FACTORY = 0x10000,
    BOARD_TEST_APP = 0x12000,
    BOARD_OTA = 0x14000,
    BOARD_SLOT_LEN = 2 * BOARD_SECTOR,
};

struct board {
    struct molt_ram_nor ram;
    uint8_t bytes[BOARD_FLASH_LEN];
    struct molt_port port;
    enum molt_reset_reason reason;
    uint32_t version; /* of the counter */
    enum molt_err counter_err;
};

/* What a board has. */
struct board_shape {
    uint32_t ota_mask; /* bit N: ota_N */
    bool factory, test, no_otadata;
    uint32_t otadata_len; /* 0 = two sectors */
    struct board_flash {  /* all 0 = SPI NOR: bytes, erased to 0xFF, bits may be cleared later */
        uint32_t program_len;
        bool erased_to_0;
        uint8_t flags; /* enum molt_nor_flag */
    } flash;
};

static inline uint32_t board_slot_addr(int slot)
{
    if (slot == MOLT_SLOT_FACTORY) return BOARD_FACTORY;
    if (slot == MOLT_SLOT_TEST) return BOARD_TEST_APP;
    return BOARD_OTA + (uint32_t)slot * BOARD_SLOT_LEN;
}

static inline enum molt_reset_reason board_reset_reason(void *ctx)
{
    return ((const struct board *)ctx)->reason;
}

static inline enum molt_err board_version_get(void *ctx, uint32_t *value)
{
    const struct board *b = ctx;

    *value = b->version;
    return b->counter_err;
}

static inline enum molt_err board_version_raise(void *ctx, uint32_t value)
{
    struct board *b = ctx;

    if (b->counter_err) return b->counter_err;
    if (value < b->version) return MOLT_ERR_OLD_VERSION;
    b->version = value;
    return MOLT_OK;
}

static inline void board_row(struct molt_ptable *table, const char *label, int type, int subtype,
                             uint32_t addr, uint32_t len)
{
    struct molt_partition *row = &table->row[table->count++];

    *row = (struct molt_partition){
        .type = (uint8_t)type, .subtype = (uint8_t)subtype, .addr = addr, .len = len
    };
    (void)snprintf(row->label, sizeof row->label, "%s", label);
}

static inline void board_start(struct board *b, struct board_shape shape)
{
    static const struct molt_counter_ops counter = { board_version_get, board_version_raise };
    struct molt_nor_geometry g = molt_nor_geometry_spi(BOARD_FLASH_LEN);
    static struct molt_ptable table;
    uint32_t otadata_len = shape.otadata_len ? shape.otadata_len : 2 * BOARD_SECTOR;

    if (shape.flash.program_len) {
        g.program_len = shape.flash.program_len;
        g.erased = shape.flash.erased_to_0 ? 0 : 0xFF;
        g.flags = shape.flash.flags;
    }
    memset(b, 0, sizeof *b);
    memset(b->bytes, g.erased, sizeof b->bytes);
    molt_ram_nor_init(&b->ram, &g, b->bytes);
    b->reason = MOLT_RESET_POWERON;
    b->port = (struct molt_port){ .ctx = b,
                                  .flash = &b->ram.nor,
                                  .reset_reason = board_reset_reason,
                                  .secure_version = &counter,
                                  .chip_id = MOLT_CHIP_LINUX };

    table.count = 0;
    board_row(&table, "nvs", MOLT_PART_DATA, MOLT_DATA_NVS, BOARD_NVS, 2 * BOARD_SECTOR);
    if (!shape.no_otadata)
        board_row(&table, "otadata", MOLT_PART_DATA, MOLT_DATA_OTA, BOARD_OTADATA, otadata_len);
    if (shape.factory)
        board_row(&table, "factory", MOLT_PART_APP, MOLT_APP_FACTORY, BOARD_FACTORY,
                  BOARD_SLOT_LEN);
    if (shape.test)
        board_row(&table, "test", MOLT_PART_APP, MOLT_APP_TEST, BOARD_TEST_APP, BOARD_SLOT_LEN);
    for (int slot = 0; slot < MOLT_OTA_SLOTS_MAX; slot++)
        if (shape.ota_mask >> slot & 1)
            board_row(&table, molt_slot_name(slot), MOLT_PART_APP, MOLT_APP_OTA_0 + slot,
                      board_slot_addr(slot), BOARD_SLOT_LEN);
    CHECK_EQ(molt_ptable_encode(&table, true, b->bytes + MOLT_PTABLE_ADDR), MOLT_OK);
}

struct board_sink {
    uint8_t *at;
    uint32_t len;
};

static inline enum molt_err board_put(void *ctx, const uint8_t *bytes, uint32_t len)
{
    struct board_sink *sink = ctx;

    memcpy(sink->at + sink->len, bytes, len);
    sink->len += len;
    return MOLT_OK;
}

/* An app image of about 1 KiB; its length. desc_magic other than MOLT_APP_DESC_MAGIC: it has no
 * descriptor. */
static inline uint32_t board_image_with(uint8_t *to, const char *version, uint32_t secure_version,
                                        uint32_t desc_magic)
{
    const struct molt_image_header header = { .magic = MOLT_IMAGE_MAGIC,
                                              .chip_id = MOLT_CHIP_LINUX,
                                              .max_chip_rev_full = UINT16_MAX,
                                              .hash_appended = 1 };
    struct molt_app_desc desc = { .magic = desc_magic, .secure_version = secure_version };
    struct board_sink sink = { .at = to };
    uint8_t data[1000];

    (void)snprintf(desc.version, sizeof desc.version, "%s", version);
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + secure_version);
    molt_app_desc_encode(&desc, data);
    const struct molt_image_source segment = { .bytes = data, .len = sizeof data };
    const struct molt_image_sink out = { board_put, &sink };
    CHECK_EQ(molt_image_build(&header, &segment, 1, &out), MOLT_OK);
    return sink.len;
}

static inline uint32_t board_image(uint8_t *to, const char *version, uint32_t secure_version)
{
    return board_image_with(to, version, secure_version, MOLT_APP_DESC_MAGIC);
}

static inline void board_bare_app(struct board *b, int slot)
{
    (void)board_image_with(b->bytes + board_slot_addr(slot), "", 0, 0);
}

static inline void board_app(struct board *b, int slot, uint32_t secure_version)
{
    (void)board_image(b->bytes + board_slot_addr(slot), molt_slot_name(slot), secure_version);
}

/* Spoils one byte of the slot's image. */
static inline void board_spoil(struct board *b, int slot)
{
    b->bytes[board_slot_addr(slot) + 500] ^= 0x10;
}

static inline void board_entry(struct board *b, int index, uint32_t seq, int state)
{
    struct molt_otadata e = molt_otadata_blank();

    e.seq = seq;
    e.state = (enum molt_img_state)state;
    e.crc = molt_otadata_crc(seq);
    molt_otadata_encode(&e, b->bytes + BOARD_OTADATA + index * BOARD_SECTOR);
}

static inline struct molt_otadata board_found(const struct board *b, int index)
{
    return molt_otadata_decode(b->bytes + BOARD_OTADATA + index * BOARD_SECTOR);
}

#endif
