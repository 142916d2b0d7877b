/* Which app boots, which may be gone back to: esp_ota_ops.h over otadata. */
#include "tests/ota/ota_device.h"

enum { BLANK = -2 }; /* an entry that is not there */

struct entry {
    uint32_t seq; /* 0: blank */
    enum molt_img_state state;
};

/* Three good apps, otadata as given. */
static void start(uint32_t running_addr, struct entry e0, struct entry e1)
{
    device_start(running_addr);
    device_flash_app(FACTORY_ADDR, "f", 0);
    device_flash_app(OTA_0_ADDR, "0", 0);
    device_flash_app(OTA_1_ADDR, "1", 0);
    if (e0.seq) device_write_entry(0, e0.seq, e0.state);
    if (e1.seq) device_write_entry(1, e1.seq, e1.state);
}

static const struct entry none = { 0, MOLT_IMG_UNDEFINED };

static void remove_row(const char *label)
{
    struct molt_ptable table = *stock_table();
    size_t kept = 0;

    for (size_t i = 0; i < table.count; i++)
        if (strcmp(table.row[i].label, label) != 0) table.row[kept++] = table.row[i];
    table.count = kept;
    device_write_table(&table, true);
    esp_partition_unload_all();
}

static void damage(uint32_t addr)
{
    device.flash[addr + 400] ^= 1;
}

static const char *label_of(const esp_partition_t *p)
{
    return p ? p->label : "none";
}

TEST(the_running_partition_is_where_the_code_is)
{
    start(OTA_1_ADDR, none, none);
    CHECK_STR(label_of(esp_ota_get_running_partition()), "ota_1");
    device_run(OTA_0_ADDR + 0x20);
    CHECK_STR(label_of(esp_ota_get_running_partition()), "ota_0");
    device_run(STORAGE_ADDR);
    CHECK_STR(label_of(esp_ota_get_running_partition()), "none");
}

TEST(slots_are_updated_round_and_round)
{
    const struct {
        const char *from, *next;
    } cases[] = { { "factory", "ota_0" }, { "ota_0", "ota_1" }, { "ota_1", "ota_0" } };

    start(FACTORY_ADDR, none, none);
    CHECK_STR(label_of(esp_ota_get_next_update_partition(NULL)), "ota_0");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_STR(label_of(esp_ota_get_next_update_partition(by_label(cases[i].from))),
                  cases[i].next);
    esp_partition_t unknown = *by_label("ota_0");
    unknown.address++;
    CHECK(esp_ota_get_next_update_partition(&unknown) == NULL);
    CHECK_EQ(esp_ota_get_app_partition_count(), 2);

    remove_row("ota_1");
    device_run(OTA_0_ADDR);
    CHECK_STR(label_of(esp_ota_get_next_update_partition(NULL)), "ota_0"); /* the only one */
    CHECK_EQ(esp_ota_get_app_partition_count(), 1);

    start(FACTORY_ADDR, none, none);
    remove_row("ota_0");
    CHECK_STR(label_of(esp_ota_get_next_update_partition(NULL)), "ota_1");
    CHECK_EQ(esp_ota_get_app_partition_count(), 0); /* a gap ends the count */
}

TEST(sixteen_slots_and_a_test_app_are_handled)
{
    struct molt_ptable table = { .count = 19 };

    table.row[0] = stock_table()->row[1];
    for (uint32_t i = 0; i < 18; i++) {
        uint8_t subtype = i < 16 ? (uint8_t)(MOLT_APP_OTA_0 + i) : i == 16 ? 0x20 : 0x00;

        table.row[i + 1] = (struct molt_partition){ .type = MOLT_PART_APP,
                                                    .subtype = subtype,
                                                    .addr = 0x10000 + i * SLOT_LEN,
                                                    .len = SLOT_LEN };
        (void)snprintf(table.row[i + 1].label, 8, "app%u", (unsigned)i & 31);
    }
    device_start(0x10000 + 15 * SLOT_LEN);
    device_write_table(&table, true);
    CHECK_EQ(esp_ota_get_app_partition_count(), 16);
    CHECK_STR(label_of(esp_ota_get_running_partition()), "app15");
    CHECK_STR(label_of(esp_ota_get_next_update_partition(NULL)), "app0");
    device_flash_app(0x10000 + 16 * SLOT_LEN, "t", 0);
    CHECK_EQ(esp_ota_set_boot_partition(by_label("app16")), ESP_ERR_INVALID_ARG); /* test */
}

