#include "boot/boot.h"
#include "sdkconfig.h"

struct molt_boot_config molt_boot_config_default(const struct molt_chip *chip)
{
    return (struct molt_boot_config){
        .chip = chip,
        .table_addr = CONFIG_PARTITION_TABLE_OFFSET,
        .rollback = CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE,
        .anti_rollback = CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK,
        .factory_reset = CONFIG_BOOTLOADER_FACTORY_RESET,
        .ota_data_erase = CONFIG_BOOTLOADER_OTA_DATA_ERASE,
        .app_test = CONFIG_BOOTLOADER_APP_TEST,
        .skip_validate_always = CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS,
        .skip_validate_on_power_on = CONFIG_BOOTLOADER_SKIP_VALIDATE_ON_POWER_ON,
        .skip_validate_in_deep_sleep = CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP,
        .factory_reset_labels = CONFIG_BOOTLOADER_DATA_FACTORY_RESET,
    };
}
