#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "boot/boot.h"
#include "cli/device.h"
#include "cli/files.h"
#include "cli/flash_file.h"
#include "cli/image.h"
#include "cli/pem.h"
#include "cli/progress.h"
#include "cli/seconds.h"
#include "cli/upgrade_errors.h"
#include "esp_crt_bundle.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "http/url.h"
#include "molt/device.h"
#include "molt/http.h"
#include "ota/part.h"
#include "port/linux/host.h"
#include "port/linux/net.h"
#include "sdkconfig.h"
#include "slots/boot_record.h"

enum { USER_MAX = 256, TIMEOUT_MS = 10000 };

const struct molt_option molt_device_upgrade_options[] = {
    { "url", 0, MOLT_OPT_VALUE, "URL", "of the app image", NULL },
    { "ca", 0, MOLT_OPT_VALUE, "FILE", "PEM: whom to trust (default: this host's CA file)", NULL },
    { "cert", 0, MOLT_OPT_VALUE, "FILE", "PEM: the device's own certificate", NULL },
    { "key", 0, MOLT_OPT_VALUE, "FILE", "PEM: its key", NULL },
    { "user", 0, MOLT_OPT_VALUE, "U:P", "user and password, for basic or digest", NULL },
    { "partial", 0, MOLT_OPT_VALUE, "N", "ask for N bytes at a time", NULL },
    { "resume", 0, MOLT_OPT_FLAG, NULL,
      "ask for a range, as an app does that resumes; starts at the first byte (see below)", NULL },
    { "version-check", 0, MOLT_OPT_FLAG, NULL, "refuse the version that the device runs", NULL },
    { "timeout", 0, MOLT_OPT_VALUE, "S",
      "give up when the server is silent for S to 2*S seconds (10)", NULL },
    { "allow-http", 0, MOLT_OPT_FLAG, NULL, "also over http, from whoever answers there", NULL },
    { "deadline", 0, MOLT_OPT_VALUE, "S", "give up S seconds after the start (3600)", NULL },
    { "chip", 0, MOLT_OPT_VALUE, "NAME", "the device's chip (default: linux)", NULL },
    { .name = NULL },
};

struct upgrade {
    const struct molt_args *args;
    struct molt_flash_file flash;
    struct molt_port port;
    void *memory;
    struct molt_bytes ca, cert, key;
    char user[USER_MAX], *password;
    uint32_t partial, timeout_ms, deadline_ms;
    struct molt_upgrade_failure failure;
};

/* The port of this thread's device, for the HTTP client's callbacks, which get no context. */
static _Thread_local struct upgrade *this_upgrade;

/* ---- the device ------------------------------------------------------------------------------ */

/* A version that was selected but never started does not count: the device that got it still runs
 * the one before. */
static void forget_unstarted(struct molt_nor *nor)
{
    struct molt_slot_map map;
    struct molt_ptable_error error;
    struct molt_boot_record record;
    struct molt_otadata entry[2];

    if (molt_slot_map_read(nor, CONFIG_PARTITION_TABLE_OFFSET, &map, &error)) return;
    if (molt_boot_record_open(nor, &map, &record)) return;
    molt_boot_record_read(&record, entry);
    for (int i = 0; i < 2; i++) {
        if (entry[i].state != MOLT_IMG_NEW || !molt_otadata_usable(&entry[i])) continue;
        (void)!molt_boot_record_erase_entry(&record, i); /* a copy in memory: cannot fail */
    }
}

/* What runs on the device: what the bootloader would start, tried on a copy of the flash. */
static int find_running(struct upgrade *u, const struct molt_chip *chip)
{
    const struct molt_boot_config config = molt_boot_config_default(chip);
    const struct molt_boot_hooks hooks = { 0 };
    const char *path = u->args->operand[0];
    struct molt_boot_target target;
    struct molt_flash_file copy;
    struct molt_port port = u->port;

    int code = molt_flash_file_open(&copy, path, false);
    if (code) return code;
    forget_unstarted(copy.nor);
    port.flash = copy.nor;
    enum molt_err err = molt_boot(&config, &port, &hooks, &target);
    molt_flash_file_close(&copy);
    if (err) {
        molt_complain(path, 0, NULL, "nothing boots on this device, so no slot is free: %s",
                      molt_err_text(err));
        return MOLT_EXIT_BAD;
    }
    u->port.running_addr = target.region.addr;
    return MOLT_EXIT_OK;
}

static enum molt_reset_reason reset_reason(void *ctx)
{
    (void)ctx;
    return MOLT_RESET_POWERON;
}

