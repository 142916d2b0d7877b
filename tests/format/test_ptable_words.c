#include "format/ptable_words.h"

#include "tests/support/check.h"

static struct molt_ptable_extras extras;

static enum molt_extra_result add(const char *text)
{
    return molt_ptable_extra_add(&extras, molt_span_of(text));
}

TEST(numbers_are_read_as_python_reads_them)
{
    const struct molt_number_grammar plain = { MOLT_WORDS_NONE, 0, NULL };
    const struct {
        const char *text;
        int64_t value;
    } good[] = {
        { "0", 0 },
        { "000", 0 },
        { "0_0", 0 },
        { "4096", 4096 },
        { "4_096", 4096 },
        { "+7", 7 },
        { "-7", -7 },
        { "-0", 0 },
        { "0x1F", 0x1F },
        { "0X1f", 0x1F },
        { "0x_1f", 0x1F },
        { "0o17", 15 },
        { "0b101", 5 },
        { "-0x10", -16 },
        { " 12 ", 12 },
        { "64k", 65536 },
        { "64K", 65536 },
        { "1M", 1 << 20 },
        { "1kk", 1 << 20 },
        { "1mk", 1 << 30 },
        { "-2M", -(2 << 20) },
        { "4 K", 4096 },
        { "0x10k", 16384 },
        { "0b1_0m", 2 << 20 },
        { "4294967296", (int64_t)1 << 32 },
        { "0xffffffffffffffffffffff", (int64_t)1 << 56 }, /* cut */
        { "-99999999999999999999", -((int64_t)1 << 56) },
        { "1mmmmmmmm", (int64_t)1 << 56 },
        { "0mmmmmmmm", 0 },
    };
    const struct {
        const char *text, *rest;
    } bad[] = {
        { "0100", "0100" },   { "1.5M", "1.5" }, { "", "" },         { "k", "" },
        { "0x", "0x" },       { "0xg", "0xg" },  { "0b2", "0b2" },   { "0o8", "0o8" },
        { "_1", "_1" },       { "1_", "1_" },    { "1__0", "1__0" }, { "0x1_", "0x1_" },
        { "--1", "--1" },     { "- 1", "- 1" },  { "1 0", "1 0" },   { "N/A", "N/A" },
        { "1e3", "1e3" },     { "+", "+" },      { "0_1", "0_1" },   { "12f", "12f" },
        { "$SIZE", "$SIZE" },
    };
    int64_t value;
    struct molt_span rest;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        test_case = good[i].text;
        value = -1;
        CHECK_EQ(molt_ptable_number(molt_span_of(good[i].text), &plain, &value, &rest),
                 MOLT_NUMBER_OK);
        CHECK_EQ(value, good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        test_case = bad[i].text;
        CHECK_EQ(molt_ptable_number(molt_span_of(bad[i].text), &plain, &value, &rest),
                 MOLT_NUMBER_BAD);
        CHECK(molt_span_is(rest, bad[i].rest));
    }
}

