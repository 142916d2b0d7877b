#include "slots/choice.h"

#include "tests/support/check.h"

enum { NEW = 0, PENDING = 1, VALID = 2, INVALID = 3, ABORTED = 4, UNDEF = -1, JUNK = 7 };
enum { FACTORY = MOLT_SLOT_FACTORY, TEST_APP = MOLT_SLOT_TEST };

static struct molt_otadata entry(uint32_t seq, int state)
{
    struct molt_otadata e = molt_otadata_blank();

    e.seq = seq;
    e.state = (enum molt_img_state)state;
    e.crc = molt_otadata_crc(seq);
    return e;
}

static struct molt_otadata damaged(uint32_t seq, int state)
{
    struct molt_otadata e = entry(seq, state);

    e.crc ^= 0x100;
    return e;
}

#define BLANK molt_otadata_blank()
#define ZEROS ((struct molt_otadata){ 0 })

/* seq was programmed first, by a writer that is not careful, and then power was cut. */
static struct molt_otadata torn(uint32_t seq)
{
    struct molt_otadata e = BLANK;

    e.seq = seq;
    return e;
}

struct row {
    const char *name;
    struct molt_otadata e[2];
    uint32_t count;
    bool factory, no_rollback;
    int start;
    enum molt_choice_why why;
    const char *writes; /* "0A" = entry 0 becomes ABORTED, "1P" = entry 1 PENDING */
    bool initialise;
};

static void writes_as_text(const struct molt_choice *plan, char text[8])
{
    text[0] = '\0';
    for (int i = 0; i < plan->write_count; i++) {
        text[2 * i] = (char)('0' + plan->write[i].index);
        text[2 * i + 1] = "NPVIA"[plan->write[i].state];
        text[2 * i + 2] = '\0';
    }
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows[i];
        struct molt_choice_facts facts = { .has_otadata = true,
                                           .entry = { r->e[0], r->e[1] },
                                           .slot_count = r->count,
                                           .has_factory = r->factory,
                                           .rollback = !r->no_rollback };
        struct molt_choice plan = molt_choice_make(&facts);
        char writes[8];

        test_case = r->name;
        CHECK_EQ(plan.start, r->start);
        CHECK_STR(molt_choice_text(plan.why), molt_choice_text(r->why));
        writes_as_text(&plan, writes);
        CHECK_STR(writes, r->writes ? r->writes : "");
        CHECK_EQ(plan.initialise, r->initialise);
        CHECK(!plan.raise_version);
    }
}

