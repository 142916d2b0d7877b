/* TCP over sockets: struct molt_net_ops for Linux.
 *
 * Sockets never block; poll() keeps the times. A closed peer is a value, never SIGPIPE. A thread of its
 * own resolves the host name with getaddrinfo(), which may take longer than the caller wants to wait:
 * connect() then returns in time, and the thread ends when the resolver does. */
#ifndef MOLT_PORT_LINUX_NET_H
#define MOLT_PORT_LINUX_NET_H

#include "molt/port.h"

extern const struct molt_net_ops molt_linux_net;

#endif
