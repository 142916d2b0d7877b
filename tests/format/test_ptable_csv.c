#include "format/ptable_csv.h"

#include "tests/support/ptable.h"

#define HINT "\nPlease check extra_partition_subtypes.inc file in build/config directory"

/* ---- what ESP-IDF's own tests ask ------------------------------------------------------------- */

TEST(a_row_is_name_type_subtype_offset_size)
{
    pt_start(0);
    CHECK_EQ(pt_parse("\n# Name,Type,SubType,Offset,Size,Flags\nfactory,0,2,65536,1048576,\n"),
             MOLT_OK);
    CHECK_EQ(pt.draft.count, 1);
    CHECK_STR(pt_name(0), "factory");
    CHECK_EQ(pt.draft.row[0].type, 0);
    CHECK_EQ(pt.draft.row[0].subtype, 2);
    CHECK_EQ(pt.draft.row[0].addr, 65536);
    CHECK_EQ(pt.draft.row[0].len, 1048576);
    CHECK_EQ(pt.draft.row[0].line, 3);
}

TEST(keywords_and_their_numbers_mean_the_same)
{
    static struct molt_ptable by_number;

    pt_start(0);
    CHECK_EQ(pt_parse("myapp, 0, 0,, 0x100000\nmyota_0, 0, 0x10,, 0x100000\n"
                      "myota_1, 0, 0x11,, 0x100000\nmyota_15, 0, 0x1f,, 0x100000\n"
                      "mytest, 0, 0x20,, 0x100000\nmyota_status, 1, 0,, 0x2000\n"),
             MOLT_OK);
    CHECK_EQ(pt_check(), MOLT_OK);
    CHECK_EQ(pt_table(), MOLT_OK);
    by_number = pt.table;
    CHECK_EQ(pt_parse("myapp, app, factory,, 0x100000\nmyota_0, app, ota_0,, 0x100000\n"
                      "myota_1, app, ota_1,, 0x100000\nmyota_15, app, ota_15,, 0x100000\n"
                      "mytest, app, test,, 0x100000\nmyota_status, data, ota,, 0x2000\n"),
             MOLT_OK);
    CHECK_EQ(pt_check(), MOLT_OK);
    CHECK_EQ(pt_table(), MOLT_OK);
    CHECK_EQ(pt.table.count, 6);
    CHECK_EQ(by_number.count, 6);
    CHECK_MEM(pt.table.row, by_number.row, sizeof by_number.row[0] * 6);
}

TEST(offsets_and_sizes_take_units)
{
    pt_start(0);
    CHECK_EQ(pt_parse("one_megabyte, app, factory, 64k, 1M"), MOLT_OK);
    CHECK_EQ(pt.draft.row[0].addr, 64 * 1024);
    CHECK_EQ(pt.draft.row[0].len, 1024 * 1024);
}

static void check_addrs(const int64_t *addr, size_t count)
{
    CHECK_EQ(pt.draft.count, count);
    for (size_t i = 0; i < count && i < pt.draft.count; i++) {
        test_case = pt_name(i);
        CHECK_EQ(pt.draft.row[i].addr, addr[i]);
    }
}

TEST(an_empty_offset_is_behind_the_previous_row_and_aligned_for_its_own_type)
{
    pt_start(0);
    CHECK_EQ(pt_parse("first, app, factory,, 1M\nsecond, data, 0x15,, 1M\n"
                      "minidata, data, 0x40,, 32K\notherapp, app, factory,, 1M\n"),
             MOLT_OK);
    check_addrs((const int64_t[]){ 0x10000, 0x110000, 0x210000, 0x220000 }, 4);
}

TEST(an_odd_size_is_rounded_only_where_an_offset_is_empty)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("a,data,6,,100\nb,data,6,,1\nc,data,6,0xa001,1\n"), MOLT_OK);
    check_addrs((const int64_t[]){ 0x9000, 0xA000, 0xA001 }, 3);
}

