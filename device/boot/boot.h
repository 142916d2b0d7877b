/* The second-stage bootloader: partition table -> which slot -> verify -> load -> hand over.
 *
 *     table ok? --no--> reset
 *        | yes
 *     otadata: choice (slots/choice.h), trial state written        spec of each step: ESP-IDF
 *        |                                                         bootloader_utility.c
 *     held pins: factory reset, test app
 *        |
 *     start slot, then the fallback order: verify; the first that verifies is loaded
 *        |  none
 *     reset
 *
 * It writes nothing but otadata (and, with anti-rollback, the counter). */
#ifndef MOLT_BOOT_BOOT_H
#define MOLT_BOOT_BOOT_H

#include <stdbool.h>

#include "flash/nor.h"
#include "format/image.h"
#include "molt/port.h"
#include "slots/map.h"

/* ESP-IDF's bootloader options; MOLT_BOOT_CONFIG takes them from sdkconfig.h. */
struct molt_boot_config {
    uint32_t table_addr;       /* CONFIG_PARTITION_TABLE_OFFSET */
    bool rollback;             /* CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE; molt's default is on */
    bool anti_rollback;        /* CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK; needs rollback */
    bool factory_reset;        /* CONFIG_BOOTLOADER_FACTORY_RESET */
    bool ota_data_erase;       /* CONFIG_BOOTLOADER_OTA_DATA_ERASE */
    bool app_test;             /* CONFIG_BOOTLOADER_APP_TEST */
    bool skip_validate_always; /* CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS */
    bool skip_validate_on_power_on;   /* CONFIG_BOOTLOADER_SKIP_VALIDATE_ON_POWER_ON */
    bool skip_validate_in_deep_sleep; /* CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP */
    const char *factory_reset_labels; /* CONFIG_BOOTLOADER_DATA_FACTORY_RESET */
};

#endif
