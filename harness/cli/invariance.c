/* qubout invariance: metamorphic checks of scoring, writing and proving. */
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/instance.h"
#include "harness/cli/output.h"
#include "harness/cli/solver.h"
#include "harness/model/relation.h"
#include "harness/run/launcher.h"
#include "harness/run/run.h"
#include "instances/format.h"
#include "instances/library.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct invariance_options {
    const char *solver, *format;
    double cpu_time;
    uint64_t vectors, seed;
    bool json;
} invariance_options;

#define OPTION(field, name, type, argument, fallback, help) \
    QB_OPTION(invariance_options, field, name, type, argument, fallback, help)
static const qb_option options_table[] = {
    OPTION(vectors, "vectors", QB_OPTION_COUNT, "N", "20", "random vectors a relation"),
    OPTION(seed, "seed", QB_OPTION_COUNT, "N", "1", "seed of the vectors and orders"),
    OPTION(solver, "solver", QB_OPTION_TEXT, "NAME[:KEY=VALUE,...]", NULL,
           "also compare the optima that this solver proves"),
    OPTION(cpu_time, "cpu-time", QB_OPTION_DURATION, "D", "10s", "budget of each of its runs"),
    OPTION(format, "format", QB_OPTION_TEXT, "F", NULL,
           "format of INSTANCE; recognised by content and extension when not given"),
    OPTION(json, "json", QB_OPTION_FLAG, NULL, NULL, "print a JSON array, an object a check"),
};

typedef struct session {
    const invariance_options *options;
    const qb_solver *solver;
    void *params;
    qb_diag *diag;
    qb_text text;
    qb_json_writer json;
    uint64_t instances, checks, vectors, feasible, broken, optima;
} session;

/* One check of one instance. */
typedef struct check {
    const char *instance, *relation;
    uint32_t vectors, wrong, feasible;
    bool proved;        /* the solver has proved an optimum on both sides */
    double here, there; /* those optima */
    bool differs;       /* they do not correspond */
} check;

static void tell_json(session *s, const check *c)
{
    qb_json_open(&s->json, '{');
    qb_json_put_string(&s->json, "instance", c->instance);
    qb_json_put_string(&s->json, "relation", c->relation);
    qb_json_put_double(&s->json, "vectors", c->vectors);
    qb_json_put_double(&s->json, "feasible", c->feasible);
    qb_json_put_double(&s->json, "wrong", c->wrong);
    if (c->proved) {
        qb_json_put_double(&s->json, "optimum", c->here);
        qb_json_put_double(&s->json, "related_optimum", c->there);
    }
    qb_json_put_bool(&s->json, "holds", !c->wrong && !c->differs);
    qb_json_close(&s->json, '}');
}

static void tell(session *s, const check *c)
{
    s->checks++;
    s->vectors += c->vectors;
    s->feasible += c->feasible;
    s->optima += c->proved;
    s->broken += c->wrong || c->differs;
    if (s->options->json)
        tell_json(s, c);
    else if (c->wrong)
        printf("broken     %s, %s: %u of %u vectors\n", c->instance, c->relation, c->wrong, c->vectors);
    if (!s->options->json && c->differs)
        printf("broken     %s, %s: optimum %.17g here, %.17g there\n", c->instance, c->relation, c->here,
               c->there);
}

/* The optimum that the solver proves; false where it proves none. */
static qb_status prove(const session *s, const qb_problem *problem, bool *proved, double *optimum)
{
    const qb_run_spec spec = {.solver = s->solver,
                              .params = s->params,
                              .problem = problem,
                              .seed = s->options->seed,
                              .budget_kind = QB_BUDGET_CPU_TIME,
                              .budget = s->options->cpu_time,
                              .memory_bytes = UINT64_MAX,
                              .threads = 1};
    qb_run_result result = {0};
    qb_status status = qb_run_execute(&spec, &result, s->diag);
    if (status)
        return status;
    *proved = result.outcome == QB_RUN_OPTIMAL;
    *optimum = result.score.objective;
    qb_run_result_clear(&result);
    return QB_OK;
}

/* Compares scores, and optima where `proved` says that there is one here. */
static qb_status examine(session *s, const qb_problem *problem, const qb_related *related, bool proved,
                         double optimum, check *c)
{
    c->vectors = (uint32_t)s->options->vectors;
    qb_status status =
        qb_relation_check(problem, related, s->options->seed, c->vectors, &c->wrong, &c->feasible, s->diag);
    if (!status && proved)
        status = prove(s, &related->problem, &c->proved, &c->there);
    if (!status && c->proved) {
        double expected = related->factor * optimum + related->offset;
        c->here = optimum;
        c->differs = fabs(c->there - expected) > 1e-9 * fmax(1, fabs(expected));
    }
    if (!status)
        tell(s, c);
    return status;
}

