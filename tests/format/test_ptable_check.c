#include "format/ptable_check.h"

#include "tests/support/ptable.h"

/* Parses, checks and converts, as the tool does; the first error's text in pt.message. */
static enum molt_err run(const char *csv)
{
    enum molt_err err = pt_parse(csv);
    if (err) return err;
    err = pt_check();
    if (err) return err;
    return pt_table();
}

TEST(each_broken_rule_has_the_reference_tools_message_and_ours)
{
    const struct {
        const char *name, *csv;
        uint32_t line;
        const char *field, *message, *why;
    } cases[] = {
        { "app offset", "app,app,factory,0x18000,1M\n", 1, "Offset",
          "Partition app invalid: Offset 0x18000 is not aligned to 0x10000",
          "0x18000 is not a multiple of 0x10000" },
        { "data offset", "\nnvs,data,nvs,0x9420,0x6000,\nfactory,app,factory,,1M,\n", 2, "Offset",
          "Partition nvs invalid: Offset 0x9420 is not aligned to 0x1000",
          "0x9420 is not a multiple of 0x1000" },
        { "custom offset", "b,0x40,3,0x9001,4K\n", 1, "Offset",
          "Partition b invalid: Offset 0x9001 is not aligned to 0x1000",
          "0x9001 is not a multiple of 0x1000" },
        { "app size", "ota_0,app,ota_0,,0x101000\nota_1,app,ota_1,,0x100800\n", 2, "Size",
          "Partition ota_1 invalid: Size 0x100800 is not aligned to 0x1000",
          "0x100800 is not a multiple of 0x1000" },
        { "otadata readonly", "o,data,ota,,0x2000,readonly", 1, "Flags",
          "Partition o invalid: 'o' partition of type 1 and subtype 0 is always read-write and "
          "cannot be read-only",
          "otadata and coredump partitions cannot be readonly" },
        { "coredump readonly", "c,data,coredump,,64K,readonly", 1, "Flags",
          "Partition c invalid: 'c' partition of type 1 and subtype 3 is always read-write and "
          "cannot be read-only",
          "otadata and coredump partitions cannot be readonly" },
        { "small NVS", "n,data,nvs,,0x2000", 1, "Size",
          "Partition n invalid: 'n' partition of type 1 and subtype 2 of this size (0x2000) must "
          "be "
          "flagged as 'readonly' (the size of read/write NVS has to be at least 0x3000)",
          "0x2000 is too small for NVS that is written, which needs 0x3000" },
        { "same name", "\nfirst,app,factory,0x100000,1M\nfirst,app,ota_0,0x200000,1M\n", 3, "Name",
          "Partition names must be unique", "'first' is used more than once" },
        { "two otadata", "a,data,ota,,0x2000\nb,data,ota,,0x2000\n", 2, "SubType",
          "Found multiple otadata partitions. Only one partition can be defined with "
          "type=\"data\"(1) and subtype=\"ota\"(0).",
          "there is more than one otadata partition" },
        { "otadata size", "nvs,data,nvs,,24K\no,data,ota,,0x3000\n", 2, "Size",
          "otadata partition must have size = 0x2000", "0x3000: an otadata partition has 0x2000" },
        { "two TEE otadata", "a,data,tee_ota,,0x2000\nb,data,tee_ota,,0x2000\n", 2, "SubType",
          "Found multiple TEE otadata partitions. Only one partition can be defined with "
          "type=\"data\"(1) and subtype=\"tee_ota\"(0x90).",
          "there is more than one TEE otadata partition" },
        { "TEE otadata size", "o,data,tee_ota,,0x1000\n", 1, "Size",
          "TEE otadata partition must have size = 0x2000",
          "0x1000: a TEE otadata partition has 0x2000" },
        { "type beyond a byte", "a,256,0,,4K", 1, "Type",
          "Partition a invalid: Type 256 does not fit in 8 bits", "256 is not in 0..255" },
        { "negative subtype", "a,data,-1,,4K", 1, "SubType",
          "Partition a invalid: Subtype -1 does not fit in 8 bits", "-1 is not in 0..255" },
        { "offset beyond 4 GiB", "a,data,6,4096M,4K", 1, "Offset",
          "Partition a invalid: Offset 0x100000000 does not fit in 32 bits",
          "0x100000000 is not in 0..0xffffffff" },
        { "size beyond 4 GiB", "a,data,6,,4096M", 1, "Size",
          "Partition a invalid: Size 0x100000000 does not fit in 32 bits",
          "0x100000000 is not in 0..0xffffffff" },
        { "ends before it starts", "a,data,6,0x20000,-64K", 1, "Size",
          "Partition a invalid: it ends at 0x10000, before its offset 0x20000",
          "the partition ends at 0x10000, before its offset 0x20000" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        pt_start(0x8000);
        CHECK(run(cases[i].csv) != MOLT_OK);
        CHECK_EQ(pt.issue.line, cases[i].line);
        CHECK_STR(pt.issue.field, cases[i].field);
        CHECK_STR(pt.message, cases[i].message);
        CHECK_STR(pt.why, cases[i].why);
    }
}

TEST(what_looks_odd_but_is_allowed_passes)
{
    const char *const cases[] = {
        "n,data,nvs,,0x2000,readonly",
        "d,data,6,,0",
        "d,data,6,,1\ne,data,6,,4K",
        "o,data,ota,,8K",
        "factory,app,factory,,0x1000",
        "ota_7,app,ota_7,,64K",
        "a,app,factory,,64K\nb,app,factory,,64K",
        "n,data,nvs,,0x3000",
        "c,data,coredump,,64K",
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i];
        pt_start(0x8000);
        CHECK_EQ(run(cases[i]), MOLT_OK);
        CHECK_STR(pt.message, "");
        CHECK_STR(pt.notes, "");
    }
}

