/* esp_ota_begin() to esp_ota_end(): which check comes first, and what is on flash afterwards. */
#include "tests/ota/ota_device.h"

/* Running from ota_0, confirmed; ota_1 is the next. */
static void start_on_ota_0(void)
{
    device_start(OTA_0_ADDR);
    device_flash_app(OTA_0_ADDR, "1", 0);
    device_write_entry(0, 1, MOLT_IMG_VALID);
}

static void make_running_unconfirmed(void)
{
    device_write_entry(0, 1, MOLT_IMG_PENDING);
}

static void open_ota_1(void)
{
    esp_ota_handle_t handle;

    CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
}

static void open_all(void)
{
    esp_ota_handle_t handle;

    for (int i = 0; i < CONFIG_MOLT_OTA_HANDLES; i++) {
        const esp_partition_t *p;

        CHECK_EQ(esp_partition_register_external(NULL, FREE_ADDR + (size_t)i * 4096, 4096, "x",
                                                 ESP_PARTITION_TYPE_DATA,
                                                 ESP_PARTITION_SUBTYPE_DATA_UNDEFINED, &p),
                 ESP_OK);
        CHECK_EQ(esp_ota_begin(p, OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
    }
}

/* A row whose address is its own, but whose bytes are the running slot's. */
static void overlap_running(void)
{
    struct molt_ptable table = *stock_table();

    table.row[5].addr = OTA_0_ADDR + 0x8000;
    device_write_table(&table, true);
    esp_partition_unload_all();
}

TEST(begin_checks_in_esp_idfs_order)
{
    const struct {
        const char *name, *label;
        size_t size;
        void (*prepare)(void);
        esp_err_t result;
    } cases[] = {
        { "fits", "ota_1", 5000, NULL, ESP_OK },
        { "unknown size", "ota_1", OTA_SIZE_UNKNOWN, NULL, ESP_OK },
        { "size 0", "ota_1", 0, NULL, ESP_OK },
        { "all of it", "ota_1", SLOT_LEN, NULL, ESP_OK },
        { "sequential", "ota_1", OTA_WITH_SEQUENTIAL_WRITES, NULL, ESP_OK },
        { "data", "storage", 5000, NULL, ESP_OK },
        { "no app slot", "factory", 5000, make_running_unconfirmed, ESP_ERR_INVALID_ARG },
        { "running, even unconfirmed", "ota_0", 5000, make_running_unconfirmed,
          ESP_ERR_OTA_PARTITION_CONFLICT },
        { "overlaps the running one", "ota_1", 5000, overlap_running,
          ESP_ERR_OTA_PARTITION_CONFLICT },
        { "unconfirmed", "ota_1", SLOT_LEN + 1, make_running_unconfirmed,
          ESP_ERR_OTA_ROLLBACK_INVALID_STATE },
        { "unconfirmed matters only to apps", "storage", 5000, make_running_unconfirmed, ESP_OK },
        { "open already", "ota_1", SLOT_LEN + 1, open_ota_1, ESP_ERR_OTA_ALREADY_IN_PROGRESS },
        { "pool full", "ota_1", SLOT_LEN + 1, open_all, ESP_ERR_NO_MEM },
        { "too large", "ota_1", SLOT_LEN + 1, NULL, ESP_ERR_INVALID_SIZE },
        { "read-only", "const", 5000, NULL, ESP_ERR_NOT_ALLOWED },
        { "read-only, sequential", "const", OTA_WITH_SEQUENTIAL_WRITES, NULL, ESP_ERR_NOT_ALLOWED },
    };
    static uint8_t before[FLASH_LEN];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_ota_handle_t handle = 77;

        test_case = cases[i].name;
        start_on_ota_0();
        memset(device.flash + OTA_1_ADDR, 0, SLOT_LEN);
        if (cases[i].prepare) cases[i].prepare();
        memcpy(before, device.flash, FLASH_LEN);
        CHECK_EQ(esp_ota_begin(by_label(cases[i].label), cases[i].size, &handle), cases[i].result);
        CHECK_EQ(handle != 0, cases[i].result == ESP_OK);
        if (cases[i].result == ESP_OK)
            CHECK_EQ(esp_ota_abort(handle), ESP_OK);
        else
            CHECK_MEM(device.flash, before, FLASH_LEN); /* refused before anything was touched */
    }
}

TEST(begin_refuses_what_is_no_partition)
{
    esp_ota_handle_t handle = 0;

    start_on_ota_0();
    esp_partition_t copy = *by_label("ota_1");
    CHECK_EQ(esp_ota_begin(NULL, 0, &handle), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_begin(&copy, 0, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_begin(&copy, 0, &handle), ESP_OK); /* a copy is as good */
    CHECK_EQ(esp_ota_abort(handle), ESP_OK);
    copy.address -= 1;
    CHECK_EQ(esp_ota_begin(&copy, 0, &handle), ESP_ERR_NOT_FOUND);
    CHECK_EQ(handle, 0);
}

TEST(begin_erases_what_it_was_asked_to)
{
    const struct {
        size_t size, erased;
    } cases[] = {
        { 1, 4096 },
        { 4096, 4096 },
        { 4097, 8192 },
        { 0, SLOT_LEN },
        { OTA_SIZE_UNKNOWN, SLOT_LEN },
        { SLOT_LEN, SLOT_LEN },
        { OTA_WITH_SEQUENTIAL_WRITES, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_ota_handle_t handle;

        start_on_ota_0();
        memset(device.flash + OTA_1_ADDR, 0, SLOT_LEN);
        CHECK_EQ(esp_ota_begin(by_label("ota_1"), cases[i].size, &handle), ESP_OK);
        CHECK(molt_all_bytes_are(device.flash + OTA_1_ADDR, cases[i].erased, 0xFF));
        CHECK(molt_all_bytes_are(device.flash + OTA_1_ADDR + cases[i].erased,
                                 SLOT_LEN - cases[i].erased, 0));
    }
}

TEST(a_slot_that_is_opened_is_no_longer_one_to_go_back_to)
{
    esp_ota_handle_t handle;
    esp_ota_img_states_t state;

    for (int rollback = 0; rollback < 2; rollback++) {
        start_on_ota_0();
        device_flash_app(OTA_1_ADDR, "0", 0);
        device_write_entry(0, 3, MOLT_IMG_VALID);
        device_write_entry(1, 2, MOLT_IMG_VALID);
        molt_ota_part()->config.rollback = rollback;
        CHECK_EQ(esp_ota_get_state_partition(by_label("ota_1"), &state), ESP_OK);
        CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
        CHECK_EQ(esp_ota_get_state_partition(by_label("ota_1"), &state),
                 rollback ? ESP_ERR_NOT_FOUND : ESP_OK);
        CHECK_EQ(esp_ota_get_state_partition(by_label("ota_0"), &state), ESP_OK);
        CHECK_EQ(state, ESP_OTA_IMG_VALID);
    }
}

static esp_err_t write_all(esp_ota_handle_t handle, const struct image_bytes *image, uint32_t piece)
{
    for (uint32_t off = 0; off < image->len; off += piece) {
        uint32_t len = image->len - off < piece ? image->len - off : piece;

        esp_err_t err = esp_ota_write(handle, image->bytes + off, len);
        if (err) return err;
    }
    return ESP_OK;
}

TEST(an_image_written_in_pieces_of_any_size_is_whole)
{
    static const size_t modes[] = { OTA_WITH_SEQUENTIAL_WRITES, OTA_SIZE_UNKNOWN, 10000 };
    static const uint32_t pieces[] = { 1, 7, 256, 1000, 4096, 5000, 100000 };

    for (size_t mode = 0; mode < sizeof modes / sizeof modes[0]; mode++)
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            esp_ota_handle_t handle;

            start_on_ota_0();
            memset(device.flash + OTA_1_ADDR, 0x12, SLOT_LEN);
            const struct image_bytes *image = app_image("2", 0, 12000);
            CHECK_EQ(esp_ota_begin(by_label("ota_1"), modes[mode], &handle), ESP_OK);
            CHECK_EQ(write_all(handle, image, pieces[i]), ESP_OK);
            CHECK_EQ(esp_ota_end(handle), ESP_OK);
            CHECK_MEM(device.flash + OTA_1_ADDR, image->bytes, image->len);
            CHECK_EQ(esp_ota_end(handle), ESP_ERR_NOT_FOUND);
            CHECK_EQ(esp_ota_get_boot_partition(), by_label("ota_0")); /* not changed yet */
        }
}

TEST(flash_with_large_units_gets_the_same_bytes)
{
    static const uint8_t units[] = { 4, 8, 16, 64 };

    for (size_t i = 0; i < sizeof units; i++) {
        esp_ota_handle_t handle;

        start_on_ota_0();
        device.ram.nor.geometry.program_len = units[i];
        const struct image_bytes *image = app_image("2", 0, 5001);
        CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
        CHECK_EQ(write_all(handle, image, 33), ESP_OK);
        CHECK_EQ(esp_ota_end(handle), ESP_OK);
        CHECK_MEM(device.flash + OTA_1_ADDR, image->bytes, image->len);
    }
}

TEST(write_checks_its_arguments_and_the_first_bytes)
{
    static const uint8_t app[] = { 0xE9, 1 }, junk[] = { 0x00, 0xE9 }, table[] = { 0xAA, 0x50 };
    esp_ota_handle_t handle;

    start_on_ota_0();
    memset(device.flash + OTA_1_ADDR, 0, SLOT_LEN);
    CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
    CHECK_EQ(esp_ota_write(handle, NULL, 1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_write(handle + 1, app, 0), ESP_OK);
    CHECK_EQ(esp_ota_write(handle + 1, app, 1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_write(0, app, 1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_write(handle, junk, sizeof junk), ESP_ERR_OTA_VALIDATE_FAILED);
    CHECK_EQ(esp_ota_write(handle, table, sizeof table), ESP_ERR_OTA_VALIDATE_FAILED);
    CHECK(molt_all_bytes_are(device.flash + OTA_1_ADDR, SLOT_LEN, 0)); /* not even erased */
    CHECK_EQ(esp_ota_write(handle, app, sizeof app), ESP_OK);          /* it is still of use */
    CHECK_EQ(esp_ota_write(handle, junk, sizeof junk), ESP_OK); /* only the first bytes count */
    CHECK_EQ(esp_ota_abort(handle), ESP_OK);
    CHECK_EQ(esp_ota_abort(handle), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_ota_abort(0), ESP_ERR_NOT_FOUND);
}

TEST(after_a_flash_error_the_image_is_lost_whatever_the_flash_says_later)
{
    const struct image_bytes *image = app_image("2", 0, 5000);
    esp_ota_handle_t handle;

    device_start(OTA_0_ADDR);
    CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_SIZE_UNKNOWN, &handle), ESP_OK);
    memset(device.flash + OTA_1_ADDR + 256, 0, 256); /* bits that no program sets again */
    CHECK_EQ(esp_ota_write(handle, image->bytes, image->len), ESP_ERR_FLASH_OP_FAIL);
    memcpy(device.flash + OTA_1_ADDR, image->bytes, image->len);
    CHECK_EQ(esp_ota_write(handle, image->bytes, 1), ESP_ERR_FLASH_OP_FAIL);
    molt_ota_part()->writer[0].written = image->len; /* as if all had been taken */
    CHECK_EQ(esp_ota_end(handle), ESP_ERR_FLASH_OP_FAIL);
}

TEST(nothing_is_written_past_the_end)
{
    static uint8_t bytes[SLOT_LEN];
    esp_ota_handle_t handle;

    start_on_ota_0();
    memset(device.flash + STORAGE_ADDR, 0, SLOT_LEN);
    memset(bytes, 0xE9, sizeof bytes);
    CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
    CHECK_EQ(esp_ota_write(handle, bytes, SLOT_LEN - 1), ESP_OK);
    CHECK_EQ(esp_ota_write(handle, bytes, 2), ESP_ERR_INVALID_SIZE);
    CHECK_EQ(esp_ota_write(handle, bytes, 1), ESP_OK);
    CHECK_EQ(esp_ota_write(handle, bytes, 1), ESP_ERR_INVALID_SIZE);
    CHECK(molt_all_bytes_are(device.flash + STORAGE_ADDR, SLOT_LEN, 0));
}

TEST(end_verifies_what_is_in_flash)
{
    esp_ota_handle_t handle;

    for (int damage = 0; damage < 3; damage++) {
        start_on_ota_0();
        const struct image_bytes *image = app_image("2", 0, 5000);
        CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
        if (damage == 0) {
            CHECK_EQ(esp_ota_end(handle), ESP_ERR_INVALID_ARG); /* nothing written */
            CHECK_EQ(esp_ota_end(handle), ESP_ERR_NOT_FOUND);   /* and closed all the same */
            continue;
        }
        uint32_t len = damage == 1 ? image->len - 1 : image->len;
        CHECK_EQ(esp_ota_write(handle, image->bytes, len), ESP_OK);
        if (damage == 2) device.flash[OTA_1_ADDR + 1000] ^= 1;
        CHECK_EQ(esp_ota_end(handle), ESP_ERR_OTA_VALIDATE_FAILED);
        CHECK_EQ(esp_ota_end(handle), ESP_ERR_NOT_FOUND);
    }
}

TEST(an_image_can_be_written_out_of_order)
{
    esp_ota_handle_t handle;

    start_on_ota_0();
    const struct image_bytes *image = app_image("2", 0, 5000);
    CHECK_EQ(esp_ota_begin(by_label("ota_1"), 0, &handle), ESP_OK);
    CHECK_EQ(esp_ota_write_with_offset(handle, NULL, 1, 0), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_write_with_offset(handle + 1, image->bytes, 1, 0), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_write_with_offset(handle, image->bytes + 3000, image->len - 3000, 3000),
             ESP_OK);
    CHECK_EQ(esp_ota_write_with_offset(handle, image->bytes, 3000, 0), ESP_OK);
    CHECK_EQ(esp_ota_write_with_offset(handle, image->bytes, 2, SLOT_LEN - 1),
             ESP_ERR_INVALID_SIZE);
    CHECK_EQ(esp_ota_write(handle, image->bytes, 10), ESP_ERR_INVALID_STATE); /* what is "next"? */
    CHECK_EQ(esp_ota_end(handle), ESP_OK);
    CHECK_MEM(device.flash + OTA_1_ADDR, image->bytes, image->len);

    CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
    CHECK_EQ(esp_ota_write_with_offset(handle, image->bytes, 1, 0), ESP_ERR_INVALID_STATE);
}

/* ---- resuming --------------------------------------------------------------------------------- */

TEST(a_download_goes_on_after_a_reset)
{
    static const uint32_t offsets[] = { 0, 1, 1024, 4095, 4096, 4097, 8192, 9999 };

    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        uint32_t off = offsets[i];
        esp_ota_handle_t handle;

        start_on_ota_0();
        memset(device.flash + OTA_1_ADDR, 0x12, SLOT_LEN);
        const struct image_bytes *image = app_image("2", 0, 12000);
        CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
        CHECK_EQ(esp_ota_write(handle, image->bytes, 10000), ESP_OK);
        device_run(OTA_0_ADDR);
        CHECK_EQ(esp_ota_resume(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, off, &handle),
                 ESP_OK);
        CHECK_EQ(esp_ota_write(handle, image->bytes + off, image->len - off), ESP_OK);
        CHECK_EQ(esp_ota_end(handle), ESP_OK);
        CHECK_MEM(device.flash + OTA_1_ADDR, image->bytes, image->len);
    }
}

TEST(resume_checks_in_esp_idfs_order)
{
    const struct {
        const char *name, *label;
        size_t off;
        void (*prepare)(void);
        esp_err_t result;
    } cases[] = {
        { "fits", "ota_1", 5000, NULL, ESP_OK },
        { "at the end", "ota_1", SLOT_LEN, NULL, ESP_OK },
        { "behind the end", "factory", SLOT_LEN + 1, NULL, ESP_ERR_INVALID_ARG },
        { "no slot", "factory", 0, NULL, ESP_ERR_INVALID_ARG },
        { "running", "ota_0", 0, make_running_unconfirmed, ESP_ERR_OTA_PARTITION_CONFLICT },
        { "unconfirmed", "ota_1", 0, make_running_unconfirmed, ESP_ERR_OTA_ROLLBACK_INVALID_STATE },
        { "open", "ota_1", 0, open_ota_1, ESP_ERR_OTA_ALREADY_IN_PROGRESS },
        { "pool full", "ota_1", 0, open_all, ESP_ERR_NO_MEM },
    };
    static uint8_t before[FLASH_LEN];
    esp_ota_handle_t handle;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start_on_ota_0();
        if (cases[i].prepare) cases[i].prepare();
        memcpy(before, device.flash, FLASH_LEN);
        CHECK_EQ(esp_ota_resume(by_label(cases[i].label), OTA_WITH_SEQUENTIAL_WRITES, cases[i].off,
                                &handle),
                 cases[i].result);
        CHECK_MEM(device.flash, before, FLASH_LEN); /* it never erases, nor touches otadata */
    }
    test_case = "";
    start_on_ota_0();
    esp_partition_t copy = *by_label("ota_1");
    copy.size = 100; /* the caller's struct counts for the offset, as in ESP-IDF */
    CHECK_EQ(esp_ota_resume(&copy, 0, 101, &handle), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_resume(&copy, 0, 100, &handle), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_ota_resume(NULL, 0, 0, &handle), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_resume(&copy, 0, 0, NULL), ESP_ERR_INVALID_ARG);
}

/* ---- other kinds of partitions ------------------------------------------------------------------ */

TEST(set_final_checks_in_esp_idfs_order)
{
    esp_ota_handle_t handle;

    start_on_ota_0();
    const esp_partition_t *staging = by_label("ota_1"), *storage = by_label("storage");
    esp_partition_t none = *storage;
    none.address += 4096;
    CHECK_EQ(esp_ota_begin(staging, OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
    CHECK_EQ(esp_ota_set_final_partition(handle + 1, NULL, false), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_set_final_partition(handle + 1, storage, false), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_ota_set_final_partition(handle, staging, false), ESP_OK);
    CHECK_EQ(esp_ota_set_final_partition(handle, &none, false), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_ota_set_final_partition(handle, by_label("ota_0"), true),
             ESP_ERR_OTA_PARTITION_CONFLICT); /* it is running */
    CHECK_EQ(esp_ota_set_final_partition(handle, storage, false), ESP_OK);
    CHECK_EQ(esp_ota_begin(storage, OTA_WITH_SEQUENTIAL_WRITES, &(esp_ota_handle_t){ 0 }),
             ESP_ERR_OTA_ALREADY_IN_PROGRESS);              /* also as a final one */
    CHECK_EQ(esp_ota_write(handle, "any data", 8), ESP_OK); /* data has no first byte to check */
    CHECK_EQ(esp_ota_set_final_partition(handle, staging, false), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_ota_end(handle), ESP_OK);
}

TEST(the_factory_app_is_replaced_by_way_of_a_slot)
{
    esp_ota_handle_t handle;

    start_on_ota_0();
    const struct image_bytes *image = app_image("9", 0, 3000);
    CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
    CHECK_EQ(esp_ota_set_final_partition(handle, by_label("factory"), true), ESP_OK);
    CHECK_EQ(esp_ota_write(handle, image->bytes, image->len), ESP_OK);
    CHECK_EQ(esp_ota_end(handle), ESP_OK);
    CHECK_MEM(device.flash + FACTORY_ADDR, image->bytes, image->len);
}

static const esp_partition_t *add_primary(esp_partition_type_t type, uint32_t addr, uint32_t len)
{
    const esp_partition_t *p = NULL;

    CHECK_EQ(esp_partition_register_external(NULL, addr, len, "primary", type,
                                             ESP_PARTITION_SUBTYPE_BOOTLOADER_PRIMARY, &p),
             ESP_OK);
    return p;
}

TEST(a_bootloader_is_staged_checked_and_copied)
{
    static uint8_t segment[200] = { MOLT_BOOTLOADER_DESC_MAGIC };
    static struct image_bytes image;
    const struct molt_image_header header = { .magic = MOLT_IMAGE_MAGIC,
                                              .chip_id = MOLT_CHIP_LINUX,
                                              .hash_appended = 1 };
    const struct molt_image_sink sink = { image_put, &image };
    const struct molt_image_source source = { 0, segment, sizeof segment };
    esp_bootloader_desc_t desc;
    esp_ota_handle_t handle;

    image.len = 0;
    CHECK_EQ(molt_image_build(&header, &source, 1, &sink), MOLT_OK);
    start_on_ota_0();
    const esp_partition_t *primary = add_primary(ESP_PARTITION_TYPE_BOOTLOADER, 0, 0x8000);
    CHECK_EQ(esp_ota_begin(by_label("storage"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
    CHECK_EQ(esp_ota_set_final_partition(handle, primary, true), ESP_OK);
    CHECK_EQ(esp_image_bootloader_offset_get(), STORAGE_ADDR);
    CHECK_EQ(esp_ota_write(handle, "junk", 4), ESP_ERR_OTA_VALIDATE_FAILED);
    CHECK_EQ(esp_ota_write(handle, image.bytes, image.len), ESP_OK);
    CHECK_EQ(esp_ota_end(handle), ESP_OK);
    CHECK_EQ(esp_image_bootloader_offset_get(), 0);
    CHECK_MEM(device.flash, image.bytes, image.len);
    CHECK_EQ(esp_ota_get_bootloader_description(NULL, &desc), ESP_OK);
    CHECK_EQ(esp_ota_get_bootloader_description(primary, &desc), ESP_OK);

    CHECK_EQ(esp_ota_begin(primary, OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
    CHECK_EQ(esp_ota_write(handle, image.bytes, image.len - 40), ESP_OK);
    CHECK_EQ(esp_ota_end(handle), ESP_ERR_OTA_VALIDATE_FAILED);
}

TEST(a_partition_table_is_staged_checked_and_copied)
{
    static uint8_t table[MOLT_PTABLE_LEN];
    esp_ota_handle_t handle;

    for (int damaged = 0; damaged < 2; damaged++) {
        start_on_ota_0();
        const esp_partition_t *primary =
            add_primary(ESP_PARTITION_TYPE_PARTITION_TABLE, MOLT_PTABLE_ADDR, 0x1000);
        memcpy(table, device.flash + MOLT_PTABLE_ADDR, sizeof table);
        if (damaged) table[40] ^= 1;
        CHECK_EQ(esp_ota_begin(by_label("storage"), OTA_WITH_SEQUENTIAL_WRITES, &handle), ESP_OK);
        CHECK_EQ(esp_ota_set_final_partition(handle, primary, true), ESP_OK);
        CHECK_EQ(esp_ota_write(handle, "\xE9\x01", 2), ESP_ERR_OTA_VALIDATE_FAILED);
        CHECK_EQ(esp_ota_write(handle, table, sizeof table), ESP_OK);
        memset(device.flash + MOLT_PTABLE_ADDR + 0xC00, 0, 1);
        CHECK_EQ(esp_ota_end(handle), damaged ? ESP_ERR_OTA_VALIDATE_FAILED : ESP_OK);
        CHECK_EQ(device.flash[MOLT_PTABLE_ADDR + 0xC00], damaged ? 0 : 0xFF); /* copied or not */
    }
}

TEST(a_final_partition_larger_than_the_staging_one_is_refused_unharmed)
{
    const esp_partition_t *small = NULL;
    esp_ota_handle_t handle;

    start_on_ota_0();
    memset(device.flash + STORAGE_ADDR, 0x33, SLOT_LEN);
    CHECK_EQ(esp_partition_register_external(NULL, FREE_ADDR, 4096, "small",
                                             ESP_PARTITION_TYPE_DATA,
                                             ESP_PARTITION_SUBTYPE_DATA_UNDEFINED, &small),
             ESP_OK);
    CHECK_EQ(esp_ota_begin(small, 0, &handle), ESP_OK);
    CHECK_EQ(esp_ota_set_final_partition(handle, by_label("storage"), true), ESP_OK);
    CHECK_EQ(esp_ota_write(handle, "data", 4), ESP_OK);
    CHECK_EQ(esp_ota_end(handle), ESP_ERR_INVALID_SIZE);
    CHECK(molt_all_bytes_are(device.flash + STORAGE_ADDR, SLOT_LEN, 0x33));
}

TEST(two_images_can_be_written_at_once)
{
    esp_ota_handle_t a, b;

    start_on_ota_0();
    const struct image_bytes *image = app_image("2", 0, 3000);
    CHECK_EQ(esp_ota_begin(by_label("ota_1"), OTA_WITH_SEQUENTIAL_WRITES, &a), ESP_OK);
    CHECK_EQ(esp_ota_begin(by_label("storage"), OTA_WITH_SEQUENTIAL_WRITES, &b), ESP_OK);
    CHECK_EQ(a, 1);
    CHECK_EQ(b, 2);
    CHECK_EQ(esp_ota_write(a, image->bytes, 1500), ESP_OK);
    CHECK_EQ(esp_ota_write(b, "data", 4), ESP_OK);
    CHECK_EQ(esp_ota_write(a, image->bytes + 1500, image->len - 1500), ESP_OK);
    CHECK_EQ(esp_ota_end(a), ESP_OK);
    CHECK_EQ(esp_ota_end(b), ESP_OK);
    CHECK_MEM(device.flash + STORAGE_ADDR, "data", 4);
}

TEST_MAIN()