TEST(a_negative_size_is_where_the_partition_ends)
{
    pt_start(0);
    CHECK_EQ(pt_parse("first, app, factory, 0x10000, -2M\nsecond, data, 0x15, , 1M\n"), MOLT_OK);
    CHECK_EQ(pt.draft.row[0].len, 0x200000 - 0x10000);
    CHECK_EQ(pt.draft.row[1].addr, 0x200000);

    pt_start(0x8000);
    CHECK_EQ(pt_parse("a,data,undefined,,-0x200000"), MOLT_OK);
    CHECK_EQ(pt.draft.row[0].addr, 0x9000);
    CHECK_EQ(pt.draft.row[0].len, 0x1F7000);
}

TEST(bootloader_and_table_rows_are_placed_by_the_command_line)
{
    const char *csv = "bootloader,       bootloader,       primary, N/A, N/A\n"
                      "partition_table,  partition_table,  primary, N/A, N/A\n"
                      "FactoryApp,       app,              factory, ,    1M\n"
                      "OtaBTLDR,         bootloader,       ota,     ,    N/A\n"
                      "OtaPrtTable,      partition_table,  ota,     ,    N/A\n"
                      "RecoveryBTLDR,    bootloader,       recovery, N/A, N/A\n";
    const int64_t len[] = { 0x8000, 0x1000, 0x100000, 0x8000, 0x1000, 0x8000 };

    pt_start(0x9000);
    pt.rules.primary_bootloader_addr = 0x1000;
    pt.rules.recovery_bootloader_addr = 0x200000;
    CHECK_EQ(pt_parse(csv), MOLT_OK);
    check_addrs((const int64_t[]){ 0x1000, 0x9000, 0x10000, 0x110000, 0x118000, 0x200000 }, 6);
    for (size_t i = 0; i < 6; i++) CHECK_EQ(pt.draft.row[i].len, len[i]);
    CHECK_EQ(pt_check(), MOLT_OK);
}

TEST(a_recovery_bootloader_moves_what_follows_behind_it)
{
    pt_start(0x8000);
    pt.rules.primary_bootloader_addr = 0x1000;
    pt.rules.recovery_bootloader_addr = 0x3F0000;
    CHECK_EQ(pt_parse("b,bootloader,primary,,\nt,partition_table,primary,,\nnvs,data,nvs,,24K\n"
                      "factory,app,factory,,1M\nbo,bootloader,ota,,\nbr,bootloader,recovery,,\n"
                      "to,partition_table,ota,,\n"),
             MOLT_OK);
    check_addrs((const int64_t[]){ 0x1000, 0x8000, 0x9000, 0x10000, 0x110000, 0x3F0000, 0x3F7000 },
                7);
    CHECK_EQ(pt.draft.row[0].len, 0x7000);
    CHECK_EQ(pt.draft.row[6].len, 0x1000);
}

TEST(an_empty_subtype_is_undefined_except_for_apps)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("otadata,data,ota,,0x2000\nstorage,data,,,512k\nown,0x40,,,4K\n"
                      "storage2,data,undefined,,12k\nt,partition_table,,,\n"),
             MOLT_OK);
    CHECK_EQ(pt.draft.row[0].subtype, 0);
    for (size_t i = 1; i < 5; i++) CHECK_EQ(pt.draft.row[i].subtype, 6);
}

TEST(the_stock_tables_with_automatic_offsets_are_laid_out_as_in_espidf)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("nvs,data,nvs,,0x6000\notadata,data,ota,,0x2000\nphy_init,data,phy,,0x1000\n"
                      "ota_0,app,ota_0,,1700K\nota_1,app,ota_1,,1700K\n"),
             MOLT_OK);
    check_addrs((const int64_t[]){ 0x9000, 0xF000, 0x11000, 0x20000, 0x1D0000 }, 5);
    CHECK_EQ(pt_check(), MOLT_OK);
}

TEST(the_first_row_of_a_type_and_subtype_is_found_wherever_the_layout_put_it)
{
    const struct molt_partition *row;

    pt_start(0x8000);
    CHECK_EQ(pt_parse("nvs,data,nvs,0x9000,0x4000\notadata,data,ota,0xd000,0x2000\n"
                      "phy_init,data,phy,0xf000,0x1000\nota_0,app,ota_0,0x30000,1M\n"
                      "ota_1,app,ota_1,,1M\nnvs_2,data,nvs,,0x4000\n"),
             MOLT_OK);
    CHECK_EQ(pt_table(), MOLT_OK);
    row = molt_ptable_find(&pt.table, MOLT_PART_APP, MOLT_APP_OTA_0 + 1, NULL);
    CHECK(row && row->addr == 0x130000);
    row = molt_ptable_find(&pt.table, MOLT_PART_DATA, MOLT_DATA_NVS, NULL);
    CHECK(row && row->addr == 0x9000 && row->len == 0x4000);
    CHECK(molt_ptable_find(&pt.table, MOLT_PART_APP, MOLT_APP_FACTORY, NULL) == NULL);
}

