/* qubout solve: one refereed run. */
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/instance.h"
#include "harness/cli/solver.h"
#include "harness/run/cores.h"
#include "harness/run/launcher.h"
#include "harness/run/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct solve_options {
    const char *solver, *format, *lowering, *warm_start;
    double cpu_time, wall_time, device_time, target;
    uint64_t work, samples, seed, memory, threads;
    bool json, sum_duplicates;
} solve_options;

#define OPTION(field, name, type, argument, fallback, help) \
    QB_OPTION(solve_options, field, name, type, argument, fallback, help)
static const qb_option options_table[] = {
    OPTION(solver, "solver", QB_OPTION_TEXT, "NAME[:KEY=VALUE,...]", NULL,
           "the solver and its parameters; `qubout list solvers` names them"),
    OPTION(cpu_time, "cpu-time", QB_OPTION_DURATION, "D", NULL,
           "budget in CPU time of the whole process tree (10s when no budget is given)"),
    OPTION(wall_time, "wall-time", QB_OPTION_DURATION, "D", NULL, "budget in wall time"),
    OPTION(work, "work", QB_OPTION_COUNT, "N", NULL, "budget in deterministic units of work"),
    OPTION(device_time, "device-time", QB_OPTION_DURATION, "D", NULL,
           "budget in modelled time of a quantum device plus CPU time of the host"),
    OPTION(samples, "samples", QB_OPTION_COUNT, "N", NULL, "budget in returned samples (shots, reads)"),
    OPTION(seed, "seed", QB_OPTION_COUNT, "N", "1", "seed of the run"),
    OPTION(target, "target", QB_OPTION_REAL, "V", NULL, "stop at a solution at least as good as V"),
    OPTION(memory, "memory", QB_OPTION_MEMORY, "M", NULL, "memory limit"),
    OPTION(threads, "threads", QB_OPTION_COUNT, "N", "1", "threads the solver may use"),
    OPTION(lowering, "lowering", QB_OPTION_TEXT, "KEY=VALUE,...", NULL,
           "how constraints become a QUBO and products a MIP: penalty=bound|tight|search|FACTOR, "
           "encoding=binary|bounded|one-hot, coefficient-limit=N, inequality=slack|unbalanced, "
           "linearisation=auto|standard|compact, triangles=auto|on|off, resolution=STEP, integer-step=N; "
           "repair=off|on: "
           "infeasible answers are repaired before they are "
           "scored, which is counted"),
    OPTION(warm_start, "warm-start", QB_OPTION_TEXT, "SOLUTION", NULL,
           "a feasible solution to start from; only what is better is credited"),
    OPTION(format, "format", QB_OPTION_TEXT, "F", NULL,
           "format of INSTANCE; recognised by content and extension when not given"),
    OPTION(sum_duplicates, "sum-duplicates", QB_OPTION_FLAG, NULL, NULL,
           "add up entries that occur twice instead of refusing them"),
    OPTION(json, "json", QB_OPTION_FLAG, NULL, NULL, "print one JSON object"),
};

/* Exactly one limit; the default is ten CPU seconds. */
static qb_status choose_budget(const solve_options *o, qb_run_spec *spec, qb_diag *diag)
{
    int given = !isnan(o->cpu_time) + !isnan(o->wall_time) + !isnan(o->device_time) +
                (o->work != QB_UNSET_COUNT) + (o->samples != QB_UNSET_COUNT);
    if (given > 1)
        return qb_fail(diag, QB_BAD_INPUT,
                       "give one budget: --cpu-time, --wall-time, --device-time, --work or --samples");
    spec->budget_kind = QB_BUDGET_CPU_TIME;
    spec->budget = isnan(o->cpu_time) ? 10 : o->cpu_time;
    if (!isnan(o->wall_time)) {
        spec->budget_kind = QB_BUDGET_WALL_TIME;
        spec->budget = o->wall_time;
    } else if (!isnan(o->device_time)) {
        spec->budget_kind = QB_BUDGET_DEVICE;
        spec->budget = o->device_time;
    } else if (o->work != QB_UNSET_COUNT) {
        spec->budget_kind = QB_BUDGET_WORK;
        spec->budget = (double)o->work;
    } else if (o->samples != QB_UNSET_COUNT) {
        spec->budget_kind = QB_BUDGET_SAMPLES;
        spec->budget = (double)o->samples;
    }
    return spec->budget > 0 ? QB_OK : qb_fail(diag, QB_BAD_INPUT, "the budget must be positive");
}

