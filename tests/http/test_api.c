/* What a program written for ESP-IDF counts on when it is compiled: values, member order, names. */
#include "tests/support/check.h"

#include <net/if.h>
#include <stddef.h>

#include "esp_crt_bundle.h"
#include "esp_http_client.h"
#include "esp_tls.h"
#include "tests/support/http_device.h"

TEST(error_codes_have_their_documented_values)
{
    static const struct {
        esp_err_t code, value;
    } cases[] = {
        { ESP_ERR_HTTP_MAX_REDIRECT, 0x7001 },
        { ESP_ERR_HTTP_CONNECT, 0x7002 },
        { ESP_ERR_HTTP_WRITE_DATA, 0x7003 },
        { ESP_ERR_HTTP_FETCH_HEADER, 0x7004 },
        { ESP_ERR_HTTP_INVALID_TRANSPORT, 0x7005 },
        { ESP_ERR_HTTP_CONNECTING, 0x7006 },
        { ESP_ERR_HTTP_EAGAIN, 0x7007 },
        { ESP_ERR_HTTP_CONNECTION_CLOSED, 0x7008 },
        { ESP_ERR_HTTP_NOT_MODIFIED, 0x7009 },
        { ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE, 0x700A },
        { ESP_ERR_HTTP_READ_TIMEOUT, 0x700B },
        { ESP_ERR_HTTP_INCOMPLETE_DATA, 0x700C },
        { ESP_ERR_HTTP_REDIRECT_DOWNGRADE, 0x700D },
        { ESP_ERR_HTTP_HEADER_TOO_LONG, 0x700E },
        { ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME, 0x8001 },
        { ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT, 0x8009 },
        { ESP_ERR_MBEDTLS_CERT_PARTLY_OK, 0x8010 },
        { ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED, 0x801A },
        { ESP_ERR_MBEDTLS_SSL_READ_FAILED, 0x801D },
        { ESP_ERR_TCP_TRANSPORT_CONNECTION_TIMEOUT, 0xE001 },
        { ESP_ERR_TCP_TRANSPORT_NO_MEM, 0xE004 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_EQ(cases[i].code, cases[i].value);
    CHECK_STR(esp_err_to_name(ESP_ERR_HTTP_REDIRECT_DOWNGRADE), "ESP_ERR_HTTP_REDIRECT_DOWNGRADE");
}

TEST(enumerators_have_their_documented_values)
{
    CHECK_EQ(HTTP_METHOD_GET, 0);
    CHECK_EQ(HTTP_METHOD_HEAD, 5);
    CHECK_EQ(HTTP_METHOD_REPORT, 17);
    CHECK_EQ(HTTP_METHOD_MAX, 18);
    CHECK_EQ(HTTP_EVENT_HEADER_SENT, 2);
    CHECK_EQ(HTTP_EVENT_ON_DATA, 6);
    CHECK_EQ(HTTP_EVENT_REDIRECT, 9);
    CHECK_EQ(HTTP_STATE_RES_ON_DATA_START, 7);
    CHECK_EQ(HTTP_STATE_CLOSE, 9);
    CHECK_EQ(HTTP_TRANSPORT_OVER_SSL, 2);
    CHECK_EQ(HTTP_AUTH_TYPE_DIGEST, 2);
    CHECK_EQ(ESP_HTTP_CLIENT_TLS_VER_TLS_1_3, 2);
    CHECK_EQ(HttpStatus_PermanentRedirect, 308);
}

TEST(members_of_the_configuration_are_in_their_documented_order)
{
#define AT(member) offsetof(esp_http_client_config_t, member)
    static const size_t offsets[] = {
        AT(url),
        AT(host),
        AT(port),
        AT(username),
        AT(password),
        AT(auth_type),
        AT(path),
        AT(query),
        AT(cert_pem),
        AT(cert_len),
        AT(client_cert_pem),
        AT(client_cert_len),
        AT(client_key_pem),
        AT(client_key_len),
        AT(client_key),
        AT(client_key_password),
        AT(client_key_password_len),
        AT(tls_version),
        AT(user_agent),
        AT(method),
        AT(timeout_ms),
        AT(disable_auto_redirect),
        AT(max_redirection_count),
        AT(max_authorization_retries),
        AT(event_handler),
        AT(transport_type),
        AT(buffer_size),
        AT(buffer_size_tx),
        AT(user_data),
        AT(is_async),
        AT(use_global_ca_store),
        AT(skip_cert_common_name_check),
        AT(common_name),
        AT(crt_bundle_attach),
        AT(keep_alive_enable),
        AT(keep_alive_idle),
        AT(keep_alive_interval),
        AT(keep_alive_count),
        AT(if_name),
        AT(alpn_protos),
        AT(addr_type),
    };

    for (size_t i = 1; i < sizeof offsets / sizeof offsets[0]; i++)
        CHECK(offsets[i] > offsets[i - 1]);
    CHECK_EQ(AT(cert_pem), AT(cert_der));
    CHECK_EQ(AT(client_cert_pem), AT(client_cert_der));
}

TEST(a_configuration_that_cannot_work_gives_no_client)
{
    char long_url[CONFIG_MOLT_HTTP_URL_MAX + 100], long_name[CONFIG_MOLT_HTTP_LOGIN_MAX + 1];
    const struct {
        const char *name;
        esp_http_client_config_t config;
        bool good;
    } cases[] = {
        { "url", { .url = "http://h/" }, true },
        { "host and path", { .host = "h", .path = "/x" }, true },
        { "host and path win", { .host = "h", .path = "/x", .url = "no" }, true },
        { "host alone", { .host = "h" }, false },
        { "nothing", { 0 }, false },
        { "no URL", { .url = "/x" }, false },
        { "no host", { .url = "http:///x" }, false },
        { "long URL", { .url = long_url }, false },
        { "long user", { .url = "http://h/", .username = long_name }, false },
        { "user for two lines", { .url = "http://h/", .username = "a\r\nb: c" }, false },
        { "DEL in the password", { .url = "http://h/", .password = "a\x7F" }, false },
        { "line in the URL's user", { .url = "http://a%0d%0ab:c@h/" }, false },
        { "colon in Basic's user",
          { .url = "http://h/", .username = "a:b", .auth_type = HTTP_AUTH_TYPE_BASIC },
          false },
        { "colon in Basic's user, by URL",
          { .url = "http://a%3Ab:c@h/", .auth_type = HTTP_AUTH_TYPE_BASIC },
          false },
        { "colon in Digest's user",
          { .url = "http://h/", .username = "a:b", .auth_type = HTTP_AUTH_TYPE_DIGEST },
          true },
        { "auth_type", { .url = "http://h/", .auth_type = (esp_http_client_auth_type_t)3 }, false },
        { "addr_type", { .url = "http://h/", .addr_type = (esp_http_client_addr_type_t)1 }, false },
        { "method", { .url = "http://h/", .method = HTTP_METHOD_MAX }, false },
        { "user agent", { .url = "http://h/", .user_agent = "a\r\nb: c" }, false },
    };

    memset(long_url, 'x', sizeof long_url - 1);
    memcpy(long_url, "http://h/", 9);
    long_url[sizeof long_url - 1] = '\0';
    memset(long_name, 'u', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        esp_http_client_handle_t client = esp_http_client_init(&cases[i].config);

        CHECK_EQ(client != NULL, cases[i].good);
        CHECK_EQ(esp_http_client_cleanup(client), client ? ESP_OK : ESP_FAIL);
    }
    CHECK(esp_http_client_init(NULL) == NULL);

    test_case = "no device";
    molt_device_use(NULL);
    CHECK(esp_http_client_init(&cases[0].config) == NULL);
    CHECK_EQ(esp_tls_init_global_ca_store(), ESP_ERR_INVALID_STATE);
    http_device_start();
}

TEST(settings_can_be_read_back_and_refuse_nonsense)
{
    esp_http_client_config_t config = { .url = "http://al:pw@h:81/a?b" };
    esp_http_client_handle_t client = esp_http_client_init(&config);
    char text[64], *value;
    void *data;
    int len;

    CHECK_EQ(esp_http_client_get_url(client, text, sizeof text), ESP_OK);
    CHECK_STR(text, "http://h:81/a");
    CHECK_EQ(esp_http_client_get_url(client, text, 5), ESP_ERR_INVALID_SIZE);
    CHECK_EQ(esp_http_client_get_username(client, &value), ESP_OK);
    CHECK_STR(value, "al");
    CHECK_EQ(esp_http_client_set_password(client, "other"), ESP_OK);
    CHECK_EQ(esp_http_client_get_password(client, &value), ESP_OK);
    CHECK_STR(value, "other");
    CHECK_EQ(esp_http_client_set_user_data(client, text), ESP_OK);
    CHECK_EQ(esp_http_client_get_user_data(client, &data), ESP_OK);
    CHECK(data == text);

    CHECK_EQ(esp_http_client_set_header(client, "A", "b"), ESP_OK);
    CHECK_EQ(esp_http_client_get_header(client, "a", &value), ESP_OK);
    CHECK_STR(value, "b");
    CHECK_EQ(esp_http_client_get_header(client, "B", &value), ESP_ERR_NOT_FOUND);
    CHECK(value == NULL);
    CHECK_EQ(esp_http_client_set_header(client, "A", NULL), ESP_OK);
    CHECK_EQ(esp_http_client_delete_header(client, "A"), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_http_client_set_header(client, NULL, "b"), ESP_ERR_INVALID_ARG);

    CHECK_EQ(esp_http_client_set_url(client, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_set_url(client, "http://"), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_set_url(client, "https://other/"), ESP_OK);
    CHECK_EQ(esp_http_client_get_transport_type(client), HTTP_TRANSPORT_OVER_SSL);
    CHECK_EQ(esp_http_client_get_username(client, &value), ESP_OK);
    CHECK(value == NULL); /* it was the other host's */

    CHECK_EQ(esp_http_client_get_status_code(client), -1);
    CHECK_EQ(esp_http_client_get_content_length(client), -1);
    CHECK_EQ(esp_http_client_get_content_range(client), -1);
    CHECK_EQ(esp_http_client_get_state(client), HTTP_STATE_INIT);
    CHECK_EQ(esp_http_client_get_socket(client), -1);
    CHECK_EQ(esp_http_client_get_chunk_length(client, &len), ESP_FAIL);
    CHECK(!esp_http_client_is_complete_data_received(client));
    CHECK_EQ(esp_http_client_fetch_headers(client), -1);
    CHECK_EQ(esp_http_client_read(client, text, 1), -1);
    CHECK_EQ(esp_http_client_write(client, text, 1), -1);
    CHECK_EQ(esp_http_client_set_redirection(client), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_set_timeout_ms(NULL, 1), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(login_and_challenges_cannot_break_out_of_their_line)
{
    esp_http_client_config_t config = { .url = "http://al:pw@h/" };
    esp_http_client_handle_t client = esp_http_client_init(&config);
    char long_text[CONFIG_MOLT_HTTP_LOGIN_MAX + 1], *value;

    CHECK_EQ(esp_http_client_set_username(client, "a\nb"), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_set_password(client, "a\rb"), ESP_ERR_INVALID_ARG);
    memset(long_text, 'u', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    CHECK_EQ(esp_http_client_set_username(client, long_text), ESP_ERR_INVALID_SIZE);
    CHECK_EQ(esp_http_client_get_username(client, &value), ESP_OK);
    CHECK_STR(value, "al");
    CHECK_EQ(esp_http_client_get_password(client, &value), ESP_OK);
    CHECK_STR(value, "pw");

    CHECK_EQ(esp_http_client_set_authtype(client, HTTP_AUTH_TYPE_BASIC), ESP_OK);
    CHECK_EQ(esp_http_client_set_username(client, "a:b"), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_set_authtype(client, HTTP_AUTH_TYPE_DIGEST), ESP_OK);
    CHECK_EQ(esp_http_client_set_username(client, "a:b"), ESP_OK);
    CHECK_EQ(esp_http_client_set_authtype(client, HTTP_AUTH_TYPE_BASIC), ESP_ERR_INVALID_ARG);

    static const struct {
        const char *challenge;
        esp_err_t err;
    } cases[] = {
        { "Digest realm=\"r\", nonce=\"n\"", ESP_OK },
        { "Digest realm=\"r\r\nX: y\", nonce=\"n\"", ESP_ERR_NOT_SUPPORTED },
        { "Digest realm=\"r\", nonce=\"n\x01\"", ESP_ERR_NOT_SUPPORTED },
        { "Basic realm=\"r\"", ESP_ERR_NOT_SUPPORTED },
        { "Negotiate", ESP_ERR_NOT_SUPPORTED },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *challenge = cases[i].challenge;

        test_case = challenge;
        CHECK_EQ(esp_http_client_set_auth_data(client, challenge, (int)strlen(challenge)),
                 cases[i].err);
    }
    CHECK_EQ(esp_http_client_set_auth_data(client, NULL, 0), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

static char connected_by[32];

static enum molt_err note_interface(void *ctx, const struct molt_net_target *target,
                                    uint32_t timeout_ms, struct molt_conn **conn)
{
    (void)ctx, (void)timeout_ms, (void)conn;
    (void)snprintf(connected_by, sizeof connected_by, "%s",
                   target->interface ? target->interface : "any");
    return MOLT_ERR_CONNECT;
}

TEST(the_interfaces_name_is_copied)
{
    static const struct molt_net_ops k_net = { .connect = note_interface };
    static const char *const k_names[] = { "eth0", "fifteen-letters", "any" };

    http_device_port.net = &k_net;
    for (size_t i = 0; i < sizeof k_names / sizeof k_names[0]; i++) {
        struct ifreq request = { 0 };
        bool any = strcmp(k_names[i], "any") == 0;
        esp_http_client_config_t config = { .url = "http://h/", .if_name = any ? NULL : &request };

        test_case = k_names[i];
        memcpy(request.ifr_name, k_names[i], strlen(k_names[i]));
        esp_http_client_handle_t client = esp_http_client_init(&config);
        memset(&request, 'x', sizeof request);
        CHECK_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_CONNECT);
        CHECK_STR(connected_by, k_names[i]);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
    http_device_start();
}

static bool memory_has(const char *text)
{
    const char *memory = http_device.part[MOLT_DEVICE_HTTP];
    size_t len = strlen(text);

    for (size_t at = 0; at + len <= molt_http_part_size(); at++)
        if (memcmp(memory + at, text, len) == 0) return true;
    return false;
}

TEST(a_password_does_not_stay_in_the_pool)
{
    esp_http_client_config_t config = { .url = "http://h/", .username = "u", .password = "s3cret" };
    esp_http_client_handle_t client = esp_http_client_init(&config);

    CHECK(memory_has("s3cret"));
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    CHECK(!memory_has("s3cret"));

    test_case = "a configuration that fails later";
    config.user_agent = "a\r\nb";
    CHECK(esp_http_client_init(&config) == NULL);
    CHECK(!memory_has("s3cret"));
}

static int events_told;

static esp_err_t count_event(esp_http_client_event_t *event)
{
    (void)event;
    events_told++;
    return ESP_OK;
}

TEST(what_is_not_going_on_can_be_ended_and_cleared)
{
    static const struct molt_net_ops k_net = { .connect = note_interface };
    esp_http_client_config_t config = { .url = "http://h/" };
    esp_http_client_handle_t client = esp_http_client_init(&config);
    char *data = NULL;

    CHECK_EQ(esp_http_client_close(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_close(client), ESP_OK);
    CHECK_EQ(esp_http_client_cancel_request(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_cancel_request(client), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_http_client_add_auth(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_http_client_add_auth(client), ESP_OK); /* there is nothing to answer */
    CHECK_EQ(esp_http_client_reset_redirect_counter(NULL), ESP_ERR_INVALID_ARG);
    esp_http_client_clear_response_buffer(NULL);
    esp_http_client_clear_response_buffer(client);

    CHECK_EQ(esp_http_client_get_post_field(client, &data), 0);
    CHECK_EQ(esp_http_client_set_post_field(client, "a=b", 3), ESP_OK);
    CHECK_EQ(esp_http_client_get_post_field(client, &data), 3);
    CHECK_MEM(data, "a=b", 3);
    CHECK_EQ(esp_http_client_delete_all_headers(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_header(client, "User-Agent", &data), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_http_client_get_header(client, "Content-Type", &data), ESP_ERR_NOT_FOUND);

    http_device_port.net = &k_net;
    CHECK_EQ(esp_http_client_set_event_handler(client, count_event), ESP_OK);
    CHECK_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_CONNECT);
    CHECK_EQ(events_told, 1);
    CHECK_EQ(esp_http_client_set_event_handler(client, NULL), ESP_OK);
    CHECK_EQ(esp_http_client_open(client, 0), ESP_ERR_HTTP_CONNECT);
    CHECK_EQ(events_told, 1);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    http_device_start();
}

int main(void)
{
    http_device_start();
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