TEST(nobody_needs_to_listen_or_to_know_variables)
{
    pt_start(0x8000);
    pt.rules.note = NULL;
    pt.rules.variable = NULL;
    CHECK_EQ(pt_parse("ota_0$A_and_a_long_name,app,ota_1,,1M\nota_0,app,ota_1,,1M"), MOLT_OK);
    CHECK_EQ(pt_check(), MOLT_OK);
    CHECK_EQ(pt_table(), MOLT_OK);
    CHECK_STR(pt.table.row[0].label, "ota_0$A_and_a_lo");
}

/* ---- text -------------------------------------------------------------------------------------- */

#define PHY "phy_\xD0\xB8\xD0\xBD\xD0\xB8\xD1\x82_"

TEST(a_byte_order_mark_is_not_part_of_the_first_name)
{
    const struct {
        const char *name, *text;
        size_t len;
    } cases[] = {
#define TEXT(t) t, sizeof t - 1
        { "UTF-8", TEXT("\xEF\xBB\xBFn,data,nvs,,24K") },
        { "UTF-16-LE", TEXT("\xFF\xFEn\0,\0d\0a\0t\0a\0,\0n\0v\0s\0,\0,\0002\0004\0K\0") },
        { "UTF-16-BE", TEXT("\xFE\xFF\0n\0,\0d\0a\0t\0a\0,\0n\0v\0s\0,\0,\0002\0004\0K") },
        { "UTF-32-BE", TEXT("\0\0\xFE\xFF\0\0\0n\0\0\0,\0\0\0d\0\0\0a\0\0\0t\0\0\0a\0\0\0,"
                            "\0\0\0n\0\0\0v\0\0\0s\0\0\0,\0\0\0,\0\0\0002\0\0\0004\0\0\0K") },
#undef TEXT
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        pt_start(0x8000);
        CHECK_EQ(pt_parse_bytes(cases[i].text, cases[i].len), MOLT_OK);
        CHECK_STR(pt.message, "");
        CHECK_EQ(pt.draft.count, 1);
        CHECK_STR(pt_name(0), "n");
        CHECK_EQ(pt.draft.row[0].len, 24 * 1024);
    }
}

TEST(a_utf8_name_reaches_the_table_byte_for_byte)
{
    uint8_t bytes[MOLT_PTABLE_LEN];
    const uint8_t md5[] = { 0xE0, 0x25, 0xC9, 0x47, 0xA4, 0xF3, 0x3A, 0x81,
                            0x33, 0xB2, 0xFF, 0x06, 0xBA, 0x48, 0x9C, 0xB7 };

    pt_start(0x8000);
    CHECK_EQ(pt_parse("nvs,      data, nvs,      0x9000,  24K,\n" PHY
                      ", data, phy,      0xf000,  0x1000,\n"
                      "factory,  app,  factory,  0x10000,  1M,\n"),
             MOLT_OK);
    CHECK_STR(pt_name(1), PHY);
    CHECK_EQ(pt_table(), MOLT_OK);
    CHECK_EQ(molt_ptable_encode(&pt.table, true, bytes), MOLT_OK);
    CHECK_MEM(bytes + 3 * MOLT_PTABLE_ROW_LEN + 16, md5, sizeof md5);
}

