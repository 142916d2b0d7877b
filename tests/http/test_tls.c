/* HTTPS against a server with certificates good and bad, made for this run. */
#include "tests/support/check.h"

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "esp_tls.h"
#include "http/tls_check.h"
#include "port/linux/net.h"
#include "tests/support/files.h"
#include "tests/support/http_device.h"
#include "tests/support/peer.h"

enum { CONTENT_LEN = 10000, TIMEOUT_MS = 2000 };

static char *ca, *other_ca, *selfsigned;
static int64_t clock_now; /* 0: the device has no clock */

#define NOW       INT64_C(1700000000)
#define YEAR_2020 INT64_C(1590000000)
#define YEAR_2095 INT64_C(3950000000)

static bool test_clock(void *ctx, int64_t *seconds)
{
    (void)ctx;
    *seconds = clock_now;
    return clock_now != 0;
}

static enum molt_err test_bundle(void *ctx, const char **pem, size_t *len)
{
    (void)ctx;
    *pem = ca;
    *len = strlen(ca);
    return MOLT_OK;
}

static enum molt_err no_entropy(void *ctx, void *to, size_t len)
{
    (void)ctx, (void)to, (void)len;
    return MOLT_ERR_UNSUPPORTED;
}

static int start_server(const char *cert)
{
    char pem[64], key[64];

    (void)snprintf(pem, sizeof pem, "%s.pem", cert);
    (void)snprintf(key, sizeof key, "%s.key", cert);
    return peer_start("badserver.py", "--cert", test_path(pem), "--key", test_path(key), NULL);
}

/* A GET of everything. What open() said; *problem is what get_and_clear_last_tls_error() said. */
static esp_err_t get(const esp_http_client_config_t *config, esp_tls_last_error_t *problem)
{
    static char body[CONTENT_LEN + 1];
    esp_http_client_handle_t client = esp_http_client_init(config);

    if (!client) abort();
    esp_err_t err = esp_http_client_open(client, 0);
    problem->last_error = esp_http_client_get_and_clear_last_tls_error(
        client, &problem->esp_tls_error_code, &problem->esp_tls_flags);
    if (!err) {
        CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
        CHECK_EQ(esp_http_client_read_response(client, body, sizeof body), CONTENT_LEN);
        CHECK_EQ((uint8_t)body[257], (257 * 7 + 1) % 256);
    }
    CHECK_EQ(esp_http_client_get_and_clear_last_tls_error(client, NULL, NULL), ESP_OK);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    return err;
}

