/* esp_partition.h: what ESP-IDF's host_test/partition_api_test checks, and the edges. */
#include "esp_partition.h"

#include "tests/ota/ota_device.h"

TEST(partitions_are_found_by_type_subtype_and_label)
{
    const struct {
        esp_partition_type_t type;
        esp_partition_subtype_t subtype;
        const char *label, *found;
    } cases[] = {
        { ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_ANY, NULL, "factory" },
        { ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_1, NULL, "ota_1" },
        { ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_OTA, NULL, "otadata" },
        { ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, "storage", "storage" },
        { ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, NULL, "nvs" },
        { ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_ANY, "storage", NULL },
        { ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "stor", NULL },
        { ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_APP_OTA_0, NULL, NULL }, /* misuse */
    };

    device_start(FACTORY_ADDR);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const esp_partition_t *p =
            esp_partition_find_first(cases[i].type, cases[i].subtype, cases[i].label);
        esp_partition_iterator_t it =
            esp_partition_find(cases[i].type, cases[i].subtype, cases[i].label);

        test_case = cases[i].label ? cases[i].label : "";
        CHECK_EQ(p != NULL, cases[i].found != NULL);
        CHECK_EQ(it != NULL, cases[i].found != NULL);
        if (!p || !it) continue;
        CHECK_STR(p->label, cases[i].found);
        CHECK(esp_partition_get(it) == p);
        esp_partition_iterator_release(it);
    }
}

TEST(the_struct_says_what_the_row_says)
{
    device_start(FACTORY_ADDR);
    const esp_partition_t *p = by_label("const");

    CHECK(p->flash_chip == NULL);
    CHECK_EQ(p->type, ESP_PARTITION_TYPE_DATA);
    CHECK_EQ(p->subtype, 0x40);
    CHECK_EQ(p->address, CONST_ADDR);
    CHECK_EQ(p->size, SLOT_LEN);
    CHECK_EQ(p->erase_size, 4096);
    CHECK(p->readonly && !p->encrypted);
    CHECK_EQ(esp_partition_get_main_flash_sector_size(), 4096);
}

TEST(an_iterator_walks_in_table_order_and_frees_itself)
{
    static const char *const labels[] = { "nvs", "otadata", "phy", "storage", "const" };

    device_start(FACTORY_ADDR);
    for (int round = 0; round < CONFIG_MOLT_PARTITION_ITERATORS + 1; round++) {
        esp_partition_iterator_t it =
            esp_partition_find(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, NULL);
        size_t count = 0;

        for (; it && count < 5; it = esp_partition_next(it))
            CHECK_STR(esp_partition_get(it)->label, labels[count++]);
        CHECK_EQ(count, 5);
        CHECK(it == NULL);
    }
    esp_partition_iterator_release(NULL);
    CHECK(esp_partition_next(NULL) == NULL);
}

TEST(iterators_come_from_a_pool)
{
    const esp_partition_type_t any = ESP_PARTITION_TYPE_ANY;
    const esp_partition_subtype_t all = ESP_PARTITION_SUBTYPE_ANY;
    esp_partition_iterator_t it[CONFIG_MOLT_PARTITION_ITERATORS], more;

    device_start(FACTORY_ADDR);
    for (int i = 0; i < CONFIG_MOLT_PARTITION_ITERATORS; i++)
        CHECK_EQ(esp_partition_find_err(any, all, NULL, &it[i]), ESP_OK);
    CHECK_EQ(esp_partition_find_err(any, all, NULL, &more), ESP_ERR_NO_MEM);
    CHECK(more == NULL);
    esp_partition_iterator_release(it[1]);
    CHECK_EQ(esp_partition_find_err(any, all, NULL, &more), ESP_OK);
}