TEST(text_that_is_not_well_formed_is_refused_with_its_line)
{
    const struct {
        const char *name, *text;
        size_t len;
        uint32_t line;
    } cases[] = {
        { "not UTF-8", "a,data,6,,4K\n\xFF,data,6,,4K", 26, 2 },
        { "cut UTF-8", "\xD0", 1, 1 },
        { "odd UTF-16", "\xFF\xFE\n\0a", 5, 2 },
        { "UTF-32-LE is taken for UTF-16 with NUL characters", "\xFF\xFE\0\0a\0\0\0,\0\0\0", 12,
          1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        pt_start(0x8000);
        CHECK_EQ(pt_parse_bytes(cases[i].text, cases[i].len), MOLT_ERR_FORMAT);
        CHECK_EQ(pt.issue.line, cases[i].line);
    }
    pt_start(0x8000);
    CHECK_EQ(pt_parse("\r\n\r\n\x80"), MOLT_ERR_FORMAT);
    CHECK_STR(pt.message,
              "Line 3: the file is not valid text in UTF-8, nor in what its byte order mark says");
}

TEST(lines_end_as_pythons_do_and_are_all_counted)
{
    const char *const ends[] = { "\n",   "\r",   "\r\n",     "\v",           "\f",          "\x1C",
                                 "\x1D", "\x1E", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9" };

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char csv[128];

        pt_start(0x8000);
        (void)snprintf(csv, sizeof csv, "# c%s%sa,data,6,,4K%sb,data,6,,4K%s", ends[i], ends[i],
                       ends[i], ends[i]);
        CHECK_EQ(pt_parse(csv), MOLT_OK);
        CHECK_EQ(pt.draft.count, 2);
        CHECK_EQ(pt.draft.row[0].line, 3);
        CHECK_EQ(pt.draft.row[1].line, 4);
    }
}

TEST(white_space_around_fields_does_not_count)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("\t a b \xC2\xA0, \xE3\x80\x80"
                      "data , nvs\t, \x1F\t0x9000 , 24K , readonly "),
             MOLT_OK);
    CHECK_STR(pt_name(0), "a b");
    CHECK_EQ(pt.draft.row[0].flags, MOLT_PART_READONLY);
}

TEST(columns_from_the_seventh_on_are_ignored)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("a,data,nvs,,24K,,# note, more"), MOLT_OK);
    CHECK_EQ(pt_parse("a,data,nvs,,24K, # note"), MOLT_ERR_FORMAT);
    CHECK_STR(pt.message, "Error at line 1: CSV flag column contains unknown flag '# note'" HINT);
}

TEST(quotes_are_part_of_a_name)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("\"a\",data,nvs,,24K"), MOLT_OK);
    CHECK_STR(pt_name(0), "\"a\"");
}

TEST(flags_are_separated_by_colons_and_empty_ones_skipped)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("a,app,factory,,1M,encrypted\nb,data,6,,4K,:readonly::encrypted:\n"),
             MOLT_OK);
    CHECK_EQ(pt.draft.row[0].flags, MOLT_PART_ENCRYPTED);
    CHECK_EQ(pt.draft.row[1].flags, MOLT_PART_ENCRYPTED | MOLT_PART_READONLY);
}

TEST(an_empty_file_is_an_empty_table)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse(""), MOLT_OK);
    CHECK_EQ(pt.draft.count, 0);
    CHECK_EQ(pt_parse_bytes(NULL, 0), MOLT_OK);
    CHECK_EQ(pt_parse("  # only this\n \n"), MOLT_OK);
    CHECK_EQ(pt.draft.count, 0);
}

/* ---- variables --------------------------------------------------------------------------------- */

static struct molt_span variable(void *ctx, struct molt_span name)
{
    static const struct {
        const char *name, *value;
    } values[] = {
        { "NAME", "store" },       { "SIZE", "64K" },
        { "EMPTY", "" },           { "TWICE", "$SIZE" },
        { "ROW", "a,data,6,,4K" }, { "a b", "braced" },
        { "BAD", "\xFF" },         { "UNKNOWN_FIRST", "$NOPE,data,6,,4K" },
    };

    (void)ctx;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (molt_span_is(name, values[i].name)) return molt_span_of(values[i].value);
    }
    return (struct molt_span){ NULL, 0 };
}

