/* What a port supplies: everything that molt needs from a chip or an operating system.
 *
 * Fill in one struct molt_port, call molt_device_init(), and esp_https_ota() works. All calls come
 * from one task at a time per device. Errors are values: no function here may trap or longjmp.
 * Members marked optional may be NULL. port/linux is a complete example; a port's bootloader
 * also calls molt_boot() (device/boot/boot.h). */
#ifndef MOLT_PORT_H
#define MOLT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "flash/nor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values equal ESP-IDF's esp_reset_reason_t (esp_system.h). */
enum molt_reset_reason {
    MOLT_RESET_UNKNOWN = 0,
    MOLT_RESET_POWERON = 1,
    MOLT_RESET_EXT = 2,
    MOLT_RESET_SW = 3, /* esp_restart() */
    MOLT_RESET_PANIC = 4,
    MOLT_RESET_INT_WDT = 5,
    MOLT_RESET_TASK_WDT = 6,
    MOLT_RESET_WDT = 7,
    MOLT_RESET_DEEPSLEEP = 8,
    MOLT_RESET_BROWNOUT = 9,
};

/* A connected byte stream; owned by the port. */
struct molt_conn;

struct molt_net_target {
    const char *host; /* a name, or an address without brackets */
    uint16_t port;
    uint8_t ip_version;    /* 4 or 6: only such addresses; 0: any */
    const char *interface; /* only through this network interface; NULL: any */
};

struct molt_net_ops {
    /* Resolves the host, connects within timeout_ms. *conn is set only on MOLT_OK; the caller closes
     * it. MOLT_ERR_RESOLVE, MOLT_ERR_CONNECT, MOLT_ERR_TIMEOUT, MOLT_ERR_FULL (no free one),
     * MOLT_ERR_UNSUPPORTED (ip_version or interface cannot be honoured). */
    enum molt_err (*connect)(void *ctx, const struct molt_net_target *target, uint32_t timeout_ms,
                             struct molt_conn **conn);
    /* Sends at least one byte and sets *sent. MOLT_ERR_TIMEOUT, _CLOSED, _NETWORK. */
    enum molt_err (*send)(struct molt_conn *conn, const void *bytes, size_t len,
                          uint32_t timeout_ms, size_t *sent);
    /* Receives at least one byte and sets *got. MOLT_ERR_TIMEOUT: none came in time, the stream is
     * intact; MOLT_ERR_CLOSED: the peer finished in good order; MOLT_ERR_NETWORK: it broke. */
    enum molt_err (*recv)(struct molt_conn *conn, void *to, size_t size, uint32_t timeout_ms,
                          size_t *got);
    void (*close)(struct molt_conn *conn);
    /* Optional: TCP keep-alive, times in seconds. */
    enum molt_err (*keep_alive)(struct molt_conn *conn, int idle_s, int interval_s, int count);
    /* Optional: the socket's number, for esp_http_client_get_socket(). */
    int (*descriptor)(struct molt_conn *conn);
};

/* The security version, in something that only counts up (fuses, OTP). */
struct molt_counter_ops {
    enum molt_err (*get)(void *ctx, uint32_t *value);
    /* Never lowers; the same value is MOLT_OK. MOLT_ERR_RANGE: more than the fuses can hold. */
    enum molt_err (*raise)(void *ctx, uint32_t value);
};

struct molt_port {
    void *ctx; /* handed to the functions below */

    struct molt_nor *flash;

    enum molt_reset_reason (*reset_reason)(void *ctx);
    /* Does not return. */
    void (*reset)(void *ctx, enum molt_reset_reason reason);
    uint64_t (*uptime_ms)(void *ctx);
    void (*sleep_ms)(void *ctx, uint32_t ms);

    /* Optional: seconds since 1970; false when the clock was never set. Without a wall clock
     * certificates' dates are not checked. */
    bool (*wall_time)(void *ctx, int64_t *seconds);
    /* len bytes fit for keys. Needed for TLS. */
    enum molt_err (*entropy)(void *ctx, void *to, size_t len);
    const struct molt_net_ops *net;                /* needed to download */
    const struct molt_counter_ops *secure_version; /* optional: anti-rollback */

    /* One line of log text without its newline. Optional. */
    void (*log)(void *ctx, const char *line);
    /* Optional: a PEM file's text with many CA certificates, for crt_bundle_attach. A NUL follows
     * the text and does not count in *len. It stays valid as long as the port. */
    enum molt_err (*ca_bundle)(void *ctx, const char **pem, size_t *len);

    /* Facts about the chip. */
    uint16_t chip_id;       /* as in image headers */
    uint16_t chip_rev;      /* major * 100 + minor */
    uint16_t efuse_blk_rev; /* likewise; 0 = unset */
    bool ignore_max_rev;
    uint32_t table_addr; /* of the partition table; 0 = CONFIG_PARTITION_TABLE_OFFSET */
    /* Flash address of the slot whose code is running, from the bootloader. */
    uint32_t running_addr;
};

#ifdef __cplusplus
}
#endif

#endif