TEST(finding_says_why_it_failed)
{
    const esp_partition_type_t app = ESP_PARTITION_TYPE_APP, any = ESP_PARTITION_TYPE_ANY;
    const esp_partition_subtype_t all = ESP_PARTITION_SUBTYPE_ANY;
    const esp_partition_subtype_t ota_0 = ESP_PARTITION_SUBTYPE_APP_OTA_0;
    esp_partition_iterator_t it;
    const esp_partition_t *p;

    device_start(FACTORY_ADDR);
    CHECK_EQ(esp_partition_find_err(app, all, NULL, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_partition_find_err(any, ota_0, NULL, &it), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_partition_find_err(app, all, "none", &it), ESP_ERR_NOT_FOUND);
    CHECK(it == NULL);
    CHECK_EQ(esp_partition_find_first_err(app, all, "none", &p), ESP_ERR_NOT_FOUND);
    CHECK(p == NULL);
    CHECK_EQ(esp_partition_find_first_err(app, all, NULL, NULL), ESP_ERR_INVALID_ARG);
}

static esp_err_t why_no_table(void)
{
    const esp_partition_t *p;

    return esp_partition_find_first_err(ESP_PARTITION_TYPE_ANY, ESP_PARTITION_SUBTYPE_ANY, NULL,
                                        &p);
}

TEST(a_table_needs_its_md5_row_unless_configured_otherwise)
{
    device_start(FACTORY_ADDR);
    device_write_table(stock_table(), false);
    CHECK_EQ(why_no_table(), ESP_ERR_NOT_FOUND);
    molt_ota_part()->config.table_md5 = false;
    CHECK(by_label("const") != NULL); /* the next call reads again */

    device_start(FACTORY_ADDR);
    device.flash[MOLT_PTABLE_ADDR + 5] ^= 1;
    CHECK_EQ(why_no_table(), ESP_ERR_INVALID_STATE);
    CHECK(by_label("nvs") == NULL);
    device.flash[MOLT_PTABLE_ADDR + 5] ^= 1;
    CHECK(by_label("nvs") != NULL);
}

TEST(without_a_table_or_a_device_there_are_no_partitions)
{
    device_start(FACTORY_ADDR);
    memset(device.flash, 0xFF, sizeof device.flash);
    CHECK(by_label("nvs") == NULL);
    CHECK(esp_ota_get_running_partition() == NULL);
    CHECK(esp_ota_get_next_update_partition(NULL) == NULL);
    molt_device_use(NULL);
    CHECK(by_label("nvs") == NULL);
}

TEST(the_largest_table_fits)
{
    static struct molt_ptable table;

    table.count = 94;
    for (size_t i = 0; i < table.count; i++) {
        table.row[i] = (struct molt_partition){ .type = MOLT_PART_DATA,
                                                .subtype = 0x40,
                                                .addr = 0x10000 + (uint32_t)i * 0x1000,
                                                .len = 0x1000 };
        (void)snprintf(table.row[i].label, sizeof table.row[i].label, "partition_no_%03u",
                       (unsigned)i & 0xFF);
    }
    device_start(FACTORY_ADDR);
    device_write_table(&table, true);
    const esp_partition_t *last = by_label("partition_no_093"); /* 16 characters, no NUL on flash */
    CHECK(last != NULL);
    if (last) CHECK_EQ(last->address, 0x10000 + 93 * 0x1000);
}

TEST(verify_compares_with_the_table)
{
    const struct {
        const char *name;
        size_t member;
    } members[] = {
        { "type", offsetof(esp_partition_t, type) },
        { "subtype", offsetof(esp_partition_t, subtype) },
        { "address", offsetof(esp_partition_t, address) },
        { "size", offsetof(esp_partition_t, size) },
        { "label", offsetof(esp_partition_t, label) },
    };
    const esp_partition_t *out;

    device_start(FACTORY_ADDR);
    const esp_partition_t *p = by_label("storage");
    esp_partition_t copy = *p;
    CHECK(esp_partition_verify(&copy) == p);
    CHECK_EQ(esp_partition_verify_err(&copy, &out), ESP_OK);
    CHECK(out == p);
    CHECK_EQ(esp_partition_verify_err(NULL, &out), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_partition_verify_err(&copy, NULL), ESP_ERR_INVALID_ARG);
    copy.label[0] = '\0'; /* no label: not compared */
    copy.readonly = true; /* nor is this, */
    copy.erase_size = 1;  /* nor this */
    CHECK(esp_partition_verify(&copy) == p);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        test_case = members[i].name;
        copy = *p;
        ((uint8_t *)&copy)[members[i].member] ^= 4;
        CHECK_EQ(esp_partition_verify_err(&copy, &out), ESP_ERR_NOT_FOUND);
        CHECK(out == NULL);
    }
}

