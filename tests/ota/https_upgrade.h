/* An upgrade of a device in memory from a server in memory, for the tests of esp_https_ota. */
#ifndef MOLT_TESTS_OTA_HTTPS_UPGRADE_H
#define MOLT_TESTS_OTA_HTTPS_UPGRADE_H

#include "esp_https_ota.h"

#include "tests/ota/fake_server.h"

enum { BODY_LEN = 20000 };

static esp_http_client_config_t http;
static esp_https_ota_config_t config;
static struct image_bytes image; /* what the server has */

/* Version 1 runs in ota_0, confirmed; the server offers version 2. */
static inline void start(void)
{
    image = *app_image("2", 0, BODY_LEN);
    device_start(OTA_0_ADDR);
    device_flash_app(OTA_0_ADDR, "1", 0);
    device_write_entry(0, 1, MOLT_IMG_VALID);
    server_start(image.bytes, image.len);
    http = (esp_http_client_config_t){ .url = "http://server/app.bin", .cert_pem = "a CA" };
    config = (esp_https_ota_config_t){ .http_config = &http };
}

static inline bool version_2_is_next(void)
{
    return esp_ota_get_boot_partition() == by_label("ota_1") &&
           memcmp(device.flash + OTA_1_ADDR, image.bytes, image.len) == 0;
}

/* After a failure: nothing leaked, nothing that matters has changed, and a good server still can. */
static inline void check_unharmed_and_try_again(void)
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

static uint8_t bad_file[2 * IMAGE_MAX];

static inline void serve(const void *bytes, uint32_t len)
{
    memmove(bad_file, bytes, len);
    server.file = bad_file;
    server.file_len = len;
}

static inline esp_err_t perform_all(esp_https_ota_handle_t handle)
{
    esp_err_t err;

    do err = esp_https_ota_perform(handle);
    while (err == ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    return err;
}

/* ---- servers that fail ------------------------------------------------------------------------- */

static inline void truncated(void)
{
    server.fin_at = 9000;
}

static inline void resets(void)
{
    server.reset_at = 9000;
}

static inline void html(void)
{
    memset(bad_file, ' ', 5000);
    memcpy(bad_file, "<!DOCTYPE html><html>", 21);
    serve(bad_file, 5000);
}

#endif
