/* Many CA certificates at once: those that the port knows (molt_port.ca_bundle; on Linux the
 * system's CA file). Give esp_crt_bundle_attach as crt_bundle_attach of esp_http_client_config_t.
 * Source: ESP-IDF components/mbedtls/esp_crt_bundle. esp_crt_bundle_set(), which takes ESP-IDF's own
 * binary bundle, is not here. */
#ifndef ESP_CRT_BUNDLE_H
#define ESP_CRT_BUNDLE_H

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mbedtls_ssl_config;

/* Makes the bundle what `conf`, a mbedtls_ssl_config, trusts. Parsed at the first use and kept until
 * as many detach calls. ESP_ERR_NOT_FOUND: the port has no bundle, or nothing in it can be read. */
esp_err_t esp_crt_bundle_attach(void *conf);
void esp_crt_bundle_detach(struct mbedtls_ssl_config *conf);

#ifdef __cplusplus
}
#endif

#endif