static void reset(void *ctx, enum molt_reset_reason reason)
{
    (void)ctx;
    (void)reason;
    abort(); /* nothing on this device asks for a reset */
}

static int open_device(struct upgrade *u)
{
    const struct molt_chip *chip;

    if (!molt_args_chip(u->args, molt_chip_by_id(MOLT_CHIP_LINUX), &chip)) return MOLT_EXIT_USAGE;
    int code = molt_flash_file_open(&u->flash, u->args->operand[0], true);
    if (code) return code;
    u->port = (struct molt_port){ .flash = u->flash.nor,
                                  .reset_reason = reset_reason,
                                  .reset = reset,
                                  .net = &molt_linux_net,
                                  .chip_id = chip->id };
    molt_host_fill(&u->port);
    code = find_running(u, chip);
    if (code) return code;
    u->memory = malloc(molt_device_size());
    if (!u->memory) abort();
    (void)molt_device_init(u->memory, &u->port);
    molt_ota_part()->config.stalls = 1; /* --timeout means once */
    molt_ota_part()->config.allow_http = molt_args_has(u->args, "allow-http");
    esp_log_level_set("*", ESP_LOG_WARN); /* progress is shown in another way */
    return MOLT_EXIT_OK;
}

/* ---- what was asked for ---------------------------------------------------------------------- */

static int read_user(struct upgrade *u)
{
    const char *text = molt_args_value(u->args, "user", NULL);

    if (!text) return MOLT_EXIT_OK;
    if (strlen(text) >= sizeof u->user || !strchr(text, ':'))
        return molt_args_usage(u->args, "--user: not USER:PASSWORD of less than %d bytes",
                               USER_MAX);
    memcpy(u->user, text, strlen(text) + 1);
    u->password = strchr(u->user, ':');
    *u->password++ = '\0';
    return MOLT_EXIT_OK;
}

/* Seconds; 0 would not be a short time but the client's default, or none. */
static bool read_limit(const struct molt_args *args, const char *name, uint32_t fallback_ms,
                       uint32_t *ms)
{
    if (!molt_args_seconds(args, name, fallback_ms, ms)) return false;
    if (*ms > 0 || !molt_args_has(args, name)) return true;
    (void)molt_args_usage(args, "--%s: '%s' is not a number of seconds above 0", name,
                          molt_args_value(args, name, ""));
    return false;
}

/* Complete, and https unless --allow-http. What is wrong is told without the URL: it may have a
 * password in it. */
static int check_url(const struct molt_args *args)
{
    const char *text = molt_args_value(args, "url", NULL);
    struct molt_login login;
    struct molt_url url;

    if (!text) return molt_args_usage(args, "--url is missing");
    if (!*text) return molt_args_usage(args, "--url is empty");
    enum molt_err err = molt_url_parse(&url, &login, text);
    if (err == MOLT_ERR_FULL)
        return molt_args_usage(args, "--url: longer than %d bytes, or its user or password than %d",
                               CONFIG_MOLT_HTTP_URL_MAX, CONFIG_MOLT_HTTP_LOGIN_MAX);
    if (err) return molt_args_usage(args, "--url: not a URL such as https://host/app.bin");
    if (url.scheme == MOLT_URL_OTHER)
        return molt_args_usage(args, "--url: only https and http are possible");
    if (url.scheme == MOLT_URL_HTTP && !molt_args_has(args, "allow-http"))
        return molt_args_usage(args, "--url: without https nothing shows who sends the image "
                                     "(--allow-http does without)");
    return MOLT_EXIT_OK;
}

static int read_args(struct upgrade *u)
{
    const struct molt_args *args = u->args;

    int code = check_url(args);
    if (code) return code;
    if (molt_args_has(args, "cert") != molt_args_has(args, "key"))
        return molt_args_usage(args, "--cert and --key belong together");
    if (!molt_args_size(args, "partial", 0, &u->partial) ||
        !read_limit(args, "timeout", TIMEOUT_MS, &u->timeout_ms) ||
        !read_limit(args, "deadline", CONFIG_MOLT_HTTPS_OTA_DEADLINE_S * 1000u, &u->deadline_ms))
        return MOLT_EXIT_USAGE;
    if (u->partial == 0 && molt_args_has(args, "partial"))
        return molt_args_usage(args, "--partial: at least 1");
    if (u->partial > INT32_MAX)
        return molt_args_usage(args, "--partial: more than an image can have");
    code = read_user(u);
    if (!code) code = molt_pem_read_certs(args, "ca", &u->ca);
    if (!code) code = molt_pem_read_certs(args, "cert", &u->cert);
    if (!code) code = molt_pem_read_key(args, "key", &u->cert, &u->key);
    return code;
}

