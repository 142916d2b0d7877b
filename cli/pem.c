#include "cli/pem.h"

#include <stdlib.h>

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

enum { PEM_MAX = 8 << 20 };

/* The file of --name as text with a NUL behind it. */
static int read_text(const struct molt_args *args, const char *name, struct molt_bytes *pem)
{
    const char *path = molt_args_value(args, name, NULL);

    if (!path) return MOLT_EXIT_OK;
    int code = molt_file_read(path, PEM_MAX, pem);
    if (code) return code;
    uint8_t *text = realloc(pem->at, pem->len + 1);
    if (!text) abort();
    text[pem->len] = '\0';
    pem->at = text;
    return MOLT_EXIT_OK;
}

static int refuse(const struct molt_args *args, const char *name, const char *why)
{
    molt_complain(molt_args_value(args, name, ""), 0, NULL, "--%s: %s", name, why);
    return MOLT_EXIT_USAGE;
}

int molt_pem_read_certs(const struct molt_args *args, const char *name, struct molt_bytes *certs)
{
    mbedtls_x509_crt chain;

    int code = read_text(args, name, certs);
    if (code || !certs->at) return code;
    mbedtls_x509_crt_init(&chain);
    /* Above 0 is the number of those that cannot be read: the system's file may have such. */
    bool any = mbedtls_x509_crt_parse(&chain, certs->at, certs->len + 1) >= 0 && chain.version != 0;
    mbedtls_x509_crt_free(&chain);
    return !any ? refuse(args, name, "no PEM certificate in it") : MOLT_EXIT_OK;
}

int molt_pem_read_key(const struct molt_args *args, const char *name,
                      const struct molt_bytes *certs, struct molt_bytes *key)
{
    mbedtls_x509_crt chain;
    mbedtls_pk_context pk;
    const char *why = NULL;

    int code = read_text(args, name, key);
    if (code || !key->at) return code;
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&pk);
    if (mbedtls_pk_parse_key(&pk, key->at, key->len + 1, NULL, 0))
        why = "no PEM key in it that needs no password";
    else if (mbedtls_x509_crt_parse(&chain, certs->at, certs->len + 1) < 0 ||
             mbedtls_pk_check_pair(&chain.pk, &pk))
        why = "not the key of the certificate";
    mbedtls_pk_free(&pk);
    mbedtls_x509_crt_free(&chain);
    return why ? refuse(args, name, why) : MOLT_EXIT_OK;
}
