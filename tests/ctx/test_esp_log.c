#define LOG_LOCAL_LEVEL ESP_LOG_DEBUG
#include "esp_log.h"

#include "ctx/ctx.h"
#include "ctx/log_part.h"
#include "tests/support/check.h"

static char lines[8][300];
static size_t line_count;

static void log_line(void *ctx, const char *line)
{
    (void)ctx;
    if (line_count < 8) (void)snprintf(lines[line_count++], sizeof lines[0], "%s", line);
}

static uint64_t uptime_ms(void *ctx)
{
    (void)ctx;
    return 4294967296u + 123;
}

static struct molt_log_part log_part;
static const struct molt_port port = { .log = log_line, .uptime_ms = uptime_ms };
static struct molt_device device = { .port = &port, .part = { [MOLT_DEVICE_LOG] = &log_part } };

static void start(void)
{
    memset(&log_part, 0, sizeof log_part);
    memset(lines, 0, sizeof lines);
    line_count = 0;
    molt_device_use(&device);
}

TEST(a_line_has_level_time_tag_and_text)
{
    start();
    ESP_LOGE("app", "no %s", "luck");
    ESP_LOGW("app", "careful");
    ESP_LOGI("net", "%d bytes", 7);
    CHECK_STR(lines[0], "E (123) app: no luck");
    CHECK_STR(lines[1], "W (123) app: careful");
    CHECK_STR(lines[2], "I (123) net: 7 bytes");
    CHECK_EQ(line_count, 3);
    CHECK_EQ(esp_log_timestamp(), 123);
}

TEST(levels_hold_per_tag_and_star_resets_them)
{
    start();
    ESP_LOGD("app", "below the default");
    CHECK_EQ(line_count, 0);
    esp_log_level_set("app", ESP_LOG_DEBUG);
    ESP_LOGD("app", "1");
    ESP_LOGD("net", "not this one");
    ESP_LOGV("app", "not compiled in");
    CHECK_EQ(line_count, 1);
    esp_log_level_set("*", ESP_LOG_ERROR);
    ESP_LOGI("app", "no");
    ESP_LOGE("app", "2");
    CHECK_EQ(line_count, 2);
    CHECK_EQ(esp_log_level_get("app"), ESP_LOG_ERROR);
    esp_log_level_set("*", ESP_LOG_NONE);
    ESP_LOGE("app", "silent");
    CHECK_EQ(line_count, 2);
}

TEST(more_tags_than_the_table_has_keep_the_default)
{
    start();
    for (int i = 0; i < CONFIG_MOLT_LOG_TAGS + 3; i++) {
        char tag[16];

        (void)snprintf(tag, sizeof tag, "tag%d", i);
        esp_log_level_set(tag, ESP_LOG_DEBUG);
        CHECK_EQ(esp_log_level_get(tag),
                 i < CONFIG_MOLT_LOG_TAGS ? ESP_LOG_DEBUG : CONFIG_LOG_DEFAULT_LEVEL);
    }
}

TEST(written_text_becomes_a_line_at_its_newline)
{
    start();
    esp_log_write(ESP_LOG_INFO, "app", "one ");
    CHECK_EQ(line_count, 0);
    esp_log_write(ESP_LOG_INFO, "app", "line\nand %d", 2);
    esp_log_write(ESP_LOG_DEBUG, "app", "no");
    esp_log_write(ESP_LOG_INFO, "app", "\n");
    CHECK_EQ(line_count, 2);
    CHECK_STR(lines[0], "one line");
    CHECK_STR(lines[1], "and 2");
}

TEST(a_line_that_is_too_long_is_cut)
{
    char text[2 * CONFIG_MOLT_LOG_LINE_MAX];

    start();
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ESP_LOGI("app", "%s", text);
    esp_log_write(ESP_LOG_INFO, "app", "%s\n", text);
    esp_log_write(ESP_LOG_INFO, "app", "next\n");
    CHECK_EQ(strlen(lines[0]), CONFIG_MOLT_LOG_LINE_MAX - 1);
    CHECK_EQ(strlen(lines[1]), CONFIG_MOLT_LOG_LINE_MAX - 1);
    CHECK_STR(lines[2], "next");
}

TEST(buffers_are_printed_sixteen_bytes_a_line)
{
    uint8_t bytes[18];

    start();
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i + 0x3e);
    ESP_LOG_BUFFER_HEX("b", bytes, sizeof bytes);
    ESP_LOG_BUFFER_CHAR("b", bytes, 4);
    ESP_LOG_BUFFER_HEXDUMP("b", bytes, 2, ESP_LOG_WARN);
    CHECK_STR(lines[0], "I (123) b: 3e 3f 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d");
    CHECK_STR(lines[1], "I (123) b: 4e 4f ");
    CHECK_STR(lines[2], "I (123) b: >?@A");
    CHECK(strstr(lines[3], "3e 3f ") && strstr(lines[3], "|>?|"));
}

static int print_count;

MOLT_PRINTF_LIKE(1, 0)
static int count_prints(const char *format, va_list args)
{
    print_count++;
    return vsnprintf(lines[0], sizeof lines[0], format, args);
}

TEST(output_can_be_sent_elsewhere_and_back)
{
    start();
    print_count = 0;
    CHECK(esp_log_set_vprintf(count_prints) == NULL);
    ESP_LOGI("app", "there");
    CHECK_EQ(print_count, 1);
    CHECK_STR(lines[0], "I (123) app: there\n");
    CHECK(esp_log_set_vprintf(NULL) == count_prints);
    ESP_LOGI("app", "here");
    CHECK_STR(lines[0], "I (123) app: here");
}

TEST(without_a_device_nothing_happens)
{
    start();
    molt_device_use(NULL);
    ESP_LOGI("app", "nobody listens");
    esp_log_write(ESP_LOG_INFO, "app", "nobody\n");
    esp_log_level_set("app", ESP_LOG_NONE);
    CHECK_EQ(line_count, 0);
    CHECK_EQ(esp_log_timestamp(), 0);
}

TEST_MAIN()
