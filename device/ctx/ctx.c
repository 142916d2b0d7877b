#include "ctx/ctx.h"
#include "base/option.h"

#include "sdkconfig.h"

#if MOLT_OPTION(CONFIG_MOLT_DEVICE_PER_THREAD)
static _Thread_local struct molt_device *this_device;
#else
static struct molt_device *this_device;
#endif
static struct molt_device *shared_device; /* of threads that have none of their own */

struct molt_device *molt_this_device(void)
{
    return this_device ? this_device : shared_device;
}

void molt_device_share(struct molt_device *device)
{
    shared_device = device;
}

void molt_device_use(struct molt_device *device)
{
    this_device = device;
}

const struct molt_port *molt_this_port(void)
{
    const struct molt_device *device = molt_this_device();

    return device ? device->port : NULL;
}

void *molt_device_part(enum molt_device_part part)
{
    const struct molt_device *device = molt_this_device();

    return device ? device->part[part] : NULL;
}
