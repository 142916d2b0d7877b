#include "cli/args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_LEN = 256 };

static const struct molt_option *find_option(const struct molt_option *table, const char *name,
                                             size_t name_len)
{
    for (; table && table->name; table++) {
        if (strlen(table->name) == name_len && memcmp(table->name, name, name_len) == 0)
            return table;
    }
    return NULL;
}

static const struct molt_option *find_letter(const struct molt_option *table, char letter)
{
    for (; table && table->name; table++) {
        if (table->letter == letter) return table;
    }
    return NULL;
}

static bool is_word_of(const char *list, const char *word)
{
    size_t len = strlen(word);

    if (strchr(word, ' ')) return false; /* several words of the list are none of them */
    for (const char *at = list; len > 0 && (at = strstr(at, word)); at += len) {
        bool starts = at == list || at[-1] == ' ';
        if (starts && (at[len] == ' ' || at[len] == '\0')) return true;
    }
    return false;
}

/* A lone "-" is an operand: standard input or output. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

int molt_args_usage(const struct molt_args *args, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    (void)fprintf(stderr, "%s: ", args->path);
    (void)vfprintf(stderr, format, list);
    (void)fprintf(stderr, "\nTry '%s --help'.\n", args->path);
    va_end(list);
    return MOLT_EXIT_USAGE;
}

struct parse {
    struct molt_args args;
    struct molt_given *given;
    char **operand;
    char **word; /* what is left of argv */
    bool only_operands, help;
    /* An option whose value was left out, and the operand behind it: perhaps it was meant to be it. */
    const struct molt_option *no_value;
    const char *behind;
};

static void give(struct parse *p, const struct molt_option *option, const char *value)
{
    p->given[p->args.given_count++] = (struct molt_given){ option, value };
}

/* The next word when it is one of the choices. Another word is an operand; should it turn out to be
 * one too many, a message can say that it was no value of this option. */
static const char *take_optional(struct parse *p, const struct molt_option *option)
{
    const char *next = *p->word;

    if (!next || is_option(next)) return NULL;
    if (is_word_of(option->choices, next)) return *p->word++;
    p->no_value = option;
    p->behind = next;
    return NULL;
}

/* The option's value: what follows '=' (or the letter), or the next word. */
static int take_value(struct parse *p, const struct molt_option *option, const char *attached)
{
    const char *next = *p->word;
    const char *value = attached;

    switch (option->kind) {
    case MOLT_OPT_FLAG:
        if (attached) return molt_args_usage(&p->args, "--%s takes no value", option->name);
        break;
    case MOLT_OPT_VALUE:
        if (!value && next) value = *p->word++;
        if (!value)
            return molt_args_usage(&p->args, "--%s needs a value: %s", option->name, option->value);
        break;
    case MOLT_OPT_OPTIONAL:
        if (!value) value = take_optional(p, option);
        break;
    case MOLT_OPT_WORDS:
        if (attached) give(p, option, attached);
        while (*p->word && !is_option(*p->word)) give(p, option, *p->word++);
        return 0;
    }
    if (value && option->choices && !is_word_of(option->choices, value))
        return molt_args_usage(&p->args, "--%s: '%s' is not one of: %s", option->name, value,
                               option->choices);
    give(p, option, value);
    return 0;
}

static int take_long(struct parse *p, const char *name)
{
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);

    if (len == 4 && memcmp(name, "help", 4) == 0) {
        p->help = true;
        return 0;
    }
    const struct molt_option *option = find_option(p->args.command->options, name, len);
    if (!option) return molt_args_usage(&p->args, "no option --%.*s", (int)len, name);
    return take_value(p, option, equals ? equals + 1 : NULL);
}

/* -q, -qv, -o N, -oN. */
static int take_letters(struct parse *p, const char *letters)
{
    for (; *letters; letters++) {
        const struct molt_option *option = find_letter(p->args.command->options, *letters);

        if (!option && *letters == 'h') {
            p->help = true;
            continue;
        }
        if (!option) return molt_args_usage(&p->args, "no option -%c", *letters);
        if (option->kind != MOLT_OPT_FLAG)
            return take_value(p, option, letters[1] ? letters + 1 : NULL);
        give(p, option, NULL);
    }
    return 0;
}

static int take_word(struct parse *p)
{
    char *word = *p->word++;

    if (p->only_operands || !is_option(word)) {
        p->operand[p->args.operand_count++] = word;
        return 0;
    }
    if (strcmp(word, "--") == 0) {
        p->only_operands = true;
        return 0;
    }
    if (word[1] == '-') return take_long(p, word + 2);
    return take_letters(p, word + 1);
}

static int run_leaf(struct parse *p)
{
    const struct molt_command *command = p->args.command;

    while (*p->word) {
        int bad = take_word(p);
        if (bad) return bad;
    }
    if (p->help) {
        molt_print_help(command, p->args.path);
        return MOLT_EXIT_OK;
    }
    p->args.given = p->given;
    p->args.operand = p->operand;
    if (p->args.operand_count < command->operands_min)
        return molt_args_usage(&p->args, "missing %s", command->operands);
    bool too_many = command->operands_max >= 0 && p->args.operand_count > command->operands_max;
    if (too_many && p->no_value)
        return molt_args_usage(&p->args, "--%s: '%s' is not one of: %s", p->no_value->name,
                               p->behind, p->no_value->choices);
    if (too_many)
        return molt_args_usage(&p->args, "unexpected '%s'", p->operand[command->operands_max]);
    return command->run(&p->args);
}

