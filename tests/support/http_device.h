/* A device that has a network and nothing else, for tests of the HTTP client. */
#ifndef MOLT_TESTS_SUPPORT_HTTP_DEVICE_H
#define MOLT_TESTS_SUPPORT_HTTP_DEVICE_H

#include <stdlib.h>

#include "ctx/ctx.h"
#include "http/http_part.h"
#include "port/linux/host.h"

static struct molt_port http_device_port;
static struct molt_device http_device;

/* Makes it this thread's device. Set members of http_device_port afterwards as the test needs. */
static inline void http_device_start(void)
{
    molt_host_fill(&http_device_port);
    http_device_port.log = NULL;
    if (!http_device.part[MOLT_DEVICE_HTTP])
        http_device.part[MOLT_DEVICE_HTTP] = calloc(1, molt_http_part_size());
    if (!http_device.part[MOLT_DEVICE_HTTP]) abort();
    http_device.port = &http_device_port;
    molt_http_part_init(http_device.part[MOLT_DEVICE_HTTP]);
    molt_device_use(&http_device);
}

#endif
