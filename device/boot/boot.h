/* The second-stage bootloader: partition table -> which slot -> verify -> load -> hand over.
 *
 *     table ok? --no--> error: reset
 *        | yes                  (woken from deep sleep, if so configured: what ran before, unverified)
 *     otadata: choice (slots/choice.h), trial state written; a trial that cannot be written down is
 *        |     not begun while the entry before it or the factory app runs
 *        |
 *     held pins: factory reset, test app
 *        |
 *     start slot, then the fallback order: verify, load; the first that can be loaded runs
 *        |  none
 *     error: reset
 *
 * A port's bootloader is: set up clocks and flash, molt_boot(), and then either jump to
 * target.image.header.entry_addr or reset. Everything is a value: no OS, no heap, no statics.
 * What cannot be read is absent; only a broken table or a device without any good image is an error.
 *
 * It writes nothing but otadata, with anti-rollback the counter, and at a factory reset the
 * partitions named for it.
 *
 * Source of each step: ESP-IDF components/bootloader/subproject/main/bootloader_start.c and
 * components/bootloader_support/src/bootloader_utility.c. */
#ifndef MOLT_BOOT_BOOT_H
#define MOLT_BOOT_BOOT_H

#include <stdbool.h>

#include "flash/nor.h"
#include "format/image.h"
#include "molt/port.h"
#include "slots/choice.h"
#include "slots/map.h"

/* ESP-IDF's bootloader options. */
struct molt_boot_config {
    const struct molt_chip *chip; /* CONFIG_IDF_TARGET: whose images may run; never NULL */
    uint32_t table_addr;          /* CONFIG_PARTITION_TABLE_OFFSET */
    bool rollback;                /* CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE; molt's default is on */
    bool anti_rollback;           /* CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK; needs rollback */
    bool factory_reset;           /* CONFIG_BOOTLOADER_FACTORY_RESET */
    bool ota_data_erase;          /* CONFIG_BOOTLOADER_OTA_DATA_ERASE */
    bool app_test;                /* CONFIG_BOOTLOADER_APP_TEST; not with anti_rollback */
    bool skip_validate_always;    /* CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS */
    bool skip_validate_on_power_on;   /* CONFIG_BOOTLOADER_SKIP_VALIDATE_ON_POWER_ON */
    bool skip_validate_in_deep_sleep; /* CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP */
    const char *factory_reset_labels; /* CONFIG_BOOTLOADER_DATA_FACTORY_RESET */
};

/* What sdkconfig.h says, for `chip`: format/image.h has those of ESP-IDF (a port with a chip of its
 * own passes that, and does not pay for the table). */
struct molt_boot_config molt_boot_config_default(const struct molt_chip *chip);

/* What is about to run. */
struct molt_boot_target {
    int slot;                  /* MOLT_SLOT_NONE: a remembered place that is no slot of the table */
    struct molt_region region; /* the slot */
    struct molt_image image;
};

/* ---- what happened, for those who print it --------------------------------------------------- */

enum molt_boot_step {
    MOLT_BOOT_TABLE_BAD,      /* err, table */
    MOLT_BOOT_OTADATA_BAD,    /* err: it is not used */
    MOLT_BOOT_NO_COUNTER,     /* err: anti-rollback without a counter that can be read */
    MOLT_BOOT_WOKEN,          /* slot: what ran before deep sleep runs on */
    MOLT_BOOT_CHOSEN,         /* choice, slot; once more when its trial cannot be written down */
    MOLT_BOOT_STATE_WRITTEN,  /* entry, state; err when that failed */
    MOLT_BOOT_FACTORY_RESET,  /* the pin is held */
    MOLT_BOOT_ERASED,         /* label; err when that failed */
    MOLT_BOOT_TEST_APP,       /* the pin is held; err when there is no test app */
    MOLT_BOOT_REFUSED,        /* slot, err, image: its image may not run */
    MOLT_BOOT_TOO_OLD,        /* slot: its image is below the security version */
    MOLT_BOOT_NOT_LOADED,     /* slot, err of hooks->load */
    MOLT_BOOT_INITIALISED,    /* slot: otadata now says so; err when that failed */
    MOLT_BOOT_VERSION_RAISED, /* version; err when that failed */
    MOLT_BOOT_STEPS,
};

/* Members that a step does not name above are 0 or NULL. */
struct molt_boot_event {
    enum molt_boot_step step;
    enum molt_err err;
    int slot;
    int entry;
    enum molt_img_state state;
    uint32_t version;
    const char *label;
    const struct molt_choice *choice;
    const struct molt_ptable_error *table;
    const struct molt_image_error *image;
};

/* ---- booting --------------------------------------------------------------------------------- */

enum molt_boot_pin { MOLT_BOOT_PIN_FACTORY_RESET, MOLT_BOOT_PIN_APP_TEST };

/* What only a bootloader needs from its port; each member may be NULL. */
struct molt_boot_hooks {
    void *ctx;
    /* Copies the image's segments to where they run. An error: the next slot is tried.
     *
     * The image was verified in an earlier read of the flash. A flash that can answer differently
     * now (another chip on the bus, a marginal cell) must not change what runs: hash the image as
     * it is copied, all of it but an appended digest, and return MOLT_ERR_CHECKSUM when the digest
     * is not target->image.digest. Zeros there: validation was skipped and the image has none. */
    enum molt_err (*load)(void *ctx, const struct molt_boot_target *target);
    /* Whether the pin is held from now on for CONFIG_BOOTLOADER_HOLD_TIME_GPIO seconds. */
    bool (*held)(void *ctx, enum molt_boot_pin pin);
    uint8_t *retained; /* MOLT_BOOT_RETAINED_LEN bytes (boot/retained.h) that survive deep sleep */
    void (*trace)(void *ctx, const struct molt_boot_event *event);
};

/* port->chip_id is not looked at, config->chip is.
 *
 * Waking from deep sleep, with config->skip_validate_in_deep_sleep: hooks->retained says what ran, and
 * it is not verified again. Without retained memory otadata's active entry says it, and its image is
 * verified while it is on trial; one that is NEW has not run yet, and this is a boot as any other.
 *
 * MOLT_OK: *target is verified (unless told to skip that), loaded, and written down where that is
 * needed; jump. Otherwise reset:
 *   MOLT_ERR_NOT_FOUND    no slot holds an image that may run
 *   MOLT_ERR_STATE        the test app was asked for and there is none
 *   MOLT_ERR_ARG          config->chip is NULL, or the flash's geometry cannot be
 *   MOLT_ERR_UNSUPPORTED  anti-rollback is on and the port has no counter
 *   and the errors of molt_slot_map_read() and of the counter. */
MOLT_MUST_USE enum molt_err molt_boot(const struct molt_boot_config *config,
                                      const struct molt_port *port,
                                      const struct molt_boot_hooks *hooks,
                                      struct molt_boot_target *target);

#endif