static qb_status check_relations(session *s, const char *name, const qb_problem *problem)
{
    bool proved = false;
    double optimum = NAN;
    qb_status status = s->solver ? prove(s, problem, &proved, &optimum) : QB_OK;
    for (qb_relation r = 0; r < QB_RELATIONS && !status; r++) {
        qb_related related;
        check c = {.instance = name, .relation = qb_relation_name(r)};
        if (!qb_relation_applies(r, problem))
            continue;
        status = qb_relation_apply(r, problem, s->options->seed, &related, s->diag);
        if (status == QB_REFUSED) { /* its numbers have no room to grow */
            status = QB_OK;
            continue;
        }
        if (status)
            break;
        status = examine(s, problem, &related, proved, optimum, &c);
        qb_related_clear(&related);
    }
    return status;
}

/* Written in a format and read again; a writer may exchange minimisation for maximisation. */
static qb_status check_writer(session *s, const char *name, const qb_problem *problem,
                              const qb_format *format)
{
    qb_text text = {0};
    qb_related related = {.column = QB_NEW(uint32_t, problem->body.columns)};
    const qb_read_options read = {.format = format->name};
    check c = {.instance = name, .relation = format->name};
    qb_status status = related.column ? format->write(problem, &text, s->diag) : QB_NO_MEMORY;
    bool says = status != QB_REFUSED;
    if (!status)
        status = qb_instance_parse(name, qb_text_get(&text), text.length, &read, &related.problem, s->diag);
    if (!status && related.problem.body.columns == problem->body.columns) {
        for (uint32_t j = 0; j < problem->body.columns; j++)
            related.column[j] = j;
        related.factor = related.problem.body.sense == problem->body.sense ? 1 : -1;
        status = examine(s, problem, &related, false, NAN, &c);
    } else if (!status) {
        c.vectors = c.wrong = (uint32_t)s->options->vectors; /* it lost columns */
        tell(s, &c);
    }
    qb_related_clear(&related);
    qb_text_clear(&text);
    return says ? status : QB_OK;
}

static qb_status check_instance(session *s, const char *name, const char *path, const char *format)
{
    qb_problem problem = {0};
    qb_status status = qb_cli_read_instance(path, format, false, &problem, s->diag);
    if (!status)
        status = check_relations(s, name, &problem);
    for (const qb_format *const *f = qb_formats; *f && !status; f++)
        if ((*f)->write)
            status = check_writer(s, name, &problem, *f);
    s->instances += !status;
    qb_problem_free(&problem);
    return status;
}

static qb_status check_library(session *s)
{
    qb_library *library;
    qb_status status = qb_library_open(&library, s->diag);
    if (status)
        return status;
    for (size_t k = 0; k < qb_library_count(library) && !status; k++) {
        const qb_library_entry *entry = qb_library_entry_at(library, k);
        status = check_instance(s, entry->name, entry->path, entry->format);
    }
    qb_library_close(library);
    return status;
}

static qb_status check_all(session *s, const qb_arguments *arguments)
{
    qb_status status = s->options->vectors < 1 || s->options->vectors > 1000000
                           ? qb_fail(s->diag, QB_BAD_INPUT, "--vectors needs a number from 1 to 1000000")
                           : QB_OK;
    if (!status && s->options->solver)
        status = qb_launcher_start(s->diag); /* while the process is small */
    if (!status && s->options->solver)
        status = qb_cli_choose_solver(s->options->solver, &s->solver, &s->params, s->diag);
    if (!status && !arguments->count)
        status = check_library(s);
    for (int k = 0; k < arguments->count && !status; k++)
        status = check_instance(s, arguments->word[k], arguments->word[k], s->options->format);
    return status;
}

static qb_status conclude(session *s)
{
    if (!s->options->json) {
        printf("%llu instances, %llu checks, %llu vectors (%llu of them feasible)",
               (unsigned long long)s->instances, (unsigned long long)s->checks,
               (unsigned long long)s->vectors, (unsigned long long)s->feasible);
        if (s->solver)
            printf(", %llu proven optima", (unsigned long long)s->optima);
        printf(": %llu broken\n", (unsigned long long)s->broken);
        return QB_OK;
    }
    qb_json_close(&s->json, ']');
    qb_text_append_char(&s->text, '\n');
    return s->text.status ? s->text.status : qb_cli_write_text(&s->text, "-", s->diag);
}

static int run(const void *options, const qb_arguments *arguments)
{
    qb_diag diag = {0};
    session s = {.options = options, .diag = &diag};
    s.json.out = &s.text;
    if (s.options->json)
        qb_json_open(&s.json, '[');
    qb_status status = check_all(&s, arguments);
    if (!status)
        status = conclude(&s);
    qb_text_clear(&s.text);
    qb_free(s.params);
    return status ? qb_cli_exit(status, &diag) : s.broken ? QB_EXIT_NO : QB_EXIT_DONE;
}

const qb_command qb_command_invariance = {
    .name = "invariance",
    .synopsis = "[INSTANCE...]",
    .summary = "metamorphic checks: changes whose effect on every score is known",
    .description =
        "Adds an offset, scales, turns the sense, reorders columns and rows, scales rows, and writes and "
        "reads "
        "the instance in every format that can hold it; after each, random vectors must score as foretold, "
        "and with --solver proven optima must correspond. Without INSTANCE: all that are shipped. Exit "
        "status "
        "1: something is broken.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(invariance_options),
    .most_words = -1,
    .run = run,
};
