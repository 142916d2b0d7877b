/* Inside the HTTP layer: what http_part.h hands out as memory. */
#ifndef MOLT_HTTP_PART_H
#define MOLT_HTTP_PART_H

#include "ctx/ctx.h"
#include "http/client.h"

struct molt_http_part {
    struct esp_http_client client[CONFIG_MOLT_HTTP_CLIENTS];
    mbedtls_x509_crt global_ca, bundle;
    bool has_global_ca;
    unsigned bundle_users; /* the bundle is parsed while there are some */
};

#endif
