/* qubout generate: an instance of a family, by parameters and seed. */
#include "harness/base/text.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "instances/generators/generator.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct generate_options {
    uint64_t seed;
    const char *out, *format;
} generate_options;

static const qb_option options_table[] = {
    QB_OPTION(generate_options, seed, "seed", QB_OPTION_COUNT, "N", "1", "seed of the instance"),
    QB_OPTION(generate_options, out, "out", QB_OPTION_TEXT, "FILE", "-",
              "where to write; - is standard output"),
    QB_OPTION(generate_options, format, "format", QB_OPTION_TEXT, "F", NULL,
              "format; by FILE's extension, on standard output qubo, rudy or lp by kind"),
};

static qb_status choose_family(const char *name, const qb_generator **family, qb_diag *diag)
{
    char hint[QB_HINT_TEXT];
    *family = qb_generator_find(name);
    if (*family)
        return QB_OK;
    qb_nearest near = {.word = name};
    for (const qb_generator *const *g = qb_generators; *g; g++)
        qb_nearest_offer(&near, (*g)->name);
    return qb_fail(diag, QB_BAD_INPUT, "unknown family '%s'%s; `qubout list generators` names them", name,
                   qb_nearest_hint(&near, hint));
}

/* One "KEY=VALUE" word. */
static qb_status set_parameter(const qb_generator *family, double *value, const char *word, qb_diag *diag)
{
    char key[64];
    double number;
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : 0;
    if (!equals || length == 0 || length >= sizeof key ||
        !qb_parse_double(equals + 1, strlen(equals + 1), &number))
        return qb_fail(diag, QB_BAD_INPUT, "generate: expected KEY=NUMBER, got '%s'", word);
    memcpy(key, word, length);
    key[length] = '\0';
    return qb_generator_set(family, value, key, number, diag);
}

static const char *default_format(qb_kind kind)
{
    return kind == QB_KIND_MIP ? "lp" : kind == QB_KIND_MAXCUT ? "rudy" : "qubo";
}

static int run(const void *options, const qb_arguments *arguments)
{
    const generate_options *o = options;
    qb_diag diag = {0};
    qb_problem problem = {0};
    qb_generated generated = {0};
    const qb_generator *family;
    double value[QB_GENERATOR_PARAMS];
    qb_status status = choose_family(arguments->word[0], &family, &diag);
    if (!status)
        qb_generator_default(family, value);
    for (int k = 1; !status && k < arguments->count; k++)
        status = set_parameter(family, value, arguments->word[k], &diag);
    if (!status)
        status = qb_generate(family, value, o->seed, &problem, &generated, &diag);
    if (!status) {
        const char *format = !o->format && !strcmp(o->out, "-") ? default_format(problem.kind) : o->format;
        status = qb_cli_write_instance(&problem, format, o->out, &diag);
    }
    if (!status && generated.has_optimum) {
        char number[QB_DOUBLE_TEXT];
        fprintf(stderr, "optimum by construction: %s\n", qb_double_text(generated.optimum, number));
    }
    qb_problem_free(&problem);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_generate = {
    .name = "generate",
    .synopsis = "FAMILY [KEY=VALUE...]",
    .summary = "an instance of a family, by parameters and seed",
    .description = "`qubout list generators` names the families and their parameters. The same parameters "
                   "and seed give the same "
                   "instance on every machine.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(generate_options),
    .least_words = 1,
    .most_words = -1,
    .run = run,
};
