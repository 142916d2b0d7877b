#include <stdio.h>
#include <string.h>

#include "cli/args.h"

enum { COLUMN = 26 };

/* "  -q, --quiet", "      --offset N". */
static void print_option(const struct molt_option *o)
{
    char left[80];
    const char *before = "", *value = o->value ? o->value : "", *after = "";

    if (o->kind == MOLT_OPT_VALUE) before = " ";
    if (o->kind == MOLT_OPT_OPTIONAL) before = " [", after = "]";
    if (o->kind == MOLT_OPT_WORDS) before = " ", after = "...";
    (void)snprintf(left, sizeof left, "%c%c%c --%s%s%s%s", o->letter ? '-' : ' ',
                   o->letter ? o->letter : ' ', o->letter ? ',' : ' ', o->name, before, value,
                   after);
    if (strlen(left) < COLUMN)
        printf("  %-*s %s\n", COLUMN, left, o->help);
    else
        printf("  %s\n  %-*s %s\n", left, COLUMN, "", o->help);
    if (o->choices) printf("  %-*s (one of: %s)\n", COLUMN, "", o->choices);
}

void molt_print_help(const struct molt_command *command, const char *path)
{
    printf("%s: %s\n\nusage: %s", path, command->summary, path);
    if (command->commands) printf(" COMMAND ...");
    if (command->options) printf(" [options]");
    if (command->operands) printf(" %s", command->operands);
    printf("\n");
    if (command->commands) printf("\ncommands:\n");
    for (const struct molt_command *c = command->commands; c && c->name; c++)
        printf("  %-18s %s\n", c->name, c->summary);
    if (!command->commands) printf("\noptions:\n");
    for (const struct molt_option *o = command->options; o && o->name; o++) print_option(o);
    if (!command->commands) printf("  %-*s %s\n", COLUMN, "-h, --help", "show this text");
    if (command->more) printf("\n%s\n", command->more);
    if (command->commands) printf("\n'%s COMMAND --help' tells more.\n", path);
}

static int complete_words(const struct molt_command *command, const char *prefix)
{
    size_t len = strlen(prefix);

    for (const struct molt_command *c = command->commands; c && c->name; c++) {
        if (strncmp(c->name, prefix, len) == 0) puts(c->name);
    }
    for (const struct molt_option *o = command->options; o && o->name; o++) {
        char word[64];

        (void)snprintf(word, sizeof word, "--%s", o->name);
        if (len > 0 && strncmp(word, prefix, len) == 0) puts(word);
    }
    return MOLT_EXIT_OK;
}

/* argv: the words of the line so far behind "molt"; the last is the one to complete. One candidate
 * a line; none means: a file name. */
int molt_complete(const struct molt_command *root, int argc, char **argv)
{
    const struct molt_command *command = root;

    for (int i = 0; i < argc - 1; i++) {
        const struct molt_command *c = command->commands;

        while (c && c->name && strcmp(c->name, argv[i]) != 0) c++;
        if (!c || !c->name) break;
        command = c;
    }
    return complete_words(command, argc > 0 ? argv[argc - 1] : "");
}
