/* What the HTTP layer keeps per device: MOLT_DEVICE_HTTP of ctx/ctx.h. */
#ifndef MOLT_HTTP_HTTP_PART_H
#define MOLT_HTTP_HTTP_PART_H

#include <stddef.h>

/* Bytes; the memory is aligned for any type. */
size_t molt_http_part_size(void);
void molt_http_part_init(void *memory);

#endif
