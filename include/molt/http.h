/* What ESP-IDF's HTTP client has no name for. */
#ifndef MOLT_HTTP_H
#define MOLT_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "esp_http_client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A limit for everything together, where timeout_ms is one for each step: `ms` from now, every call
 * on this client fails (and never waits past that time); 0 = no limit. It stands until set again,
 * over redirects and reconnects.
 *
 * A call that ran into it fails as if the peer had closed: fetch_headers() and read() give -1, not
 * -ESP_ERR_HTTP_EAGAIN, so that a loop which retries on EAGAIN ends. perform(): ESP_ERR_TIMEOUT. */
esp_err_t molt_http_client_set_deadline_ms(esp_http_client_handle_t client, uint32_t ms);
bool molt_http_client_deadline_passed(esp_http_client_handle_t client);

/* Reads what is left of a response that nobody wants, so that the connection can be used again; closes
 * it instead when that takes more than the timeout or 16 KiB. */
void molt_http_client_drain(esp_http_client_handle_t client);

/* One of the response headers that are kept, whatever the case of `name`: Location, ETag,
 * Last-Modified, Retry-After, Content-Type, WWW-Authenticate. NULL: the response has none. Lives
 * until the next request. */
const char *molt_http_client_response_header(esp_http_client_handle_t client, const char *name);

#ifdef __cplusplus
}
#endif

#endif