TEST(every_documented_corner_case)
{
    const struct row rows[] = {
        { "both erased, factory",
          { BLANK, BLANK },
          2,
          .factory = true,
          .start = FACTORY,
          .why = MOLT_CHOICE_BLANK },
        { "both erased, no factory",
          { BLANK, BLANK },
          2,
          .start = 0,
          .why = MOLT_CHOICE_FIRST,
          .initialise = true },
        { "both erased, no factory, no rollback",
          { BLANK, BLANK },
          2,
          .no_rollback = true,
          .start = 0,
          .why = MOLT_CHOICE_FIRST,
          .initialise = true },
        { "good 5, torn 6", { entry(5, VALID), torn(6) }, 2, .start = 0, .why = MOLT_CHOICE_ENTRY },
        { "good 5 of 3 slots",
          { entry(5, VALID), torn(6) },
          3,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY },
        { "active lost in a rewrite",
          { entry(1, VALID), BLANK },
          2,
          .start = 0,
          .why = MOLT_CHOICE_ENTRY },
        { "only one lost in a rewrite, factory",
          { BLANK, BLANK },
          2,
          .factory = true,
          .start = FACTORY,
          .why = MOLT_CHOICE_BLANK },
        { "torn: seq blank, state PENDING",
          { entry(1, VALID), damaged(UINT32_MAX, PENDING) },
          2,
          .start = 0,
          .why = MOLT_CHOICE_ENTRY,
          .writes = "1A" },
        { "equal seqs",
          { entry(2, VALID), entry(2, NEW) },
          2,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY },
        { "equal seqs, 0 is aborted",
          { entry(2, ABORTED), entry(2, VALID) },
          2,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY },
        { "seq 0, n=2", { entry(0, UNDEF), BLANK }, 2, .start = 1, .why = MOLT_CHOICE_ENTRY },
        { "seq 0, n=3", { entry(0, UNDEF), BLANK }, 3, .start = 0, .why = MOLT_CHOICE_ENTRY },
        { "all zeros, both", { ZEROS, ZEROS }, 2, .start = FACTORY, .why = MOLT_CHOICE_DAMAGED },
        { "all zeros, both, factory",
          { ZEROS, ZEROS },
          2,
          .factory = true,
          .start = FACTORY,
          .why = MOLT_CHOICE_DAMAGED },
        { "the only entry is damaged",
          { damaged(1, VALID), BLANK },
          2,
          .start = FACTORY,
          .why = MOLT_CHOICE_DAMAGED },
        { "all zeros and blank",
          { ZEROS, BLANK },
          2,
          .factory = true,
          .start = FACTORY,
          .why = MOLT_CHOICE_DAMAGED },
        { "seq 0xFFFFFFFE",
          { entry(UINT32_MAX - 1, VALID), entry(4, VALID) },
          2,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY },
        { "seq larger than n",
          { entry(100, VALID), entry(99, VALID) },
          3,
          .start = 0,
          .why = MOLT_CHOICE_ENTRY },
        { "INVALID and ABORTED, no factory",
          { entry(1, INVALID), entry(2, ABORTED) },
          2,
          .start = 0,
          .why = MOLT_CHOICE_ALL_REJECTED },
        { "INVALID and ABORTED, factory",
          { entry(1, INVALID), entry(2, ABORTED) },
          2,
          .factory = true,
          .start = FACTORY,
          .why = MOLT_CHOICE_BLANK },
        { "rejected and damaged",
          { entry(1, INVALID), damaged(2, VALID) },
          2,
          .start = FACTORY,
          .why = MOLT_CHOICE_DAMAGED },
        { "no slot, factory",
          { entry(1, VALID), BLANK },
          0,
          .factory = true,
          .start = FACTORY,
          .why = MOLT_CHOICE_NO_SLOT },
        { "no slot, no factory",
          { BLANK, BLANK },
          0,
          .start = FACTORY,
          .why = MOLT_CHOICE_NO_SLOT },
    };

    check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(trials_advance_at_each_boot)
{
    const struct row rows[] = {
        { "NEW starts its trial",
          { entry(1, VALID), entry(2, NEW) },
          2,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY,
          .writes = "1P" },
        { "not confirmed: back",
          { entry(1, VALID), entry(2, PENDING) },
          2,
          .start = 0,
          .why = MOLT_CHOICE_ENTRY,
          .writes = "1A" },
        { "not confirmed, back to one on trial",
          { entry(1, NEW), entry(2, PENDING) },
          2,
          .start = 0,
          .why = MOLT_CHOICE_ENTRY,
          .writes = "1A0P" },
        { "both not confirmed",
          { entry(1, PENDING), entry(2, PENDING) },
          2,
          .start = 0,
          .why = MOLT_CHOICE_ALL_REJECTED,
          .writes = "0A1A" },
        { "an inactive NEW is left alone",
          { entry(1, NEW), entry(2, VALID) },
          2,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY },
        { "without rollback nothing is tracked",
          { entry(1, VALID), entry(2, PENDING) },
          2,
          .no_rollback = true,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY },
        { "without rollback NEW stays",
          { entry(1, VALID), entry(2, NEW) },
          2,
          .no_rollback = true,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY },
        { "ABORTED counts without rollback too",
          { entry(1, VALID), entry(2, ABORTED) },
          2,
          .no_rollback = true,
          .start = 0,
          .why = MOLT_CHOICE_ENTRY },
        { "junk boots and stays",
          { entry(1, VALID), entry(2, JUNK) },
          2,
          .start = 1,
          .why = MOLT_CHOICE_ENTRY },
        { "PENDING becomes ABORTED whatever the rest",
          { damaged(9, PENDING), BLANK },
          0,
          .factory = true,
          .start = FACTORY,
          .why = MOLT_CHOICE_NO_SLOT,
          .writes = "0A" },
    };

    check_rows(rows, sizeof rows / sizeof rows[0]);
}

TEST(anti_rollback_passes_over_what_is_too_old)
{
    const struct {
        const char *name;
        struct molt_otadata e[2];
        uint32_t count;
        bool new_enough[2];
        int start;
        enum molt_choice_why why;
        const char *writes;
        bool initialise, raise;
    } rows[] = {
        { "both blank",
          { BLANK, BLANK },
          2,
          { false, false },
          FACTORY,
          MOLT_CHOICE_BLANK,
          "",
          true,
          true },
        { "both damaged",
          { damaged(1, VALID), torn(2) },
          2,
          { false, false },
          FACTORY,
          MOLT_CHOICE_BLANK,
          "",
          true,
          true },
        { "newest is new enough",
          { entry(1, VALID), entry(2, VALID) },
          2,
          { true, true },
          1,
          MOLT_CHOICE_ENTRY,
          "",
          false,
          true },
        { "newest is too old",
          { entry(1, VALID), entry(2, NEW) },
          2,
          { true, false },
          0,
          MOLT_CHOICE_ENTRY,
          "",
          false,
          true },
        { "on trial: the version waits",
          { entry(1, VALID), entry(2, NEW) },
          2,
          { true, true },
          1,
          MOLT_CHOICE_ENTRY,
          "1P",
          false,
          false },
        { "both too old",
          { entry(1, VALID), entry(2, NEW) },
          2,
          { false, false },
          FACTORY,
          MOLT_CHOICE_TOO_OLD,
          "",
          false,
          false },
        { "both rejected",
          { entry(1, INVALID), entry(2, ABORTED) },
          2,
          { true, true },
          FACTORY,
          MOLT_CHOICE_DAMAGED,
          "",
          false,
          false },
        { "no slot at all does not crash",
          { entry(1, VALID), BLANK },
          0,
          { true, true },
          FACTORY,
          MOLT_CHOICE_NO_SLOT,
          "",
          false,
          false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct molt_choice_facts facts = {
            .has_otadata = true,
            .entry = { rows[i].e[0], rows[i].e[1] },
            .slot_count = rows[i].count,
            .rollback = true,
            .anti_rollback = true,
            .new_enough = { rows[i].new_enough[0], rows[i].new_enough[1] },
        };
        struct molt_choice plan = molt_choice_make(&facts);
        char writes[8];

        test_case = rows[i].name;
        CHECK_EQ(plan.start, rows[i].start);
        CHECK_EQ(plan.why, rows[i].why);
        writes_as_text(&plan, writes);
        CHECK_STR(writes, rows[i].writes);
        CHECK_EQ(plan.initialise, rows[i].initialise);
        CHECK_EQ(plan.raise_version, rows[i].raise);
    }
}

TEST(without_otadata_the_factory_app_comes_first)
{
    struct molt_choice_facts facts = { .slot_count = 2,
                                       .rollback = true,
                                       .entry = { entry(1, PENDING), entry(2, NEW) } };
    struct molt_choice plan = molt_choice_make(&facts);

    CHECK_EQ(plan.start, FACTORY);
    CHECK_EQ(plan.why, MOLT_CHOICE_NO_OTADATA);
    CHECK_EQ(plan.write_count, 0);
}

TEST(otadata_that_cannot_be_used_is_not_said_to_be_missing)
{
    const struct molt_choice_facts facts = { .otadata_unusable = true, .slot_count = 2 };
    struct molt_choice plan = molt_choice_make(&facts);

    CHECK_EQ(plan.start, FACTORY);
    CHECK_EQ(plan.why, MOLT_CHOICE_OTADATA_UNUSABLE);
}

/* boot_record.h: what cannot be read comes as an entry of zeros with a wrong crc. */
TEST(nothing_is_initialised_while_an_entry_cannot_be_read)
{
    for (int options = 0; options < 8; options++) {
        const struct molt_choice_facts facts = { .has_otadata = true,
                                                 .unreadable = true,
                                                 .entry = { BLANK, ZEROS },
                                                 .slot_count = 2,
                                                 .has_factory = options & 1,
                                                 .rollback = options & 2,
                                                 .anti_rollback = options & 4 };
        struct molt_choice plan = molt_choice_make(&facts);

        CHECK_EQ(plan.start, FACTORY);
        CHECK_EQ(plan.why, MOLT_CHOICE_DAMAGED);
        CHECK(!plan.initialise);
        CHECK(!plan.raise_version);
    }
}

/* ---- the order of candidates ------------------------------------------------------------------ */

static struct molt_slot_map map_with(uint32_t ota_mask, bool factory, bool test)
{
    struct molt_slot_map map = { .factory.len = factory ? 1 : 0, .test.len = test ? 1 : 0 };

    for (int i = 0; i < MOLT_OTA_SLOTS_MAX; i++) map.ota[i].len = ota_mask >> i & 1;
    molt_slot_map_count(&map);
    return map;
}

TEST(slots_are_tried_downwards_then_factory_then_upwards_then_test)
{
    const struct {
        const char *name;
        uint32_t ota_mask;
        bool factory, test;
        int start;
        const char *order; /* F, T, hexadecimal digits */
    } cases[] = {
        { "from the middle", 0xF, true, true, 2, "210F3T" },
        { "from slot 0", 0xF, true, true, 0, "0F123T" },
        { "from factory", 0xF, true, true, FACTORY, "F0123T" },
        { "from a factory that does not exist", 0x3, false, false, FACTORY, "01" },
        { "no factory", 0x7, false, true, 1, "102T" },
        { "test alone", 0x7, true, true, TEST_APP, "T" },
        { "test that does not exist", 0x7, true, false, TEST_APP, "" },
        { "16 slots and test", 0xFFFF, true, true, 15, "FEDCBA9876543210fT" },
        { "behind a gap: last", 0x35, true, true, 0, "0fT245" },
        { "nothing from ota_0 on", 0x8, false, true, 0, "T3" },
        { "no slot", 0, false, false, 0, "" },
        { "factory only", 0, true, false, 0, "f" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct molt_slot_map map = map_with(cases[i].ota_mask, cases[i].factory, cases[i].test);
        int order[MOLT_SLOT_ORDER_MAX];
        int count = molt_slot_order(&map, cases[i].start, order);

        test_case = cases[i].name;
        CHECK_EQ(count, strlen(cases[i].order));
        for (int n = 0; n < count; n++) {
            const char *text = molt_slot_name(order[n]);
            char letter = (char)(order[n] < 0 ? text[0] : "0123456789ABCDEF"[order[n]]);
            char want = cases[i].order[n];

            /* F is a slot's number too: the factory app is lower case where both occur. */
            if (want == 'F' && cases[i].ota_mask < 0x8000) want = 'f';
            if (want == 'T') want = 't';
            CHECK_EQ(letter, want);
        }
    }
}

TEST(every_slot_is_tried_exactly_once)
{
    for (uint32_t mask = 0; mask <= 0xFFFF; mask++)
        for (int variant = 0; variant < 4; variant++) {
            struct molt_slot_map map = map_with(mask, variant & 1, variant & 2);
            int last = map.count > 0 ? (int)map.count - 1 : 0;
            int starts[] = { FACTORY, 0, last / 2, last };

            for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
                int order[MOLT_SLOT_ORDER_MAX];
                int count = molt_slot_order(&map, starts[s], order);
                uint32_t seen = 0;

                for (int n = 0; n < count; n++) {
                    CHECK(molt_slot_extent(&map, order[n]).len > 0);
                    seen |= 1u << (order[n] + 2);
                }
                CHECK_EQ(seen, mask << 2 | (variant & 1 ? 2u : 0) | (variant & 2 ? 1u : 0));
                CHECK_EQ(count, __builtin_popcount(seen));
                if (test_failures) return;
            }
        }
}

/* ---- every combination ------------------------------------------------------------------------- */

enum { KINDS_MAX = 80 };

static int all_kinds(struct molt_otadata kind[KINDS_MAX])
{
    const uint32_t seqs[] = { 1, 2, 3, UINT32_MAX - 1 };
    const int states[] = { NEW, PENDING, VALID, INVALID, ABORTED, UNDEF, JUNK };
    int n = 0;

    kind[n++] = BLANK;
    kind[n++] = ZEROS;
    kind[n++] = torn(2);
    kind[n++] = entry(0, UNDEF);
    kind[n++] = entry(0, NEW);
    kind[n++] = entry(UINT32_MAX, PENDING);
    kind[n++] = damaged(UINT32_MAX, PENDING);
    for (size_t s = 0; s < sizeof seqs / sizeof seqs[0]; s++)
        for (size_t t = 0; t < sizeof states / sizeof states[0]; t++) {
            kind[n++] = entry(seqs[s], states[t]);
            kind[n++] = damaged(seqs[s], states[t]);
        }
    return n;
}

/* What ESP-IDF documents, written down as it is documented and as unlike choice.c as can be: which
 * index its bootloader starts from. */
static int documented_start(const struct molt_choice_facts *f)
{
    uint32_t seq[2];
    bool invalid[2], valid[2], bad[2];

    for (int i = 0; i < 2; i++) {
        int state = (int)f->entry[i].state;

        if (f->rollback && state == PENDING) state = ABORTED;
        seq[i] = f->entry[i].seq;
        bool crc_right = f->entry[i].crc == molt_otadata_crc(seq[i]);
        invalid[i] = seq[i] == 0xFFFFFFFF || state == INVALID || state == ABORTED;
        valid[i] = !invalid[i] && crc_right && (!f->anti_rollback || f->new_enough[i]);
        bad[i] = seq[i] == 0xFFFFFFFF || !crc_right;
    }
    if (f->slot_count == 0) return -1;
    if (!f->anti_rollback && invalid[0] && invalid[1]) return f->has_factory ? -1 : 0;
    if (f->anti_rollback && bad[0] && bad[1]) return -1;
    if (!valid[0] && !valid[1]) return -1;
    int a = valid[0] && valid[1] ? (seq[0] >= seq[1] ? 0 : 1) : (valid[0] ? 0 : 1);
    return (int)((seq[a] - 1) % f->slot_count);
}

static void apply(struct molt_choice_facts *f, const struct molt_choice *plan)
{
    for (int i = 0; i < plan->write_count; i++)
        f->entry[plan->write[i].index].state = plan->write[i].state;
}

static void check_writes(const struct molt_choice_facts *f, const struct molt_choice *plan)
{
    for (int i = 0; i < plan->write_count; i++) {
        const struct molt_choice_write *w = &plan->write[i];
        int before = (int)f->entry[w->index].state;

        CHECK(f->rollback);
        CHECK((before == PENDING && w->state == MOLT_IMG_ABORTED) ||
              (before == NEW && w->state == MOLT_IMG_PENDING && w->index == plan->active));
    }
}

/* What must hold for every choice. */
static void check_choice(struct molt_choice_facts f)
{
    struct molt_choice plan = molt_choice_make(&f);

    CHECK_EQ(plan.start, documented_start(&f));
    CHECK_EQ(plan.active >= 0, plan.why == MOLT_CHOICE_ENTRY);
    check_writes(&f, &plan);
    if (plan.active >= 0) {
        const struct molt_otadata *e = &f.entry[plan.active];

        CHECK(molt_otadata_usable(e));
        CHECK(!f.anti_rollback || f.new_enough[plan.active]);
        CHECK(!f.rollback || (int)e->state != PENDING);
        CHECK(plan.start < (int)f.slot_count);
    }
    CHECK(!plan.initialise || (plan.active < 0 && !molt_otadata_intact(&f.entry[0]) &&
                               !molt_otadata_intact(&f.entry[1])));
    CHECK(!plan.raise_version || f.anti_rollback);

    /* NEW, PENDING, ABORTED, once for each entry: after four resets nothing changes any more. */
    for (int boot = 0; boot < 4; boot++) {
        plan = molt_choice_make(&f);
        apply(&f, &plan);
    }
    CHECK_EQ(molt_choice_make(&f).write_count, 0);
}

TEST(every_combination_of_entries_slots_and_options)
{
    static struct molt_otadata kind[KINDS_MAX];
    const uint32_t counts[] = { 0, 1, 2, 3, 16 };
    int kinds = all_kinds(kind);
    static char name[80];

    for (int n = 0; n < kinds * kinds && !test_failures; n++)
        for (uint32_t options = 0; options < 64; options++)
            for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
                if (options >= 32 && n % 7) continue; /* has_otadata = false: a sample is enough */
                struct molt_choice_facts f = {
                    .has_otadata = options < 32,
                    .entry = { kind[n / kinds], kind[n % kinds] },
                    .slot_count = counts[c],
                    .has_factory = options & 1,
                    .rollback = options & 2,
                    .anti_rollback = options & 4,
                    .new_enough = { options & 8, options & 16 },
                };

                (void)snprintf(name, sizeof name, "kinds %d and %d, options %u, %u slots",
                               n / kinds, n % kinds, (unsigned)options, (unsigned)counts[c]);
                test_case = name;
                if (f.has_otadata)
                    check_choice(f);
                else
                    CHECK_EQ(molt_choice_make(&f).start, FACTORY);
            }
}

TEST_MAIN()