TEST(a_server_is_trusted_when_its_certificate_leads_to_the_ca_names_the_host_and_is_valid_today)
{
    static const struct {
        const char *name, *cert, *host;
        char **ca;
        int64_t now;
        int flags; /* 0: it connects */
    } cases[] = {
        { "name", "server", "localhost", &ca, NOW, 0 },
        { "IP address", "server", "127.0.0.1", &ca, NOW, 0 },
        { "subject's common name", "common_name", "localhost", &ca, NOW, 0 },
        { "self-signed but given as CA", "selfsigned", "localhost", &selfsigned, NOW, 0 },
        { "expired", "expired", "localhost", &ca, NOW, MBEDTLS_X509_BADCERT_EXPIRED },
        { "expired, by the port's clock not yet", "expired", "localhost", &ca, YEAR_2020, 0 },
        { "expired, without a clock", "expired", "localhost", &ca, 0, 0 },
        { "not yet valid", "future", "localhost", &ca, NOW, MBEDTLS_X509_BADCERT_FUTURE },
        { "not yet valid, by the port's clock now", "future", "localhost", &ca, YEAR_2095, 0 },
        { "wrong host", "wronghost", "localhost", &ca, NOW, MBEDTLS_X509_BADCERT_CN_MISMATCH },
        { "wrong host, by IP", "wronghost", "127.0.0.1", &ca, NOW,
          MBEDTLS_X509_BADCERT_CN_MISMATCH },
        { "common name is not the IP", "common_name", "127.0.0.1", &ca, NOW,
          MBEDTLS_X509_BADCERT_CN_MISMATCH },
        { "a pattern that looks like the IP", "wildcard", "127.0.0.1", &ca, NOW,
          MBEDTLS_X509_BADCERT_CN_MISMATCH },
        { "the IP as a name", "address_text", "127.0.0.1", &ca, NOW,
          MBEDTLS_X509_BADCERT_CN_MISMATCH },
        { "an IPv6 address that begins like the IP", "long_address", "127.0.0.1", &ca, NOW,
          MBEDTLS_X509_BADCERT_CN_MISMATCH },
        { "for clients only", "for_clients", "localhost", &ca, NOW,
          MBEDTLS_X509_BADCERT_EXT_KEY_USAGE },
        { "signed by a server", "by_leaf", "localhost", &ca, NOW,
          MBEDTLS_X509_BADCERT_NOT_TRUSTED },
        { "self-signed", "selfsigned", "localhost", &ca, NOW, MBEDTLS_X509_BADCERT_NOT_TRUSTED },
        { "unknown CA", "unknown", "localhost", &ca, NOW, MBEDTLS_X509_BADCERT_NOT_TRUSTED },
        { "the other CA", "server", "localhost", &other_ca, NOW, MBEDTLS_X509_BADCERT_NOT_TRUSTED },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char url[PEER_URL_MAX];
        esp_tls_last_error_t problem;
        int port = start_server(cases[i].cert);

        test_case = cases[i].name;
        (void)snprintf(url, sizeof url, "https://%s:%d/ok", cases[i].host, port);
        esp_http_client_config_t config = {
            .url = url,
            .cert_pem = *cases[i].ca,
            .timeout_ms = TIMEOUT_MS,
            .addr_type = HTTP_ADDR_TYPE_INET,
        };
        clock_now = cases[i].now;
        esp_err_t err = get(&config, &problem);
        CHECK_EQ(err, cases[i].flags ? ESP_ERR_HTTP_CONNECT : ESP_OK);
        CHECK_EQ(problem.last_error,
                 cases[i].flags ? ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED : ESP_OK);
        CHECK_EQ(problem.esp_tls_flags, cases[i].flags);
        peer_stop_all();
    }
    clock_now = NOW;
}

TEST(who_is_trusted_is_said_in_one_of_several_ways)
{
    char url[PEER_URL_MAX];
    size_t der_len;
    const char *der = test_file("ca.der", &der_len);
    esp_tls_last_error_t problem;
    int port = start_server("server");

    (void)snprintf(url, sizeof url, "https://localhost:%d/ok", port);
    const struct {
        const char *name;
        esp_http_client_config_t config;
        esp_err_t problem; /* ESP_OK: it connects */
    } cases[] = {
        { "PEM", { .cert_pem = ca }, ESP_OK },
        { "DER", { .cert_der = der, .cert_len = der_len }, ESP_OK },
        { "the port's bundle", { .crt_bundle_attach = esp_crt_bundle_attach }, ESP_OK },
        { "bundle before PEM",
          { .crt_bundle_attach = esp_crt_bundle_attach, .cert_pem = other_ca },
          ESP_OK },
        { "global store", { .use_global_ca_store = true }, ESP_OK },
        { "global store before PEM",
          { .use_global_ca_store = true, .cert_pem = other_ca },
          ESP_OK },
        { "nobody", { 0 }, ESP_ERR_MBEDTLS_SSL_SETUP_FAILED },
        { "not a certificate", { .cert_pem = "no" }, ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED },
        { "TLS 1.2", { .cert_pem = ca, .tls_version = ESP_HTTP_CLIENT_TLS_VER_TLS_1_2 }, ESP_OK },
        { "TLS 1.3 is not there",
          { .cert_pem = ca, .tls_version = ESP_HTTP_CLIENT_TLS_VER_TLS_1_3 },
          ESP_ERR_MBEDTLS_SSL_CONFIG_DEFAULTS_FAILED },
    };

    CHECK_EQ(esp_tls_set_global_ca_store((unsigned char *)ca, (unsigned)strlen(ca) + 1), ESP_OK);
    CHECK(esp_tls_get_global_ca_store() != NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_http_client_config_t config = cases[i].config;

        test_case = cases[i].name;
        config.url = url;
        config.timeout_ms = TIMEOUT_MS;
        CHECK_EQ(get(&config, &problem), cases[i].problem ? ESP_ERR_HTTP_CONNECT : ESP_OK);
        CHECK_EQ(problem.last_error, cases[i].problem);
    }

    test_case = "the global store is gone";
    esp_tls_free_global_ca_store();
    CHECK(esp_tls_get_global_ca_store() == NULL);
    esp_http_client_config_t config = { .url = url, .use_global_ca_store = true };
    CHECK_EQ(get(&config, &problem), ESP_ERR_HTTP_CONNECT);
    CHECK_EQ(problem.last_error, ESP_ERR_MBEDTLS_SSL_SETUP_FAILED);

    test_case = "no randomness";
    http_device_port.entropy = no_entropy;
    config = (esp_http_client_config_t){ .url = url, .cert_pem = ca };
    CHECK_EQ(get(&config, &problem), ESP_ERR_HTTP_CONNECT);
    CHECK_EQ(problem.last_error, ESP_ERR_MBEDTLS_CTR_DRBG_SEED_FAILED);
    http_device_start();
    http_device_port.wall_time = test_clock;
    http_device_port.ca_bundle = test_bundle;
    peer_stop_all();
}

