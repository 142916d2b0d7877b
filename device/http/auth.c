#include "http/auth.h"
#include "base/option.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <mbedtls/base64.h>

#include "crypto/digest.h"
#include "http/headers.h"

/* ---- reading a challenge ------------------------------------------------------------------------- */

enum { WORD_MAX = MOLT_AUTH_TEXT_MAX };

struct word {
    char text[WORD_MAX];
    bool bad; /* it was longer, or has a byte that may not be sent back */
};

static void skip_blanks(const char **at)
{
    while (**at == ' ' || **at == '\t') (*at)++;
}

static void add_byte(struct word *word, size_t *len, char byte)
{
    if (*len + 1 < sizeof word->text && !molt_http_has_control(&byte, 1))
        word->text[(*len)++] = byte;
    else
        word->bad = true;
}

static void take_token(const char **at, struct word *word)
{
    size_t len = 0;

    word->bad = false;
    for (; **at && !strchr(" \t,=\"", **at); (*at)++) add_byte(word, &len, **at);
    word->text[len] = '\0';
}

static void take_value(const char **at, struct word *word)
{
    size_t len = 0;

    if (**at != '"') {
        take_token(at, word);
        return;
    }
    word->bad = false;
    for ((*at)++; **at && **at != '"'; (*at)++) {
        if (**at == '\\' && (*at)[1]) (*at)++;
        add_byte(word, &len, **at);
    }
    if (**at == '"') (*at)++;
    word->text[len] = '\0';
}

static const struct {
    const char *name;
    enum molt_auth_scheme scheme;
    bool session;
} k_algorithms[] = {
    { "MD5", MOLT_AUTH_MD5, false },
    { "MD5-sess", MOLT_AUTH_MD5, true },
    { "SHA-256", MOLT_AUTH_SHA256, false },
    { "SHA-256-sess", MOLT_AUTH_SHA256, true },
};

static bool set_algorithm(struct molt_auth *auth, const char *name)
{
    for (size_t i = 0; i < sizeof k_algorithms / sizeof k_algorithms[0]; i++)
        if (molt_http_same_name(name, k_algorithms[i].name)) {
            auth->scheme = k_algorithms[i].scheme;
            auth->session = k_algorithms[i].session;
            return true;
        }
    return false;
}

/* Whether the list of protections, "auth-int, auth", has "auth". */
static bool offers_auth(const char *list)
{
    while (*list) {
        struct word word;

        while (*list && strchr(" \t,=\"", *list)) list++;
        take_token(&list, &word);
        if (molt_http_same_name(word.text, "auth")) return true;
    }
    return false;
}

/* false: this challenge cannot be answered. */
static bool set_parameter(struct molt_auth *auth, const char *name, const struct word *value)
{
    if (molt_http_same_name(name, "algorithm")) return set_algorithm(auth, value->text);
    if (molt_http_same_name(name, "qop")) {
        auth->has_qop = true;
        return offers_auth(value->text);
    }
    if (molt_http_same_name(name, "stale")) auth->stale = molt_http_same_name(value->text, "true");

    const struct {
        const char *name;
        char *to;
    } texts[] = { { "realm", auth->realm }, { "nonce", auth->nonce }, { "opaque", auth->opaque } };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (molt_http_same_name(name, texts[i].name)) {
            memcpy(texts[i].to, value->text, sizeof value->text);
            if (texts[i].to == auth->opaque) auth->has_opaque = true;
            return !value->bad;
        }
    return true;
}

static enum molt_auth_scheme scheme_named(const char *name)
{
    if (molt_http_same_name(name, "Digest")) return MOLT_AUTH_MD5; /* unless it says otherwise */
    return molt_http_same_name(name, "Basic") ? MOLT_AUTH_BASIC : MOLT_AUTH_NONE;
}

/* Reads the parameters of one challenge, up to the next scheme's name. */
static bool take_parameters(const char **at, struct molt_auth *auth)
{
    bool good = true;

    for (;;) {
        const char *began = *at;
        struct word name, value;

        while (*began && strchr(" \t,", *began)) began++;
        *at = began;
        take_token(at, &name);
        skip_blanks(at);
        if (**at != '=' || *at == began) {
            *at = began;
            return good;
        }
        (*at)++;
        skip_blanks(at);
        take_value(at, &value);
        good = set_parameter(auth, name.text, &value) && good;
    }
}

static bool is_enabled(enum molt_auth_scheme scheme)
{
    if (scheme == MOLT_AUTH_BASIC) return MOLT_OPTION(CONFIG_ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH);
    return scheme != MOLT_AUTH_NONE && MOLT_OPTION(CONFIG_ESP_HTTP_CLIENT_ENABLE_DIGEST_AUTH);
}

enum molt_err molt_auth_read(struct molt_auth *auth, const char *challenges)
{
    enum molt_err found = MOLT_ERR_UNSUPPORTED;

    while (*challenges) {
        struct molt_auth one = { 0 };
        struct word scheme;
        const char *began = challenges;

        take_token(&challenges, &scheme);
        one.scheme = scheme_named(scheme.text);
        bool good = take_parameters(&challenges, &one);
        if (challenges == began) challenges++; /* a byte that fits nowhere */
        if (!good || !is_enabled(one.scheme) || one.scheme <= auth->scheme) continue;
        if (one.scheme != MOLT_AUTH_BASIC && one.nonce[0] == '\0') continue;
        *auth = one;
        found = MOLT_OK;
    }
    return found;
}