TEST(the_boot_partition_is_otadatas_choice)
{
    const struct {
        const char *name;
        struct entry e0, e1;
        const char *gone, *boot;
    } cases[] = {
        { "blank", none, none, "-", "factory" },
        { "blank, no factory", none, none, "factory", "ota_0" },
        { "first entry", { 1, MOLT_IMG_VALID }, none, "-", "ota_0" },
        { "newer second", { 1, MOLT_IMG_VALID }, { 2, MOLT_IMG_NEW }, "-", "ota_1" },
        { "newer was aborted", { 1, MOLT_IMG_VALID }, { 2, MOLT_IMG_ABORTED }, "-", "ota_0" },
        { "both rejected", { 1, MOLT_IMG_INVALID }, { 2, MOLT_IMG_ABORTED }, "-", "factory" },
        { "no otadata", { 1, MOLT_IMG_VALID }, none, "otadata", "none" },
        { "no slots", { 1, MOLT_IMG_VALID }, none, "ota_0", "factory" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start(FACTORY_ADDR, cases[i].e0, cases[i].e1);
        remove_row(cases[i].gone);
        CHECK_STR(label_of(esp_ota_get_boot_partition()), cases[i].boot);
    }
}

/* ---- choosing --------------------------------------------------------------------------------- */

static void nothing(void)
{
}
static void damage_ota_1(void)
{
    damage(OTA_1_ADDR);
}
static void no_otadata(void)
{
    remove_row("otadata");
}
static void gap(void)
{
    remove_row("ota_0");
}
static void demand_version_1(void)
{
    molt_ota_part()->config.anti_rollback = true;
    device.fuse = 1;
}
static void image_without_desc(void)
{
    device.flash[OTA_1_ADDR + 32] ^= 1;
    demand_version_1();
}

TEST(set_boot_checks_in_esp_idfs_order)
{
    const struct {
        const char *name, *label;
        void (*prepare)(void);
        esp_err_t result, skipping;
    } cases[] = {
        { "good", "ota_1", nothing, ESP_OK, ESP_OK },
        { "factory", "factory", nothing, ESP_OK, ESP_OK },
        { "damaged", "ota_1", damage_ota_1, ESP_ERR_OTA_VALIDATE_FAILED, ESP_OK },
        { "data", "storage", nothing, ESP_ERR_OTA_VALIDATE_FAILED, ESP_ERR_INVALID_ARG },
        { "no otadata", "ota_1", no_otadata, ESP_ERR_NOT_FOUND, ESP_ERR_NOT_FOUND },
        { "factory, no otadata", "factory", no_otadata, ESP_ERR_NOT_FOUND, ESP_ERR_NOT_FOUND },
        { "behind a gap", "ota_1", gap, ESP_ERR_INVALID_ARG, ESP_ERR_INVALID_ARG },
        { "too old", "ota_1", demand_version_1, ESP_ERR_OTA_SMALL_SEC_VER,
          ESP_ERR_OTA_SMALL_SEC_VER },
        { "no descriptor", "ota_1", image_without_desc, ESP_ERR_OTA_VALIDATE_FAILED,
          ESP_ERR_NOT_FOUND },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int skip = 0; skip < 2; skip++) {
            esp_err_t want = skip ? cases[i].skipping : cases[i].result;

            test_case = cases[i].name;
            start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_VALID }, none);
            cases[i].prepare();
            const esp_partition_t *p = by_label(cases[i].label);
            CHECK_EQ(skip ? esp_ota_set_boot_partition_skip_validate(p)
                          : esp_ota_set_boot_partition(p),
                     want);
            if (want == ESP_OK) CHECK(esp_ota_get_boot_partition() == p);
            if (want != ESP_OK) CHECK_EQ(device_entry(0).seq, 1);
        }
    test_case = "";
    CHECK_EQ(esp_ota_set_boot_partition(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_set_boot_partition_skip_validate(NULL), ESP_ERR_INVALID_ARG);
    start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_VALID }, none);
    esp_partition_t elsewhere = *by_label("ota_1");
    elsewhere.address = OTA_0_ADDR; /* verifies, but is not what ota_1 stands for */
    CHECK_EQ(esp_ota_set_boot_partition(&elsewhere), ESP_ERR_NOT_FOUND);
}

