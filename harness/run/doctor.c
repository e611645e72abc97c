#define _GNU_SOURCE
#include "harness/run/doctor.h"

#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/run/run.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_S 0.02 /* of a test run */
#define PARTS   6    /* of the self-test that run */

static qb_status nothing_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                              void **state, qb_diag *diag)
{
    (void)model;
    (void)params;
    (void)seed;
    (void)budget;
    (void)diag;
    *state = NULL;
    return QB_OK;
}

static void nothing_free(void *state)
{
    (void)state;
}

static qb_status stops(void *state, qb_budget *budget, qb_diag *diag)
{
    (void)state;
    (void)diag;
    while (qb_budget_spend(budget, 100))
        ;
    return QB_STOPPED;
}

/* Hears neither its budget nor a signal. */
static qb_status is_deaf(void *state, qb_budget *budget, qb_diag *diag)
{
    (void)state;
    (void)diag;
    sigset_t all;
    sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    for (;;)
        (void)qb_budget_spend(budget, 100);
    return QB_INTERNAL;
}

static void *burn(void *budget)
{
    for (uint64_t turns = 0;; turns++)
        atomic_signal_fence(memory_order_seq_cst);
    return budget;
}

static qb_status are_deaf(void *state, qb_budget *budget, qb_diag *diag)
{
    pthread_t other;
    sigset_t all;
    sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL); /* before the thread: it inherits */
    if (pthread_create(&other, NULL, burn, NULL))
        return qb_fail(diag, QB_ENVIRONMENT, "cannot start a thread");
    return is_deaf(state, budget, diag);
}

#define SOLVER(name_, solve_)           \
    static const qb_solver name_ = {    \
        .version = QB_SOLVER_VERSION,   \
        .name = #name_,                 \
        .family = "control",            \
        .summary = "for the self-test", \
        .source = "none",               \
        .takes = QB_TAKES_QUBO,         \
        .init = nothing_init,           \
        .solve = solve_,                \
        .free = nothing_free,           \
    }
SOLVER(stopping, stops);
SOLVER(deaf, is_deaf);
SOLVER(deaf_pair, are_deaf);

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts value [count]. */
static qb_doctor_spread spread_of(double *value, uint32_t count)
{
    qsort(value, count, sizeof *value, ascending);
    return (qb_doctor_spread){.count = count,
                              .least = value[0],
                              .median = value[count / 2],
                              .p99 = value[(uint64_t)count * 99 / 100],
                              .most = value[count - 1]};
}

/* Runs `repeats` times; keeps the overshoots, and what each call took beside the run and its teardown. */
static qb_status measure_runs(qb_run_spec *spec, uint32_t repeats, double *overshoot, double *beside,
                              qb_doctor_selftest *selftest, qb_diag *diag)
{
    for (uint32_t k = 0; k < repeats; k++) {
        qb_run_result result;
        int64_t before = qb_clock_system.wall_ns(NULL);
        qb_status status = qb_run_execute(spec, &result, diag);
        if (status)
            return status;
        overshoot[k] = result.overshoot_s / result.overshoot_threads;
        beside[k] =
            (double)(qb_clock_system.wall_ns(NULL) - before) * 1e-9 - result.wall_s - result.teardown_s;
        memcpy(selftest->containment, result.containment, sizeof result.containment);
        memcpy(selftest->memory_way, result.memory_way, sizeof result.memory_way);
        memcpy(selftest->cpu_way, result.cpu_way, sizeof result.cpu_way);
        qb_run_result_clear(&result);
    }
    return QB_OK;
}

/* The steps in which a clock moves, read as fast as it can be. */
static qb_doctor_spread measure_clock(int64_t (*read_ns)(void *), uint32_t repeats, double *step)
{
    for (uint32_t k = 0; k < repeats; k++) {
        int64_t start = read_ns(NULL), now = start;
        while (now == start)
            now = read_ns(NULL);
        step[k] = (double)(now - start) * 1e-9;
    }
    return spread_of(step, repeats);
}