TEST(reads_and_writes_stay_inside)
{
    const struct {
        const char *name;
        size_t off, len;
        esp_err_t result;
    } cases[] = {
        { "all", 0, SLOT_LEN, ESP_OK },
        { "nothing at the end", SLOT_LEN, 0, ESP_OK },
        { "one byte more", 0, SLOT_LEN + 1, ESP_ERR_INVALID_SIZE },
        { "over the end", SLOT_LEN - 1, 2, ESP_ERR_INVALID_SIZE },
        { "behind the end", SLOT_LEN + 1, 0, ESP_ERR_INVALID_ARG },
        { "far behind", SIZE_MAX, 1, ESP_ERR_INVALID_ARG },
        { "length overflows", 4096, SIZE_MAX, ESP_ERR_INVALID_SIZE },
    };
    static uint8_t bytes[SLOT_LEN + 1];
    const void *mapped;
    esp_partition_mmap_handle_t handle;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t off = cases[i].off, len = cases[i].len;

        test_case = cases[i].name;
        device_start(FACTORY_ADDR);
        const esp_partition_t *p = by_label("storage");
        memset(bytes, 0x5A, sizeof bytes);
        CHECK_EQ(esp_partition_write(p, off, bytes, len), cases[i].result);
        CHECK_EQ(esp_partition_read(p, off, bytes, len), cases[i].result);
        CHECK_EQ(esp_partition_mmap(p, off, len, ESP_PARTITION_MMAP_DATA, &mapped, &handle),
                 cases[i].result);
        CHECK_EQ(device.flash[STORAGE_ADDR + SLOT_LEN], 0xFF);
        CHECK_EQ(device.flash[STORAGE_ADDR - 1], 0xFF);
    }
}

TEST(what_was_written_is_read_and_mapped)
{
    const void *mapped;
    esp_partition_mmap_handle_t handle;
    char text[6];

    device_start(FACTORY_ADDR);
    const esp_partition_t *p = by_label("storage");
    CHECK_EQ(esp_partition_write(p, 123, "hello", 6), ESP_OK);
    CHECK_EQ(esp_partition_read(p, 123, text, 6), ESP_OK);
    CHECK_STR(text, "hello");
    CHECK_EQ(esp_partition_read_raw(p, 124, text, 5), ESP_OK);
    CHECK_STR(text, "ello");
    CHECK_EQ(esp_partition_mmap(p, 123, 6, ESP_PARTITION_MMAP_DATA, &mapped, &handle), ESP_OK);
    CHECK_STR((const char *)mapped, "hello");
    esp_partition_munmap(handle);
    device.ram.nor.mapped = NULL;
    CHECK_EQ(esp_partition_mmap(p, 0, 6, ESP_PARTITION_MMAP_DATA, &mapped, &handle),
             ESP_ERR_NOT_SUPPORTED);
}

TEST(writing_ones_over_zeros_fails)
{
    device_start(FACTORY_ADDR);
    const esp_partition_t *p = by_label("storage");
    CHECK_EQ(esp_partition_write(p, 0, "\x0F", 1), ESP_OK);
    CHECK_EQ(esp_partition_write(p, 0, "\x0E", 1), ESP_OK); /* clears a bit */
    CHECK_EQ(esp_partition_write_raw(p, 0, "\x0F", 1), ESP_ERR_FLASH_OP_FAIL);
    CHECK_EQ(esp_partition_erase_range(p, 0, 4096), ESP_OK);
    CHECK_EQ(esp_partition_write(p, 0, "\x0F", 1), ESP_OK);
}