TEST(the_bundle_of_the_port_is_the_systems_ca_file)
{
    mbedtls_ssl_config conf;

    http_device_start();
    mbedtls_ssl_config_init(&conf);
    CHECK_EQ(esp_crt_bundle_attach(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_crt_bundle_attach(&conf), ESP_OK);
    CHECK(conf.ca_chain && conf.ca_chain->next && conf.ca_chain->next->next);
    esp_crt_bundle_detach(&conf);
    CHECK(conf.ca_chain == NULL);
    mbedtls_ssl_config_free(&conf);

    test_case = "a port without one";
    http_device_port.ca_bundle = NULL;
    CHECK_EQ(esp_crt_bundle_attach(&conf), ESP_ERR_NOT_FOUND);
    http_device_port.ca_bundle = test_bundle;
    http_device_port.wall_time = test_clock;
}

TEST(another_name_can_be_checked_or_none)
{
    char url[PEER_URL_MAX];
    esp_tls_last_error_t problem;
    int port = start_server("wronghost");

    (void)snprintf(url, sizeof url, "https://localhost:%d/ok", port);
    esp_http_client_config_t config = { .url = url, .cert_pem = ca };

    CHECK_EQ(get(&config, &problem), ESP_ERR_HTTP_CONNECT);
    config.common_name = "other.example";
    CHECK_EQ(get(&config, &problem), ESP_OK);
    config.common_name = "third.example";
    CHECK_EQ(get(&config, &problem), ESP_ERR_HTTP_CONNECT);
    config.skip_cert_common_name_check = true;
    CHECK_EQ(get(&config, &problem), ESP_OK);
    peer_stop_all();
}

TEST(a_server_that_wants_to_know_the_client_gets_its_certificate)
{
    char url[PEER_URL_MAX];
    esp_tls_last_error_t problem;
    char *cert = test_file("client.pem", NULL), *key = test_file("client.key", NULL);
    char *stranger = test_file("stranger.pem", NULL), *other_key = test_file("stranger.key", NULL);
    const esp_key_config_t unified = { .source = ESP_KEY_SOURCE_BUFFER, .buffer = { .data = key } };
    int port = peer_start("badserver.py", "--cert", test_path("server.pem"), "--key",
                          test_path("server.key"), "--client-ca", test_path("ca.pem"), NULL);
    const struct {
        const char *name;
        esp_http_client_config_t config;
        esp_err_t problem;
    } cases[] = {
        { "right", { .client_cert_pem = cert, .client_key_pem = key }, ESP_OK },
        { "key config", { .client_cert_pem = cert, .client_key = &unified }, ESP_OK },
        { "none", { 0 }, ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED },
        { "of another CA",
          { .client_cert_pem = stranger, .client_key_pem = other_key },
          ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED },
        { "another's key",
          { .client_cert_pem = cert, .client_key_pem = other_key },
          ESP_ERR_MBEDTLS_SSL_CONF_OWN_CERT_FAILED },
        { "without key", { .client_cert_pem = cert }, ESP_ERR_MBEDTLS_SSL_CONF_OWN_CERT_FAILED },
        { "broken key",
          { .client_cert_pem = cert, .client_key_pem = "no" },
          ESP_ERR_MBEDTLS_PK_PARSE_KEY_FAILED },
    };

    (void)snprintf(url, sizeof url, "https://localhost:%d/ok", port);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_http_client_config_t config = cases[i].config;

        test_case = cases[i].name;
        config.url = url;
        config.cert_pem = ca;
        CHECK_EQ(get(&config, &problem), cases[i].problem ? ESP_ERR_HTTP_CONNECT : ESP_OK);
        CHECK_EQ(problem.last_error, cases[i].problem);
    }
    peer_stop_all();
}

