/* What every layer of device/ keeps per device, and where it finds it.
 *
 * A layer's state is one "part": http/ and ota/ each say how many bytes theirs needs, ota/device.c
 * lays all of them out in the caller's memory, and a function that ESP-IDF gave no context argument
 * finds its own with molt_device_part(). */
#ifndef MOLT_CTX_CTX_H
#define MOLT_CTX_CTX_H

#include "molt/device.h"

enum molt_device_part {
    MOLT_DEVICE_LOG,
    MOLT_DEVICE_HTTP,
    MOLT_DEVICE_OTA,
    MOLT_DEVICE_PARTS,
};

struct molt_device {
    const struct molt_port *port;
    void *part[MOLT_DEVICE_PARTS];
};

/* This thread's device's part; NULL without a device. */
void *molt_device_part(enum molt_device_part part);

#endif