TEST(variables_are_replaced_once_wherever_they_stand)
{
    const struct {
        const char *csv, *name;
        int64_t len;
    } cases[] = {
        { "$NAME,data,6,,$SIZE", "store", 65536 },
        { "${NAME}_1,data,6,,${SIZE}", "store_1", 65536 },
        { "a$NAME-${NAME},data,6,,4K", "astore-store", 4096 },
        { "x${a b},data,6,,4K", "xbraced", 4096 },
        { "$ROW", "a", 4096 },
        { "${EMPTY}b,data,6,,4K", "b", 4096 },
        { " $NOPE,data,6,,4K", "$NOPE", 4096 }, /* undefined, not at the line's start */
        { "\\$NOPE,data,6,,4K", "\\$NOPE", 4096 },
        { "${NOPE},data,6,,4K", "${NOPE}", 4096 },
        { "$1x,data,6,,4K", "$1x", 4096 },
        { "$$NAME,data,6,,4K", "$store", 4096 },
        { "${NAME,data,6,,4K", "${NAME", 4096 },
        { "${},data,6,,4K", "${}", 4096 },
        { "a$,data,6,,4K", "a$", 4096 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].csv;
        pt_start(0x8000);
        pt.rules.variable = variable;
        /* "$store" begins with what looks like a variable once it is expanded. */
        if (strcmp(cases[i].csv, "$$NAME,data,6,,4K") == 0) {
            CHECK_EQ(pt_parse(cases[i].csv), MOLT_ERR_FORMAT);
            CHECK_STR(pt.message, "unknown variable 'store'");
            continue;
        }
        CHECK_EQ(pt_parse(cases[i].csv), MOLT_OK);
        CHECK_STR(pt.message, "");
        CHECK_EQ(pt.draft.count, 1);
        CHECK_STR(pt_name(0), cases[i].name);
        CHECK_EQ(pt.draft.row[0].len, cases[i].len);
    }
}

TEST(an_unknown_variable_at_the_start_of_a_line_is_an_error_even_in_a_comment)
{
    const struct {
        const char *csv, *message;
    } cases[] = {
        { "$NOPE # x", "unknown variable 'NOPE'" },
        { "$_a1-b,data,6,,4K", "unknown variable '_a1'" },
        { "$UNKNOWN_FIRST", "unknown variable 'NOPE'" },
        { "a,data,6,,$NOPE", "Error at line 1: Invalid field value $NOPE" HINT },
        { "a,data,6,,$TWICE", "Error at line 1: Invalid field value $SIZE" HINT },
        { "a,data,6,,4K\n$BAD", "Line 2: the value of variable 'BAD' is not UTF-8" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].csv;
        pt_start(0x8000);
        pt.rules.variable = variable;
        CHECK_EQ(pt_parse(cases[i].csv), MOLT_ERR_FORMAT);
        CHECK_STR(pt.message, cases[i].message);
    }
}

/* ---- errors ------------------------------------------------------------------------------------ */

