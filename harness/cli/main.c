/* qubout: one entry, one file a command. */
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/version.h"
#include "solvers/kernels/simd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A buffer that was flushed on the way may have failed then. */
static bool output_failed(void)
{
    return fflush(stdout) != 0 || ferror(stdout);
}

static int print_text(void (*make)(qb_text *))
{
    qb_text text = {0};
    make(&text);
    fputs(qb_text_get(&text), stdout);
    bool failed = text.status != QB_OK || output_failed();
    qb_text_clear(&text);
    return failed ? QB_EXIT_ENVIRONMENT : QB_EXIT_DONE;
}

static const qb_command *find_command(const char *name)
{
    for (const qb_command *const *c = qb_commands; *c; c++)
        if (!strcmp((*c)->name, name))
            return *c;
    return NULL;
}

static int unknown_command(const char *name)
{
    char hint[QB_HINT_TEXT];
    qb_nearest near = {.word = name};
    for (const qb_command *const *c = qb_commands; *c; c++)
        qb_nearest_offer(&near, (*c)->name);
    qb_diag diag;
    return qb_cli_exit(qb_fail(&diag, QB_BAD_INPUT, "unknown command '%s'%s; see qubout --help", name,
                               qb_nearest_hint(&near, hint)),
                       &diag);
}

static int print_command_help(const qb_command *command)
{
    qb_text text = {0};
    qb_command_help(command, &text);
    fputs(qb_text_get(&text), stdout);
    qb_text_clear(&text);
    return QB_EXIT_DONE;
}

static int run_command(const qb_command *command, int argc, char **argv)
{
    qb_diag diag = {0};
    qb_arguments arguments = {0};
    bool help = false;
    int code = QB_EXIT_ENVIRONMENT;
    void *options = qb_alloc(1, command->options_size ? command->options_size : 1);
    const char **words = qb_alloc((size_t)argc + 1, sizeof *words);
    if (!options || !words)
        goto done;
    code =
        qb_cli_exit(qb_command_parse(command, argc, argv, options, words, &arguments, &help, &diag), &diag);
    if (code)
        goto done;
    code = help ? print_command_help(command) : command->run(options, &arguments);
    if (output_failed() && code == QB_EXIT_DONE) {
        perror("qubout: cannot write to standard output");
        code = QB_EXIT_ENVIRONMENT;
    }
done:
    qb_free(words);
    qb_free(options);
    return code;
}

int main(int argc, char **argv)
{
    qb_diag diag = {0};
    if (argc < 2) {
        print_text(qb_program_help);
        return QB_EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
        return print_text(qb_program_help);
    if (!strcmp(argv[1], "help") && argc == 2)
        return print_text(qb_program_help);
    if (!strcmp(argv[1], "--man"))
        return print_text(qb_program_man);
    if (!strcmp(argv[1], "--version"))
        return print_text(qb_version_text);
    int code = qb_cli_exit(qb_simd_select(getenv("QB_SIMD"), &diag), &diag);
    if (code)
        return code;
    const qb_command *command = find_command(argv[1]);
    return command ? run_command(command, argc - 2, argv + 2) : unknown_command(argv[1]);
}
