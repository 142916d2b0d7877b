#include "http/http_part.h"

#include <string.h>

#include "http/part.h"

size_t molt_http_part_size(void)
{
    return sizeof(struct molt_http_part);
}

void molt_http_part_init(void *memory)
{
    memset(memory, 0, sizeof(struct molt_http_part));
}
