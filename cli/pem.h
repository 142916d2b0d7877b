/* Certificates and keys of options, read and looked at before any server is asked.
 *
 * The functions give an exit code of cli/args.h; MOLT_EXIT_USAGE after having printed why. Without the
 * option they do nothing. What they read is text with a NUL behind it, of molt_bytes_free(). */
#ifndef MOLT_CLI_PEM_H
#define MOLT_CLI_PEM_H

#include "cli/args.h"
#include "cli/files.h"

/* The file of --name: one certificate at least that can be read. */
int molt_pem_read_certs(const struct molt_args *args, const char *name, struct molt_bytes *certs);

/* The file of --name: the key, without a password, of the first of `certs`. */
int molt_pem_read_key(const struct molt_args *args, const char *name,
                      const struct molt_bytes *certs, struct molt_bytes *key);

#endif
