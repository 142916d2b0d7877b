/* What Linux gives every molt process: clocks, entropy, log, CA certificates. */
#ifndef MOLT_PORT_HOST_H
#define MOLT_PORT_HOST_H

#include "molt/port.h"

/* Fills in uptime_ms (since the first call), sleep_ms, wall_time, entropy, log (to stderr) and ca_bundle;
 * the other members keep their values. None of these functions looks at port->ctx. */
void molt_host_fill(struct molt_port *port);

/* Milliseconds of a clock that never goes back. */
uint64_t molt_host_clock_ms(void);

#endif
