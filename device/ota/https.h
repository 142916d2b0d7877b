/* One upgrade over HTTPS, between begin and finish.
 *
 *     esp_https_ota.c   what the application calls
 *     https_connect.c   requests: status, redirects, authentication, ranges
 *     https_image.c     what comes: the first KiB checked, all of it written
 *
 * Offsets and lengths count from the start of the image. At every moment
 *
 *     0         start        written           received            image_len
 *     |-before--|--on flash--|--held: header--|--still to come-----|
 *       a reset               (first KiB only) */
#ifndef MOLT_OTA_HTTPS_H
#define MOLT_OTA_HTTPS_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "esp_https_ota.h"
#include "esp_ota_ops.h"

enum {
    MOLT_HTTPS_OTA_HEADER_LEN = 1024, /* looked at before anything is erased */
    MOLT_HTTPS_OTA_BUFFER_MIN = 1024,
    MOLT_HTTPS_OTA_REQUEST_LEN = 65536, /* bytes of one part of a partial download; at least */
    MOLT_HTTPS_OTA_REQUEST_MIN = MOLT_HTTPS_OTA_HEADER_LEN, /* this, so that one part has it all */
    MOLT_HTTPS_OTA_RESUME_MIN = 1024,                       /* less is not worth a resumption */
    MOLT_HTTPS_OTA_VALIDATOR_MAX = 80,
};

/* Names and order of ESP-IDF; INIT is a free place in the pool. */
enum molt_https_ota_state {
    MOLT_HTTPS_OTA_INIT = 0,
    MOLT_HTTPS_OTA_BEGIN,
    MOLT_HTTPS_OTA_IN_PROGRESS,
    MOLT_HTTPS_OTA_SUCCESS,
    MOLT_HTTPS_OTA_RESUME,
};

struct molt_https_ota {
    enum molt_https_ota_state state;
    esp_http_client_handle_t client;
    const esp_partition_t *staging;
    const esp_partition_t *final;
    bool copy;
    bool bulk;
    esp_ota_handle_t writer; /* 0 = not opened yet */
    int stalls;              /* reads in a row that brought nothing */

    uint32_t start;    /* where a resumed download goes on; 0 = from the beginning */
    uint32_t written;  /* handed to esp_ota_write(), `start` included */
    int64_t image_len; /* -1 = the server did not say */

    bool asks_range;      /* the request has a Range header */
    bool partial;         /* several requests, each for a part */
    uint32_t request_max; /* bytes of one part */
    /* Of the first part: its strong ETag, else its Last-Modified; "" = neither. */
    char validator[MOLT_HTTPS_OTA_VALIDATOR_MAX];

    uint32_t header_len; /* bytes of the first KiB that are in `buffer` */
    uint32_t buffer_len; /* bytes of `buffer` that one read may fill */
    uint8_t buffer[CONFIG_MOLT_OTA_BUFFER_MAX];
};
_Static_assert(CONFIG_MOLT_OTA_BUFFER_MAX >= MOLT_HTTPS_OTA_HEADER_LEN, "sdkconfig.h");

/* ---- https_connect.c -------------------------------------------------------------------------- */

/* Sends the first request and accepts its response: image_len is known afterwards, `start` and
 * `partial` are what the server agreed to. `resuming`: ask for a range even if `start` is 0. Errors
 * as esp_https_ota_begin(). */
esp_err_t molt_https_ota_connect(struct molt_https_ota *ota, bool resuming);

/* Asks for the next part, from `written` on. */
esp_err_t molt_https_ota_connect_next(struct molt_https_ota *ota);

/* ---- https_image.c ---------------------------------------------------------------------------- */

/* Reads up to `size` bytes; *got 0 with ESP_OK: the response has ended. ESP_ERR_HTTP_EAGAIN: nothing
 * came for now; ESP_ERR_HTTP_READ_TIMEOUT: nothing came CONFIG_MOLT_HTTPS_OTA_STALLS times in a row;
 * ESP_ERR_TIMEOUT: the client's deadline; ESP_FAIL: the connection broke. */
esp_err_t molt_https_ota_receive(struct molt_https_ota *ota, uint8_t *to, uint32_t size,
                                 uint32_t *got);

/* Has the first KiB in ota->buffer. ESP_FAIL: the image is shorter. */
esp_err_t molt_https_ota_fetch_header(struct molt_https_ota *ota);

/* Whether the image that starts with these MOLT_HTTPS_OTA_HEADER_LEN bytes may go to `final`:
 * ESP_ERR_OTA_VALIDATE_FAILED, ESP_ERR_INVALID_VERSION, ESP_ERR_OTA_SPI_MODE_MISMATCH. */
esp_err_t molt_https_ota_check_header(const esp_partition_t *final, const uint8_t *header);

/* Whether the flash holds the start of such an image, so that going on makes sense. (Uses `buffer`
 * to read it.) */
bool molt_https_ota_can_resume(struct molt_https_ota *ota);

/* Opens the writer, for a new image or a resumed one. */
esp_err_t molt_https_ota_open_writer(struct molt_https_ota *ota);

/* Writes the next bytes. ESP_ERR_INVALID_SIZE, with nothing written: more than was announced. */
esp_err_t molt_https_ota_write(struct molt_https_ota *ota, const uint8_t *bytes, uint32_t len);

#endif
