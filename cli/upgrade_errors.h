/* What an upgrade's error code means for the one who tries a server. */
#ifndef MOLT_CLI_UPGRADE_ERRORS_H
#define MOLT_CLI_UPGRADE_ERRORS_H

#include "esp_err.h"

/* Prints "URL: ESP_ERR_...: sentence" to stderr. `status`: of the last HTTP response, 0 = none. */
void molt_upgrade_complain(const char *url, esp_err_t err, int status);

#endif
