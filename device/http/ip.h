/* IP addresses as text: "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1". Pure. */
#ifndef MOLT_HTTP_IP_H
#define MOLT_HTTP_IP_H

#include <stddef.h>
#include <stdint.h>

enum { MOLT_IP_LEN_MAX = 16 };

/* The address in network order; how many bytes it has: 4, 16, or 0 when `text` is none. */
size_t molt_ip_parse(const char *text, uint8_t address[MOLT_IP_LEN_MAX]);

#endif
