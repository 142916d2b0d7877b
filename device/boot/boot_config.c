#include "base/option.h"
#include "boot/boot.h"
#include "sdkconfig.h"

struct molt_boot_config molt_boot_config_default(const struct molt_chip *chip)
{
    return (struct molt_boot_config){
        .chip = chip,
        .table_addr = CONFIG_PARTITION_TABLE_OFFSET,
        .rollback = MOLT_OPTION(CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE),
        .anti_rollback = MOLT_OPTION(CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK),
        .factory_reset = MOLT_OPTION(CONFIG_BOOTLOADER_FACTORY_RESET),
        .ota_data_erase = MOLT_OPTION(CONFIG_BOOTLOADER_OTA_DATA_ERASE),
        .app_test = MOLT_OPTION(CONFIG_BOOTLOADER_APP_TEST),
        .skip_validate_always = MOLT_OPTION(CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS),
        .skip_validate_on_power_on = MOLT_OPTION(CONFIG_BOOTLOADER_SKIP_VALIDATE_ON_POWER_ON),
        .skip_validate_in_deep_sleep = MOLT_OPTION(CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP),
        .factory_reset_labels = CONFIG_BOOTLOADER_DATA_FACTORY_RESET,
    };
}
