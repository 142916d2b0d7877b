/* What the commands with --json share. */
#ifndef MOLT_CLI_JSON_H
#define MOLT_CLI_JSON_H

#include <jansson.h>

/* A text from an image or a table; bytes that are not UTF-8 must not cost the reader the whole
 * document. */
json_t *molt_json_text(const char *text);

#endif
