/* esp_https_ota against a server in memory: whatever comes, the running slot and the boot choice stay
 * as they were until a whole, verified image is in the other slot, and the next attempt works. */
#include "esp_https_ota.h"

#include "molt/http.h"
#include "tests/ota/fake_server.h"

enum { BODY_LEN = 20000 };

static esp_http_client_config_t http;
static esp_https_ota_config_t config;
static struct image_bytes image; /* what the server has */

/* Version 1 runs in ota_0, confirmed; the server offers version 2. */
static void start(void)
{
    image = *app_image("2", 0, BODY_LEN);
    device_start(OTA_0_ADDR);
    device_flash_app(OTA_0_ADDR, "1", 0);
    device_write_entry(0, 1, MOLT_IMG_VALID);
    server_start(image.bytes, image.len);
    http = (esp_http_client_config_t){ .url = "http://server/app.bin", .cert_pem = "a CA" };
    config = (esp_https_ota_config_t){ .http_config = &http };
}

static bool version_2_is_next(void)
{
    return esp_ota_get_boot_partition() == by_label("ota_1") &&
           memcmp(device.flash + OTA_1_ADDR, image.bytes, image.len) == 0;
}

/* After a failure: nothing leaked, nothing that matters has changed, and a good server still can. */
static void check_unharmed_and_try_again(void)
{
    static struct image_bytes running;

    running = *app_image("1", 0, 1000);
    CHECK_MEM(device.flash + OTA_0_ADDR, running.bytes, running.len);
    CHECK(esp_ota_get_boot_partition() == by_label("ota_0"));
    CHECK_EQ(device_entry(0).state, MOLT_IMG_VALID);
    CHECK(!the_conn.open);
    server_start(image.bytes, image.len);
    const esp_http_client_config_t good = { .url = "http://server/app.bin", .cert_pem = "a CA" };
    CHECK_EQ(esp_https_ota(&good), ESP_OK);
    CHECK(version_2_is_next());
}

TEST(one_call_upgrades)
{
    start();
    CHECK_EQ(esp_https_ota(&config), ESP_OK);
    CHECK(version_2_is_next());
    CHECK_EQ(device_entry(1).state, MOLT_IMG_NEW);
    CHECK_EQ(server.requests, 1);
    CHECK(!the_conn.open);
    CHECK_STR(server.ranges[0], "");
}

TEST(both_configuration_structs_do)
{
    start();
    CHECK_EQ(esp_https_ota(&http), ESP_OK);
    CHECK(version_2_is_next());
    start();
    const esp_http_client_config_t *constant = &http;
    CHECK_EQ(esp_https_ota(constant), ESP_OK);
    CHECK(version_2_is_next());
    CHECK_EQ(esp_https_ota(NULL), ESP_ERR_INVALID_ARG);
}

