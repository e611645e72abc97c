/* qubout verify: the referee's word on somebody's solution. */
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/instance.h"

#include <stdio.h>

typedef struct verify_options {
    const char *format;
    bool json, sum_duplicates;
} verify_options;

static const qb_option options_table[] = {
    QB_OPTION(verify_options, format, "format", QB_OPTION_TEXT, "F", NULL,
              "format of INSTANCE; recognised by content and extension when not given"),
    QB_OPTION(verify_options, sum_duplicates, "sum-duplicates", QB_OPTION_FLAG, NULL, NULL,
              "add up entries that occur twice instead of refusing them"),
    QB_OPTION(verify_options, json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

static qb_status print_json(const qb_problem *problem, const qb_score *score)
{
    qb_text out = {0};
    qb_json_writer json = {.out = &out};
    qb_json_open(&json, '{');
    qb_json_put_double(&json, "objective", score->objective);
    qb_json_put_bool(&json, "feasible", score->feasible);
    qb_json_key(&json, "violations");
    qb_cli_violations_json(&json, problem, score);
    qb_json_close(&json, '}');
    qb_status status = out.status;
    if (!status)
        puts(qb_text_get(&out));
    qb_text_clear(&out);
    return status;
}

static void print_person(const qb_problem *problem, const qb_score *score)
{
    char number[QB_DOUBLE_TEXT], name[32];
    printf("objective  %s%s\n%s\n", qb_double_text(score->objective, number),
           score->exact ? "" : " (floating point)", score->feasible ? "feasible" : "infeasible");
    for (uint32_t k = 0; k < score->violations && k < 16; k++)
        printf("violated   %s by %s\n", qb_cli_violation_name(problem, score->worst[k].index, name),
               qb_double_text(score->worst[k].amount, number));
    if (score->violations > 16)
        printf("           and %u more\n", score->violations - 16);
}

static qb_status score_file(const qb_problem *problem, const char *path, qb_score *score, qb_diag *diag)
{
    double *v = QB_NEW(double, problem->body.columns);
    qb_status status = v ? qb_cli_read_solution(path, problem, v, diag) : QB_NO_MEMORY;
    if (!status)
        status = qb_referee_score(problem, v, score, diag);
    qb_free(v);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    const verify_options *o = options;
    qb_diag diag = {0};
    qb_problem problem = {0};
    qb_score score = {0};
    qb_status status =
        qb_cli_read_instance(arguments->word[0], o->format, o->sum_duplicates, &problem, &diag);
    if (!status)
        status = score_file(&problem, arguments->word[1], &score, &diag);
    if (!status && o->json)
        status = print_json(&problem, &score);
    else if (!status)
        print_person(&problem, &score);
    qb_problem_free(&problem);
    if (status)
        return qb_cli_exit(status, &diag);
    return score.feasible ? QB_EXIT_DONE : QB_EXIT_NO;
}

const qb_command qb_command_verify = {
    .name = "verify",
    .synopsis = "INSTANCE SOLUTION",
    .summary = "objective and feasibility of a solution, recomputed by the referee",
    .description = "SOLUTION is 0/1 text, `name value` lines (names not listed are 0), a `solve --json` "
                   "object, or a .sol file of "
                   "GAMS/QPLIB, SCIP, CBC, HiGHS or Gurobi; - is standard input. Exit status 0: feasible, 1: "
                   "infeasible, "
                   "2: malformed.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(verify_options),
    .least_words = 2,
    .most_words = 2,
    .run = run,
};