TEST(keywords_stand_for_numbers_in_any_case)
{
    const struct molt_number_grammar types = { MOLT_WORDS_TYPES, 0, NULL };
    const struct molt_number_grammar data = { MOLT_WORDS_SUBTYPES, 1, NULL };
    const struct molt_number_grammar custom = { MOLT_WORDS_SUBTYPES, 0x40, NULL };
    const struct {
        const char *text;
        const struct molt_number_grammar *grammar;
        enum molt_number_result result;
        int64_t value;
    } cases[] = {
        { "data", &types, MOLT_NUMBER_OK, 1 },
        { "DATA", &types, MOLT_NUMBER_OK, 1 },
        { "partition_table", &types, MOLT_NUMBER_OK, 3 },
        { "datak", &types, MOLT_NUMBER_OK, 1024 }, /* keywords are handed down to suffixes */
        { "nvs", &types, MOLT_NUMBER_UNKNOWN, 0 },
        { "nvs", &data, MOLT_NUMBER_OK, 2 },
        { "Nvs_Keys", &data, MOLT_NUMBER_OK, 4 },
        { "0x15", &data, MOLT_NUMBER_OK, 0x15 },
        { "factory", &data, MOLT_NUMBER_UNKNOWN, 0 },
        { "ota", &custom, MOLT_NUMBER_BAD, 0 }, /* no words for that type at all */
        { "7", &custom, MOLT_NUMBER_OK, 7 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 0;
        struct molt_span rest;

        test_case = cases[i].text;
        CHECK_EQ(molt_ptable_number(molt_span_of(cases[i].text), cases[i].grammar, &value, &rest),
                 cases[i].result);
        CHECK_EQ(value, cases[i].value);
    }
}

TEST(every_keyword_has_espidfs_value_and_back)
{
    const struct {
        int64_t type;
        const char *word;
        int64_t value;
    } cases[] = {
        { 0, "factory", 0x00 },  { 0, "ota_0", 0x10 },    { 0, "ota_9", 0x19 },
        { 0, "ota_10", 0x1A },   { 0, "ota_15", 0x1F },   { 0, "test", 0x20 },
        { 0, "tee_0", 0x30 },    { 0, "tee_1", 0x31 },    { 1, "ota", 0x00 },
        { 1, "phy", 0x01 },      { 1, "nvs", 0x02 },      { 1, "coredump", 0x03 },
        { 1, "nvs_keys", 0x04 }, { 1, "efuse", 0x05 },    { 1, "undefined", 0x06 },
        { 1, "esphttpd", 0x80 }, { 1, "fat", 0x81 },      { 1, "spiffs", 0x82 },
        { 1, "littlefs", 0x83 }, { 1, "tee_ota", 0x90 },  { 2, "primary", 0x00 },
        { 2, "ota", 0x01 },      { 2, "recovery", 0x02 }, { 3, "primary", 0x00 },
        { 3, "ota", 0x01 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_span word = molt_span_of(cases[i].word);
        int64_t value = -1;

        test_case = cases[i].word;
        CHECK(molt_part_subtype_value(NULL, cases[i].type, word, &value));
        CHECK_EQ(value, cases[i].value);
        CHECK(molt_span_is(molt_part_subtype_word(NULL, cases[i].type, value), cases[i].word));
        CHECK(molt_part_is_subtype_word(NULL, word));
    }
    CHECK(molt_part_subtype_word(NULL, 0, 0x21).at == NULL);
    CHECK(molt_part_subtype_word(NULL, 0x40, 0).at == NULL);
    CHECK(molt_part_type_word(4).at == NULL);
    CHECK(molt_span_is(molt_part_type_word(2), "bootloader"));
}

TEST(flags_are_case_sensitive_words)
{
    char buffer[64];
    struct molt_text t = molt_text_over(buffer, sizeof buffer);

    CHECK_EQ(molt_part_flag(molt_span_of("encrypted")), 1);
    CHECK_EQ(molt_part_flag(molt_span_of("readonly")), 2);
    CHECK_EQ(molt_part_flag(molt_span_of("Encrypted")), 0);
    molt_part_flags_text(3, &t);
    CHECK_STR(buffer, "encrypted:readonly");
}

TEST(an_extra_subtype_is_hexadecimal_and_found_by_its_name)
{
    const struct molt_number_grammar data = { MOLT_WORDS_SUBTYPES, 1, &extras };
    int64_t value = 0;
    struct molt_span rest;

    extras.count = 0;
    CHECK_EQ(add(" data , custom1 , 40 "), MOLT_EXTRA_OK);
    CHECK_EQ(add("app,mine,0x5_0,ignored"), MOLT_EXTRA_OK);
    CHECK_EQ(molt_ptable_number(molt_span_of("CUSTOM1"), &data, &value, &rest), MOLT_NUMBER_OK);
    CHECK_EQ(value, 0x40);
    CHECK(molt_span_is(molt_part_subtype_word(&extras, 0, 0x50), "mine"));
    CHECK(molt_part_is_subtype_word(&extras, molt_span_of("mine")));
    CHECK(!molt_part_is_subtype_word(NULL, molt_span_of("mine")));
}

TEST(an_extra_subtype_with_upper_case_letters_cannot_be_typed)
{
    const struct molt_number_grammar data = { MOLT_WORDS_SUBTYPES, 1, &extras };
    int64_t value = 0;
    struct molt_span rest;

    extras.count = 0;
    CHECK_EQ(add("data,Upper,41"), MOLT_EXTRA_OK);
    CHECK_EQ(molt_ptable_number(molt_span_of("Upper"), &data, &value, &rest), MOLT_NUMBER_UNKNOWN);
    CHECK(molt_span_is(molt_part_subtype_word(&extras, 1, 0x41), "Upper"));
}

TEST(extra_subtypes_join_the_list_of_their_type)
{
    char buffer[512];
    struct molt_text t = molt_text_over(buffer, sizeof buffer);

    extras.count = 0;
    CHECK_EQ(add("partition_table,spare,7"), MOLT_EXTRA_OK);
    molt_ptable_list_words(&extras, 3, &t);
    CHECK_STR(buffer, "primary, ota, spare");
    t = molt_text_over(buffer, sizeof buffer);
    molt_ptable_list_words(&extras, -1, &t);
    CHECK_STR(buffer, "bootloader, partition_table, app, data");
    t = molt_text_over(buffer, sizeof buffer);
    molt_ptable_list_words(&extras, 0, &t);
    CHECK_STR(buffer, "factory, test, ota_0, ota_1, ota_2, ota_3, ota_4, ota_5, ota_6, ota_7, "
                      "ota_8, ota_9, ota_10, ota_11, ota_12, ota_13, ota_14, ota_15, tee_0, tee_1");
}

TEST(bad_extra_subtypes_are_refused)
{
    const struct {
        const char *text;
        enum molt_extra_result result;
    } cases[] = {
        { "data,x", MOLT_EXTRA_BAD_FORM },       { "", MOLT_EXTRA_BAD_FORM },
        { "data,x,", MOLT_EXTRA_BAD_FORM },      { "data,x,100", MOLT_EXTRA_BAD_FORM },
        { "data,x,-1", MOLT_EXTRA_BAD_FORM },    { "data,x,0xg", MOLT_EXTRA_BAD_FORM },
        { "data,\xFF,7f", MOLT_EXTRA_BAD_FORM }, { "Data,x,40", MOLT_EXTRA_BAD_TYPE },
        { "1,x,40", MOLT_EXTRA_BAD_TYPE },       { "data,x,81", MOLT_EXTRA_DUPLICATE },
        { "data,nvs,41", MOLT_EXTRA_DUPLICATE }, { "app,x,20", MOLT_EXTRA_DUPLICATE },
        { "data,x,0x50", MOLT_EXTRA_DUPLICATE }, { "data,first,51", MOLT_EXTRA_DUPLICATE },
    };

    extras.count = 0;
    CHECK_EQ(add("data,first,50"), MOLT_EXTRA_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].text;
        CHECK_EQ(add(cases[i].text), cases[i].result);
    }
    CHECK_EQ(extras.count, 1);
}

TEST(there_is_room_for_64_extra_subtypes)
{
    static char text[MOLT_PTABLE_EXTRA_MAX + 1][32];

    extras.count = 0;
    for (int i = 0; i <= MOLT_PTABLE_EXTRA_MAX; i++) {
        (void)snprintf(text[i], sizeof text[i], "bootloader,x%d,%x", i, 0x10 + i);
        CHECK_EQ(add(text[i]), i < MOLT_PTABLE_EXTRA_MAX ? MOLT_EXTRA_OK : MOLT_EXTRA_TOO_MANY);
    }
}

TEST_MAIN()