TEST(set_boot_writes_the_next_number_into_the_other_entry)
{
    const struct {
        const char *name;
        struct entry e0, e1;
        const char *label;
        int index;
        uint32_t seq;
    } cases[] = {
        { "blank, slot 0", none, none, "ota_0", 0, 1 },
        { "blank, slot 1", none, none, "ota_1", 0, 2 },
        { "the other slot", { 1, MOLT_IMG_VALID }, none, "ota_1", 1, 2 },
        { "and back", { 1, MOLT_IMG_VALID }, { 2, MOLT_IMG_VALID }, "ota_0", 0, 3 },
        { "5 to 6", { 5, MOLT_IMG_VALID }, { 4, MOLT_IMG_VALID }, "ota_1", 1, 6 },
        { "the same slot again", { 5, MOLT_IMG_VALID }, none, "ota_0", 0, 5 },
        { "after an abort", { 1, MOLT_IMG_VALID }, { 2, MOLT_IMG_ABORTED }, "ota_1", 1, 2 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int rollback = 0; rollback < 2; rollback++) {
            test_case = cases[i].name;
            start(FACTORY_ADDR, cases[i].e0, cases[i].e1);
            molt_ota_part()->config.rollback = rollback;
            CHECK_EQ(esp_ota_set_boot_partition(by_label(cases[i].label)), ESP_OK);
            struct molt_otadata e = device_entry(cases[i].index);
            CHECK_EQ(e.seq, cases[i].seq);
            CHECK_EQ(e.crc, molt_otadata_crc(e.seq));
            CHECK_EQ(e.state, rollback ? MOLT_IMG_NEW : MOLT_IMG_UNDEFINED);
        }
}

TEST(choosing_the_factory_app_erases_otadata)
{
    start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_VALID }, (struct entry){ 2, MOLT_IMG_VALID });
    CHECK_EQ(esp_ota_set_boot_partition(by_label("factory")), ESP_OK);
    CHECK(molt_all_bytes_are(device.flash + OTADATA_ADDR, 0x2000, 0xFF));
}

TEST(an_app_that_the_fuses_forbid_is_erased_unless_it_runs)
{
    start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_VALID }, none);
    demand_version_1();
    CHECK_EQ(esp_ota_set_boot_partition(by_label("ota_1")), ESP_ERR_OTA_SMALL_SEC_VER);
    CHECK(molt_all_bytes_are(device.flash + OTA_1_ADDR, SLOT_LEN, 0xFF));
    CHECK_EQ(esp_ota_set_boot_partition(by_label("ota_0")), ESP_ERR_OTA_SMALL_SEC_VER);
    CHECK_EQ(device.flash[OTA_0_ADDR], 0xE9);
}

TEST(a_security_version_that_cannot_be_read_lets_nothing_through)
{
    for (int missing = 0; missing < 2; missing++) {
        start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_VALID }, (struct entry){ 2, MOLT_IMG_VALID });
        molt_ota_part()->config.anti_rollback = true;
        device.fuse_fails = !missing;
        if (missing) device.port.secure_version = NULL;
        CHECK_EQ(molt_ota_secure_version_ok(by_label("ota_1")), ESP_FAIL);
        CHECK_EQ(esp_ota_set_boot_partition(by_label("ota_0")), ESP_FAIL);
        CHECK_STR(label_of(esp_ota_get_boot_partition()), "ota_1");
        CHECK_EQ(device.flash[OTA_1_ADDR], 0xE9); /* not erased: perhaps it is new enough */
        device_run(OTA_1_ADDR);
        molt_ota_part()->config.anti_rollback = true;
        CHECK(!esp_ota_check_rollback_is_possible());
    }
}

