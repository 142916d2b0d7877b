/* The command line, read by table: commands with subcommands, options, help, completion.
 *
 * A command is one row of a table (cli/commands.h); help texts and bash completion come from the
 * same rows. Exit codes of every command: 0 done, 1 the thing checked is bad, 2 usage or
 * unreadable input. */
#ifndef MOLT_CLI_ARGS_H
#define MOLT_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOLT_EXIT_OK = 0, MOLT_EXIT_BAD = 1, MOLT_EXIT_USAGE = 2 };

enum molt_option_kind {
    MOLT_OPT_FLAG,     /* --quiet */
    MOLT_OPT_VALUE,    /* --offset N, --offset=N, -o N; may be repeated */
    MOLT_OPT_OPTIONAL, /* --secure, --secure v2: the next word is its value if it is in `choices` */
    MOLT_OPT_WORDS,    /* --extra A B C: all words up to the next option */
};

/* One row; a table ends with a row whose name is NULL. */
struct molt_option {
    const char *name; /* without "--" */
    char letter;      /* of the short form; 0 = none */
    enum molt_option_kind kind;
    const char *value;   /* how help calls the value: "FILE" */
    const char *help;    /* one line */
    const char *choices; /* "v1 v2": the only values allowed; NULL = any */
};

struct molt_args;

struct molt_command {
    const char *name; /* NULL ends a table */
    const char *summary;
    const char *operands;                /* as help shows them: "IN.csv OUT.bin"; NULL = none */
    int operands_min, operands_max;      /* max < 0: any number */
    const struct molt_option *options;   /* NULL = none */
    const struct molt_command *commands; /* subcommands; NULL = none */
    int (*run)(const struct molt_args *args); /* with subcommands: NULL */
    const char *more;                         /* further paragraphs of help, or NULL */
};

/* What the user gave. Made by molt_args_run(); lives until the command returns. */
struct molt_args {
    const char *path; /* "molt flash create": for messages */
    const struct molt_command *command;
    char *const *operand;
    int operand_count;
    struct molt_given {
        const struct molt_option *option;
        const char *value; /* NULL for a flag, and for an optional value that was left out */
    } const *given;
    int given_count;
};

/* Runs what argv asks for; the exit code. */
int molt_args_run(const struct molt_command *root, int argc, char **argv);

/* Prints "molt flash: text" and where to get help; returns MOLT_EXIT_USAGE. */
int molt_args_usage(const struct molt_args *args, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool molt_args_has(const struct molt_args *args, const char *name);
/* The value of the last --name, or `fallback`. */
const char *molt_args_value(const struct molt_args *args, const char *name, const char *fallback);
/* How often --name has a value, and its i-th one. */
int molt_args_count(const struct molt_args *args, const char *name);
const char *molt_args_nth(const struct molt_args *args, const char *name, int i);

/* A number of bytes or an address: 4096, 0x1000, 4K, 1M or 4MB. False when it is not one that fits
 * into 32 bits, or starts with a zero that some would read as octal. */
bool molt_parse_size(const char *text, uint32_t *value);
/* The value of --name as such a number, `fallback` when it is not given. When it is not a number:
 * prints why and returns false. */
bool molt_args_size(const struct molt_args *args, const char *name, uint32_t fallback,
                    uint32_t *value);

/* Likewise for counts and versions, which have no unit: 12 or 0x1f. */
bool molt_args_number(const struct molt_args *args, const char *name, uint32_t fallback,
                      uint32_t *value);

/* `more` of a command tree for bash; see cli/completion.c. */
int molt_complete(const struct molt_command *root, int argc, char **argv);
void molt_print_help(const struct molt_command *command, const char *path);

#endif
