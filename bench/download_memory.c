/* What esp_https_ota() takes in memory: usage: download_memory URL [CA.pem]
 *
 * Downloads the image at URL into a flash in memory, on a thread whose stack was painted and whose
 * calls of malloc are counted, and prints, in bytes: device (struct molt_device with all pools), tls
 * (the part of it that is for TLS), heap (the most that was allocated at once), stack (the deepest
 * use). */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_https_ota.h"
#include "flash/ram_nor.h"
#include "format/image.h"
#include "format/ptable.h"
#include "http/tls.h"
#include "molt/device.h"
#include "port/linux/host.h"
#include "port/linux/net.h"

enum { FLASH_LEN = 4 << 20, STACK_LEN = 256 << 10, PAINT = 0xA5, HEADER = 16 };

static uint8_t flash[FLASH_LEN];
static uint8_t stack[STACK_LEN] __attribute__((aligned(4096)));

/* ---- counting: these stand in for the C library's, which everything in the process then calls ---- */

extern void *__libc_malloc(size_t len);
extern void __libc_free(void *at);

static _Thread_local int counting;
static size_t now, most;

void *malloc(size_t len)
{
    uint8_t *block = __libc_malloc(len + HEADER);

    if (!block) return NULL;
    size_t counted = counting ? len : 0;
    memcpy(block, &counted, sizeof counted);
    now += counted;
    if (now > most) most = now;
    return block + HEADER;
}

void free(void *at)
{
    size_t counted;

    if (!at) return;
    uint8_t *block = (uint8_t *)at - HEADER;
    memcpy(&counted, block, sizeof counted);
    now -= counted;
    __libc_free(block);
}

void *calloc(size_t count, size_t len)
{
    if (len && count > SIZE_MAX / len) return NULL;
    void *at = malloc(count * len);
    if (at) memset(at, 0, count * len);
    return at;
}

void *realloc(void *at, size_t len)
{
    (void)at;
    (void)len;
    abort(); /* nothing on the way of a download calls it */
}

/* ---- the network: the port's, but names are resolved elsewhere ------------------------------------
 *
 * glibc's getaddrinfo() takes several KiB of stack and heap, which no device has to spend. */

struct connecting {
    void *ctx;
    const struct molt_net_target *target;
    uint32_t timeout_ms;
    struct molt_conn *conn;
    enum molt_err err;
};

static void *connect_elsewhere(void *arg)
{
    struct connecting *c = arg;

    c->err = molt_linux_net.connect(c->ctx, c->target, c->timeout_ms, &c->conn);
    return NULL;
}

static enum molt_err connect_uncounted(void *ctx, const struct molt_net_target *target,
                                       uint32_t timeout_ms, struct molt_conn **conn)
{
    struct connecting c = { .ctx = ctx, .target = target, .timeout_ms = timeout_ms };
    pthread_t thread;

    counting = 0;
    if (pthread_create(&thread, NULL, connect_elsewhere, &c) || pthread_join(thread, NULL)) abort();
    counting = 1;
    *conn = c.conn;
    return c.err;
}

/* ---- the device --------------------------------------------------------------------------------- */

static void fill_flash(void)
{
    static const struct molt_ptable table = {
        .row = { { .label = "otadata",
                   .type = MOLT_PART_DATA,
                   .subtype = MOLT_DATA_OTA,
                   .addr = 0xd000,
                   .len = 0x2000 },
                 { .label = "ota_0",
                   .type = MOLT_PART_APP,
                   .subtype = MOLT_APP_OTA_0,
                   .addr = 0x10000,
                   .len = 0x180000 },
                 { .label = "ota_1",
                   .type = MOLT_PART_APP,
                   .subtype = MOLT_APP_OTA_0 + 1,
                   .addr = 0x190000,
                   .len = 0x180000 } },
        .count = 3,
    };

    memset(flash, 0xFF, sizeof flash);
    if (molt_ptable_encode(&table, true, flash + MOLT_PTABLE_ADDR)) abort();
}

struct job {
    const char *url;
    char *ca;
    esp_err_t err;
};

static void *download(void *arg)
{
    struct job *job = arg;
    esp_http_client_config_t http = { .url = job->url, .cert_pem = job->ca };
    esp_https_ota_config_t config = { .http_config = &http };

    counting = 1;
    job->err = esp_https_ota(&config);
    counting = 0;
    return NULL;
}

static struct molt_port port;
static struct molt_net_ops net;
static void *memory;

static void *device_thread(void *arg)
{
    /* Above this frame is what the thread itself needs; below, what the download does. */
    uint8_t here;
    size_t deepest = 0;

    if (!molt_device_init(memory, &port)) abort();
    memset(stack, PAINT, (size_t)(&here - stack) - 256);
    (void)download(arg);
    while (deepest < sizeof stack && stack[deepest] == PAINT) deepest++;
    printf("device %zu\ntls %zu\nheap %zu\nstack %zu\n", molt_device_size(),
           CONFIG_MOLT_HTTP_CLIENTS * sizeof(struct molt_tls) + sizeof(mbedtls_x509_crt), most,
           (size_t)(&here - stack) - deepest);
    return NULL;
}

static char *read_text(const char *path)
{
    static char text[8192];
    FILE *file = fopen(path, "r");

    if (!file) abort();
    size_t len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    (void)fclose(file);
    return text;
}

static enum molt_reset_reason power_on(void *ctx)
{
    (void)ctx;
    return MOLT_RESET_POWERON;
}

int main(int argc, char **argv)
{
    struct molt_nor_geometry geometry = molt_nor_geometry_spi(FLASH_LEN);
    struct molt_ram_nor ram;
    struct job job = { .url = argv[1], .ca = argc == 3 ? read_text(argv[2]) : NULL };
    pthread_attr_t attributes;
    pthread_t thread;

    if (argc < 2) return 2;
    fill_flash();
    molt_ram_nor_init(&ram, &geometry, flash);
    molt_host_fill(&port);
    port.flash = &ram.nor;
    net = molt_linux_net;
    net.connect = connect_uncounted;
    port.net = &net;
    port.reset_reason = power_on;
    port.chip_id = MOLT_CHIP_LINUX;
    port.running_addr = 0x10000;
    memory = calloc(1, molt_device_size());
    if (!memory || pthread_attr_init(&attributes) ||
        pthread_attr_setstack(&attributes, stack, sizeof stack) ||
        pthread_create(&thread, &attributes, device_thread, &job) || pthread_join(thread, NULL))
        abort();
    if (job.err != ESP_OK) (void)fprintf(stderr, "download: %s\n", esp_err_to_name(job.err));
    return job.err != ESP_OK;
}
