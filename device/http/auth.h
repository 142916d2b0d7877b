/* HTTP authentication: reading a server's challenge, writing the answer.
 *
 *     WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256, Basic realm="r"
 *     Authorization: Digest username="u", realm="r", nonce="n", uri="/", response="..."
 *
 * Pure but for the hashing. Of several challenges the strongest counts: Digest with SHA-256, Digest
 * with MD5, Basic. Source: RFC 9110 section 11, RFC 7616 (qop "auth"; without qop as RFC 2069), RFC
 * 7617. */
#ifndef MOLT_HTTP_AUTH_H
#define MOLT_HTTP_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/request.h"
#include "http/url.h"

/* Weakest first. */
enum molt_auth_scheme { MOLT_AUTH_NONE, MOLT_AUTH_BASIC, MOLT_AUTH_MD5, MOLT_AUTH_SHA256 };

/* Bytes of realm, nonce, opaque each; longer ones are not answered. */
enum { MOLT_AUTH_TEXT_MAX = 192 };

struct molt_auth {
    enum molt_auth_scheme scheme;
    bool session; /* the algorithm's name ends in "-sess" */
    bool has_qop, has_opaque;
    bool stale; /* the answer was right, but to an old nonce */
    char realm[MOLT_AUTH_TEXT_MAX], nonce[MOLT_AUTH_TEXT_MAX], opaque[MOLT_AUTH_TEXT_MAX];
    uint32_t count; /* answers given with this nonce */
};

/* Puts the strongest challenge of a WWW-Authenticate value that can be answered into *auth, unless
 * what is there is as strong. MOLT_ERR_UNSUPPORTED: *auth is as before. */
MOLT_MUST_USE enum molt_err molt_auth_read(struct molt_auth *auth, const char *challenges);

struct molt_auth_request {
    const char *method, *target;
    const char *cnonce; /* never the same twice */
};

/* Writes the line "Authorization: ...", and counts it. */
void molt_auth_put(struct molt_http_writer *w, struct molt_auth *auth,
                   const struct molt_login *login, const struct molt_auth_request *request);

#endif