/* "KEY=VALUE,..." into lowering options. */
static qb_status choose_lowering(const char *text, qb_lowering_options *lowering, qb_diag *diag)
{
    qb_status status = QB_OK;
    for (const char *at = text; at && *at && !status; at += *at == ',') {
        char key[64], value[64];
        size_t length = strcspn(at, ","), name = strcspn(at, "=,");
        if (at[name] != '=' || name >= sizeof key || length - name - 1 >= sizeof value)
            return qb_fail(diag, QB_BAD_INPUT, "--lowering needs KEY=VALUE,..., got '%s'", text);
        snprintf(key, sizeof key, "%.*s", (int)name, at);
        snprintf(value, sizeof value, "%.*s", (int)(length - name - 1), at + name + 1);
        status = qb_lowering_options_set(lowering, key, value, diag);
        at += length;
    }
    return status;
}

static void write_solver(qb_json_writer *json, const qb_run_spec *spec)
{
    qb_json_open(json, '{');
    qb_json_put_string(json, "name", spec->solver->name);
    qb_json_key(json, "params");
    qb_cli_params_json(json, spec->solver, spec->params);
    qb_json_close(json, '}');
}

static void write_trajectory(qb_json_writer *json, const qb_run_result *result)
{
    qb_json_open(json, '[');
    for (uint32_t k = 0; k < result->points; k++) {
        const qb_run_point *point = &result->trajectory[k];
        qb_json_open(json, '{');
        qb_json_put_double(json, "cpu_s", point->cpu_s);
        qb_json_put_double(json, "wall_s", point->wall_s);
        qb_json_put_uint(json, "work", point->work);
        qb_json_put_double(json, "objective", point->objective);
        qb_json_close(json, '}');
    }
    qb_json_close(json, ']');
}

static void write_outcome(qb_json_writer *json, const qb_run_spec *spec, const qb_run_result *result)
{
    qb_json_put_string(json, "status", qb_outcome_name(result->outcome));
    if (result->reason[0])
        qb_json_put_string(json, "reason", result->reason);
    qb_json_put_double(json, "objective", result->has_solution ? result->score.objective : NAN);
    qb_json_put_bool(json, "feasible", result->has_solution && result->score.feasible);
    if (result->has_solution && !result->score.feasible) {
        qb_json_key(json, "violations");
        qb_cli_violations_json(json, spec->problem, &result->score);
    }
    qb_json_put_double(json, "bound", result->has_bound ? result->bound : NAN);
    qb_json_key(json, "solution");
    if (result->has_solution)
        qb_cli_solution_json(json, spec->problem, result->solution);
    else
        qb_json_null(json);
}

static void write_stages(qb_json_writer *json, const qb_run_result *result)
{
    qb_json_open(json, '{');
    for (uint32_t k = 0; k < result->stages; k++) {
        const qb_stage_times *stage = &result->stage[k];
        qb_json_key(json, stage->name);
        qb_json_open(json, '{');
        qb_json_put_double(json, "cpu_s", stage->cpu_s);
        qb_json_put_double(json, "wall_s", stage->wall_s);
        qb_json_put_double(json, "modelled_s", stage->device_s);
        qb_json_put_double(json, "simulator_s", stage->simulator_s);
        qb_json_close(json, '}');
    }
    qb_json_close(json, '}');
}