/* ---- writing the answer -------------------------------------------------------------------------- */

enum { HEX_MAX = 2 * MOLT_SHA256_LEN + 1 };

static void to_hex(const uint8_t *bytes, size_t len, char *hex)
{
    for (size_t i = 0; i < len; i++) (void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

/* The hash, in hexadecimal, of the parts with colons between them. */
static void hash(enum molt_auth_scheme scheme, const char *const *parts, int count,
                 char hex[HEX_MAX])
{
    uint8_t digest[MOLT_SHA256_LEN];
    struct molt_sha256 sha256;
    struct molt_md5 md5;

    molt_sha256_start(&sha256);
    molt_md5_start(&md5);
    for (int i = 0; i < count; i++) {
        molt_sha256_add(&sha256, ":", i > 0);
        molt_sha256_add(&sha256, parts[i], strlen(parts[i]));
        molt_md5_add(&md5, ":", i > 0);
        molt_md5_add(&md5, parts[i], strlen(parts[i]));
    }
    bool strong = scheme == MOLT_AUTH_SHA256;
    if (strong)
        (void)!molt_sha256_finish(&sha256, digest); /* zeros when it fails: the server refuses */
    else
        molt_md5_finish(&md5, digest);
    to_hex(digest, strong ? MOLT_SHA256_LEN : MOLT_MD5_LEN, hex);
}

/* A quoted-string parameter; `first` has no comma before it. */
static void put_quoted(struct molt_http_writer *w, const char *name, const char *value, bool first)
{
    molt_http_put(w, first ? "" : ", ");
    molt_http_put(w, name);
    molt_http_put(w, "=\"");
    for (; *value; value++) {
        if (*value == '"' || *value == '\\') molt_http_put(w, "\\");
        molt_http_put_len(w, value, 1);
    }
    molt_http_put(w, "\"");
}

static const char *algorithm_name(const struct molt_auth *auth)
{
    for (size_t i = 0; i < sizeof k_algorithms / sizeof k_algorithms[0]; i++)
        if (k_algorithms[i].scheme == auth->scheme && k_algorithms[i].session == auth->session)
            return k_algorithms[i].name;
    return "";
}

static void put_digest(struct molt_http_writer *w, const struct molt_auth *auth,
                       const struct molt_login *login, const struct molt_auth_request *request)
{
    char a1[HEX_MAX], a2[HEX_MAX], response[HEX_MAX], count[9];

    (void)snprintf(count, sizeof count, "%08" PRIx32, auth->count);
    hash(auth->scheme, (const char *[]){ login->user, auth->realm, login->password }, 3, a1);
    if (auth->session)
        hash(auth->scheme, (const char *[]){ a1, auth->nonce, request->cnonce }, 3, a1);
    hash(auth->scheme, (const char *[]){ request->method, request->target }, 2, a2);
    if (auth->has_qop)
        hash(auth->scheme, (const char *[]){ a1, auth->nonce, count, request->cnonce, "auth", a2 },
             6, response);
    else
        hash(auth->scheme, (const char *[]){ a1, auth->nonce, a2 }, 3, response);

    molt_http_put(w, "Authorization: Digest ");
    put_quoted(w, "username", login->user, true);
    put_quoted(w, "realm", auth->realm, false);
    put_quoted(w, "nonce", auth->nonce, false);
    put_quoted(w, "uri", request->target, false);
    molt_http_put(w, ", algorithm=");
    molt_http_put(w, algorithm_name(auth));
    put_quoted(w, "response", response, false);
    if (auth->has_opaque) put_quoted(w, "opaque", auth->opaque, false);
    if (auth->has_qop) {
        molt_http_put(w, ", qop=auth, nc=");
        molt_http_put(w, count);
    }
    if (auth->has_qop || auth->session) put_quoted(w, "cnonce", request->cnonce, false);
    molt_http_put(w, "\r\n");
}

static void put_basic(struct molt_http_writer *w, const struct molt_login *login)
{
    char plain[2 * CONFIG_MOLT_HTTP_LOGIN_MAX];
    unsigned char coded[4 * ((sizeof plain + 2) / 3) + 1];
    size_t coded_len = 0;
    int len = snprintf(plain, sizeof plain, "%s:%s", login->user, login->password);

    if (len < 0 || mbedtls_base64_encode(coded, sizeof coded, &coded_len,
                                         (const unsigned char *)plain, (size_t)len))
        return;
    molt_http_put(w, "Authorization: Basic ");
    molt_http_put_len(w, (const char *)coded, coded_len);
    molt_http_put(w, "\r\n");
}

void molt_auth_put(struct molt_http_writer *w, struct molt_auth *auth,
                   const struct molt_login *login, const struct molt_auth_request *request)
{
    auth->count++;
    if (auth->scheme == MOLT_AUTH_BASIC)
        put_basic(w, login);
    else if (auth->scheme != MOLT_AUTH_NONE)
        put_digest(w, auth, login, request);
}
