/* Commands and their options, declared once: parser, --help, man page and the README's list come from these
 * tables. */
#ifndef QB_CLI_COMMAND_H
#define QB_CLI_COMMAND_H

#include "harness/base/status.h"
#include "harness/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses of DESIGN.md. */
enum {
    QB_EXIT_DONE = 0,
    QB_EXIT_NO = 1,
    QB_EXIT_USAGE = 2,
    QB_EXIT_ENVIRONMENT = 3,
    QB_EXIT_NOTHING = 4,
    QB_EXIT_INTERRUPTED = 130
};

/* How an option's value is read, and what its field in the command's option struct is when it was not given:
 * flag bool (false), text const char * (NULL), count uint64_t (QB_UNSET_COUNT), real, duration [seconds],
 * double (NAN), memory uint64_t [bytes] (QB_UNSET_COUNT). */
typedef enum qb_option_type {
    QB_OPTION_FLAG,
    QB_OPTION_TEXT,
    QB_OPTION_COUNT,
    QB_OPTION_REAL,
    QB_OPTION_DURATION,
    QB_OPTION_MEMORY
} qb_option_type;

#define QB_UNSET_COUNT UINT64_MAX

typedef struct qb_option {
    const char *name; /* without the dashes */
    qb_option_type type;
    const char *argument; /* what stands for the value in the help; NULL for a flag */
    const char *fallback; /* default as text, or NULL */
    const char *help;
    size_t offset;
} qb_option;

#define QB_OPTION(structure, field, option, type, argument, fallback, help) \
    {                                                                       \
        option, type, argument, fallback, help, offsetof(structure, field)  \
    }

typedef struct qb_arguments {
    const char *const *word; /* [count] the positional words */
    int count;
} qb_arguments;

typedef struct qb_command {
    const char *name;
    const char *synopsis;    /* positional words, e.g. "INSTANCE" */
    const char *summary;     /* one line */
    const char *description; /* paragraphs for --help and the man page; may be NULL */
    const qb_option *options;
    size_t option_count, options_size;
    int least_words, most_words;                                    /* most_words < 0: any number */
    int (*run)(const void *options, const qb_arguments *arguments); /* returns an exit status */
} qb_command;

extern const qb_command *const qb_commands[]; /* NULL-terminated, in the order of the help */

/* Parses argv (after the command's name) into options [command->options_size] and words [argc]; QB_BAD_INPUT
 * names the nearest right option.  *help is set when --help stands anywhere. */
qb_status qb_command_parse(const qb_command *command, int argc, char **argv, void *options,
                           const char **words, qb_arguments *arguments, bool *help, qb_diag *diag);

/* Help of one command, of the program, and the man page (roff). */
void qb_command_help(const qb_command *command, qb_text *out);
void qb_program_help(qb_text *out);
void qb_program_man(qb_text *out);

/* The exit status that goes with a library status; prints `qubout: TEXT` to stderr when status is an error.
 */
int qb_cli_exit(qb_status status, const qb_diag *diag);

#endif
