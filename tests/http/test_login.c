/* User, password and challenges against a server that checks them. */
#include "tests/http/exchange.h"

TEST(a_password_opens_what_it_is_for_and_is_not_tried_for_ever)
{
    static const struct {
        const char *path, *user, *password;
        esp_http_client_auth_type_t type;
        int retries, status;
        int sent; /* requests with an answer */
    } cases[] = {
        { "/basic", "molt", "s3cret: word", HTTP_AUTH_TYPE_BASIC, 0, 200, 1 },
        { "/basic", "molt", "s3cret: word", HTTP_AUTH_TYPE_BASIC, -1, 200, 1 },
        { "/basic", "molt", "wrong", HTTP_AUTH_TYPE_BASIC, 0, 401, 1 },
        /* in clear, nobody has said that it may be */
        { "/basic", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 401, 0 },
        { "/basic", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 401, 0 },
        { "/basic", NULL, NULL, HTTP_AUTH_TYPE_BASIC, 0, 401, 0 },
        { "/digest/md5", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/md5?query=1", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 200, 1 },
        { "/digest/sha256", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/md5-sess", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/sha256-sess", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/md5/noqop", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 1 },
        { "/digest/md5/stale", "molt", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 200, 2 },
        { "/digest/md5", "molt", "wrong", HTTP_AUTH_TYPE_DIGEST, 0, 401, 1 },
        { "/digest/md5", "stranger", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 0, 401, 1 },
        { "/both", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 200, 1 },
        { "/strange_auth", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 401, 0 },
        { "/status/401", "molt", "s3cret: word", HTTP_AUTH_TYPE_NONE, 0, 401, 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_http_client_config_t config = { .username = cases[i].user,
                                            .password = cases[i].password,
                                            .auth_type = cases[i].type,
                                            .max_authorization_retries = cases[i].retries };
        int status;

        test_case = cases[i].path;
        int before = ask("/answers");
        CHECK_EQ(get(url_of(port, "http", cases[i].path), config, &status), ESP_OK);
        CHECK_EQ(status, cases[i].status);
        CHECK_EQ(has_content(), cases[i].status == 200);
        CHECK_EQ(ask("/answers") - before, cases[i].sent);
    }
}

TEST(basic_goes_over_tls_without_being_told_and_never_when_digest_is_wanted)
{
    static const struct {
        const char *path, *password;
        esp_http_client_auth_type_t type;
        int status;
    } cases[] = {
        { "/basic", "s3cret: word", HTTP_AUTH_TYPE_NONE, 200 },
        { "/basic", "wrong", HTTP_AUTH_TYPE_NONE, 401 },
        { "/basic", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 401 },
        { "/digest/sha256", "s3cret: word", HTTP_AUTH_TYPE_DIGEST, 200 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const esp_http_client_config_t config = { .username = "molt",
                                                  .password = cases[i].password,
                                                  .auth_type = cases[i].type };
        int status;

        test_case = cases[i].path;
        CHECK_EQ(get(url_of(tls_port, "https", cases[i].path), config, &status), ESP_OK);
        CHECK_EQ(status, cases[i].status);
    }
}

TEST(what_was_answered_over_tls_is_not_sent_in_clear)
{
    const esp_http_client_config_t config = { .username = "molt", .password = "s3cret: word" };
    esp_http_client_handle_t client = client_for(url_of(tls_port, "https", "/basic"), config);

    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 200);
    CHECK_EQ(esp_http_client_set_url(client, "/echo"), ESP_OK);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK(strstr(body, "Authorization: Basic ") != NULL);
    CHECK_EQ(esp_http_client_set_url(client, url_of(port, "http", "/echo")), ESP_OK);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK(strstr(body, "Host: ") != NULL);
    CHECK(strstr(body, "Authorization") == NULL);

    test_case = "by hand";
    CHECK_EQ(esp_http_client_set_url(client, "/basic"), ESP_OK);
    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK(esp_http_client_fetch_headers(client) > 0);
    CHECK_EQ(esp_http_client_add_auth(client), ESP_ERR_NOT_SUPPORTED);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(another_realm_is_answered_anew)
{
    const esp_http_client_config_t config = { .username = "molt", .password = "s3cret: word" };
    int status;

    CHECK_EQ(get(url_of(port, "http", "/realms"), config, &status), ESP_OK);
    CHECK_EQ(status, 200);
}

TEST(a_challenge_can_be_answered_by_hand)
{
    esp_http_client_handle_t client =
        client_for(url_of(port, "http", "/digest/sha256"), (esp_http_client_config_t){ 0 });

    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK(esp_http_client_fetch_headers(client) > 0);
    CHECK_EQ(esp_http_client_get_status_code(client), 401);
    test_case = "nobody to be";
    CHECK_EQ(esp_http_client_add_auth(client), ESP_FAIL);
    test_case = "somebody";
    CHECK_EQ(esp_http_client_set_username(client, "molt"), ESP_OK);
    CHECK_EQ(esp_http_client_set_password(client, "s3cret: word"), ESP_OK);
    CHECK_EQ(esp_http_client_add_auth(client), ESP_OK);
    CHECK_EQ(esp_http_client_flush_response(client, NULL), ESP_OK);
    CHECK_EQ(esp_http_client_open(client, 0), ESP_OK);
    CHECK_EQ(esp_http_client_fetch_headers(client), CONTENT_LEN);
    CHECK_EQ(esp_http_client_get_status_code(client), 200);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);

    test_case = "Basic, told from elsewhere";
    client = client_for(url_of(port, "http", "/basic"),
                        (esp_http_client_config_t){ .username = "molt",
                                                    .password = "s3cret: word",
                                                    .auth_type = HTTP_AUTH_TYPE_BASIC });
    CHECK_EQ(esp_http_client_set_authtype(client, HTTP_AUTH_TYPE_NONE), ESP_OK);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 401);
    CHECK_EQ(esp_http_client_set_authtype(client, HTTP_AUTH_TYPE_BASIC), ESP_OK);
    CHECK_EQ(esp_http_client_set_auth_data(client, "Basic realm=x", 13), ESP_OK);
    CHECK_EQ(perform(client), ESP_OK);
    CHECK_EQ(esp_http_client_get_status_code(client), 200);
    CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
}

TEST(another_password_is_tried_after_a_wrong_one)
{
    static const char *const paths[] = { "/digest/md5", "/basic" };

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const esp_http_client_config_t config = { .username = "molt",
                                                  .password = "wrong",
                                                  .max_authorization_retries = 1 };
        esp_http_client_handle_t client = client_for(url_of(tls_port, "https", paths[i]), config);

        test_case = paths[i];
        CHECK_EQ(perform(client), ESP_OK);
        CHECK_EQ(esp_http_client_get_status_code(client), 401);
        CHECK_EQ(esp_http_client_set_password(client, "s3cret: word"), ESP_OK);
        CHECK_EQ(perform(client), ESP_OK);
        CHECK_EQ(esp_http_client_get_status_code(client), 200);
        CHECK_EQ(esp_http_client_cleanup(client), ESP_OK);
    }
}

int main(void)
{
    exchange_start();
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
