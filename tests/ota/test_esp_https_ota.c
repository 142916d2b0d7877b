/* esp_https_ota against a server in memory: whatever comes, the running slot and the boot choice stay
 * as they were until a whole, verified image is in the other slot, and the next attempt works. */
#include "molt/http.h"
#include "tests/ota/https_upgrade.h"

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
static void random_bytes(void)
{
    for (uint32_t i = 0; i < 32000; i++) bad_file[i] = (uint8_t)(i * 2654435761u >> 13);
    bad_file[0] = 0;
    serve(bad_file, 32000);
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