TEST(secure_boot_v1_wants_64k_and_v2_4k_of_an_apps_size)
{
    const char *csv = "ota_0,app,ota_0,,0x101000\nota_1,app,ota_1,,0x100800\n";
    const struct {
        enum molt_ptable_secure secure;
        const char *message;
    } cases[] = {
        { MOLT_SECURE_NONE, "Partition ota_1 invalid: Size 0x100800 is not aligned to 0x1000" },
        { MOLT_SECURE_V1, "Partition ota_0 invalid: Size 0x101000 is not aligned to 0x10000" },
        { MOLT_SECURE_V2, "Partition ota_1 invalid: Size 0x100800 is not aligned to 0x1000" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pt_start(0x8000);
        pt.rules.secure = cases[i].secure;
        CHECK_EQ(run(csv), MOLT_ERR_FORMAT);
        CHECK_STR(pt.message, cases[i].message);
    }
}

TEST(an_app_that_is_misaligned_and_low_is_told_of_its_alignment_first)
{
    pt_start(0);
    CHECK_EQ(run("app,app, factory, 32K, 1M\n"), MOLT_ERR_FORMAT);
    CHECK_STR(pt.message, "Partition app invalid: Offset 0x8000 is not aligned to 0x10000");
}

TEST(a_name_that_is_another_types_or_subtypes_keyword_is_a_warning)
{
    const struct {
        const char *csv, *notes;
    } cases[] = {
        { "app,1,2,32K,1M\n",
          "WARNING: Partition has name 'app' which is a partition type, but does not match this "
          "partition's type (0x1). Mistake in partition table?\n" },
        { "ota_0,app,ota_1,,1M\n",
          "WARNING: Partition has name 'ota_0' which is a partition subtype, but this partition "
          "has "
          "non-matching type 0x0 and subtype 0x11. Mistake in partition table?\n" },
        { "nvs,0x40,2,,1M\n",
          "WARNING: Partition has name 'nvs' which is a partition subtype, but this partition has "
          "non-matching type 0x40 and subtype 0x2. Mistake in partition table?\n" },
        { "ota,data,ota,,8K\n", "" },
        { "data,data,nvs,,24K\n", "" },
        { "NVS,app,factory,,64K\n", "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].csv;
        pt_start(0);
        CHECK_EQ(pt_parse(cases[i].csv), MOLT_OK);
        CHECK_EQ(pt_check(), MOLT_OK);
        CHECK_STR(pt.notes, cases[i].notes);
    }
}

TEST(rows_with_the_same_name_are_listed_by_name)
{
    pt_start(0x8000);
    CHECK_EQ(run("z,data,6,,4K\na,data,6,,4K\nz,data,6,,8K\nm,data,6,,4K\na,data,6,,4K,readonly\n"),
             MOLT_ERR_FORMAT);
    CHECK_STR(pt.notes, "A list of partitions that have the same name:\n"
                        "a,data,undefined,0xa000,4K,\n"
                        "a,data,undefined,0xe000,4K,readonly\n"
                        "z,data,undefined,0x9000,4K,\n"
                        "z,data,undefined,0xb000,8K,\n");
}

TEST(otadata_rows_at_fault_are_listed)
{
    pt_start(0x8000);
    CHECK_EQ(run("a,data,ota,,0x2000\nb,data,ota,,0x2000\n"), MOLT_ERR_FORMAT);
    CHECK_STR(pt.notes, "a,data,ota,0x9000,8K,\nb,data,ota,0xb000,8K,\n");
    pt_start(0x8000);
    CHECK_EQ(run("t,data,tee_ota,,12K\n"), MOLT_ERR_FORMAT);
    CHECK_STR(pt.notes, "t,data,tee_ota,0x9000,12K,\n");
}

TEST(names_are_unique_by_their_whole_text_but_cut_ones_are_a_warning)
{
    pt_start(0x8000);
    CHECK_EQ(run("abcdefghijklmnop1,data,6,,4K\nabcdefghijklmnop2,data,6,,4K\n"), MOLT_OK);
    CHECK_STR(pt.table.row[0].label, "abcdefghijklmnop");
    CHECK_STR(pt.table.row[1].label, "abcdefghijklmnop");
    CHECK_STR(pt.notes,
              "WARNING: Partition name 'abcdefghijklmnop1' is longer than 16 bytes and is "
              "cut to 'abcdefghijklmnop'\n"
              "WARNING: Partition name 'abcdefghijklmnop2' is longer than 16 bytes and is "
              "cut to 'abcdefghijklmnop'\n");
}

TEST(a_name_is_cut_even_inside_a_character)
{
    pt_start(0x8000);
    CHECK_EQ(run("abcdefghijklmno\xD0\xB8,data,6,,4K\n"), MOLT_OK);
    CHECK_STR(pt.table.row[0].label, "abcdefghijklmno\xD0");
}

/* Rows of bytes need not ascend, so what the layout of a CSV rules out can be met here. */
static void draft_of(const struct molt_part_draft *row, size_t count)
{
    pt_start(0x8000);
    for (size_t i = 0; i < count; i++) {
        pt.draft.row[i] = row[i];
        pt.draft.row[i].addr_given = true;
    }
    pt.draft.count = count;
}

static struct molt_part_draft at(const char *name, int64_t type, int64_t addr, int64_t len)
{
    return (struct molt_part_draft){
        .name = molt_span_of(name), .type = type, .subtype = 0, .addr = addr, .len = len
    };
}

TEST(overlaps_are_found_in_any_order_of_rows)
{
    const struct {
        const char *name;
        struct molt_part_draft row[3];
        const char *message;
    } cases[] = {
        { "later row below",
          { at("a", 0x40, 0x20000, 0x1000), at("b", 0x40, 0x10000, 0x10001),
            at("c", 0x40, 0x30000, 0x1000) },
          "Partition at 0x20000 overlaps 0x10000-0x20000" },
        { "same place",
          { at("a", 0x40, 0x20000, 0x1000), at("b", 0x40, 0x20000, 0x1000),
            at("c", 0x40, 0x30000, 0x1000) },
          "Partition at 0x20000 overlaps 0x20000-0x20fff" },
        { "an empty one overlaps nothing behind it",
          { at("a", 0x40, 0x20000, 0), at("b", 0x40, 0x20000, 0x1000),
            at("c", 0x40, 0x30000, 0x1000) },
          "" },
        { "in the table's sector",
          { at("a", 0x40, 0x8000, 0x1000), at("b", 0x40, 0x20000, 0x1000),
            at("c", 0x40, 0x30000, 0x1000) },
          "Partition offset 0x8000 is below 0x9000" },
        { "primary bootloader and table may be below",
          { at("a", 0x40, 0x9000, 0x1000), at("b", MOLT_PART_BOOTLOADER, 0x1000, 0x7000),
            at("t", MOLT_PART_TABLE, 0x8000, 0x1000) },
          "" },
        { "a bootloader that runs into the table",
          { at("a", 0x40, 0x9000, 0x1000), at("b", MOLT_PART_BOOTLOADER, 0x1000, 0x8000),
            at("t", MOLT_PART_TABLE, 0x8000, 0x1000) },
          "Partition at 0x8000 overlaps 0x1000-0x8fff" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        draft_of(cases[i].row, 3);
        test_case = cases[i].name;
        CHECK_EQ(pt_check(), cases[i].message[0] ? MOLT_ERR_FORMAT : MOLT_OK);
        CHECK_STR(pt.message, cases[i].message);
    }
}

TEST(the_partition_with_the_highest_offset_must_end_within_the_flash)
{
    const struct {
        const char *csv;
        uint32_t flash_mb;
        const char *message;
    } cases[] = {
        { "factory,app,factory,0x10000,20M", 16,
          "Partitions tables occupies 20.1MB of flash (21037056 bytes) which does not fit in "
          "configured flash size 16MB. Change the flash size in menuconfig under the 'Serial "
          "Flasher Config' menu." },
        { "f,data,6,,-4M", 4, "" },
        { "f,data,6,,0x3f7001", 4,
          "Partitions tables occupies 4.0MB of flash (4194305 bytes) which does not fit in "
          "configured flash size 4MB. Change the flash size in menuconfig under the 'Serial "
          "Flasher "
          "Config' menu." },
        /* 1.25 and 1.75: a tie goes to the even digit */
        { "f,data,6,,-0x140000", 1,
          "Partitions tables occupies 1.2MB of flash (1310720 bytes) which does not fit in "
          "configured flash size 1MB. Change the flash size in menuconfig under the 'Serial "
          "Flasher "
          "Config' menu." },
        { "f,data,6,,-0x1c0000", 1,
          "Partitions tables occupies 1.8MB of flash (1835008 bytes) which does not fit in "
          "configured flash size 1MB. Change the flash size in menuconfig under the 'Serial "
          "Flasher "
          "Config' menu." },
        { "", 1, "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].csv;
        pt_start(0x8000);
        CHECK_EQ(pt_parse(cases[i].csv), MOLT_OK);
        CHECK_EQ(pt_say(molt_ptable_check_flash(&pt.draft, cases[i].flash_mb, &pt.issue)),
                 cases[i].message[0] ? MOLT_ERR_RANGE : MOLT_OK);
        CHECK_STR(pt.message, cases[i].message);
    }
}

TEST(a_table_holds_94_partitions_with_md5_and_95_without)
{
    const struct {
        size_t count;
        bool no_md5;
        const char *message;
    } cases[] = {
        { 94, false, "" },
        { 95, false, "Binary partition table length (3072) longer than max" },
        { 95, true, "" },
        { 96, true, "Binary partition table length (3072) longer than max" },
        { 120, false, "Binary partition table length (3872) longer than max" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pt_start(0x8000);
        pt.rules.no_md5 = cases[i].no_md5;
        for (size_t n = 0; n < cases[i].count; n++)
            pt.draft.row[n] = at("p", 0x40, 0x10000, 0x1000);
        pt.draft.count = cases[i].count;
        CHECK_EQ(pt_table(), cases[i].message[0] ? MOLT_ERR_FULL : MOLT_OK);
        CHECK_STR(pt.message, cases[i].message);
    }
}

TEST(the_primary_bootloader_must_be_below_the_table)
{
    const struct {
        int64_t primary;
        const char *message;
    } cases[] = {
        { MOLT_PTABLE_NO_ADDR, "" },
        { 0x7000, "" },
        { 0x8000,
          "Unsupported configuration. Primary bootloader must be below partition table. Check "
          "--primary-bootloader-offset=0x8000 and --offset=0x8000" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pt_start(0x8000);
        pt.rules.primary_bootloader_addr = cases[i].primary;
        CHECK_EQ(pt_say(molt_ptable_rules_check(&pt.rules, &pt.issue)),
                 cases[i].message[0] ? MOLT_ERR_ARG : MOLT_OK);
        CHECK_STR(pt.message, cases[i].message);
    }
}

TEST_MAIN()
