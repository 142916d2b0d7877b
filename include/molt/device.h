/* The device that the esp_* functions act on.
 *
 * They take no context argument, so they find their device here: one static object on a chip; on
 * Linux one per thread, so that a fleet runs in one process. */
#ifndef MOLT_DEVICE_H
#define MOLT_DEVICE_H

#include "molt/port.h"

struct molt_device;

/* Bytes that one device needs, all pools included; sized in sdkconfig.h. */
size_t molt_device_size(void);

/* Builds a device in `memory` (molt_device_size() bytes, aligned for any type, owned by the caller,
 * must outlive the device) and makes it this thread's device. *port must outlive it too. NULL, and no
 * device, when the geometry of port->flash cannot be (flash/nor.h, molt_nor_check()). */
struct molt_device *molt_device_init(void *memory, const struct molt_port *port);

/* This thread's device; NULL before the first molt_device_init() or molt_device_use(). */
struct molt_device *molt_this_device(void);
void molt_device_use(struct molt_device *device);

/* The port of this thread's device; NULL without one. */
const struct molt_port *molt_this_port(void);

#endif