TEST(the_test_app_is_no_slot)
{
    struct molt_ptable table = *stock_table();
    esp_app_desc_t desc;

    start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_VALID }, none);
    table.row[3].subtype = MOLT_APP_TEST;
    device_write_table(&table, true);
    esp_partition_unload_all();
    CHECK_EQ(esp_ota_get_partition_description(by_label("factory"), &desc), ESP_OK);
    CHECK_EQ(esp_ota_set_boot_partition(by_label("factory")), ESP_ERR_INVALID_ARG);
    CHECK_STR(label_of(esp_ota_get_boot_partition()), "ota_0");
    CHECK_EQ(device_entry(0).seq, 1);
    CHECK_EQ(device_entry(1).seq, 0xFFFFFFFF);
}

/* ---- trial and rollback ------------------------------------------------------------------------- */

TEST(confirming_makes_the_running_apps_entry_valid)
{
    const struct {
        const char *name;
        uint32_t running;
        struct entry e0, e1;
        esp_err_t result;
        int index;
        enum molt_img_state state;
    } cases[] = {
        { "on trial", OTA_1_ADDR, { 1, 2 }, { 2, MOLT_IMG_PENDING }, ESP_OK, 1, MOLT_IMG_VALID },
        { "new", OTA_0_ADDR, { 1, MOLT_IMG_NEW }, none, ESP_OK, 0, MOLT_IMG_VALID },
        { "undefined", OTA_0_ADDR, { 1, -1 }, none, ESP_OK, 0, MOLT_IMG_VALID },
        { "valid already", OTA_0_ADDR, { 1, 2 }, none, ESP_OK, 0, MOLT_IMG_VALID },
        { "blank", FACTORY_ADDR, none, none, ESP_FAIL, 0, MOLT_IMG_UNDEFINED },
        { "fallback: slot 0 runs", OTA_0_ADDR, { 1, 2 }, { 2, 1 }, ESP_OK, 1, MOLT_IMG_PENDING },
        { "fallback: factory runs", FACTORY_ADDR, { 1, 1 }, none, ESP_OK, 0, MOLT_IMG_PENDING },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start(cases[i].running, cases[i].e0, cases[i].e1);
        CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), cases[i].result);
        CHECK_EQ(device_entry(cases[i].index).state, cases[i].state);
    }
    test_case = "";
    start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_PENDING }, none);
    no_otadata();
    CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_ERR_NOT_FOUND);
}

TEST(confirming_raises_the_security_version_and_only_then)
{
    for (int on = 0; on < 2; on++) {
        start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_PENDING }, none);
        device_flash_app(OTA_0_ADDR, "0", 7);
        molt_ota_part()->config.anti_rollback = on;
        CHECK_EQ(device.fuse, 0);
        CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_OK);
        CHECK_EQ(device.fuse, on ? 7 : 0);
    }
    start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_PENDING }, none);
    device_flash_app(OTA_0_ADDR, "0", 33); /* more than the fuses can hold */
    molt_ota_part()->config.anti_rollback = true;
    CHECK_EQ(esp_ota_mark_app_valid_cancel_rollback(), ESP_ERR_INVALID_ARG);
}

static void damage_both(void)
{
    damage(OTA_0_ADDR);
    damage(FACTORY_ADDR);
}
static void damage_factory(void)
{
    damage(FACTORY_ADDR);
}