TEST(erasing_takes_whole_sectors)
{
    const struct {
        const char *name;
        size_t off, len;
        esp_err_t result;
    } cases[] = {
        { "a sector", 0, 4096, ESP_OK },
        { "nothing", 4096, 0, ESP_OK },
        { "the rest", 4096, SLOT_LEN - 4096, ESP_OK },
        { "offset", 1, 4096, ESP_ERR_INVALID_ARG },
        { "size", 0, 4095, ESP_ERR_INVALID_SIZE },
        { "the size comes first, as on ESP-IDF's chips", 1, 1, ESP_ERR_INVALID_SIZE },
        { "over the end", SLOT_LEN, 4096, ESP_ERR_INVALID_SIZE },
        { "behind the end", SLOT_LEN + 4096, 0, ESP_ERR_INVALID_ARG },
    };

    device_start(FACTORY_ADDR);
    const esp_partition_t *p = by_label("storage");
    memset(device.flash + CONST_ADDR, 0, 4096);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        CHECK_EQ(esp_partition_erase_range(p, cases[i].off, cases[i].len), cases[i].result);
    }
    CHECK_EQ(device.flash[CONST_ADDR], 0);
}

TEST(a_read_only_partition_is_not_written)
{
    device_start(FACTORY_ADDR);
    const esp_partition_t *p = by_label("const");
    CHECK_EQ(esp_partition_write(p, 0, "x", 1), ESP_ERR_NOT_ALLOWED);
    CHECK_EQ(esp_partition_write_raw(p, 0, "x", 1), ESP_ERR_NOT_ALLOWED);
    CHECK_EQ(esp_partition_erase_range(p, 0, 4096), ESP_ERR_NOT_ALLOWED);
    CHECK_EQ(esp_partition_copy(p, 0, by_label("storage"), 0, 1), ESP_ERR_NOT_ALLOWED);
    CHECK(!esp_partition_is_flash_region_writable(CONST_ADDR, 1));
    CHECK(!esp_partition_is_flash_region_writable(CONST_ADDR - 1, 2));
    CHECK(esp_partition_is_flash_region_writable(STORAGE_ADDR, SLOT_LEN));
}

TEST(no_partition_function_changes_the_running_slot)
{
    device_start(FACTORY_ADDR);
    const esp_partition_t *running = by_label("factory"), *data = by_label("storage");
    uint8_t before[64], after[64];
    const uint8_t zeros[16] = { 0 };

    CHECK_EQ(esp_partition_read(running, 0, before, sizeof before), ESP_OK);
    CHECK_EQ(esp_partition_write(running, 0, zeros, sizeof zeros), ESP_ERR_NOT_ALLOWED);
    CHECK_EQ(esp_partition_write_raw(running, 0, zeros, sizeof zeros), ESP_ERR_NOT_ALLOWED);
    CHECK_EQ(esp_partition_erase_range(running, 0, 4096), ESP_ERR_NOT_ALLOWED);
    CHECK_EQ(esp_partition_erase_range(running, 0, 0), ESP_OK);
    CHECK_EQ(esp_partition_copy(running, 0, data, 0, 4096), ESP_ERR_NOT_ALLOWED);
    CHECK_EQ(esp_partition_read(running, 0, after, sizeof after), ESP_OK);
    CHECK_MEM(after, before, sizeof before);
}