static void write_times(qb_json_writer *json, double reading_s, const qb_run_result *result)
{
    qb_json_put_double(json, "reading_s", reading_s);
    qb_json_put_double(json, "cpu_s", result->cpu_s);
    qb_json_put_double(json, "wall_s", result->wall_s);
    qb_json_put_double(json, "setup_s", result->setup_s);
    qb_json_key(json, "stages");
    write_stages(json, result);
    qb_json_put_double(json, "modelled_s", result->device_s);
    qb_json_put_double(json, "simulator_s", result->simulator_s);
    qb_json_put_double(json, "overshoot_s", result->overshoot_s);
    qb_json_put_uint(json, "overshoot_threads", result->overshoot_threads);
    qb_json_put_uint(json, "peak_rss_kib", result->peak_rss_kib);
    qb_json_put_uint(json, "work", result->work);
    qb_json_put_string(json, "flags", result->flags);
}

static qb_status print_json(const qb_run_spec *spec, double reading_s, const qb_run_result *result,
                            qb_diag *diag)
{
    qb_text out = {0};
    qb_json_writer json = {.out = &out};
    qb_json_open(&json, '{');
    qb_json_key(&json, "instance");
    qb_status status = qb_cli_instance_json(&json, spec->problem, diag);
    qb_json_key(&json, "solver");
    write_solver(&json, spec);
    qb_json_put_uint(&json, "seed", spec->seed);
    qb_json_key(&json, "budget");
    qb_json_open(&json, '{');
    qb_json_put_string(&json, "kind", qb_budget_kind_name(spec->budget_kind));
    qb_json_put_double(&json, "limit", spec->budget);
    qb_json_close(&json, '}');
    write_outcome(&json, spec, result);
    write_times(&json, reading_s, result);
    qb_json_key(&json, "trajectory");
    write_trajectory(&json, result);
    qb_json_key(&json, "lowering");
    qb_json_raw(&json, result->lowering ? result->lowering : "null");
    qb_json_key(&json, "details");
    qb_json_raw(&json, result->details ? result->details : "{}");
    qb_json_close(&json, '}');
    if (!status)
        status = out.status;
    if (!status)
        puts(qb_text_get(&out));
    qb_text_clear(&out);
    return status;
}

static void print_solution(const qb_problem *problem, const double *solution)
{
    qb_text text = {0};
    qb_json_writer json = {.out = &text};
    qb_cli_solution_json(&json, problem, solution);
    printf("solution   %s\n", qb_text_get(&text));
    qb_text_clear(&text);
}

static void print_person(const qb_run_spec *spec, const qb_run_result *result)
{
    char number[QB_DOUBLE_TEXT];
    const qb_mip *body = &spec->problem->body;
    printf("instance   %s (%s, %s, %u variables, %u constraints)\n", spec->problem->name,
           qb_kind_name(spec->problem->kind), qb_sense_name(body->sense), body->columns, body->rows);
    printf("solver     %s\n", spec->solver->name);
    printf("status     %s%s%s\n", qb_outcome_name(result->outcome), result->reason[0] ? ": " : "",
           result->reason);
    if (result->has_solution)
        printf("objective  %s (%s)\n", qb_double_text(result->score.objective, number),
               result->score.feasible ? "feasible" : "infeasible");
    else
        printf("objective  none found\n");
    for (uint32_t k = 0; result->has_solution && k < result->score.violations && k < 16; k++) {
        char name[32];
        printf("violated   %s by %s\n",
               qb_cli_violation_name(spec->problem, result->score.worst[k].index, name),
               qb_double_text(result->score.worst[k].amount, number));
    }
    if (result->repair.tried)
        printf("repaired   %u of %u infeasible answers, in %llu moves and %.6f s\n", result->repair.repaired,
               result->repair.tried, (unsigned long long)result->repair.moves, result->repair.seconds);
    if (result->has_bound)
        printf("bound      %s\n", qb_double_text(result->bound, number));
    printf("time       %.6f s CPU, %.6f s wall, of it %.6f s set-up; work %llu; peak %llu KiB\n",
           result->cpu_s, result->wall_s, result->setup_s, (unsigned long long)result->work,
           (unsigned long long)result->peak_rss_kib);
    if (result->flags[0])
        printf("flags      %s: do not trust its timing\n", result->flags);
    if (result->has_solution && body->columns <= 4096)
        print_solution(spec->problem, result->solution);
}

