#include <stdio.h>
#include <string.h>

#include "cli/args.h"

enum { COLUMN = 26, LINE_LEN = 100 };

/* `text` behind what stands in the first COLUMN + 3 columns, in as many lines as it needs. */
static void print_beside(const char *text)
{
    const int room = LINE_LEN - COLUMN - 3;

    while (strlen(text) > (size_t)room) {
        int len = room;

        while (len > 0 && text[len] != ' ') len--;
        if (len == 0) break; /* one long word */
        printf("%.*s\n  %-*s ", len, text, COLUMN, "");
        text += len + 1;
    }
    puts(text);
}

/* "  -q, --quiet", "      --offset N". */
static void print_option(const struct molt_option *o)
{
    char left[80], choices[256];
    const char *before = "", *value = o->value ? o->value : "", *after = "";

    if (o->kind == MOLT_OPT_VALUE) before = " ";
    if (o->kind == MOLT_OPT_OPTIONAL) before = " [", after = "]";
    if (o->kind == MOLT_OPT_WORDS) before = " ", after = "...";
    (void)snprintf(left, sizeof left, "%c%c%c --%s%s%s%s", o->letter ? '-' : ' ',
                   o->letter ? o->letter : ' ', o->letter ? ',' : ' ', o->name, before, value,
                   after);
    if (strlen(left) < COLUMN)
        printf("  %-*s ", COLUMN, left);
    else
        printf("  %s\n  %-*s ", left, COLUMN, "");
    print_beside(o->help);
    if (!o->choices) return;
    (void)snprintf(choices, sizeof choices, "(one of: %s)", o->choices);
    printf("  %-*s ", COLUMN, "");
    print_beside(choices);
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

static void offer(const char *word, const char *prefix)
{
    if (strncmp(word, prefix, strlen(prefix)) == 0) puts(word);
}

static void offer_choices(const struct molt_option *o, const char *prefix)
{
    for (const char *at = o->choices; at && *at;) {
        size_t len = strcspn(at, " ");
        char word[64];

        (void)snprintf(word, sizeof word, "%.*s", (int)len, at);
        offer(word, prefix);
        at += len + (at[len] == ' ');
    }
}

/* The option that `word` is, "--name" or "-n"; NULL when it is none. */
static const struct molt_option *option_of(const struct molt_command *command, const char *word)
{
    for (const struct molt_option *o = command->options; o && o->name; o++) {
        bool is_name = word[0] == '-' && word[1] == '-' && strcmp(word + 2, o->name) == 0;
        bool is_letter = o->letter && word[0] == '-' && word[1] == o->letter && word[2] == '\0';

        if (is_name || is_letter) return o;
    }
    return NULL;
}

static void complete_words(const struct molt_command *command, const char *prefix)
{
    for (const struct molt_command *c = command->commands; c && c->name; c++)
        offer(c->name, prefix);
    if (*prefix == '\0') return;
    for (const struct molt_option *o = command->options; o && o->name; o++) {
        char word[64];

        (void)snprintf(word, sizeof word, "--%s", o->name);
        offer(word, prefix);
    }
    offer("--help", prefix);
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
    const char *prefix = argc > 0 ? argv[argc - 1] : "";
    int before = argc - 2; /* bash makes three words of "--tear=bits" */
    if (strcmp(prefix, "=") == 0)
        prefix = "";
    else if (before >= 1 && strcmp(argv[before], "=") == 0)
        before--;
    const struct molt_option *option = before >= 0 ? option_of(command, argv[before]) : NULL;
    if (option && option->choices)
        offer_choices(option, prefix);
    else if (!option || option->kind == MOLT_OPT_FLAG)
        complete_words(command, prefix);
    return MOLT_EXIT_OK;
}
