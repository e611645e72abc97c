/* qubout info: what an instance is, without solving it. */
#include "harness/cli/command.h"
#include "harness/cli/instance.h"

#include <stdio.h>

typedef struct info_options {
    const char *format;
    bool json, sum_duplicates;
} info_options;

static const qb_option options_table[] = {
    QB_OPTION(info_options, format, "format", QB_OPTION_TEXT, "F", NULL,
              "format of INSTANCE; recognised by content and extension when not given"),
    QB_OPTION(info_options, sum_duplicates, "sum-duplicates", QB_OPTION_FLAG, NULL, NULL,
              "add up entries that occur twice instead of refusing them"),
    QB_OPTION(info_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

static void print_person(const qb_problem *problem, const char *sha256)
{
    const qb_mip *body = &problem->body;
    uint32_t integers = 0, continuous = 0;
    for (uint32_t k = 0; body->type && k < body->columns; k++) {
        integers += body->type[k] == QB_COLUMN_INTEGER;
        continuous += body->type[k] == QB_COLUMN_CONTINUOUS;
    }
    char number[QB_DOUBLE_TEXT];
    printf("name         %s\nformat       %s\nkind         %s\nsense        %s\n", problem->name,
           problem->format, qb_kind_name(problem->kind), qb_sense_name(body->sense));
    printf("variables    %u", body->columns);
    if (integers || continuous)
        printf(" (%u binary, %u integer, %u continuous)", body->columns - integers - continuous, integers,
               continuous);
    printf("\nnonzeros     %llu\nconstraints  %u\nconstant     %s\n",
           (unsigned long long)qb_problem_nonzeros(problem), body->rows,
           qb_double_text(body->constant, number));
    if (problem->kind != QB_KIND_MIP)
        printf("random mean  %s\n", qb_double_text(qb_referee_uniform_mean(problem), number));
    printf("sha256       %s\n", sha256);
}

static qb_status print_json(const qb_problem *problem, qb_diag *diag)
{
    qb_text out = {0};
    qb_json_writer json = {.out = &out};
    qb_status status = qb_cli_instance_json(&json, problem, diag);
    if (!status)
        status = out.status;
    if (!status)
        puts(qb_text_get(&out));
    qb_text_clear(&out);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    const info_options *o = options;
    qb_diag diag = {0};
    qb_problem problem = {0};
    char sha256[65];
    qb_status status =
        qb_cli_read_instance(arguments->word[0], o->format, o->sum_duplicates, &problem, &diag);
    if (!status && o->json)
        status = print_json(&problem, &diag);
    else if (!status && !(status = qb_problem_sha256(&problem, sha256)))
        print_person(&problem, sha256);
    qb_problem_free(&problem);
    return qb_cli_exit(status, &diag);
}

const qb_command qb_command_info = {
    .name = "info",
    .synopsis = "INSTANCE",
    .summary = "what an instance is: kind, sense, size, hash",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(info_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