static int exit_status(const qb_run_result *result)
{
    if (result->outcome == QB_RUN_INFEASIBLE)
        return QB_EXIT_NO;
    return result->has_solution && result->score.feasible && result->outcome != QB_RUN_LIED ? QB_EXIT_DONE
                                                                                            : QB_EXIT_NOTHING;
}

static qb_status prepare(const solve_options *o, const char *instance, qb_run_spec *spec, qb_problem *problem,
                         void **params, double *reading_s, qb_diag *diag)
{
    qb_status status = choose_budget(o, spec, diag);
    if (!status)
        status = choose_lowering(o->lowering, &spec->lowering, diag);
    if (!status && (o->threads < 1 || o->threads > 1024))
        status = qb_fail(diag, QB_BAD_INPUT, "--threads needs a number from 1 to 1024");
    if (!status)
        status = qb_cli_choose_solver(o->solver, &spec->solver, params, diag);
    int64_t began = qb_clock_system.wall_ns(NULL);
    if (!status)
        status = qb_cli_read_instance(instance, o->format, o->sum_duplicates, problem, diag);
    *reading_s = (double)(qb_clock_system.wall_ns(NULL) - began) * 1e-9;
    return status;
}

static qb_status read_warm_start(const char *path, const qb_problem *problem, double **warm, qb_diag *diag)
{
    *warm = QB_NEW(double, problem->body.columns);
    return *warm ? qb_cli_read_solution(path, problem, *warm, diag)
                 : qb_fail(diag, QB_NO_MEMORY, "no memory for a warm start");
}

static int run(const void *options, const qb_arguments *arguments)
{
    const solve_options *o = options;
    qb_diag diag = {0};
    qb_problem problem = {0};
    qb_run_result result = {0};
    void *params = NULL;
    double *warm = NULL, reading_s = 0;
    qb_cores cores = {0};
    qb_run_spec spec = {.problem = &problem,
                        .seed = o->seed,
                        .memory_bytes = o->memory,
                        .threads = (uint32_t)o->threads,
                        .targets = &o->target,
                        .target_count = isnan(o->target) ? 0u : 1u,
                        .stop_at_target = !isnan(o->target)};
    qb_status status = qb_launcher_start(&diag); /* while the process is small */
    if (!status)
        status = prepare(o, arguments->word[0], &spec, &problem, &params, &reading_s, &diag);
    spec.params = params;
    if (!status && o->warm_start)
        status = read_warm_start(o->warm_start, &problem, &warm, &diag);
    spec.warm = warm;
    if (!status) {
        qb_cores_pin(&spec, &cores);
        status = qb_run_execute(&spec, &result, &diag);
    }
    if (!status && o->json)
        status = print_json(&spec, reading_s, &result, &diag);
    else if (!status)
        print_person(&spec, &result);
    int code = status ? qb_cli_exit(status, &diag) : exit_status(&result);
    qb_cores_release(&cores);
    qb_run_result_clear(&result);
    qb_problem_free(&problem);
    qb_free(params);
    qb_free(warm);
    return code;
}

const qb_command qb_command_solve = {
    .name = "solve",
    .synopsis = "INSTANCE --solver NAME[:KEY=VALUE,...]",
    .summary = "one refereed run of one solver on one instance",
    .description = "INSTANCE is a file (FILE#K for the K-th problem of a file) or the name of a shipped "
                   "instance. The run happens in a "
                   "process of its own under exactly one budget; the answer is the best incumbent published "
                   "by the deadline, "
                   "scored by the referee in the source problem.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(solve_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