TEST(a_copy_checks_everything_before_it_erases)
{
    const struct {
        const char *name;
        uint32_t dest_off, src_off;
        size_t size;
        esp_err_t result;
    } cases[] = {
        { "all", 0, 0, SLOT_LEN, ESP_OK },
        { "the rest", 0, 0, SIZE_MAX, ESP_OK },
        { "the rest behind an offset", 0, 4096, SIZE_MAX, ESP_OK },
        { "some", 4096, 1, 5000, ESP_OK },
        { "source offset", 0, SLOT_LEN + 1, 0, ESP_ERR_INVALID_SIZE },
        { "destination offset", SLOT_LEN + 4096, 0, 1, ESP_ERR_INVALID_SIZE },
        { "behind the source", 0, 1, SLOT_LEN, ESP_ERR_INVALID_SIZE },
        { "behind the destination", 4096, 0, SLOT_LEN, ESP_ERR_INVALID_SIZE },
        { "overflowing", 4096, 4096, SIZE_MAX - 1, ESP_ERR_INVALID_SIZE },
        { "unaligned destination", 1, 0, 100, ESP_ERR_INVALID_ARG },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        device_start(FACTORY_ADDR);
        const esp_partition_t *src = by_label("ota_0"), *dest = by_label("storage");
        for (uint32_t at = 0; at < SLOT_LEN; at++)
            device.flash[OTA_0_ADDR + at] = (uint8_t)(at * 31 + at / 256);
        memset(device.flash + STORAGE_ADDR, 0, SLOT_LEN);
        CHECK_EQ(esp_partition_copy(dest, cases[i].dest_off, src, cases[i].src_off, cases[i].size),
                 cases[i].result);
        if (cases[i].result) {
            CHECK(molt_all_bytes_are(device.flash + STORAGE_ADDR, SLOT_LEN, 0));
            continue;
        }
        size_t len = cases[i].size == SIZE_MAX ? SLOT_LEN - cases[i].src_off : cases[i].size;
        CHECK_MEM(device.flash + STORAGE_ADDR + cases[i].dest_off,
                  device.flash + OTA_0_ADDR + cases[i].src_off, len);
    }
    const esp_partition_t *p = by_label("storage");
    CHECK_EQ(esp_partition_copy(p, 0, p, 4096, 1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_partition_copy(NULL, 0, p, 0, 1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_partition_copy(p, 0, NULL, 0, 1), ESP_ERR_INVALID_ARG);
}

TEST(the_hash_of_an_app_is_its_images)
{
    uint8_t digest[32], other[32];

    device_start(FACTORY_ADDR);
    device_flash_app(OTA_0_ADDR, "1", 0);
    device_flash_app(OTA_1_ADDR, "1", 0);
    const struct image_bytes *image = app_image("1", 0, 1000);
    CHECK_EQ(esp_partition_get_sha256(by_label("ota_0"), digest), ESP_OK);
    CHECK_MEM(digest, image->bytes + image->len - 32, 32);
    device.flash[OTA_1_ADDR + SLOT_LEN - 1] = 0; /* behind the image */
    CHECK(esp_partition_check_identity(by_label("ota_0"), by_label("ota_1")));

    memset(device.flash + OTA_1_ADDR + 0x50, 0, 4);
    memset(other, 0x77, sizeof other);
    CHECK_EQ(esp_partition_get_sha256(by_label("ota_1"), other), ESP_ERR_IMAGE_INVALID);
    CHECK(molt_all_bytes_are(other, sizeof other, 0x77));
    CHECK(!esp_partition_check_identity(by_label("ota_0"), by_label("ota_1")));
    CHECK_EQ(esp_partition_get_sha256(by_label("factory"), other), ESP_ERR_IMAGE_INVALID);
    CHECK_EQ(esp_partition_get_sha256(NULL, other), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_partition_get_sha256(by_label("ota_0"), NULL), ESP_ERR_INVALID_ARG);
}

TEST(the_hash_of_data_is_that_of_the_whole_partition)
{
    uint8_t before[32], after[32];

    device_start(FACTORY_ADDR);
    CHECK_EQ(esp_partition_get_sha256(by_label("storage"), before), ESP_OK);
    CHECK(esp_partition_check_identity(by_label("storage"), by_label("const")));
    CHECK(!esp_partition_check_identity(by_label("storage"), by_label("ota_0")));
    device.flash[STORAGE_ADDR + SLOT_LEN - 1] = 0;
    CHECK_EQ(esp_partition_get_sha256(by_label("storage"), after), ESP_OK);
    CHECK(memcmp(before, after, 32) != 0);
    CHECK(!esp_partition_check_identity(by_label("storage"), by_label("const")));
}

static esp_err_t add(void *chip, size_t off, size_t len, const char *label,
                     const esp_partition_t **p)
{
    return esp_partition_register_external(chip, off, len, label, ESP_PARTITION_TYPE_DATA,
                                           ESP_PARTITION_SUBTYPE_DATA_UNDEFINED, p);
}

TEST(a_registered_partition_is_found_until_it_is_removed)
{
    const esp_partition_t *p = NULL, *again;

    device_start(FACTORY_ADDR);
    CHECK_EQ(add(NULL, FREE_ADDR, 0x10000, "extra", &p), ESP_OK);
    CHECK(by_label("extra") == p);
    CHECK_EQ(p->address, FREE_ADDR);
    CHECK_EQ(p->erase_size, 4096);
    CHECK_EQ(esp_partition_write(p, 0, "x", 1), ESP_OK);
    CHECK_EQ(add(NULL, FREE_ADDR + 0xF000, 0x2000, "overlap", &again), ESP_ERR_INVALID_ARG);
    CHECK(again == NULL);
    CHECK_EQ(esp_partition_deregister_external(by_label("nvs")), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_partition_deregister_external(NULL), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_partition_deregister_external(p), ESP_OK);
    CHECK(by_label("extra") == NULL);
    CHECK_EQ(esp_partition_deregister_external(p), ESP_ERR_NOT_FOUND);
}

TEST(registering_checks_its_arguments)
{
    static int chip;
    const struct {
        const char *name;
        void *chip;
        size_t off, len;
        const char *label;
        esp_err_t result;
    } cases[] = {
        { "behind the chip", NULL, FLASH_LEN + 1, 1, "x", ESP_ERR_INVALID_SIZE },
        { "over the end", NULL, FLASH_LEN - 4096, 8192, "x", ESP_ERR_INVALID_SIZE },
        { "overflow", NULL, SIZE_MAX, SIZE_MAX, "x", ESP_ERR_INVALID_SIZE },
        { "no label", NULL, FREE_ADDR, 4096, NULL, ESP_ERR_INVALID_ARG },
        { "no size", NULL, FREE_ADDR, 0, "x", ESP_ERR_INVALID_ARG },
        { "another chip", &chip, FREE_ADDR, 4096, "x", ESP_ERR_NOT_SUPPORTED },
    };

    device_start(FACTORY_ADDR);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        CHECK_EQ(add(cases[i].chip, cases[i].off, cases[i].len, cases[i].label, NULL),
                 cases[i].result);
    }
    test_case = "";
    for (size_t i = 0; i <= CONFIG_MOLT_EXTERNAL_PARTITIONS; i++)
        CHECK_EQ(add(NULL, FREE_ADDR + i * 4096, 4096, "x", NULL),
                 i < CONFIG_MOLT_EXTERNAL_PARTITIONS ? ESP_OK : ESP_ERR_NO_MEM);
    esp_partition_unload_all();
    CHECK(by_label("x") == NULL);
    CHECK(by_label("nvs") != NULL);
}

TEST(bootloader_table_and_running_app_are_not_safe_to_write)
{
    device_start(OTA_0_ADDR);
    CHECK(!esp_partition_main_flash_region_safe(0, 4096));
    CHECK(!esp_partition_main_flash_region_safe(0x8C00, 4096));
    CHECK(esp_partition_main_flash_region_safe(0x9000, 4096));
    CHECK(!esp_partition_main_flash_region_safe(OTA_0_ADDR, 1));
    CHECK(!esp_partition_main_flash_region_safe(OTA_0_ADDR - 1, 2));
    CHECK(!esp_partition_main_flash_region_safe(0x9000, FLASH_LEN));
    CHECK(esp_partition_main_flash_region_safe(OTA_1_ADDR, SLOT_LEN));
}

TEST(a_device_on_a_flash_that_cannot_be_is_refused)
{
    device_start(FACTORY_ADDR);
    CHECK(molt_this_device() != NULL);
    device.ram.nor.geometry.program_len = 3;
    CHECK(molt_device_init(device.memory, &device.port) == NULL);
    CHECK(molt_this_device() == NULL);
}

TEST_MAIN()
