/* What an upgrade's error code means for the one who tries a server. */
#ifndef MOLT_CLI_UPGRADE_ERRORS_H
#define MOLT_CLI_UPGRADE_ERRORS_H

#include "esp_err.h"

struct molt_upgrade_failure {
    esp_err_t err;
    int status; /* of the last HTTP response, 0 = none */
    esp_err_t
        link; /* of ESP_ERR_HTTP_CONNECT: why there is no connection, esp_tls.h; ESP_OK = unknown */
    int cert_flags; /* ... MBEDTLS_X509_BADCERT_* of the server's certificate */
};

/* Prints "URL: ESP_ERR_...: sentence" to stderr, the URL without user, password and query. */
void molt_upgrade_complain(const char *full_url, const struct molt_upgrade_failure *failure);

#endif
