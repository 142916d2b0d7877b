/* Files as every command uses them: read whole, written whole, or not at all.
 *
 * Functions that return int give an exit code of cli/args.h: MOLT_EXIT_OK, or MOLT_EXIT_USAGE after
 * having printed why. */
#ifndef MOLT_CLI_FILES_H
#define MOLT_CLI_FILES_H

#include <stddef.h>
#include <stdint.h>

struct molt_bytes {
    uint8_t *at; /* of molt_bytes_free(); NULL when empty */
    size_t len;
};

/* Reads all of `path`, "-" = standard input. More than len_max bytes are an error. */
int molt_file_read(const char *path, size_t len_max, struct molt_bytes *bytes);
void molt_bytes_free(struct molt_bytes *bytes);

/* Writes all of `path`, "-" = standard output. A regular file is replaced in one step: whoever
 * looks, also after a crash, sees all of the old content or all of the new. */
int molt_file_write(const char *path, const void *bytes, size_t len);

/* mkdir -p for the folder that `path` is in. */
int molt_make_folder_of(const char *path);

/* What messages call `path`: "<stdin>" for "-". */
const char *molt_path_name(const char *path);

/* Prints "file:line: field: reason" to stderr; line 0 and field NULL are left out. Control
 * characters in both texts come out as '?' (base/unicode.h), whoever they are from. */
void molt_complain(const char *path, uint32_t line, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
