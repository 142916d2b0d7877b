/* esp_app_desc.h: what the running app says about itself. */
#include "esp_app_desc.h"

#include <stdio.h>
#include <string.h>

#include "esp_ota_ops.h"
#include "ota/part.h"

/* For apps that were not started from a slot. A project may define its own. */
extern const esp_app_desc_t esp_app_desc;
__attribute__((weak)) const esp_app_desc_t esp_app_desc = {
    .magic_word = ESP_APP_DESC_MAGIC_WORD,
    .version = "1",
    .project_name = "molt",
};

const esp_app_desc_t *esp_app_get_description(void)
{
    struct molt_ota_part *part = molt_ota_part();

    if (!part) return &esp_app_desc;
    if (!part->app_desc_read) {
        const esp_partition_t *running = esp_ota_get_running_partition();

        if (!running || esp_ota_get_partition_description(running, &part->app_desc))
            part->app_desc = esp_app_desc;
        part->app_desc_read = true;
    }
    return &part->app_desc;
}

char *esp_app_get_elf_sha256_str(void)
{
    struct molt_ota_part *part = molt_ota_part();
    const esp_app_desc_t *desc = esp_app_get_description();

    if (!part) return NULL;
    for (size_t i = 0; i < sizeof desc->app_elf_sha256; i++)
        (void)snprintf(part->elf_sha256 + 2 * i, 3, "%02x", desc->app_elf_sha256[i]);
    part->elf_sha256[CONFIG_APP_RETRIEVE_LEN_ELF_SHA] = '\0';
    return part->elf_sha256;
}

int esp_app_get_elf_sha256(char *dst, size_t size)
{
    const char *text = esp_app_get_elf_sha256_str();
    size_t len = CONFIG_APP_RETRIEVE_LEN_ELF_SHA + 1;

    if (!dst || size < 2 || !text) return 0;
    if (size < len) len = size;
    memcpy(dst, text, len);
    dst[len - 1] = '\0';
    return (int)len;
}
