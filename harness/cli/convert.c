/* qubout convert: an instance in another format. */
#include "harness/base/file.h"
#include "harness/cli/command.h"
#include "harness/cli/instance.h"
#include "harness/cli/output.h"
#include "instances/format.h"

typedef struct convert_options {
    const char *from, *to;
    bool sum_duplicates;
} convert_options;

static const qb_option options_table[] = {
    QB_OPTION(convert_options, from, "from", QB_OPTION_TEXT, "F", NULL,
              "format of IN; recognised by content and extension when not given"),
    QB_OPTION(convert_options, to, "to", QB_OPTION_TEXT, "F", NULL,
              "format of OUT; by its extension when not given"),
    QB_OPTION(convert_options, sum_duplicates, "sum-duplicates", QB_OPTION_FLAG, NULL, NULL,
              "add up entries that occur twice instead of refusing them"),
};

static int run(const void *options, const qb_arguments *arguments)
{
    const convert_options *o = options;
    qb_diag diag = {0};
    qb_problem problem = {0};
    qb_status status = qb_cli_read_instance(arguments->word[0], o->from, o->sum_duplicates, &problem, &diag);
    if (!status)
        status = qb_cli_write_instance(&problem, o->to, arguments->word[1], &diag);
    qb_problem_free(&problem);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_convert = {
    .name = "convert",
    .synopsis = "IN OUT",
    .summary = "write an instance in another format",
    .description = "OUT may be - for standard output; then --to says the format.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(convert_options),
    .least_words = 2,
    .most_words = 2,
    .run = run,
};
