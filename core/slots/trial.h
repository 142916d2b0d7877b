/* The trial of a new image: started once, then confirmed by the app or rolled back.
 *
 *       SELECT (from any state)
 *         |
 *         v   BOOT            CONFIRM
 *        NEW -------> PENDING ---------> VALID <---- UNDEFINED (CONFIRM)
 *                      |   |               |
 *                 BOOT |   | REJECT        | REJECT
 *                      v   v               v
 *                 ABORTED  INVALID <-------+-------- UNDEFINED (REJECT)
 *
 * UNDEFINED is an image that was selected with rollback switched off: it boots and stays as it is.
 * So does every value that is no state. ABORTED and INVALID never boot again; only SELECT leaves
 * them. BOOT is only for a bootloader with rollback; without it no state changes at a boot.
 *
 * An app may confirm or reject a NEW image too: one that a bootloader without rollback started.
 *
 * Source: ESP-IDF components/bootloader_support/src/bootloader_utility.c and
 * components/app_update/esp_ota_ops.c. tests/slots/test_trial.c walks every state with every event
 * against this picture. */
#ifndef MOLT_SLOTS_TRIAL_H
#define MOLT_SLOTS_TRIAL_H

#include "format/otadata.h"

enum molt_trial_event {
    MOLT_TRIAL_SELECT,  /* esp_ota_set_boot_partition() */
    MOLT_TRIAL_BOOT,    /* the bootloader is about to start the image */
    MOLT_TRIAL_CONFIRM, /* esp_ota_mark_app_valid_cancel_rollback() */
    MOLT_TRIAL_REJECT,  /* esp_ota_mark_app_invalid_rollback() */
    MOLT_TRIAL_EVENTS,
};

/* MOLT_ERR_STATE, and *state unchanged, when the event cannot happen in that state. */
MOLT_MUST_USE enum molt_err molt_trial_step(enum molt_img_state *state,
                                            enum molt_trial_event event);

/* "NEW", "PENDING_VERIFY", "VALID", ... as ESP-IDF calls them; "UNDEFINED" for what is no state. */
const char *molt_img_state_name(enum molt_img_state state);

#endif
