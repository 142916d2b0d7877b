/* The CA certificates that clients of one device share: the global store and the port's bundle. */
#include <string.h>

#include "esp_crt_bundle.h"
#include "esp_log.h"
#include "esp_tls.h"
#include "http/part.h"

static const char *TAG = "CA_STORE";

static struct molt_http_part *this_part(void)
{
    return molt_device_part(MOLT_DEVICE_HTTP);
}

esp_err_t esp_tls_init_global_ca_store(void)
{
    struct molt_http_part *part = this_part();

    if (!part) return ESP_ERR_INVALID_STATE;
    if (!part->has_global_ca) mbedtls_x509_crt_init(&part->global_ca);
    part->has_global_ca = true;
    return ESP_OK;
}

esp_err_t esp_tls_set_global_ca_store(const unsigned char *cacert_pem_buf,
                                      const unsigned int cacert_pem_bytes)
{
    struct molt_http_part *part = this_part();

    if (!cacert_pem_buf || cacert_pem_bytes == 0) return ESP_ERR_INVALID_ARG;
    esp_tls_free_global_ca_store();
    esp_err_t err = esp_tls_init_global_ca_store();
    if (err) return err;
    int result = mbedtls_x509_crt_parse(&part->global_ca, cacert_pem_buf, cacert_pem_bytes);
    if (result < 0 || part->global_ca.version == 0) {
        ESP_LOGE(TAG, "no certificate can be read: mbedTLS -0x%04x", (unsigned)-result);
        esp_tls_free_global_ca_store();
        return ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED;
    }
    if (result > 0) ESP_LOGW(TAG, "%d of the certificates cannot be read", result);
    return ESP_OK;
}

struct mbedtls_x509_crt *esp_tls_get_global_ca_store(void)
{
    struct molt_http_part *part = this_part();

    return part && part->has_global_ca ? &part->global_ca : NULL;
}

void esp_tls_free_global_ca_store(void)
{
    struct molt_http_part *part = this_part();

    if (!part || !part->has_global_ca) return;
    mbedtls_x509_crt_free(&part->global_ca);
    part->has_global_ca = false;
}

/* ---- the bundle ---------------------------------------------------------------------------------- */

static esp_err_t read_bundle(struct molt_http_part *part)
{
    const struct molt_port *port = molt_this_port();
    const char *pem;
    size_t len;

    if (!port->ca_bundle || port->ca_bundle(port->ctx, &pem, &len)) return ESP_ERR_NOT_FOUND;
    mbedtls_x509_crt_init(&part->bundle);
    /* Positive: so many could not be read. Systems' bundles have some that mbedTLS does not know. */
    (void)mbedtls_x509_crt_parse(&part->bundle, (const unsigned char *)pem, len + 1);
    if (part->bundle.version != 0) return ESP_OK;
    mbedtls_x509_crt_free(&part->bundle);
    return ESP_ERR_NOT_FOUND;
}

esp_err_t esp_crt_bundle_attach(void *conf)
{
    struct molt_http_part *part = this_part();

    if (!conf) return ESP_ERR_INVALID_ARG;
    if (!part) return ESP_ERR_INVALID_STATE;
    if (part->bundle_users == 0) {
        esp_err_t err = read_bundle(part);
        if (err) return err;
    }
    part->bundle_users++;
    mbedtls_ssl_conf_ca_chain(conf, &part->bundle, NULL);
    return ESP_OK;
}

void esp_crt_bundle_detach(struct mbedtls_ssl_config *conf)
{
    struct molt_http_part *part = this_part();

    if (!part || !conf || conf->ca_chain != &part->bundle) return;
    mbedtls_ssl_conf_ca_chain(conf, NULL, NULL);
    if (--part->bundle_users == 0) mbedtls_x509_crt_free(&part->bundle);
}