TEST(an_error_names_the_line_the_field_and_the_reason)
{
    const struct {
        const char *csv;
        uint32_t line;
        const char *field, *message, *why;
    } cases[] = {
        { "ihavenotype,", 1, "Type", "Error at line 1: Field 'type' can't be left empty." HINT,
          "empty" },
        { "\na,foo,0,,4K", 2, "Type",
          "Error at line 2: Value 'foo' is not valid. Known keywords: bootloader, partition_table, "
          "app, data" HINT,
          "'foo' is neither a number nor one of: bootloader, partition_table, app, data" },
        { "a,app,,,4K", 1, "SubType",
          "Error at line 1: App partition cannot have an empty subtype" HINT,
          "empty, which an app's must not be" },
        { "a,partition_table,nvs,,4K", 1, "SubType",
          "Error at line 1: Value 'nvs' is not valid. Known keywords: primary, ota" HINT,
          "'nvs' is neither a number nor one of: primary, ota" },
        { "a,0x40,nvs,,4K", 1, "SubType", "Error at line 1: Invalid field value nvs" HINT,
          "'nvs' is not a number such as 4096, 0x1000, 4K or 1M" },
        { "a,data,nvs,N/A,4K", 1, "Offset", "Error at line 1: Invalid field value N/A" HINT,
          "'N/A' is not a number such as 4096, 0x1000, 4K or 1M" },
        { "a,data,nvs,,1.5M", 1, "Size", "Error at line 1: Invalid field value 1.5" HINT,
          "'1.5' is not a number such as 4096, 0x1000, 4K or 1M" },
        { "a,data,nvs,,", 1, "Size", "Error at line 1: Size field can't be empty" HINT, "empty" },
        { "a,data,nvs", 1, "Size", "Error at line 1: Size field can't be empty" HINT, "empty" },
        { "a,data,nvs,,4K,encrypted : readonly", 1, "Flags",
          "Error at line 1: CSV flag column contains unknown flag 'encrypted '" HINT,
          "'encrypted ' is neither encrypted nor readonly" },
        { "a,data,nvs,,4K,Encrypted", 1, "Flags",
          "Error at line 1: CSV flag column contains unknown flag 'Encrypted'" HINT,
          "'Encrypted' is neither encrypted nor readonly" },
        { "b, bootloader, primary, N/A, N/A", 1, "Offset",
          "Error at line 1: Primary bootloader offset is not defined. Please use "
          "--primary-bootloader-offset" HINT,
          "unknown without --primary-bootloader-offset" },
        { "b, bootloader, recovery, N/A, N/A", 1, "Offset",
          "Error at line 1: Recovery bootloader offset is not defined. Please use "
          "--recovery-bootloader-offset" HINT,
          "unknown without --recovery-bootloader-offset" },
        { "b, bootloader, ota, , N/A", 1, "Size",
          "Error at line 1: Primary bootloader offset is not defined. Please use "
          "--primary-bootloader-offset" HINT,
          "unknown without --primary-bootloader-offset" },
        { "\n# c\nnvs,data,nvs,0x0000,0x6000,\nphy_init,data,phy,,0x1000,\n", 3, "Offset",
          "CSV Error at line 3: Partitions overlap. Partition sets offset 0x0. But partition table "
          "occupies the whole sector 0x8000. Use a free offset 0x9000 or higher.",
          "0x0 is inside the sector of the partition table at 0x8000; use 0x9000 or higher" },
        { "\nfirst, app, factory, 0x100000, 2M\nsecond, app, ota_0,  0x200000, 1M\n", 3, "Offset",
          "CSV Error at line 3: Partitions overlap. Partition sets offset 0x200000. Previous "
          "partition ends 0x300000",
          "0x200000 is below 0x300000, where the previous partition ends" },
        { "a,data,6,0x20000,4K\nb,data,6,0x10000,4K\n", 2, "Offset",
          "CSV Error at line 2: Partitions overlap. Partition sets offset 0x10000. Previous "
          "partition ends 0x21000",
          "0x10000 is below 0x21000, where the previous partition ends" },
        { "a,data,6,-4096,4K", 1, "Offset",
          "CSV Error at line 1: Partitions overlap. Partition sets offset 0x-1000. But partition "
          "table occupies the whole sector 0x8000. Use a free offset 0x9000 or higher.",
          "0x-1000 is inside the sector of the partition table at 0x8000; use 0x9000 or higher" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].csv;
        pt_start(0x8000);
        CHECK_EQ(pt_parse(cases[i].csv), MOLT_ERR_FORMAT);
        CHECK_EQ(pt.issue.line, cases[i].line);
        CHECK_STR(pt.issue.field, cases[i].field);
        CHECK_STR(pt.message, cases[i].message);
        CHECK_STR(pt.why, cases[i].why);
    }
}

TEST(a_row_that_repeats_the_first_is_told_what_the_first_would_be_told)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("a,data,6,0x9000,4K\na,data,6,0x9000,4K"), MOLT_ERR_FORMAT);
    CHECK_STR(
        pt.message,
        "CSV Error at line 2: Partitions overlap. Partition sets offset 0x9000. But partition "
        "table occupies the whole sector 0x8000. Use a free offset 0xa000 or higher.");
}

TEST(a_nul_byte_does_not_end_a_name)
{
    static const char csv[] = "\0a,data,6,,4K";

    pt_start(0x8000);
    CHECK_EQ(pt_parse_bytes(csv, sizeof csv - 1), MOLT_ERR_FORMAT);
    CHECK_STR(pt.issue.field, "Name");
}

TEST(the_rows_before_an_error_are_kept)
{
    pt_start(0x8000);
    CHECK_EQ(pt_parse("a,data,6,,4K\nb,data,6,,x"), MOLT_ERR_FORMAT);
    CHECK_EQ(pt.draft.count, 1);
    CHECK_STR(pt_name(0), "a");
}