TEST(a_body_without_a_length_is_complete_only_when_tls_says_that_it_ends)
{
    static const struct {
        const char *path;
        bool complete;
        esp_err_t problem;
    } cases[] = {
        { "/close", true, ESP_OK },
        { "/close_rudely", false, ESP_ERR_MBEDTLS_SSL_READ_FAILED },
        { "/reset", false, ESP_ERR_MBEDTLS_SSL_READ_FAILED },
        { "/truncated", false, ESP_OK },
    };
    int port = start_server("server");

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static char body[CONTENT_LEN + 1];
        char url[PEER_URL_MAX];

        test_case = cases[i].path;
        (void)snprintf(url, sizeof url, "https://localhost:%d%s", port, cases[i].path);
        esp_http_client_config_t config = { .url = url, .cert_pem = ca };
        esp_http_client_handle_t client = esp_http_client_init(&config);
        CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
        CHECK(esp_http_client_fetch_headers(client) >= 0);
        CHECK(esp_http_client_read_response(client, body, sizeof body) > 0);
        CHECK_EQ(esp_http_client_is_complete_data_received(client), cases[i].complete);
        CHECK_EQ(esp_http_client_get_and_clear_last_tls_error(client, NULL, NULL),
                 cases[i].problem);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
    peer_stop_all();
}

TEST(what_is_older_than_tls_1_2_is_refused)
{
    static const struct {
        const char *version;
        bool good;
    } cases[] = { { "TLSv1", false }, { "TLSv1_1", false }, { "TLSv1_2", true } };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char url[PEER_URL_MAX];
        esp_tls_last_error_t problem;
        int port = peer_start("badserver.py", "--cert", test_path("server.pem"), "--key",
                              test_path("server.key"), "--tls", cases[i].version, NULL);

        test_case = cases[i].version;
        (void)snprintf(url, sizeof url, "https://localhost:%d/ok", port);
        const esp_http_client_config_t config = { .url = url, .cert_pem = ca };
        CHECK_EQ(get(&config, &problem), cases[i].good ? ESP_OK : ESP_ERR_HTTP_CONNECT);
        CHECK_EQ(problem.last_error, cases[i].good ? ESP_OK : ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED);
        peer_stop_all();
    }
}

static enum molt_err slow_connect(void *ctx, const struct molt_net_target *target,
                                  uint32_t timeout_ms, struct molt_conn **conn)
{
    http_device_port.sleep_ms(NULL, 600);
    return molt_linux_net.connect(ctx, target, timeout_ms, conn);
}

