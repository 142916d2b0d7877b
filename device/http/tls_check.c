#include "http/tls_check.h"

#include <string.h>

#include "http/ip.h"

enum { SAN_IP_ADDRESS = 7 }; /* RFC 5280, 4.2.1.6: GeneralName */

int64_t molt_x509_seconds(const mbedtls_x509_time *time)
{
    /* Years that begin in March, so that the leap day is a year's last day. */
    int64_t month = time->mon > 2 ? time->mon - 3 : time->mon + 9;
    int64_t year = time->mon > 2 ? time->year : time->year - 1;
    int64_t days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + time->day - 1;
    static const int64_t k_days_to_1970 = 719468; /* from 0000-03-01 */

    return (((days - k_days_to_1970) * 24 + time->hour) * 60 + time->min) * 60 + time->sec;
}

static bool has_address(const mbedtls_x509_crt *crt, const uint8_t *address, size_t len)
{
    for (const mbedtls_x509_sequence *san = &crt->subject_alt_names; san; san = san->next)
        if ((san->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == SAN_IP_ADDRESS && san->buf.len == len &&
            memcmp(san->buf.p, address, len) == 0)
            return true;
    return false;
}

uint32_t molt_x509_flags(const mbedtls_x509_crt *crt, int depth, uint32_t flags, const char *name,
                         const int64_t *now)
{
    /* mbedTLS has asked the C library's clock. */
    flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    if (now && *now < molt_x509_seconds(&crt->valid_from)) flags |= MBEDTLS_X509_BADCERT_FUTURE;
    if (now && *now > molt_x509_seconds(&crt->valid_to)) flags |= MBEDTLS_X509_BADCERT_EXPIRED;

    if (depth > 0 || !name) return flags;
    /* mbedTLS has compared with DNS names and the common name, where "*.0.0.1" is 127.0.0.1: of an
     * address only an iPAddress tells (RFC 9110, 4.3.5). */
    uint8_t address[MOLT_IP_LEN_MAX];
    size_t len = molt_ip_parse(name, address);
    if (len == 0) return flags;
    flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_CN_MISMATCH;
    return has_address(crt, address, len) ? flags : flags | MBEDTLS_X509_BADCERT_CN_MISMATCH;
}
