#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

static int version(const struct molt_args *args)
{
    (void)args;
    puts("molt " MOLT_VERSION_TEXT);
    return MOLT_EXIT_OK;
}

static int completion(const struct molt_args *args)
{
    (void)args;
    puts("# bash completion for molt:  source <(molt completion)\n"
         "_molt() {\n"
         "    local IFS=$'\\n'\n"
         "    COMPREPLY=($(\"${COMP_WORDS[0]}\" __complete \"${COMP_WORDS[@]:1:COMP_CWORD}\"))\n"
         "}\n"
         "complete -o default -F _molt molt");
    return MOLT_EXIT_OK;
}

int main(int argc, char **argv)
{
    const struct molt_command commands[] = {
        molt_cmd_partition_table,
        molt_cmd_gen_esp32part,
        molt_cmd_image,
        molt_cmd_otadata,
        molt_cmd_device,
        molt_cmd_flash,
        { .name = "version", .summary = "show the version", .run = version },
        { .name = "completion",
          .summary = "print bash completion: source <(molt completion)",
          .run = completion },
        { .name = NULL },
    };
    const struct molt_command root = {
        .name = "molt",
        .summary = "make, look at and run firmware that upgrades itself",
        .commands = commands,
    };

    if (argc >= 2 && strcmp(argv[1], "__complete") == 0)
        return molt_complete(&root, argc - 2, argv + 2);
    if (argc == 2 && strcmp(argv[1], "--version") == 0) return version(NULL);
    int exit_code = molt_args_run(&root, argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("molt: standard output");
        return MOLT_EXIT_USAGE;
    }
    return exit_code;
}
