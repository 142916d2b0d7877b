/* What mbedTLS 2.28 does not do the way a device needs it: certificates' dates by the port's clock,
 * and IP addresses in certificates. Plugged in as mbedTLS's verify callback. */
#ifndef MOLT_HTTP_TLS_CHECK_H
#define MOLT_HTTP_TLS_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include <mbedtls/x509_crt.h>

/* Seconds since 1970 of a certificate's time, which is UTC. */
int64_t molt_x509_seconds(const mbedtls_x509_time *time);

/* Corrects what mbedTLS found out about a certificate at `depth` (0: the server's own).
 * `now`: seconds since 1970, NULL when the device has no clock; `name`: what was asked for. */
uint32_t molt_x509_flags(const mbedtls_x509_crt *crt, int depth, uint32_t flags, const char *name,
                         const int64_t *now);

#endif
