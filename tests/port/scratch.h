/* Files that a test makes and removes again. */
#ifndef MOLT_TESTS_PORT_SCRATCH_H
#define MOLT_TESTS_PORT_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A name in the temporary folder that no file has. */
static inline const char *scratch_path(char path[64])
{
    (void)snprintf(path, 64, "/tmp/molt-test-XXXXXX");
    int fd = mkstemp(path);
    if (fd >= 0) (void)close(fd);
    (void)unlink(path);
    return path;
}

/* Makes `path` with `len` bytes of `value`. */
static inline void scratch_fill(const char *path, size_t len, int value)
{
    FILE *file = fopen(path, "wb");

    if (!file) abort();
    for (size_t i = 0; i < len; i++) (void)fputc(value, file);
    if (fclose(file) != 0) abort();
}

#endif
