/* esp_https_ota in parts, resumed, and into partitions that are not the next slot. */
#include "tests/ota/https_upgrade.h"

/* ---- parts ------------------------------------------------------------------------------------- */

TEST(a_file_can_be_fetched_in_parts)
{
    const struct {
        const char *name;
        int part;
        bool closes;
        int requests, connects;
    } cases[] = {
        { "one connection", 8192, false, 3, 1 },
        { "one connection each", 8192, true, 3, 3 },
        { "one part", 0, false, 1, 1 },
        { "a small part is made larger", 100, false, 20, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start();
        config.partial_http_download = true;
        config.max_http_request_size = cases[i].part;
        server.closes = cases[i].closes;
        server.headers = "ETag: \"v2\"\r\n";
        CHECK_EQ(esp_https_ota(&config), ESP_OK);
        CHECK(version_2_is_next());
        CHECK_EQ(server.requests, cases[i].requests);
        CHECK_EQ(server.connects, cases[i].connects);
    }
    test_case = "";
    start();
    config.partial_http_download = true;
    config.max_http_request_size = 8192;
    CHECK_EQ(esp_https_ota(&config), ESP_OK);
    CHECK_STR(server.ranges[0], "bytes=0-8191");
    CHECK_STR(server.ranges[1], "bytes=8192-16383");
    CHECK_STR(server.ranges[2], "bytes=16384-");
}

static void other_file(void)
{
    server.changes_after = 1;
    server.changed = bad_file;
    server.headers = "ETag: \"v2\"\r\n";
    memset(bad_file, 0x44, sizeof bad_file);
}
static void other_file_and_no_if_range(void)
{
    other_file();
    server.ignores_if_range = true;
}
static void another_date(void)
{
    other_file();
    server.headers = "ETag: W/\"weak\"\r\nLast-Modified: Mon, 23 Nov 2026 10:00:00 GMT\r\n";
    server.changed_headers = "Last-Modified: Mon, 23 Nov 2026 11:00:00 GMT\r\n";
    server.ignores_if_range = true;
}
static void longer_file(void)
{
    server.changes_after = 1;
    server.changed = bad_file;
    server.changed_len = image.len + 16;
    memcpy(bad_file, image.bytes, image.len);
}
static void no_ranges_later(void)
{
    server.changes_after = 1;
    server.changed = image.bytes;
    server.headers = "ETag: \"v2\"\r\n";
}
static void shifted(void)
{
    server.range_shift = 16;
}
static void no_total(void)
{
    server.no_total = true;
}

TEST(parts_of_different_files_are_never_mixed)
{
    const struct {
        const char *name;
        void (*prepare)(void);
    } cases[] = {
        { "the file changes", other_file },
        { "a part of the new file all the same", other_file_and_no_if_range },
        { "no ETag, another date", another_date },
        { "the file gets longer", longer_file },
        { "the second answer is the whole file", no_ranges_later },
        { "another range than the one asked for", shifted },
        { "a length that is not told", no_total },
        { "truncated", truncated },
        { "resets", resets },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start();
        config.partial_http_download = true;
        config.max_http_request_size = 10000;
        cases[i].prepare();
        CHECK_EQ(esp_https_ota(&config), ESP_FAIL);
        CHECK(server.requests <= 2);
        check_unharmed_and_try_again();
    }
}

TEST(more_than_was_announced_is_never_written)
{
    struct molt_https_ota ota = { .image_len = 10, .written = 8 };

    /* The client stops at the announced length; this holds even if it did not. */
    CHECK_EQ(molt_https_ota_write(&ota, image.bytes, 3), ESP_ERR_INVALID_SIZE);
    CHECK_EQ(ota.written, 8);
}

TEST(a_server_without_ranges_sends_it_all_at_once)
{
    start();
    config.partial_http_download = true;
    config.max_http_request_size = 4096;
    server.no_ranges = true;
    CHECK_EQ(esp_https_ota(&config), ESP_OK);
    CHECK(version_2_is_next());
    CHECK_EQ(server.requests, 1);
}

/* ---- resumption --------------------------------------------------------------------------------- */

/* Gets `count` bytes at least, then the power fails. */
static int download_some(int count)
{
    esp_https_ota_handle_t handle;

    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    while (esp_https_ota_get_image_len_read(handle) < count)
        CHECK_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    int done = esp_https_ota_get_image_len_read(handle);
    device_run(OTA_0_ADDR);
    server_start(image.bytes, image.len);
    return done;
}

/* A flash with ECC: each unit of 8 bytes can be programmed once. */
static void write_units_once(void)
{
    device.ram.nor.geometry.program_len = 8;
    device.ram.nor.geometry.flags = MOLT_NOR_ECC;
}

TEST(a_download_is_resumed_after_a_reset)
{
    static const int lost[] = { 0, 1, 100, 4096 }; /* bytes that were written but not counted */

    for (int partial = 0; partial < 2; partial++)
        for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++)
            for (int clears_bits = 0; clears_bits < 2; clears_bits++) {
                esp_https_ota_handle_t handle;

                start();
                if (!clears_bits) write_units_once();
                config.partial_http_download = partial;
                config.max_http_request_size = 5000;
                config.ota_resumption = true;
                int from = download_some(9000) - lost[i];
                config.ota_image_bytes_written = (size_t)from;
                if (!clears_bits) from -= from % 4096;
                CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
                CHECK_EQ(esp_https_ota_get_image_len_read(handle), from);
                CHECK_EQ(esp_https_ota_get_image_size(handle), image.len); /* all of it */
                CHECK_EQ(perform_all(handle), ESP_OK);
                CHECK_EQ(esp_https_ota_get_image_len_read(handle), image.len);
                CHECK_EQ(esp_https_ota_finish(handle), ESP_OK);
                CHECK(version_2_is_next());
                CHECK_EQ(strtol(server.ranges[0] + 6, NULL, 10), from);
            }
}

