#include "esp_system.h"

#include <stdlib.h>

#include "ctx/ctx.h"

void esp_restart(void)
{
    const struct molt_port *port = molt_this_port();

    if (port && port->reset) port->reset(port->ctx, MOLT_RESET_SW);
    abort(); /* no device, or a port that broke its promise */
}

esp_reset_reason_t esp_reset_reason(void)
{
    const struct molt_port *port = molt_this_port();

    if (!port || !port->reset_reason) return ESP_RST_UNKNOWN;
    return (esp_reset_reason_t)port->reset_reason(port->ctx);
}