static int run_in(const struct molt_command *command, struct molt_args *at, char *path, char **word,
                  const struct molt_command **next)
{
    at->command = command;
    at->path = path;
    *next = NULL;
    if (!*word) return molt_args_usage(at, "missing command");
    if (strcmp(*word, "--help") == 0 || strcmp(*word, "-h") == 0 || strcmp(*word, "help") == 0) {
        molt_print_help(command, path);
        return MOLT_EXIT_OK;
    }
    for (const struct molt_command *c = command->commands; c->name; c++) {
        if (strcmp(c->name, *word) == 0) *next = c;
    }
    if (!*next) return molt_args_usage(at, "no command '%s'", *word);
    return 0;
}

int molt_args_run(const struct molt_command *root, int argc, char **argv)
{
    char path[PATH_MAX_LEN];
    struct molt_args at = { .path = path };
    const struct molt_command *command = root;
    char **word = argv + 1;

    (void)snprintf(path, sizeof path, "%s", root->name);
    while (command->commands) {
        const struct molt_command *next;

        int exit_code = run_in(command, &at, path, word, &next);
        if (!next) return exit_code;
        size_t used = strlen(path);
        (void)snprintf(path + used, sizeof path - used, " %s", next->name);
        command = next;
        word++;
    }

    struct parse p = { .args = { .path = path, .command = command }, .word = word };
    p.given = calloc((size_t)argc + 1, sizeof *p.given);
    p.operand = calloc((size_t)argc + 1, sizeof *p.operand);
    int exit_code = MOLT_EXIT_USAGE;
    if (p.given && p.operand) exit_code = run_leaf(&p);
    free(p.given);
    free(p.operand);
    return exit_code;
}

static bool is_named(const struct molt_given *g, const char *name)
{
    return strcmp(g->option->name, name) == 0;
}

bool molt_args_has(const struct molt_args *args, const char *name)
{
    for (int i = 0; i < args->given_count; i++) {
        if (is_named(&args->given[i], name)) return true;
    }
    return false;
}

int molt_args_count(const struct molt_args *args, const char *name)
{
    int count = 0;

    for (int i = 0; i < args->given_count; i++) {
        if (is_named(&args->given[i], name) && args->given[i].value) count++;
    }
    return count;
}

const char *molt_args_nth(const struct molt_args *args, const char *name, int i)
{
    for (int g = 0; g < args->given_count; g++) {
        if (is_named(&args->given[g], name) && args->given[g].value && i-- == 0)
            return args->given[g].value;
    }
    return NULL;
}

const char *molt_args_value(const struct molt_args *args, const char *name, const char *fallback)
{
    int count = molt_args_count(args, name);

    return count ? molt_args_nth(args, name, count - 1) : fallback;
}

/* Decimal, or hexadecimal with 0x, and *end behind it. A leading zero is refused: some would read
 * it as octal. */
static bool parse_number(const char *text, uint32_t *value, char **end)
{
    bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = is_hex ? text + 2 : text;
    const char *allowed = is_hex ? "0123456789abcdefABCDEF" : "0123456789";

    if (!*digits || !strchr(allowed, *digits)) return false;
    if (!is_hex && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') return false;
    errno = 0;
    unsigned long long number = strtoull(digits, end, is_hex ? 16 : 10);
    if (errno || number > UINT32_MAX) return false;
    *value = (uint32_t)number;
    return true;
}

bool molt_parse_size(const char *text, uint32_t *value)
{
    static const struct {
        const char *suffix;
        uint32_t unit;
    } units[] = { { "", 1 },
                  { "K", 1024 },
                  { "KB", 1024 },
                  { "M", 1024 * 1024 },
                  { "MB", 1024 * 1024 },
                  { "k", 1024 },
                  { "m", 1024 * 1024 } };
    uint32_t number;
    char *end;

    if (!parse_number(text, &number, &end)) return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].suffix) != 0) continue;
        if (number > UINT32_MAX / units[i].unit) return false;
        *value = number * units[i].unit;
        return true;
    }
    return false;
}

bool molt_args_size(const struct molt_args *args, const char *name, uint32_t fallback,
                    uint32_t *value)
{
    const char *text = molt_args_value(args, name, NULL);

    *value = fallback;
    if (!text || molt_parse_size(text, value)) return true;
    (void)molt_args_usage(args, "--%s: '%s' is not a number such as 4096, 0x1000, 4K or 1M", name,
                          text);
    return false;
}

bool molt_args_number(const struct molt_args *args, const char *name, uint32_t fallback,
                      uint32_t *value)
{
    const char *text = molt_args_value(args, name, NULL);
    uint32_t number;
    char *end;

    *value = fallback;
    if (!text) return true;
    if (parse_number(text, &number, &end) && *end == '\0') {
        *value = number;
        return true;
    }
    (void)molt_args_usage(args, "--%s: '%s' is not a number such as 12 or 0x1f", name, text);
    return false;
}