static void ranges_ignored(void)
{
    server.no_ranges = true;
}
static void slot_erased(void)
{
    memset(device.flash + OTA_1_ADDR, 0xFF, SLOT_LEN);
}
static void nothing_special(void)
{
}

TEST(what_cannot_be_resumed_starts_anew)
{
    const struct {
        const char *name;
        void (*prepare)(void);
        size_t written;
        const char *range;
        int requests;
    } cases[] = {
        { "ranges are ignored", ranges_ignored, 9000, "bytes=9000-", 2 },
        { "416", nothing_special, 60000, "bytes=60000-", 2 },
        { "too little", nothing_special, 1023, "bytes=0-", 1 },
        { "nothing, and no ranges", ranges_ignored, 0, "bytes=0-", 1 },
        { "more than the slot holds", nothing_special, SLOT_LEN + 1, "bytes=0-", 1 },
        { "the slot was erased", slot_erased, 9000, "bytes=0-", 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_https_ota_handle_t handle;

        test_case = cases[i].name;
        start();
        (void)download_some(9000);
        cases[i].prepare();
        config.ota_resumption = true;
        config.ota_image_bytes_written = cases[i].written;
        CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
        CHECK_STR(server.ranges[0], cases[i].range);
        CHECK_EQ(server.requests, cases[i].requests);
        CHECK_EQ(perform_all(handle), ESP_OK);
        CHECK_EQ(esp_https_ota_finish(handle), ESP_OK);
        CHECK(version_2_is_next());
    }
}

TEST(a_part_that_ends_before_the_file_does_is_incomplete)
{
    esp_https_ota_handle_t handle;

    start();
    config.ota_resumption = true;
    config.ota_image_bytes_written = (size_t)download_some(9000);
    server.ends_early = 1;
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    CHECK_EQ(perform_all(handle), ESP_FAIL);
    CHECK_EQ(esp_https_ota_get_image_len_read(handle), image.len - 1);
    CHECK(!esp_https_ota_is_complete_data_received(handle));
    CHECK_EQ(esp_https_ota_abort(handle), ESP_OK);
    check_unharmed_and_try_again();
}

TEST(a_changed_file_is_found_out_in_the_end)
{
    esp_https_ota_handle_t handle;

    start();
    int done = download_some(9000);
    serve(image.bytes, image.len);
    memset(bad_file + 1000, 0x5A, BODY_LEN - 1000);
    config.ota_resumption = true;
    config.ota_image_bytes_written = (size_t)done - (size_t)done % 4096;
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    esp_err_t err = perform_all(handle);
    if (!err)
        err = esp_https_ota_finish(handle);
    else
        CHECK_EQ(esp_https_ota_abort(handle), ESP_OK);
    CHECK(err != ESP_OK);
    check_unharmed_and_try_again();
}

/* ---- other partitions ---------------------------------------------------------------------------- */

TEST(data_goes_to_a_data_partition_unchecked)
{
    esp_https_ota_handle_t handle;
    esp_app_desc_t desc;

    start();
    html();
    config.partition.staging = by_label("storage");
    config.partition.final = by_label("storage"); /* the same: ESP-IDF crashes here */
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    CHECK_EQ(esp_https_ota_get_img_desc(handle, &desc), ESP_FAIL);
    CHECK_EQ(perform_all(handle), ESP_OK);
    CHECK_EQ(esp_https_ota_finish(handle), ESP_OK);
    CHECK_MEM(device.flash + STORAGE_ADDR, bad_file, 5000);
    check_unharmed_and_try_again();
}

TEST(an_app_is_staged_and_copied)
{
    const struct {
        const char *name, *staging, *final, *boot;
        bool copy;
        esp_err_t result;
    } cases[] = {
        { "to factory", "ota_1", "factory", "ota_0", true, ESP_OK },
        { "to a slot by way of data", "storage", "ota_1", "ota_1", true, ESP_OK },
        { "left in data", "storage", "ota_1", "ota_0", false, ESP_OK },
        { "never to the running one", "ota_1", "ota_0", "ota_0", true,
          ESP_ERR_OTA_PARTITION_CONFLICT },
        { "nor staged there", "ota_0", "ota_1", "ota_0", true, ESP_ERR_OTA_PARTITION_CONFLICT },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start();
        config.partition.staging = by_label(cases[i].staging);
        config.partition.final = by_label(cases[i].final);
        config.partition.finalize_with_copy = cases[i].copy;
        CHECK_EQ(esp_https_ota(&config), cases[i].result);
        CHECK_STR(esp_ota_get_boot_partition()->label, cases[i].boot);
        const esp_partition_t *final = by_label(cases[i].final);
        bool there = memcmp(device.flash + final->address, image.bytes, image.len) == 0;
        CHECK_EQ(there, cases[i].copy && cases[i].result == ESP_OK);
        CHECK_EQ(device.flash[OTA_0_ADDR + 0x30], '1'); /* the running version */
    }
    test_case = "";
    start();
    esp_partition_t unknown = *by_label("ota_1");
    unknown.address++;
    config.partition.final = &unknown;
    CHECK_EQ(esp_https_ota(&config), ESP_FAIL);
    config.partition.final = NULL;
    config.partition.staging = &unknown;
    CHECK_EQ(esp_https_ota(&config), ESP_FAIL);
}

TEST(with_no_slot_to_write_there_is_no_connection)
{
    struct molt_ptable table = { .row = { stock_table()->row[1], stock_table()->row[3] },
                                 .count = 2 };

    start();
    device_write_table(&table, true);
    device_run(FACTORY_ADDR);
    CHECK_EQ(esp_https_ota(&config), ESP_FAIL);
    CHECK_EQ(server.connects, 0);
}

TEST_MAIN()