/* ---- the upgrade ----------------------------------------------------------------------------- */

static esp_err_t on_http(esp_http_client_event_t *event)
{
    struct molt_upgrade_failure *failure = &this_upgrade->failure;

    if (event->event_id == HTTP_EVENT_ERROR)
        failure->link =
            esp_http_client_get_and_clear_last_tls_error(event->client, NULL, &failure->cert_flags);
    if (event->event_id == HTTP_EVENT_ON_STATUS_CODE || event->event_id == HTTP_EVENT_ON_DATA)
        failure->status = esp_http_client_get_status_code(event->client);
    return ESP_OK;
}

static esp_err_t on_client(esp_http_client_handle_t client)
{
    return molt_http_client_set_deadline_ms(client, this_upgrade->deadline_ms);
}

static bool is_same_version(esp_https_ota_handle_t handle, esp_err_t *err)
{
    esp_app_desc_t offered;

    *err = esp_https_ota_get_img_desc(handle, &offered);
    if (*err) return false;
    if (strcmp(offered.version, esp_app_get_description()->version) != 0) return false;
    molt_tidy(offered.version);
    (void)fprintf(stderr, "version %s is what the device runs\n", offered.version);
    return true;
}

/* Downloads and selects. ESP_ERR_INVALID_VERSION with *same: the version check refused it. */
static esp_err_t download(const struct upgrade *u, const esp_https_ota_config_t *config, bool *same)
{
    struct molt_progress progress;
    esp_https_ota_handle_t handle = NULL;

    *same = false;
    esp_err_t err = esp_https_ota_begin(config, &handle);
    if (err) return err;
    if (molt_args_has(u->args, "version-check")) *same = is_same_version(handle, &err);
    if (err || *same) {
        (void)esp_https_ota_abort(handle);
        return err ? err : ESP_ERR_INVALID_VERSION;
    }
    molt_progress_start(&progress, stdout, esp_https_ota_get_image_size(handle));
    do {
        err = esp_https_ota_perform(handle);
        if (err && err != ESP_ERR_HTTPS_OTA_IN_PROGRESS) break; /* its reason is the last line */
        molt_progress_show(&progress, esp_https_ota_get_image_len_read(handle));
    } while (err == ESP_ERR_HTTPS_OTA_IN_PROGRESS);
    molt_progress_end(&progress);
    if (err) {
        (void)esp_https_ota_abort(handle);
        return err;
    }
    return esp_https_ota_finish(handle);
}

static int upgrade(struct upgrade *u)
{
    const char *url = molt_args_value(u->args, "url", NULL);
    const esp_http_client_config_t http = {
        .url = url,
        .cert_pem = (const char *)u->ca.at,
        .crt_bundle_attach = u->ca.at ? NULL : esp_crt_bundle_attach,
        .client_cert_pem = (const char *)u->cert.at,
        .client_key_pem = (const char *)u->key.at,
        .username = u->password ? u->user : NULL,
        .password = u->password,
        .timeout_ms = (int)u->timeout_ms,
        .event_handler = on_http,
    };
    const esp_https_ota_config_t config = {
        .http_config = &http,
        .http_client_init_cb = on_client,
        .partial_http_download = u->partial > 0,
        .max_http_request_size = (int)u->partial,
        .ota_resumption = molt_args_has(u->args, "resume"),
    };
    bool same;

    this_upgrade = u;
    esp_err_t err = download(u, &config, &same);
    if (same) return MOLT_EXIT_BAD;
    if (err) {
        u->failure.err = err;
        molt_upgrade_complain(url, &u->failure);
        return MOLT_EXIT_BAD;
    }
    const esp_partition_t *next = esp_ota_get_boot_partition();
    esp_app_desc_t desc = { .version = "?" };
    if (next) (void)esp_ota_get_partition_description(next, &desc);
    molt_tidy(desc.version);
    printf("version %s is in %s and boots next\n", desc.version, next ? next->label : "?");
    return MOLT_EXIT_OK;
}

int molt_device_upgrade(const struct molt_args *args)
{
    struct upgrade u = { .args = args };

    int code = read_args(&u);
    if (!code) code = open_device(&u);
    if (!code) code = upgrade(&u);
    molt_device_use(NULL);
    free(u.memory);
    molt_flash_file_close(&u.flash);
    molt_bytes_free(&u.ca);
    molt_bytes_free(&u.cert);
    molt_bytes_free(&u.key);
    return code;
}
