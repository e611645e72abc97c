#include "harness/cli/command.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const qb_option *find_option(const qb_command *command, const char *name, size_t length)
{
    for (size_t k = 0; k < command->option_count; k++)
        if (strlen(command->options[k].name) == length && !strncmp(command->options[k].name, name, length))
            return &command->options[k];
    return NULL;
}

static qb_status unknown_option(const qb_command *command, const char *word, qb_diag *diag)
{
    char name[64], hint[QB_HINT_TEXT];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    qb_nearest near = {.word = name};
    for (size_t k = 0; k < command->option_count; k++)
        qb_nearest_offer(&near, command->options[k].name);
    qb_nearest_offer(&near, "help");
    return qb_fail(diag, QB_BAD_INPUT, "%s: unknown option '--%s'%s", command->name, name,
                   qb_nearest_hint(&near, hint));
}

/* Reads text into the field at `field`; false when it is not a value of the type. */
static bool set_value(const qb_option *option, const char *text, void *field)
{
    switch (option->type) {
    case QB_OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case QB_OPTION_TEXT:
        *(const char **)field = text;
        return *text != '\0';
    case QB_OPTION_COUNT:
        return qb_parse_u64(text, strlen(text), field) && *(uint64_t *)field != QB_UNSET_COUNT;
    case QB_OPTION_REAL:
        return qb_parse_double(text, strlen(text), field);
    case QB_OPTION_DURATION:
        return qb_parse_duration(text, field);
    case QB_OPTION_MEMORY:
        return qb_parse_memory(text, field) && *(uint64_t *)field != QB_UNSET_COUNT;
    }
    return false;
}

static const char *type_help(qb_option_type type)
{
    switch (type) {
    case QB_OPTION_COUNT:
        return "a whole number";
    case QB_OPTION_REAL:
        return "a number";
    case QB_OPTION_DURATION:
        return "a duration such as 500ms, 10s, 2min or 1h";
    case QB_OPTION_MEMORY:
        return "an amount of memory such as 512MiB or 2GiB";
    default:
        return "a value";
    }
}

static void set_unset(const qb_option *option, void *field)
{
    switch (option->type) {
    case QB_OPTION_COUNT:
    case QB_OPTION_MEMORY:
        *(uint64_t *)field = QB_UNSET_COUNT;
        break;
    case QB_OPTION_REAL:
    case QB_OPTION_DURATION:
        *(double *)field = NAN;
        break;
    case QB_OPTION_TEXT:
        *(const char **)field = NULL;
        break;
    case QB_OPTION_FLAG:
        *(bool *)field = false;
        break;
    }
    if (option->fallback)
        set_value(option, option->fallback, field);
}

/* One "--name", "--name=value" or "--name value"; *used: words consumed. */
static qb_status take_option(const qb_command *command, int argc, char **argv, void *options, int *used,
                             qb_diag *diag)
{
    const char *name = argv[0] + 2, *equals = strchr(name, '=');
    const qb_option *option = find_option(command, name, equals ? (size_t)(equals - name) : strlen(name));
    if (!option)
        return unknown_option(command, argv[0], diag);
    const char *value = equals ? equals + 1 : NULL;
    *used = 1;
    if (option->type == QB_OPTION_FLAG && value)
        return qb_fail(diag, QB_BAD_INPUT, "%s: option '--%s' takes no value", command->name, option->name);
    if (option->type != QB_OPTION_FLAG && !value) {
        if (argc < 2)
            return qb_fail(diag, QB_BAD_INPUT, "%s: option '--%s' needs %s", command->name, option->name,
                           type_help(option->type));
        value = argv[1];
        *used = 2;
    }
    if (!set_value(option, value, (char *)options + option->offset))
        return qb_fail(diag, QB_BAD_INPUT, "%s: option '--%s' needs %s, got '%s'", command->name,
                       option->name, type_help(option->type), value);
    return QB_OK;
}

qb_status qb_command_parse(const qb_command *command, int argc, char **argv, void *options,
                           const char **words, qb_arguments *arguments, bool *help, qb_diag *diag)
{
    int count = 0;
    bool only_words = false;
    *help = false;
    for (size_t k = 0; k < command->option_count; k++)
        set_unset(&command->options[k], (char *)options + command->options[k].offset);
    for (int k = 0; k < argc;) {
        const char *word = argv[k];
        int used = 1;
        if (only_words || word[0] != '-' || !strcmp(word, "-")) {
            words[count++] = word;
        } else if (!strcmp(word, "--")) {
            only_words = true;
        } else if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
            *help = true;
            return QB_OK;
        } else if (word[1] != '-') {
            return qb_fail(diag, QB_BAD_INPUT, "%s: unknown option '%s' (options are spelled out: --name)",
                           command->name, word);
        } else {
            qb_status status = take_option(command, argc - k, argv + k, options, &used, diag);
            if (status)
                return status;
        }
        k += used;
    }
    if (count < command->least_words)
        return qb_fail(diag, QB_BAD_INPUT, "%s: missing argument; usage: qubout %s %s", command->name,
                       command->name, command->synopsis);
    if (command->most_words >= 0 && count > command->most_words)
        return qb_fail(diag, QB_BAD_INPUT, "%s: unexpected argument '%s'; usage: qubout %s %s", command->name,
                       words[command->most_words], command->name, command->synopsis);
    *arguments = (qb_arguments){words, count};
    return QB_OK;
}

int qb_cli_exit(qb_status status, const qb_diag *diag)
{
    if (status == QB_OK)
        return QB_EXIT_DONE;
    fprintf(stderr, "qubout: %s\n", diag && diag->text[0] ? diag->text : qb_status_text(status));
    switch (status) {
    case QB_BAD_INPUT:
        return QB_EXIT_USAGE;
    case QB_REFUSED:
        return QB_EXIT_NOTHING;
    case QB_INFEASIBLE:
        return QB_EXIT_NO;
    case QB_STOPPED:
        return QB_EXIT_INTERRUPTED;
    default:
        return QB_EXIT_ENVIRONMENT;
    }
}
