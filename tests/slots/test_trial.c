#include "slots/trial.h"

#include "tests/support/check.h"

enum { NO = 99, JUNK = 77 };

/* The picture in slots/trial.h, as a table: what each event does to each state. */
TEST(every_state_with_every_event)
{
    const struct {
        int from;
        int after[MOLT_TRIAL_EVENTS]; /* SELECT, BOOT, CONFIRM, REJECT */
    } rows[] = {
        { MOLT_IMG_NEW, { 0, MOLT_IMG_PENDING, MOLT_IMG_VALID, MOLT_IMG_INVALID } },
        { MOLT_IMG_PENDING, { 0, MOLT_IMG_ABORTED, MOLT_IMG_VALID, MOLT_IMG_INVALID } },
        { MOLT_IMG_VALID, { 0, MOLT_IMG_VALID, MOLT_IMG_VALID, MOLT_IMG_INVALID } },
        { MOLT_IMG_INVALID, { 0, NO, NO, NO } },
        { MOLT_IMG_ABORTED, { 0, NO, NO, NO } },
        { MOLT_IMG_UNDEFINED, { 0, MOLT_IMG_UNDEFINED, MOLT_IMG_VALID, MOLT_IMG_INVALID } },
        { JUNK, { 0, JUNK, MOLT_IMG_VALID, MOLT_IMG_INVALID } },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int event = 0; event < MOLT_TRIAL_EVENTS; event++) {
            enum molt_img_state state = (enum molt_img_state)rows[i].from;
            enum molt_err err = molt_trial_step(&state, (enum molt_trial_event)event);
            bool allowed = rows[i].after[event] != NO;

            CHECK_EQ(err, allowed ? MOLT_OK : MOLT_ERR_STATE);
            CHECK_EQ((int)state, allowed ? rows[i].after[event] : rows[i].from);
        }
}

TEST(no_image_on_trial_survives_two_boots_unconfirmed)
{
    enum molt_img_state state = MOLT_IMG_NEW;

    CHECK_EQ(molt_trial_step(&state, MOLT_TRIAL_BOOT), MOLT_OK);
    CHECK(!molt_otadata_rejected(&(struct molt_otadata){ .seq = 1, .state = state }));
    CHECK_EQ(molt_trial_step(&state, MOLT_TRIAL_BOOT), MOLT_OK);
    CHECK(molt_otadata_rejected(&(struct molt_otadata){ .seq = 1, .state = state }));
}

TEST(states_have_esp_idf_names)
{
    const struct {
        int state;
        const char *name;
    } cases[] = {
        { MOLT_IMG_NEW, "NEW" },         { MOLT_IMG_PENDING, "PENDING_VERIFY" },
        { MOLT_IMG_VALID, "VALID" },     { MOLT_IMG_INVALID, "INVALID" },
        { MOLT_IMG_ABORTED, "ABORTED" }, { MOLT_IMG_UNDEFINED, "UNDEFINED" },
        { JUNK, "UNDEFINED" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_STR(molt_img_state_name((enum molt_img_state)cases[i].state), cases[i].name);
}

TEST_MAIN()