static qb_status measure_all(uint32_t repeats, qb_run_spec *spec, double *value, double *beside,
                             qb_doctor_selftest *selftest, qb_diag *diag)
{
    const struct {
        const qb_solver *solver;
        qb_budget_kind kind;
        uint32_t threads;
        qb_doctor_spread *into;
    } part[] = {{&stopping, QB_BUDGET_WALL_TIME, 1, &selftest->wall_stop},
                {&stopping, QB_BUDGET_CPU_TIME, 1, &selftest->cpu_stop},
                {&deaf, QB_BUDGET_WALL_TIME, 1, &selftest->wall_kill},
                {&deaf, QB_BUDGET_CPU_TIME, 1, &selftest->cpu_kill},
                {&deaf_pair, QB_BUDGET_CPU_TIME, 2, &selftest->pair_kill},
                {&deaf, QB_BUDGET_CPU_TIME, 2, &selftest->half_kill}};
    uint32_t cpus = spec->cpu_count;
    for (size_t k = 0; k < PARTS; k++) {
        if (part[k].threads > (cpus ? cpus : 1))
            break;
        spec->threads = part[k].threads;
        spec->cpu_count = cpus ? part[k].threads : 0;
        spec->solver = part[k].solver;
        spec->budget_kind = part[k].kind;
        /* the first run of all starts the launcher: it is not one of the measurements */
        qb_status status = k ? QB_OK : measure_runs(spec, 1, value, beside, selftest, diag);
        if (!status)
            status = measure_runs(spec, repeats, value, beside + k * repeats, selftest, diag);
        if (status)
            return status;
        *part[k].into = spread_of(value, repeats);
    }
    selftest->launch = spread_of(beside, 2 * repeats); /* of those that stop */
    selftest->wall_step = measure_clock(qb_clock_system.wall_ns, repeats, value);
    selftest->cpu_step = measure_clock(qb_clock_system.cpu_ns, repeats, value);
    return QB_OK;
}

qb_status qb_doctor_measure(uint32_t repeats, const uint32_t *cpu, uint32_t cpus,
                            qb_doctor_selftest *selftest, qb_diag *diag)
{
    const double linear[] = {-1};
    qb_draft draft = {
        .kind = QB_KIND_QUBO, .name = "self-test", .format = "generated", .columns = 1, .linear = linear};
    qb_problem problem = {0};
    qb_run_image *image = NULL;
    qb_doctor_selftest made = {0};
    if (repeats == 0)
        return qb_fail(diag, QB_BAD_INPUT, "a self-test needs at least one repeat");
    double *value = QB_NEW(double, repeats), *beside = QB_NEW(double, PARTS *(size_t)repeats);
    qb_status status = value && beside ? qb_problem_build(&draft, &problem, diag)
                                       : qb_fail(diag, QB_NO_MEMORY, "out of memory");
    if (!status)
        status = qb_run_image_open(&problem, &image, diag);
    qb_run_spec spec = {.problem = &problem,
                        .budget = LIMIT_S,
                        .memory_bytes = (uint64_t)1 << 30,
                        .threads = 1,
                        .cpus = cpus ? cpu : NULL,
                        .cpu_count = cpus,
                        .image = image};
    if (!status)
        status = measure_all(repeats, &spec, value, beside, &made, diag);
    if (!status)
        *selftest = made;
    qb_run_image_close(image);
    qb_problem_free(&problem);
    qb_free(value);
    qb_free(beside);
    return status;
}

static void write_spread(qb_json_writer *json, const char *key, const qb_doctor_spread *spread)
{
    qb_json_key(json, key);
    qb_json_open(json, '{');
    qb_json_put_uint(json, "count", spread->count);
    qb_json_put_double(json, "least_s", spread->least);
    qb_json_put_double(json, "median_s", spread->median);
    qb_json_put_double(json, "p99_s", spread->p99);
    qb_json_put_double(json, "most_s", spread->most);
    qb_json_close(json, '}');
}

void qb_doctor_json(const qb_doctor_selftest *s, qb_text *text)
{
    qb_json_writer json = {.out = text};
    qb_json_open(&json, '{');
    write_spread(&json, "wall_stop", &s->wall_stop);
    write_spread(&json, "cpu_stop", &s->cpu_stop);
    write_spread(&json, "wall_kill", &s->wall_kill);
    write_spread(&json, "cpu_kill", &s->cpu_kill);
    if (s->pair_kill.count) {
        write_spread(&json, "pair_kill", &s->pair_kill);
        write_spread(&json, "half_kill", &s->half_kill);
    }
    write_spread(&json, "launch", &s->launch);
    write_spread(&json, "wall_step", &s->wall_step);
    write_spread(&json, "cpu_step", &s->cpu_step);
    qb_json_put_string(&json, "containment", s->containment);
    qb_json_put_string(&json, "memory_way", s->memory_way);
    qb_json_put_string(&json, "cpu_way", s->cpu_way);
    qb_json_close(&json, '}');
}
