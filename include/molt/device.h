/* The device that the esp_* functions act on.
 *
 * They take no context argument, so they find their device here: one static object on a chip; on
 * Linux one per thread, so that a fleet runs in one process. */
#ifndef MOLT_DEVICE_H
#define MOLT_DEVICE_H

#include "molt/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct molt_device;

/* Bytes that one device needs, all pools included; sized in sdkconfig.h. */
size_t molt_device_size(void);

/* Builds a device in `memory` (molt_device_size() bytes, aligned for any type, owned by the caller,
 * must outlive the device) and makes it this thread's device. *port must outlive it too. NULL, and no
 * device, when the geometry of port->flash cannot be (flash/nor.h, molt_nor_check()). */
struct molt_device *molt_device_init(void *memory, const struct molt_port *port);

/* This thread's device, or else the shared one; NULL before there is one. */
struct molt_device *molt_this_device(void);
void molt_device_use(struct molt_device *device);

/* Makes `device` that of every thread that has none of its own: an app's tasks all act on the device
 * that runs them. Call it before such threads start. The esp_* functions do not lock: esp_log may be
 * called from several threads, of the others one at a time. NULL: no shared device. */
void molt_device_share(struct molt_device *device);

/* The port of this thread's device; NULL without one. */
const struct molt_port *molt_this_port(void);

#ifdef __cplusplus
}
#endif

#endif
