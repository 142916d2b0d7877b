#include "slots/trial.h"

#include <stddef.h>

enum { STATES = 6 };

/* Row: the state, in the order of k_state. Column: the event. -2: cannot happen. */
enum { NO = -2 };

static const struct {
    int16_t state;
    int16_t after[MOLT_TRIAL_EVENTS];
} k_trial[STATES] = {
    /* clang-format off */
    /* state                SELECT        BOOT                CONFIRM         REJECT            */
    { MOLT_IMG_UNDEFINED, { MOLT_IMG_NEW, MOLT_IMG_UNDEFINED, MOLT_IMG_VALID, MOLT_IMG_INVALID } },
    { MOLT_IMG_NEW,       { MOLT_IMG_NEW, MOLT_IMG_PENDING,   MOLT_IMG_VALID, MOLT_IMG_INVALID } },
    { MOLT_IMG_PENDING,   { MOLT_IMG_NEW, MOLT_IMG_ABORTED,   MOLT_IMG_VALID, MOLT_IMG_INVALID } },
    { MOLT_IMG_VALID,     { MOLT_IMG_NEW, MOLT_IMG_VALID,     MOLT_IMG_VALID, MOLT_IMG_INVALID } },
    { MOLT_IMG_INVALID,   { MOLT_IMG_NEW, NO,                 NO,             NO               } },
    { MOLT_IMG_ABORTED,   { MOLT_IMG_NEW, NO,                 NO,             NO               } },
    /* clang-format on */
};

enum molt_err molt_trial_step(enum molt_img_state *state, enum molt_trial_event event)
{
    int row = 0; /* what is no state behaves like UNDEFINED */

    for (int i = 1; i < STATES; i++) {
        if (k_trial[i].state == (int)*state) row = i;
    }
    int after = k_trial[row].after[event];
    if (after == NO) return MOLT_ERR_STATE;
    /* Unless something happens to it, a junk value stays the junk that it is. */
    if (after != k_trial[row].state) *state = (enum molt_img_state)after;
    return MOLT_OK;
}

const char *molt_img_state_name(enum molt_img_state state)
{
    switch (state) {
    case MOLT_IMG_NEW:
        return "NEW";
    case MOLT_IMG_PENDING:
        return "PENDING_VERIFY";
    case MOLT_IMG_VALID:
        return "VALID";
    case MOLT_IMG_INVALID:
        return "INVALID";
    case MOLT_IMG_ABORTED:
        return "ABORTED";
    case MOLT_IMG_UNDEFINED:
        break;
    }
    return "UNDEFINED";
}