TEST(every_way_to_send_a_file_is_understood)
{
    const struct {
        const char *name;
        bool chunked, no_length, closes;
        uint32_t piece;
    } cases[] = {
        { "all at once", false, false, false, 0 },      { "byte by byte", false, false, false, 1 },
        { "in pieces", false, false, false, 577 },      { "chunked", true, false, false, 0 },
        { "chunked, bytewise", true, false, false, 1 }, { "until the end", false, true, true, 100 },
        { "closing", false, false, true, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int bulk = 0; bulk < 2; bulk++) {
            test_case = cases[i].name;
            start();
            server.chunked = cases[i].chunked;
            server.no_length = cases[i].no_length;
            server.closes = cases[i].closes;
            server.piece = cases[i].piece;
            config.bulk_flash_erase = bulk;
            memset(device.flash + OTA_1_ADDR, 0x21, SLOT_LEN);
            CHECK_EQ(esp_https_ota(&config), ESP_OK);
            CHECK(version_2_is_next());
        }
}

/* ---- bad servers, bad files --------------------------------------------------------------------- */

static uint8_t bad_file[2 * IMAGE_MAX];

static void serve(const void *bytes, uint32_t len)
{
    memmove(bad_file, bytes, len);
    server.file = bad_file;
    server.file_len = len;
}
static void truncated(void)
{
    server.fin_at = 9000;
}
static void truncated_file(void)
{
    serve(image.bytes, 9000);
}
static void truncated_header(void)
{
    serve(image.bytes, 180);
}
static void truncated_chunks(void)
{
    server.chunked = true;
    server.fin_at = 9000;
}
static void cut_until_the_end(void)
{
    server.no_length = true;
    server.fin_at = 9000;
}
static void stalls(void)
{
    server.stall_at = 9000;
}
static void stalls_at_once(void)
{
    server.stall_at = 1;
}
static void resets(void)
{
    server.reset_at = 9000;
}
static void random_bytes(void)
{
    for (uint32_t i = 0; i < 32000; i++) bad_file[i] = (uint8_t)(i * 2654435761u >> 13);
    bad_file[0] = 0;
    serve(bad_file, 32000);
}
static void html(void)
{
    memset(bad_file, ' ', 5000);
    memcpy(bad_file, "<!DOCTYPE html><html>", 21);
    serve(bad_file, 5000);
}
static void too_long(void)
{
    serve(image.bytes, image.len);
    server.file_len = SLOT_LEN + 1;
}
static void too_long_and_chunked(void)
{
    too_long();
    server.chunked = true;
}
static void trailing_bytes(void)
{
    serve(image.bytes, image.len);
    bad_file[9000] ^= 1;
}
static void patch(uint32_t off, uint8_t value)
{
    serve(image.bytes, image.len);
    bad_file[off] = value;
}
static void wrong_magic(void)
{
    patch(0, 0xE8);
}
static void wrong_chip(void)
{
    patch(13, 0xFE);
}
static void chip_too_old(void)
{
    patch(16, 1);
}
static void chip_too_new(void)
{
    patch(17, 1);
}
static void no_descriptor(void)
{
    patch(32, 0);
}
static void wrong_flash_mode(void)
{
    patch(0xD5, 4);
    device.flash[OTA_0_ADDR + 0xD5] = 3;
}
static void status_404(void)
{
    server.status = 404;
}
static void status_403(void)
{
    server.status = 403;
}
static void status_500(void)
{
    server.status = 500;
}
static void status_304(void)
{
    server.status = 304;
}
static void status_416(void)
{
    server.status = 416;
}
static void unasked_206(void)
{
    server.status = 206;
}
static void redirect_loop(void)
{
    server.redirects = 100;
    server.location = "/app.bin";
}
static void redirect_nowhere(void)
{
    server.redirects = 1;
    server.location = "ftp://elsewhere/";
}
static void refuses(void)
{
    server.refuses = true;
}

TEST(whatever_the_server_sends_the_device_stays_as_it_was)
{
    const struct {
        const char *name;
        void (*prepare)(void);
        esp_err_t result;
        bool erases; /* whether the other slot was touched */
    } cases[] = {
        { "truncated", truncated, ESP_FAIL, true },
        { "a truncated file", truncated_file, ESP_ERR_OTA_VALIDATE_FAILED, true },
        { "a truncated header", truncated_header, ESP_FAIL, false },
        { "truncated chunks", truncated_chunks, ESP_FAIL, true },
        { "cut, no length", cut_until_the_end, ESP_ERR_OTA_VALIDATE_FAILED, true },
        { "stalls", stalls, ESP_ERR_HTTP_READ_TIMEOUT, true },
        { "stalls at once", stalls_at_once, ESP_ERR_HTTP_READ_TIMEOUT, false },
        { "resets", resets, ESP_FAIL, true },
        { "random bytes", random_bytes, ESP_ERR_OTA_VALIDATE_FAILED, false },
        { "an HTML page", html, ESP_ERR_OTA_VALIDATE_FAILED, false },
        { "too long", too_long, ESP_ERR_INVALID_SIZE, false },
        { "too long, unannounced", too_long_and_chunked, ESP_ERR_INVALID_SIZE, true },
        { "a flipped bit", trailing_bytes, ESP_ERR_OTA_VALIDATE_FAILED, true },
        { "wrong magic", wrong_magic, ESP_ERR_OTA_VALIDATE_FAILED, false },
        { "wrong chip", wrong_chip, ESP_ERR_INVALID_VERSION, false },
        { "chip too old", chip_too_old, ESP_ERR_INVALID_VERSION, false },
        { "chip too new", chip_too_new, ESP_ERR_INVALID_VERSION, false },
        { "no descriptor", no_descriptor, ESP_ERR_OTA_VALIDATE_FAILED, false },
        { "wrong flash mode", wrong_flash_mode, ESP_ERR_OTA_SPI_MODE_MISMATCH, false },
        { "404", status_404, ESP_FAIL, false },
        { "403", status_403, ESP_FAIL, false },
        { "500", status_500, ESP_FAIL, false },
        { "304", status_304, ESP_ERR_HTTP_NOT_MODIFIED, false },
        { "416", status_416, ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE, false },
        { "206 that nobody asked for", unasked_206, ESP_FAIL, false },
        { "a redirect loop", redirect_loop, ESP_ERR_HTTP_MAX_REDIRECT, false },
        { "a redirect to nowhere", redirect_nowhere, ESP_ERR_HTTP_INVALID_TRANSPORT, false },
        { "no connection", refuses, ESP_ERR_HTTP_CONNECT, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (uint32_t piece = 0; piece < 1000; piece += 999) {
            test_case = cases[i].name;
            start();
            memset(device.flash + OTA_1_ADDR, 0x21, SLOT_LEN);
            cases[i].prepare();
            server.piece = piece;
            CHECK_EQ(esp_https_ota(&config), cases[i].result);
            CHECK_EQ(device.flash[OTA_1_ADDR] == 0x21, !cases[i].erases);
            device.flash[OTA_0_ADDR + 0xD5] = 0;
            check_unharmed_and_try_again();
        }
}

TEST(the_device_can_be_at_fault_too)
{
    esp_https_ota_handle_t handle;

    start();
    http.url = "not a url";
    CHECK_EQ(esp_https_ota(&config), ESP_FAIL);
    start();
    config.ota_resumption = true;
    CHECK_EQ(esp_https_ota(&config), ESP_ERR_NOT_SUPPORTED);
    start();
    device_write_entry(0, 1, MOLT_IMG_PENDING);
    CHECK_EQ(esp_https_ota(&config), ESP_ERR_OTA_ROLLBACK_INVALID_STATE);
    start();
    CHECK_EQ(esp_https_ota_begin(NULL, &handle), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_https_ota_begin(&config, NULL), ESP_ERR_INVALID_ARG);
    config.http_config = NULL;
    handle = &config;
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_ERR_INVALID_ARG);
    CHECK(handle == NULL);
    check_unharmed_and_try_again();
}

static esp_err_t go_to_http(esp_http_client_handle_t client)
{
    return esp_http_client_set_url(client, "http://server/app.bin");
}

TEST(nothing_is_installed_from_a_server_that_shows_no_certificate)
{
    const struct {
        const char *name, *url;
        const char *ca;
        esp_err_t (*init_cb)(esp_http_client_handle_t client);
        bool allow_http;
        esp_err_t result;
        int connects;
    } cases[] = {
        { "http, a CA", "http://server/app.bin", "a CA", NULL, false, ESP_ERR_INVALID_ARG, 0 },
        { "http, no CA", "http://server/app.bin", NULL, NULL, false, ESP_ERR_INVALID_ARG, 0 },
        { "https, no CA", "https://server/app.bin", NULL, NULL, false, ESP_ERR_INVALID_ARG, 0 },
        { "http later", "https://server/", "a CA", go_to_http, false, ESP_ERR_INVALID_ARG, 0 },
        { "allowed", "http://server/app.bin", NULL, NULL, true, ESP_OK, 1 },
        { "allowed later", "https://server/", NULL, go_to_http, true, ESP_OK, 1 },
        { "https goes ahead", "https://server/", "a CA", NULL, false, ESP_ERR_HTTP_CONNECT, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start();
        molt_ota_part()->config.allow_http = cases[i].allow_http;
        server.refuses = cases[i].result == ESP_ERR_HTTP_CONNECT; /* it does not speak TLS */
        http.url = cases[i].url;
        http.cert_pem = cases[i].ca;
        config.http_client_init_cb = cases[i].init_cb;
        CHECK_EQ(esp_https_ota(&config), cases[i].result);
        CHECK_EQ(server.connects, cases[i].connects);
        if (cases[i].result) check_unharmed_and_try_again();
    }
    test_case = "host and path instead of a URL";
    start();
    molt_ota_part()->config.allow_http = false;
    http.url = NULL;
    http.host = "server";
    http.path = "/app.bin";
    CHECK_EQ(esp_https_ota(&config), ESP_ERR_INVALID_ARG);
    CHECK_EQ(server.connects, 0);
    device_run(OTA_0_ADDR);
    CHECK(!molt_ota_part()->config.allow_http);
}

TEST(redirects_are_followed)
{
    for (int count = 1; count <= 10; count++) {
        start();
        server.redirects = count;
        server.location = count % 2 ? "/elsewhere.bin" : "http://other:8080/app.bin";
        CHECK_EQ(esp_https_ota(&config), ESP_OK);
        CHECK(version_2_is_next());
        CHECK_EQ(server.requests, count + 1);
    }
}

TEST(a_challenge_is_answered_if_there_are_credentials)
{
    static const char k_digest[] = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"";
    const struct {
        const char *name, *challenge, *expected, *user;
        int retries;
        esp_err_t result;
        int requests;
        esp_http_client_auth_type_t type;
    } cases[] = {
        { "basic", "Basic realm=\"r\"", "Basic dTpw", "u", 0, ESP_OK, 1, HTTP_AUTH_TYPE_BASIC },
        { "basic in clear", "Basic realm=\"r\"", "", "u", 0, ESP_ERR_NOT_SUPPORTED, 1, 0 },
        { "digest", k_digest, "Digest ", "u", 0, ESP_OK, 2, 0 },
        { "no retries", k_digest, "Digest ", "u", -1, ESP_FAIL, 1, 0 },
        { "refused", k_digest, "nothing is good enough", "u", 0, ESP_FAIL, 2, 0 },
        { "nobody", k_digest, "Digest ", NULL, 0, ESP_FAIL, 1, 0 },
        { "unknown scheme", "Bearer", NULL, "u", 0, ESP_ERR_NOT_SUPPORTED, 1, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start();
        server.challenge = cases[i].challenge;
        server.credentials = cases[i].expected;
        http.username = cases[i].user;
        http.password = "p";
        http.max_authorization_retries = cases[i].retries;
        http.auth_type = cases[i].type;
        CHECK_EQ(esp_https_ota(&config), cases[i].result);
        CHECK_EQ(server.requests, cases[i].requests);
        if (cases[i].result) check_unharmed_and_try_again();
    }
}

/* ---- step by step -------------------------------------------------------------------------------- */

static esp_err_t perform_all(esp_https_ota_handle_t handle)
{
    esp_err_t err;

    do err = esp_https_ota_perform(handle);
    while (err == ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    return err;
}

TEST(the_steps_tell_where_they_are)
{
    esp_https_ota_handle_t handle, second;
    esp_app_desc_t desc;

    start();
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    CHECK_EQ(esp_https_ota_begin(&config, &second), ESP_ERR_NO_MEM); /* the pool has one */
    CHECK(second == NULL);
    CHECK_EQ(esp_https_ota_get_status_code(handle), 200);
    CHECK_EQ(esp_https_ota_get_image_size(handle), image.len);
    CHECK_EQ(esp_https_ota_get_image_len_read(handle), -1);
    for (int i = 0; i < 3; i++) {
        memset(&desc, 0, sizeof desc);
        CHECK_EQ(esp_https_ota_get_img_desc(handle, &desc), ESP_OK);
        CHECK_STR(desc.version, "2");
    }
    CHECK_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    CHECK_EQ(esp_https_ota_get_image_len_read(handle), 1024);
    CHECK_EQ(esp_https_ota_get_img_desc(handle, &desc), ESP_OK); /* from flash now */
    CHECK_STR(desc.version, "2");
    CHECK(!esp_https_ota_is_complete_data_received(handle));
    CHECK_EQ(perform_all(handle), ESP_OK);
    CHECK(esp_https_ota_is_complete_data_received(handle));
    CHECK_EQ(esp_https_ota_get_image_len_read(handle), image.len);
    CHECK_EQ(esp_https_ota_perform(handle), ESP_FAIL); /* it is over */
    CHECK(!version_2_is_next());
    CHECK_EQ(esp_https_ota_finish(handle), ESP_OK);
    CHECK(version_2_is_next());
    CHECK_EQ(esp_https_ota_finish(handle), ESP_FAIL);
}

TEST(questions_to_nobody_have_answers)
{
    esp_app_desc_t desc;
    esp_bootloader_desc_t bootloader;

    start();
    CHECK_EQ(esp_https_ota_perform(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_https_ota_finish(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_https_ota_abort(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_https_ota_get_image_len_read(NULL), -1);
    CHECK_EQ(esp_https_ota_get_status_code(NULL), -1);
    CHECK_EQ(esp_https_ota_get_image_size(NULL), -1);
    CHECK(!esp_https_ota_is_complete_data_received(NULL));
    CHECK_EQ(esp_https_ota_get_img_desc(NULL, &desc), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_https_ota_get_bootloader_img_desc(NULL, &bootloader), ESP_ERR_INVALID_ARG);
    void *freed = &molt_ota_part()->https[0];
    CHECK_EQ(esp_https_ota_perform(freed), ESP_FAIL);
    CHECK_EQ(esp_https_ota_abort(freed), ESP_FAIL);
    CHECK_EQ(esp_https_ota_get_img_desc(freed, &desc), ESP_ERR_INVALID_STATE);
}

TEST(finishing_early_selects_nothing)
{
    esp_https_ota_handle_t handle;

    start(); /* before anything was read */
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    CHECK_EQ(esp_https_ota_finish(handle), ESP_OK);
    check_unharmed_and_try_again();

    start(); /* in the middle */
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    CHECK_EQ(esp_https_ota_finish(handle), ESP_ERR_OTA_VALIDATE_FAILED);
    check_unharmed_and_try_again();

    start(); /* all is there, but the end of it was not seen */
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    while (esp_https_ota_get_image_len_read(handle) < (int)image.len)
        CHECK_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    CHECK_EQ(esp_https_ota_finish(handle), ESP_OK);
    check_unharmed_and_try_again();
}

TEST(aborting_frees_everything_from_any_state)
{
    esp_https_ota_handle_t handle;

    for (int steps = 0; steps < 4; steps++) {
        start();
        CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
        for (int i = 0; i < steps; i++)
            CHECK_EQ(esp_https_ota_perform(handle), ESP_ERR_HTTPS_OTA_IN_PROGRESS);
        CHECK_EQ(esp_https_ota_abort(handle), ESP_OK);
        CHECK_EQ(esp_https_ota_abort(handle), ESP_FAIL);
        check_unharmed_and_try_again();
    }
    start();
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    CHECK_EQ(perform_all(handle), ESP_OK);
    CHECK_EQ(esp_https_ota_abort(handle), ESP_OK);
    check_unharmed_and_try_again();
}

static esp_err_t init_result;
static esp_err_t set_a_header(esp_http_client_handle_t client)
{
    CHECK_EQ(esp_http_client_set_header(client, "If-None-Match", "\"v1\""), ESP_OK);
    return init_result;
}

TEST(the_application_may_set_headers)
{
    for (int fails = 0; fails < 2; fails++) {
        start();
        config.http_client_init_cb = set_a_header;
        init_result = fails ? ESP_ERR_NOT_FINISHED : ESP_OK;
        CHECK_EQ(esp_https_ota(&config), init_result);
        CHECK_EQ(strstr(server.request, "If-None-Match: \"v1\"") != NULL, !fails);
        CHECK_EQ(version_2_is_next(), !fails);
    }
}

static esp_err_t set_a_deadline(esp_http_client_handle_t client)
{
    return molt_http_client_set_deadline_ms(client, 3000);
}

TEST(a_deadline_ends_the_whole_download)
{
    start();
    config.http_client_init_cb = set_a_deadline;
    server.stall_at = 9000;
    CHECK_EQ(esp_https_ota(&config), ESP_ERR_TIMEOUT);
    CHECK_EQ(server.now_ms / 100, 30); /* not three times five seconds */
    check_unharmed_and_try_again();
}

TEST(a_download_without_a_deadline_has_one_all_the_same)
{
    start();
    server.piece = 1;
    server.delay_ms = 4000; /* never silent for long, never done: a day for all of it */
    CHECK_EQ(esp_https_ota(&config), ESP_ERR_TIMEOUT);
    CHECK_EQ(server.now_ms / 10000, CONFIG_MOLT_HTTPS_OTA_DEADLINE_S / 10);
    check_unharmed_and_try_again();
}

TEST(how_long_a_server_may_be_silent_can_be_turned)
{
    for (int stalls = 1; stalls <= 3; stalls++) {
        start();
        molt_ota_part()->config.stalls = stalls;
        http.timeout_ms = 2000;
        server.stall_at = 9000;
        CHECK_EQ(esp_https_ota(&config), ESP_ERR_HTTP_READ_TIMEOUT);
        CHECK_EQ(server.now_ms / 1000, (1 + stalls) * 2); /* the read that got some waits too */
        check_unharmed_and_try_again();
    }
}

TEST(a_dripping_redirect_is_left_behind)
{
    esp_https_ota_handle_t handle;

    start();
    server.redirects = 1;
    server.location = "/app.bin";
    server.moved_len = 15000;
    server.piece = 1;
    server.delay_ms = 1000;
    CHECK_EQ(esp_https_ota_begin(&config, &handle), ESP_OK);
    CHECK(server.now_ms < 10000); /* not the hours that reading it would take */
    CHECK_EQ(server.connects, 2);
    CHECK_EQ(esp_https_ota_abort(handle), ESP_OK);
    check_unharmed_and_try_again();
}

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

/* ---- numbers ------------------------------------------------------------------------------------- */

TEST(what_a_device_keeps_for_upgrades_is_known_and_small)
{
    CHECK(sizeof(struct molt_https_ota) <= CONFIG_MOLT_OTA_BUFFER_MAX + 256);
    CHECK(sizeof(struct molt_ota_part) <= 10 * 1024); /* half of it the 99 partitions */
}

TEST(the_names_of_http_errors_agree_with_their_header)
{
    const struct {
        esp_err_t code;
        const char *name;
    } cases[] = {
        { ESP_ERR_HTTP_MAX_REDIRECT, "ESP_ERR_HTTP_MAX_REDIRECT" },
        { ESP_ERR_HTTP_CONNECT, "ESP_ERR_HTTP_CONNECT" },
        { ESP_ERR_HTTP_EAGAIN, "ESP_ERR_HTTP_EAGAIN" },
        { ESP_ERR_HTTP_NOT_MODIFIED, "ESP_ERR_HTTP_NOT_MODIFIED" },
        { ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE, "ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE" },
        { ESP_ERR_HTTP_READ_TIMEOUT, "ESP_ERR_HTTP_READ_TIMEOUT" },
        { ESP_ERR_HTTP_REDIRECT_DOWNGRADE, "ESP_ERR_HTTP_REDIRECT_DOWNGRADE" },
        { ESP_ERR_HTTP_HEADER_TOO_LONG, "ESP_ERR_HTTP_HEADER_TOO_LONG" },
        { ESP_ERR_HTTPS_OTA_IN_PROGRESS, "ESP_ERR_HTTPS_OTA_IN_PROGRESS" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_STR(esp_err_to_name(cases[i].code), cases[i].name);
}

TEST_MAIN()
