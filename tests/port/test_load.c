#include "port/linux/load.h"

#include <unistd.h>

#include "flash/ram_nor.h"
#include "format/image_build.h"
#include "slots/verify.h"
#include "tests/support/check.h"

enum { FLASH_LEN = 0x20000, SLOT = 0x10000, CODE_LEN = 9001 };

static uint8_t flash[FLASH_LEN], code[CODE_LEN];
static struct molt_ram_nor ram;

static enum molt_err put(void *ctx, const uint8_t *bytes, uint32_t len)
{
    uint32_t *used = ctx;

    memcpy(flash + SLOT + *used, bytes, len);
    *used += len;
    return MOLT_OK;
}

/* A slot with an image that is verified: descriptor, code, and behind it some data. */
static struct molt_boot_target make_target(bool with_digest, bool is_elf)
{
    static const uint8_t data[] = "data that is no code";
    static const struct molt_app_desc app = { .magic = MOLT_APP_DESC_MAGIC };
    const struct molt_nor_geometry geometry = molt_nor_geometry_spi(FLASH_LEN);
    const struct molt_image_rules rules = { .chip = molt_chip_by_id(MOLT_CHIP_LINUX) };
    const struct molt_image_header header = { .magic = MOLT_IMAGE_MAGIC,
                                              .chip_id = MOLT_CHIP_LINUX,
                                              .hash_appended = with_digest };
    uint8_t desc[MOLT_APP_DESC_LEN];
    const struct molt_image_source segments[] = { { 0, desc, sizeof desc },
                                                  { 0, code, sizeof code },
                                                  { 0, data, sizeof data } };
    struct molt_boot_target target = { .slot = 0 };
    struct molt_image_error error;
    uint32_t used = 0;

    memset(flash, 0xFF, sizeof flash);
    molt_ram_nor_init(&ram, &geometry, flash);
    for (uint32_t i = 0; i < sizeof code; i++) code[i] = (uint8_t)(i * 2654435761u >> 11);
    memcpy(code, is_elf ? "\177ELF" : "#!/b", 4);
    molt_app_desc_encode(&app, desc);
    CHECK_EQ(molt_image_build(&header, segments, 3, &(struct molt_image_sink){ put, &used }),
             MOLT_OK);
    CHECK_EQ(molt_region_make(&ram.nor, SLOT, FLASH_LEN - SLOT, &target.region), MOLT_OK);
    CHECK_EQ(molt_slot_verify(&target.region, &rules, &target.image, &error), MOLT_OK);
    return target;
}

static enum molt_err load(const struct molt_boot_target *target)
{
    int fd = -1;

    enum molt_err err = molt_load_code(target, &fd);
    CHECK_EQ(fd >= 0, err == MOLT_OK);
    if (fd >= 0) (void)close(fd);
    return err;
}

TEST(the_code_of_a_verified_image_comes_byte_for_byte)
{
    for (int with_digest = 0; with_digest <= 1; with_digest++) {
        const struct molt_boot_target target = make_target(with_digest, true);
        uint8_t loaded[CODE_LEN + 8];
        int fd = -1;

        CHECK_EQ(molt_load_code(&target, &fd), MOLT_OK);
        /* The builder fills the segment up to a multiple of 4. */
        CHECK_EQ(pread(fd, loaded, sizeof loaded, 0), (CODE_LEN + 3) / 4 * 4);
        CHECK_MEM(loaded, code, sizeof code);
        (void)close(fd);
    }
}

TEST(a_flash_that_answers_differently_after_the_check_does_not_change_what_runs)
{
    for (int with_digest = 0; with_digest <= 1; with_digest++) {
        const struct molt_boot_target target = make_target(with_digest, true);
        uint32_t hashed = target.image.len - (with_digest ? MOLT_SHA256_LEN : 0);

        for (uint32_t off = 0; off < hashed; off += 97) {
            flash[SLOT + off] ^= 0x10;
            CHECK_EQ(load(&target), MOLT_ERR_CHECKSUM);
            flash[SLOT + off] ^= 0x10;
        }
        CHECK_EQ(load(&target), MOLT_OK);
    }
}

TEST(without_any_digest_there_is_nothing_to_compare_with)
{
    struct molt_boot_target target = make_target(false, true);

    memset(target.image.digest, 0, sizeof target.image.digest); /* as layout_only leaves it */
    CHECK_EQ(load(&target), MOLT_OK);
}

TEST(what_is_no_executable_is_not_loaded)
{
    struct molt_boot_target target = make_target(true, false);

    CHECK_EQ(load(&target), MOLT_ERR_FORMAT);
    target = make_target(true, true);
    target.image.header.segment_count = 1;
    CHECK_EQ(load(&target), MOLT_ERR_FORMAT);
}

TEST_MAIN()
