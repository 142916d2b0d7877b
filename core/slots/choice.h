/* Which slot boots next, and what the bootloader writes about it: a pure function from what otadata
 * says to a plan. The bootloader carries the plan out; `molt flash show` prints it.
 *
 *     no otadata? ------------------------------------> factory, then every slot
 *     rollback: each PENDING entry becomes ABORTED
 *     both entries rejected (or blank)?
 *         factory exists -----------------------------> factory
 *         none ---------------------------------------> slot 0; entry 0 is written when one runs
 *     the usable entry with the larger seq?
 *         none (damaged) -----------------------------> factory, then every slot
 *         one ----------------------------------------> its slot; rollback: NEW becomes PENDING
 *
 * With anti-rollback an entry is usable only if its app's security version is high enough, and two
 * blank or damaged entries start at the factory app and are initialised by whatever runs. An entry
 * that cannot be read may be a good one: then nothing is initialised.
 *
 * Where the image of the chosen slot does not verify, molt_slot_order() says what is tried next.
 *
 * Source: ESP-IDF components/bootloader_support/src/bootloader_utility.c
 * (bootloader_utility_get_selected_boot_partition, bootloader_utility_load_boot_image). The choice
 * is the same for every table and otadata that ESP-IDF handles; the number of slots is map.h's. */
#ifndef MOLT_SLOTS_CHOICE_H
#define MOLT_SLOTS_CHOICE_H

#include <stdbool.h>

#include "format/otadata.h"
#include "slots/map.h"

struct molt_choice_facts {
    bool has_otadata;      /* one that can be used */
    bool otadata_unusable; /* the table has one, but nothing can be kept in it */
    bool unreadable;       /* an entry could not be read: that none is there is not known then */
    struct molt_otadata entry[2];
    uint32_t slot_count; /* map.count */
    bool has_factory;
    bool rollback;      /* the bootloader tracks trials */
    bool anti_rollback; /* the two below count */
    bool new_enough
        [2]; /* the app that entry i selects has no lower security version than the chip */
};

#define MOLT_CHOICE_WHY_LIST(X)                                                                    \
    X(NO_OTADATA, "there is no otadata partition: the factory app, or what verifies")              \
    X(OTADATA_UNUSABLE, "the otadata partition cannot be used: the factory app, or what verifies") \
    X(NO_SLOT, "there is no ota slot: the factory app, or what verifies")                          \
    X(ENTRY, "the newest usable otadata entry selects it")                                         \
    X(BLANK, "otadata selects nothing: the factory app")                                           \
    X(FIRST, "otadata is blank and there is no factory app: the first slot")                       \
    X(ALL_REJECTED, "every otadata entry is rejected and there is no factory app: what verifies")  \
    X(DAMAGED, "no otadata entry is usable, one is damaged: the factory app, or what verifies")    \
    X(TOO_OLD, "no otadata entry selects an app that is new enough: the factory app, or what "     \
               "verifies")

enum molt_choice_why {
#define X(name, text) MOLT_CHOICE_##name,
    MOLT_CHOICE_WHY_LIST(X)
#undef X
};

struct molt_choice {
    int start; /* slot 0..15 or MOLT_SLOT_FACTORY: where molt_slot_order() starts */
    enum molt_choice_why why;
    int active; /* the entry that decided, 0 or 1; -1 = none did */
    /* New states, to be written in this order before the image is looked at. */
    struct molt_choice_write {
        int index; /* of the entry */
        enum molt_img_state state;
    } write[2];
    int write_count;
    bool initialise;    /* the slot that runs becomes entry 0, in state VALID */
    int doubtful;       /* a slot whose trial could not be written down: to be tried only after the
                           entry that decides now and the factory app; MOLT_SLOT_NONE here */
    bool raise_version; /* anti-rollback: what runs is confirmed (if it is `start`'s, or with
                           `initialise`), and the chip may not go below its version any more */
};

struct molt_choice molt_choice_make(const struct molt_choice_facts *facts);

/* The sentence of the list above. */
const char *molt_choice_text(enum molt_choice_why why);

enum { MOLT_SLOT_ORDER_MAX = MOLT_OTA_SLOTS_MAX + 2 };

/* The slots that exist, in the order in which the bootloader tries them; how many.
 *
 *     start, start-1, ..., 0, factory, start+1, ..., count-1, test, slots behind a gap
 *
 * From MOLT_SLOT_TEST: the test app alone. */
int molt_slot_order(const struct molt_slot_map *map, int start, int order[MOLT_SLOT_ORDER_MAX]);

#endif