TEST(tcp_and_tls_share_the_timeout)
{
    char url[PEER_URL_MAX];
    esp_tls_last_error_t problem;
    int port = peer_start("badserver.py", NULL); /* waits for the rest of a head */
    struct molt_net_ops slow = molt_linux_net;

    slow.connect = slow_connect;
    http_device_port.net = &slow;
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", port);
    const esp_http_client_config_t config = { .url = url, .cert_pem = ca, .timeout_ms = 800 };
    uint64_t began = http_device_port.uptime_ms(NULL);
    CHECK_EQ(get(&config, &problem), ESP_ERR_HTTP_CONNECT);
    CHECK_EQ(problem.last_error, ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT);
    CHECK(http_device_port.uptime_ms(NULL) - began < 1300);
    http_device_port.net = &molt_linux_net;
    peer_stop_all();
}

TEST(a_peer_that_sends_warnings_without_end_does_not_outlast_the_timeout)
{
    char url[PEER_URL_MAX];
    esp_tls_last_error_t problem;
    int port = peer_start("badserver.py", "--alerts", NULL);
    uint64_t began = http_device_port.uptime_ms(NULL);

    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", port);
    const esp_http_client_config_t config = { .url = url, .cert_pem = ca, .timeout_ms = 300 };
    CHECK_EQ(get(&config, &problem), ESP_ERR_HTTP_CONNECT);
    CHECK_EQ(problem.last_error, ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT);
    CHECK(http_device_port.uptime_ms(NULL) - began < 3000);
    peer_stop_all();
}

static esp_tls_last_error_t told; /* by on_end() */

static esp_err_t on_end(esp_http_client_event_t *event)
{
    if (event->event_id == HTTP_EVENT_ERROR)
        told.last_error = esp_tls_get_and_clear_last_error(event->data, &told.esp_tls_error_code,
                                                           &told.esp_tls_flags);
    if (event->event_id == HTTP_EVENT_DISCONNECTED)
        CHECK_EQ(esp_tls_get_and_clear_last_error(event->data, NULL, NULL), ESP_OK);
    return ESP_OK;
}

TEST(the_event_of_a_failure_tells_why)
{
    char url[PEER_URL_MAX];
    esp_tls_last_error_t problem;
    int port = start_server("expired");

    (void)snprintf(url, sizeof url, "https://localhost:%d/ok", port);
    const esp_http_client_config_t config = { .url = url, .cert_pem = ca, .event_handler = on_end };
    CHECK_EQ(get(&config, &problem), ESP_ERR_HTTP_CONNECT);
    CHECK_EQ(told.last_error, ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED);
    CHECK_EQ(told.esp_tls_flags, MBEDTLS_X509_BADCERT_EXPIRED);
    CHECK_EQ(problem.last_error, ESP_OK); /* it has been taken */
    CHECK_EQ(esp_tls_get_and_clear_last_error(NULL, NULL, NULL), ESP_ERR_INVALID_STATE);
    peer_stop_all();
}

TEST(a_certificates_time_is_seconds_since_1970)
{
    static const struct {
        mbedtls_x509_time time;
        int64_t seconds;
    } cases[] = {
        { { 1970, 1, 1, 0, 0, 0 }, 0 },          { { 2000, 2, 29, 12, 30, 59 }, 951827459 },
        { { 2001, 3, 1, 0, 0, 0 }, 983404800 },  { { 2038, 1, 19, 3, 14, 8 }, 2147483648 },
        { { 2100, 3, 1, 0, 0, 0 }, 4107542400 }, { { 9999, 12, 31, 23, 59, 59 }, 253402300799 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_EQ(molt_x509_seconds(&cases[i].time), cases[i].seconds);
}

int main(void)
{
    test_folder_make();
    peer_run("certs.py", test_folder, NULL);
    ca = test_file("ca.pem", NULL);
    other_ca = test_file("other_ca.pem", NULL);
    selfsigned = test_file("selfsigned.pem", NULL);
    http_device_start();
    http_device_port.wall_time = test_clock;
    http_device_port.ca_bundle = test_bundle;
    clock_now = NOW;
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