TEST(an_app_is_rejected_only_if_another_can_run)
{
    const struct {
        const char *name;
        struct entry e0, e1;
        void (*prepare)(void);
        esp_err_t result;
    } cases[] = {
        { "the one before", { 1, 2 }, { 2, 1 }, damage_factory, ESP_OK },
        { "the one before is damaged", { 1, 2 }, { 2, 1 }, damage_both, 0x1505 },
        { "factory", none, { 2, 1 }, nothing, ESP_OK },
        { "factory, the other rejected", { 1, 4 }, { 2, 1 }, nothing, ESP_OK },
        { "no factory", none, { 2, 1 }, damage_factory, ESP_ERR_OTA_ROLLBACK_FAILED },
        { "with anti-rollback not to factory", none, { 2, 1 }, demand_version_1, 0x1505 },
        { "the one before is too old", { 1, 2 }, { 2, 1 }, demand_version_1, 0x1505 },
        { "nothing is chosen", none, none, nothing, ESP_FAIL },
        { "no otadata", none, { 2, 1 }, no_otadata, ESP_ERR_NOT_FOUND },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start(OTA_1_ADDR, cases[i].e0, cases[i].e1);
        cases[i].prepare();
        CHECK_EQ(esp_ota_check_rollback_is_possible(), cases[i].result == ESP_OK);
        CHECK_EQ(esp_ota_mark_app_invalid_rollback(), cases[i].result);
        CHECK_EQ(device_entry(1).state, cases[i].result ? cases[i].e1.state : MOLT_IMG_INVALID);
    }
}

