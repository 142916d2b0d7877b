/* molt/device.h: lays out what every layer keeps per device in the caller's memory. */
#include "molt/device.h"

#include <stddef.h>
#include <string.h>

#include "base/option.h"
#include "ctx/ctx.h"
#include "ctx/log_part.h"
#include "http/http_part.h"
#include "ota/part.h"

/* Behind it come the HTTP layer's bytes, whose number only that layer knows. */
struct layout {
    struct molt_device device;
    struct molt_log_part log;
    struct molt_ota_part ota;
    max_align_t http[];
};

size_t molt_device_size(void)
{
    return sizeof(struct layout) + molt_http_part_size();
}

struct molt_device *molt_device_init(void *memory, const struct molt_port *port)
{
    struct layout *l = memory;

    if (port->flash && molt_nor_check(&port->flash->geometry)) {
        molt_device_use(NULL);
        return NULL;
    }
    memset(l, 0, sizeof *l);
    l->device.port = port;
    l->device.part[MOLT_DEVICE_LOG] = &l->log;
    l->device.part[MOLT_DEVICE_HTTP] = l->http;
    l->device.part[MOLT_DEVICE_OTA] = &l->ota;
    molt_http_part_init(l->http);
    l->ota.config = (struct molt_ota_config){
        .rollback = MOLT_OPTION(CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE),
        .anti_rollback = MOLT_OPTION(CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK),
        .table_md5 = MOLT_OPTION(CONFIG_PARTITION_TABLE_MD5),
        .stalls = CONFIG_MOLT_HTTPS_OTA_STALLS,
        .allow_http = MOLT_OPTION(CONFIG_ESP_HTTPS_OTA_ALLOW_HTTP),
    };
    molt_device_use(&l->device);
    return &l->device;
}

struct molt_ota_part *molt_ota_part(void)
{
    return molt_device_part(MOLT_DEVICE_OTA);
}