TEST(more_rows_than_a_draft_holds_are_refused)
{
    static char csv[300 * 32];
    size_t len = 0;

    pt_start(0x8000);
    for (int i = 0; i < 257; i++)
        len += (size_t)snprintf(csv + len, sizeof csv - len, "p%d,data,6,,4K\n", i);
    CHECK_EQ(pt_parse(csv), MOLT_ERR_FULL);
    CHECK_EQ(pt.issue.line, 257);
    CHECK_EQ(pt.draft.count, 256);
}

TEST(too_little_room_is_an_error_not_a_cut_name)
{
    struct molt_span csv = molt_span_of("a,data,6,,4K\nlong_name_here,data,6,,4K");
    const char utf16[] = "\xFF\xFE"
                         "a\0b\0c\0";

    pt_start(0x8000);
    for (size_t room_len = 1; room_len < csv.len; room_len++) {
        struct molt_text room = molt_text_over(pt.room, room_len);

        enum molt_err err = molt_ptable_csv_parse(csv, &room, &pt.rules, &pt.draft, &pt.issue);
        CHECK(err == MOLT_ERR_FULL || room_len > sizeof "along_name_here,data,6,,4K" - 1);
        CHECK(!err || pt.issue.fault == MOLT_PT_ROOM);
    }
    struct molt_text room = molt_text_over(pt.room, 3);
    CHECK_EQ(molt_ptable_csv_parse((struct molt_span){ utf16, 8 }, &room, &pt.rules, &pt.draft,
                                   &pt.issue),
             MOLT_ERR_FULL);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static const char *written(void)
{
    static char buffer[4096];
    struct molt_text text = molt_text_over(buffer, sizeof buffer);

    molt_ptable_csv_write(&pt.draft, &pt.rules.extras, &text);
    CHECK(!text.overran);
    return buffer;
}

TEST(csv_is_written_with_words_and_units)
{
    pt_start(0);
    CHECK_EQ(pt_parse("factory,0,2,65536,1048576,\nx,0x40,1,,24K\ny,data,0x77,,100\n"
                      "z,data,4,,0,readonly:encrypted\n"),
             MOLT_OK);
    CHECK_STR(written(), "# ESP-IDF Partition Table\n"
                         "# Name, Type, SubType, Offset, Size, Flags\n"
                         "factory,app,2,0x10000,1M,\n"
                         "x,64,1,0x110000,24K,\n"
                         "y,data,119,0x116000,0x64,\n"
                         "z,data,nvs_keys,0x117000,0M,encrypted:readonly\n");
}

TEST(written_csv_parses_to_the_same_rows)
{
    static struct molt_ptable before;
    static char csv[4096];

    pt_start(0x8000);
    CHECK_EQ(pt_parse("nvs,data,nvs,,0x4000\notadata,data,ota,,0x2000\n" PHY ",data,phy,,0x1001\n"
                      "factory,app,factory,,1M,encrypted\nc,0x77,0x88,,-16M\n"),
             MOLT_OK);
    CHECK_EQ(pt_table(), MOLT_OK);
    before = pt.table;
    (void)snprintf(csv, sizeof csv, "%s", written());
    CHECK_EQ(pt_parse(csv), MOLT_OK);
    CHECK_EQ(pt_table(), MOLT_OK);
    CHECK_EQ(pt.table.count, before.count);
    CHECK_MEM(pt.table.row, before.row, sizeof before.row[0] * before.count);
}

TEST(extra_subtypes_are_understood_and_written)
{
    pt_start(0x8000);
    CHECK_EQ(molt_ptable_extra_add(&pt.rules.extras, molt_span_of("data,custom1,0x40")), 0);
    CHECK_EQ(pt_parse("a,data,Custom1,,4K"), MOLT_OK);
    CHECK_EQ(pt.draft.row[0].subtype, 0x40);
    CHECK(strstr(written(), "\na,data,custom1,0x9000,4K,\n") != NULL);
    CHECK_EQ(pt_parse("a,data,custom2,,4K"), MOLT_ERR_FORMAT);
    CHECK(strstr(pt.message, "littlefs, tee_ota, custom1\n") != NULL);
}

TEST_MAIN()