TEST(an_app_rejects_itself_and_never_another_one)
{
    const struct {
        const char *name;
        uint32_t running;
        struct entry e0, e1;
        void (*prepare)(void);
        esp_err_t result;
        enum molt_img_state state0, state1; /* afterwards */
    } cases[] = {
        { "slot 0 runs, slot 1 is chosen", OTA_0_ADDR, { 1, 2 }, { 2, 1 }, nothing, ESP_OK, 3, 1 },
        { "and is damaged", OTA_0_ADDR, { 1, 2 }, { 2, 1 }, damage_ota_1, 0x1505, 2, 1 },
        { "factory runs", FACTORY_ADDR, { 1, 2 }, { 2, 1 }, nothing, 0x1505, 2, 1 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start(cases[i].running, cases[i].e0, cases[i].e1);
        cases[i].prepare();
        CHECK_EQ(esp_ota_check_rollback_is_possible(), cases[i].result == ESP_OK);
        CHECK_EQ(esp_ota_mark_app_invalid_rollback(), cases[i].result);
        CHECK_EQ(device_entry(0).state, cases[i].state0);
        CHECK_EQ(device_entry(1).state, cases[i].state1);
    }
}

TEST(rejecting_can_reset_at_once)
{
    start(OTA_1_ADDR, (struct entry){ 1, MOLT_IMG_VALID }, (struct entry){ 2, MOLT_IMG_PENDING });
    device.reset_with = MOLT_RESET_UNKNOWN;
    if (setjmp(device.on_reset) == 0) {
        (void)esp_ota_mark_app_invalid_rollback_and_reboot();
        test_fail(__FILE__, __LINE__, "it came back");
    }
    CHECK_EQ(device.reset_with, MOLT_RESET_SW);
    CHECK_STR(label_of(esp_ota_get_boot_partition()), "ota_0");
    CHECK_STR(label_of(esp_ota_get_last_invalid_partition()), "ota_1");

    start(OTA_1_ADDR, none, none);
    if (setjmp(device.on_reset) == 0)
        CHECK_EQ(esp_ota_mark_app_invalid_rollback_and_reboot(), ESP_FAIL);
    else
        test_fail(__FILE__, __LINE__, "it reset although nothing was rejected");
}

TEST(the_last_invalid_partition_still_verifies)
{
    const struct {
        const char *name;
        struct entry e0, e1;
        void (*prepare)(void);
        const char *label;
    } cases[] = {
        { "none", { 1, 2 }, { 2, 1 }, nothing, "none" },
        { "aborted", { 1, 2 }, { 2, 4 }, nothing, "ota_1" },
        { "both: the smaller number", { 1, 3 }, { 2, 4 }, nothing, "ota_0" },
        { "damaged", { 1, 2 }, { 2, 4 }, damage_ota_1, "none" },
        { "no otadata", { 1, 2 }, { 2, 4 }, no_otadata, "none" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        start(OTA_0_ADDR, cases[i].e0, cases[i].e1);
        cases[i].prepare();
        CHECK_STR(label_of(esp_ota_get_last_invalid_partition()), cases[i].label);
    }
}

TEST(a_state_is_told_for_slots_that_otadata_knows)
{
    esp_ota_img_states_t state;

    start(OTA_0_ADDR, (struct entry){ 1, MOLT_IMG_VALID }, none);
    CHECK_EQ(esp_ota_get_state_partition(by_label("ota_0"), &state), ESP_OK);
    CHECK_EQ(state, ESP_OTA_IMG_VALID);
    CHECK_EQ(esp_ota_get_state_partition(by_label("ota_1"), &state), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_ota_get_state_partition(by_label("factory"), &state), ESP_ERR_NOT_SUPPORTED);
    CHECK_EQ(esp_ota_get_state_partition(by_label("storage"), &state), ESP_ERR_NOT_SUPPORTED);
    CHECK_EQ(esp_ota_get_state_partition(NULL, &state), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_get_state_partition(by_label("ota_0"), NULL), ESP_ERR_INVALID_ARG);
    /* both entries are slot 0's: the one that counts is told, not a stale one */
    device_write_entry(0, 1, MOLT_IMG_ABORTED);
    device_write_entry(1, 3, MOLT_IMG_UNDEFINED);
    CHECK_EQ(esp_ota_get_state_partition(by_label("ota_0"), &state), ESP_OK);
    CHECK_EQ(state, ESP_OTA_IMG_UNDEFINED);
    no_otadata();
    CHECK_EQ(esp_ota_get_state_partition(by_label("ota_0"), &state), ESP_ERR_NOT_FOUND);
}

TEST(the_last_boot_app_is_erased_but_never_the_running_one)
{
    const struct {
        const char *name;
        uint32_t running;
        struct entry e0, e1;
        esp_err_t result;
    } cases[] = {
        { "the one before", OTA_1_ADDR, { 1, 2 }, { 2, 2 }, ESP_OK },
        { "rejected counts too", OTA_1_ADDR, { 1, 4 }, { 2, 2 }, ESP_OK },
        { "it is running", OTA_0_ADDR, { 1, 2 }, { 2, 2 }, ESP_FAIL },
        { "there is none", OTA_1_ADDR, none, { 2, 2 }, ESP_FAIL },
        { "nothing is chosen", OTA_1_ADDR, none, none, ESP_FAIL },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int only_entry = 0; only_entry < 2; only_entry++) {
            test_case = cases[i].name;
            start(cases[i].running, cases[i].e0, cases[i].e1);
            CHECK_EQ(only_entry ? esp_ota_invalidate_inactive_ota_data_slot()
                                : esp_ota_erase_last_boot_app_partition(),
                     cases[i].result);
            bool done = cases[i].result == ESP_OK;
            CHECK_EQ(device.flash[OTA_0_ADDR], done && !only_entry ? 0xFF : 0xE9);
            CHECK_EQ(device_entry(0).seq, done || !cases[i].e0.seq ? UINT32_MAX : cases[i].e0.seq);
        }
}

/* ---- descriptors ------------------------------------------------------------------------------ */

TEST(descriptors_are_read_from_flash)
{
    esp_app_desc_t desc;
    esp_bootloader_desc_t bootloader;

    start(OTA_1_ADDR, none, none);
    CHECK_EQ(esp_ota_get_partition_description(by_label("ota_0"), &desc), ESP_OK);
    CHECK_STR(desc.version, "0");
    CHECK_STR(desc.project_name, "test");
    CHECK_EQ(esp_ota_get_partition_description(by_label("storage"), &desc), ESP_ERR_NOT_SUPPORTED);
    CHECK_EQ(esp_ota_get_partition_description(NULL, &desc), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_ota_get_partition_description(by_label("ota_0"), NULL), ESP_ERR_INVALID_ARG);
    memset(device.flash + OTA_0_ADDR, 0xFF, SLOT_LEN);
    CHECK_EQ(esp_ota_get_partition_description(by_label("ota_0"), &desc), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_ota_get_bootloader_description(NULL, &bootloader), ESP_ERR_NOT_FOUND);
    CHECK_EQ(esp_ota_get_bootloader_description(NULL, NULL), ESP_ERR_INVALID_ARG);

    CHECK_STR(esp_app_get_description()->version, "1"); /* the running one's */
    device_run(STORAGE_ADDR);
    CHECK_STR(esp_app_get_description()->project_name, "molt"); /* not from a slot */
}

TEST(the_elf_hash_is_cut_to_its_configured_length)
{
    char text[16];

    start(OTA_0_ADDR, none, none);
    static const uint8_t hash[] = { 0xde, 0xad, 0xbe, 0xef, 0x47 };
    memcpy(device.flash + OTA_0_ADDR + 0xB0, hash, sizeof hash);
    CHECK_STR(esp_app_get_elf_sha256_str(), "deadbeef4");
    memset(text, 'x', sizeof text);
    CHECK_EQ(esp_app_get_elf_sha256(text, sizeof text), 10);
    CHECK_STR(text, "deadbeef4");
    CHECK_EQ(text[10], 'x');
    CHECK_EQ(esp_app_get_elf_sha256(text, 5), 5);
    CHECK_STR(text, "dead");
    CHECK_EQ(esp_app_get_elf_sha256(text, 1), 0);
    CHECK_EQ(esp_app_get_elf_sha256(text, 0), 0);
    CHECK_EQ(esp_app_get_elf_sha256(NULL, 16), 0);
}

TEST(an_images_first_bytes_say_whether_it_can_run_here)
{
    const struct {
        const char *name;
        esp_partition_type_t type;
        uint16_t chip, min, max;
        uint8_t mode_here, mode_there;
        esp_err_t result;
    } cases[] = {
        { "good", ESP_PARTITION_TYPE_APP, 0xFFFF, 0, 0, 0, 0, ESP_OK },
        { "just in range", ESP_PARTITION_TYPE_APP, 0xFFFF, 100, 100, 0, 0, ESP_OK },
        { "no limit", ESP_PARTITION_TYPE_APP, 0xFFFF, 0, 65535, 0, 0, ESP_OK },
        { "another chip", ESP_PARTITION_TYPE_APP, 5, 0, 0, 0, 0, ESP_ERR_INVALID_VERSION },
        { "too old a chip", ESP_PARTITION_TYPE_APP, 0xFFFF, 101, 0, 0, 0, 0x10A },
        { "too new a chip", ESP_PARTITION_TYPE_APP, 0xFFFF, 0, 99, 0, 0, 0x10A },
        { "bootloaders have no maximum", ESP_PARTITION_TYPE_BOOTLOADER, 0xFFFF, 0, 99, 0, 0, 0 },
        { "same flash mode", ESP_PARTITION_TYPE_APP, 0xFFFF, 0, 0, 3, 3, ESP_OK },
        { "not recorded", ESP_PARTITION_TYPE_APP, 0xFFFF, 0, 0, 3, 0, ESP_OK },
        { "other flash mode", ESP_PARTITION_TYPE_APP, 0xFFFF, 0, 0, 3, 4, 0x1508 },
        { "data", ESP_PARTITION_TYPE_DATA, 0xFFFF, 0, 0, 0, 0, ESP_ERR_INVALID_ARG },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        esp_image_header_t header = { .magic = 0xE9,
                                      .chip_id = (esp_chip_id_t)cases[i].chip,
                                      .min_chip_rev_full = cases[i].min,
                                      .max_chip_rev_full = cases[i].max };
        esp_app_desc_t desc = { .spi_flash_mode = cases[i].mode_there };

        test_case = cases[i].name;
        start(OTA_0_ADDR, none, none);
        device.flash[OTA_0_ADDR + 0xD5] = cases[i].mode_here;
        CHECK_EQ(esp_ota_check_image_validity(cases[i].type, &header, &desc), cases[i].result);
        CHECK_EQ(esp_ota_check_image_validity(cases[i].type, NULL, &desc), ESP_ERR_INVALID_ARG);
        if (cases[i].result == 0x1508)
            CHECK_EQ(esp_ota_check_image_validity(cases[i].type, &header, NULL), ESP_OK);
    }
}

TEST_MAIN()
