#include "esp_err.h"

#include "ctx/ctx.h"
#include "ctx/log_part.h"
#include "tests/support/check.h"

TEST(every_code_has_its_name)
{
    const struct {
        esp_err_t code;
        const char *name;
    } cases[] = {
        { ESP_OK, "ESP_OK" },
        { ESP_FAIL, "ESP_FAIL" },
        { ESP_ERR_NO_MEM, "ESP_ERR_NO_MEM" },
        { ESP_ERR_INVALID_SIZE, "ESP_ERR_INVALID_SIZE" },
        { ESP_ERR_NOT_ALLOWED, "ESP_ERR_NOT_ALLOWED" },
        { ESP_ERR_FLASH_OP_FAIL, "ESP_ERR_FLASH_OP_FAIL" },
        { ESP_ERR_FLASH_PROTECTED, "ESP_ERR_FLASH_PROTECTED" },
        { ESP_ERR_FLASH_SIZE_NOT_MATCH, "ESP_ERR_INVALID_SIZE" }, /* an alias */
        { 0x1102, "ESP_ERR_NVS_NOT_FOUND" },
        { 0x1503, "ESP_ERR_OTA_VALIDATE_FAILED" },
        { 0x7007, "ESP_ERR_HTTP_EAGAIN" },
        { 0x801A, "ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED" },
        { 0x9001, "ESP_ERR_HTTPS_OTA_IN_PROGRESS" },
        { 0x7777, "ERROR" },
        { 12, "ERROR" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_STR(esp_err_to_name(cases[i].code), cases[i].name);
}

TEST(a_name_in_a_buffer_is_cut_and_terminated)
{
    char buf[32], small[8], one[1] = { 'x' };

    CHECK_STR(esp_err_to_name_r(0x102, buf, sizeof buf), "ESP_ERR_INVALID_ARG");
    CHECK_STR(esp_err_to_name_r(0x1234, buf, sizeof buf), "ERROR 0x1234(4660)");
    CHECK_STR(esp_err_to_name_r(0x102, small, sizeof small), "ESP_ERR");
    CHECK_STR(esp_err_to_name_r(0x102, one, sizeof one), "");
}

/* ---- the checking macros ---------------------------------------------------------------------- */

static char last_line[256];
static enum molt_reset_reason reset_with;
static jmp_buf after_reset;

static void log_line(void *ctx, const char *line)
{
    (void)ctx;
    (void)snprintf(last_line, sizeof last_line, "%s", line);
}

static void reset(void *ctx, enum molt_reset_reason reason)
{
    (void)ctx;
    reset_with = reason;
    longjmp(after_reset, 1);
}

static struct molt_log_part log_part;
static const struct molt_port port = { .log = log_line, .reset = reset };
static struct molt_device device = { .port = &port, .part = { [MOLT_DEVICE_LOG] = &log_part } };

static int calls;

static esp_err_t step(esp_err_t result)
{
    calls++;
    return result;
}

TEST(a_failed_check_resets_as_a_panic_and_says_where)
{
    molt_device_use(&device);
    calls = 0;
    reset_with = MOLT_RESET_UNKNOWN;
    ESP_ERROR_CHECK(step(ESP_OK));
    CHECK_EQ(reset_with, MOLT_RESET_UNKNOWN);
    if (setjmp(after_reset) == 0) {
        ESP_ERROR_CHECK(step(ESP_ERR_NO_MEM));
        test_fail(__FILE__, __LINE__, "it went on");
    }
    CHECK_EQ(reset_with, MOLT_RESET_PANIC);
    CHECK_EQ(calls, 2);
    CHECK(strstr(last_line, "test_esp_err.c"));
    CHECK(strstr(last_line, "step(ESP_ERR_NO_MEM) is 0x101 (ESP_ERR_NO_MEM)"));
}

TEST(a_check_without_abort_has_the_value)
{
    molt_device_use(&device);
    calls = 0;
    last_line[0] = '\0';
    CHECK_EQ(ESP_ERROR_CHECK_WITHOUT_ABORT(step(ESP_OK)), ESP_OK);
    CHECK_STR(last_line, "");
    CHECK_EQ(ESP_ERROR_CHECK_WITHOUT_ABORT(step(ESP_ERR_TIMEOUT)), ESP_ERR_TIMEOUT);
    CHECK(strstr(last_line, "ESP_ERR_TIMEOUT"));
    CHECK_EQ(calls, 2);
}

TEST_MAIN()
