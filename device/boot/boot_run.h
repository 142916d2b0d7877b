/* Inside device/boot: one run of the bootloader. */
#ifndef MOLT_BOOT_BOOT_RUN_H
#define MOLT_BOOT_BOOT_RUN_H

#include "boot/boot.h"

struct molt_boot_run {
    const struct molt_boot_config *config;
    const struct molt_port *port;
    const struct molt_boot_hooks *hooks;
    struct molt_slot_map map;
    uint32_t version; /* of the counter, with anti-rollback */
};

void molt_boot_trace(const struct molt_boot_run *run, struct molt_boot_event event);
/* The same with less code, for steps that have nothing else to say. */
void molt_boot_note(const struct molt_boot_run *run, enum molt_boot_step step, enum molt_err err,
                    int slot, const struct molt_ptable_error *table);

/* Reads otadata, chooses, writes the new states. */
struct molt_choice molt_boot_choose(const struct molt_boot_run *run);

/* Lets held pins change the choice. MOLT_ERR_STATE: the test app is asked for and there is none. */
MOLT_MUST_USE enum molt_err molt_boot_pins(const struct molt_boot_run *run,
                                           struct molt_choice *choice);

#endif
