/* TCP over sockets: struct molt_net_ops for Linux.
 *
 * Sockets never block; poll() keeps the times. A closed peer is a value, never SIGPIPE. The host name
 * is resolved by getaddrinfo(), whose own time-outs (resolv.conf) bound that step, not timeout_ms. */
#ifndef MOLT_PORT_LINUX_NET_H
#define MOLT_PORT_LINUX_NET_H

#include "molt/port.h"

extern const struct molt_net_ops molt_linux_net;

#endif
