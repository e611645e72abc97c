#include "harness/run/bench_ring.h"

#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "harness/run/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_REPEATS 20
#define MOST_REPEATS  10000
#define BATCH         200 /* incumbents a repeat: one alone is too short for the clock */

/* A solver that does nothing but publish one solution, so that the referee is in. */
static qb_status idle_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                           void **state, qb_diag *diag)
{
    (void)params;
    (void)seed;
    (void)diag;
    *state = NULL;
    uint8_t *zeros = QB_NEW(uint8_t, model->qubo->n);
    if (!zeros)
        return QB_NO_MEMORY;
    qb_status status = qb_budget_incumbent(budget, zeros, 0);
    qb_free(zeros);
    return status;
}

static qb_status idle_solve(void *state, qb_budget *budget, qb_diag *diag)
{
    (void)state;
    (void)budget;
    (void)diag;
    return QB_OK;
}

static void idle_free(void *state)
{
    (void)state;
}

static const qb_solver idle = {.version = QB_SOLVER_VERSION,
                               .name = "idle",
                               .family = "control",
                               .summary = "does nothing",
                               .source = "none",
                               .takes = QB_TAKES_QUBO,
                               .init = idle_init,
                               .solve = idle_solve,
                               .free = idle_free};

/* A ring lattice, each variable coupled to the next three. */
static qb_status make_problem(uint32_t n, qb_problem *problem, qb_diag *diag)
{
    double *linear = QB_NEW(double, n);
    qb_pair *pair = QB_NEW(qb_pair, 3 * (size_t)n);
    qb_status status = QB_NO_MEMORY;
    if (linear && pair) {
        uint64_t pairs = 0;
        for (uint32_t i = 0; i < n; i++)
            linear[i] = (double)(i % 7) - 3;
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t step = 1; step <= 3 && step < n - i; step++)
                pair[pairs++] = (qb_pair){i, i + step, (i + step) % 2 ? 1 : -1};
        qb_draft draft = {.kind = QB_KIND_QUBO,
                          .name = "ring",
                          .format = "generated",
                          .columns = n,
                          .linear = linear,
                          .pairs = pairs,
                          .pair = pair};
        status = qb_problem_build(&draft, problem, diag);
    }
    qb_free(linear);
    qb_free(pair);
    return status;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sums up `repeats` measurements, which it sorts. */
static void summarise(double *seconds, uint32_t repeats, qb_bench *bench, const char *more)
{
    qsort(seconds, repeats, sizeof *seconds, ascending);
    bench->seconds_per_unit = seconds[0];
    bench->repeats = repeats;
    snprintf(bench->details, sizeof bench->details, "{\"median_s\":%.6g,\"p99_s\":%.6g%s}",
             seconds[repeats / 2], seconds[(uint64_t)repeats * 99 / 100], more);
}

static bool goes_on(const qb_bench_options *options, int64_t start_ns, uint32_t repeats)
{
    double passed = (double)(options->clock.wall_ns(options->clock.context) - start_ns) * 1e-9;
    return repeats < LEAST_REPEATS || (passed < options->seconds && repeats < MOST_REPEATS);
}

static int64_t wall_now(const qb_bench_options *options)
{
    return options->clock.wall_ns(options->clock.context);
}

static qb_status bench_run(const qb_bench_options *options, uint32_t variables, double *seconds,
                           qb_bench *bench, qb_diag *diag)
{
    qb_problem problem = {0};
    qb_run_image *image = NULL;
    qb_status status = make_problem(variables, &problem, diag);
    if (!status)
        status = qb_run_image_open(&problem, &image, diag);
    qb_run_spec spec = {.solver = &idle,
                        .problem = &problem,
                        .budget_kind = QB_BUDGET_WALL_TIME,
                        .budget = 60,
                        .memory_bytes = UINT64_MAX,
                        .threads = 1,
                        .image = image};
    uint32_t repeats = 0;
    double checksum = 0;
    int64_t start_ns = wall_now(options);
    for (int first = 1; !status && goes_on(options, start_ns, repeats); first = 0) {
        qb_run_result result;
        int64_t before = wall_now(options);
        status = qb_run_execute(&spec, &result, diag);
        if (status)
            break;
        double beside = (double)(wall_now(options) - before) * 1e-9 - result.wall_s;
        if (result.outcome != QB_RUN_EXHAUSTED || !result.has_solution)
            status = qb_fail(diag, QB_ENVIRONMENT, "an empty run ended as '%s': %s",
                             qb_outcome_name(result.outcome), result.reason);
        checksum += result.score.objective + 1;
        if (!first) /* the first one starts launcher and warden */
            seconds[repeats++] = beside;
        qb_run_result_clear(&result);
    }
    if (!status) {
        bench->unit = "run";
        bench->work = 1;
        snprintf(bench->checksum, sizeof bench->checksum, "%016llx",
                 (unsigned long long)(checksum / (repeats + 1)));
        summarise(seconds, repeats, bench, "");
    }
    qb_run_image_close(image);
    qb_problem_free(&problem);
    return status;
}

/* Publishes BATCH solutions, then copies as many as often: seconds of each, for one. */
static void time_batch(const qb_bench_options *options, qb_budget *budget, uint8_t *x, uint8_t *y, uint32_t n,
                       double *claimed, double *offered, double *copied)
{
    int64_t before = wall_now(options);
    for (uint32_t k = 0; k < BATCH; k++) {
        x[k % n] ^= 1;
        (void)qb_budget_incumbent(budget, x, *claimed -= 1);
    }
    int64_t between = wall_now(options);
    for (uint32_t k = 0; k < BATCH; k++) {
        x[k % n] ^= 1;
        memcpy(y, x, n);
    }
    *offered = (double)(between - before) * 1e-9 / BATCH;
    *copied = (double)(wall_now(options) - between) * 1e-9 / BATCH;
}

/* seconds [2 * MOST_REPEATS]: an offer, and behind those what it took beyond a copy. */
static qb_status bench_incumbent(const qb_bench_options *options, uint32_t variables, double *seconds,
                                 qb_bench *bench, qb_diag *diag)
{
    qb_budget_setup setup = qb_budget_probe_setup(QB_BUDGET_WALL_TIME, 1e6, variables, false, false);
    qb_budget_probe probe = {0};
    double *beside = seconds + MOST_REPEATS, claimed = 0, copied, least = HUGE_VAL;
    uint8_t *x = QB_NEW(uint8_t, variables), *y = QB_NEW(uint8_t, variables);
    qb_status status = x && y ? qb_budget_probe_open(&setup, 0, &probe, diag) : QB_NO_MEMORY;
    uint32_t repeats = 0;
    int64_t start_ns = wall_now(options);
    for (; !status && goes_on(options, start_ns, repeats); repeats++) {
        time_batch(options, probe.budget, x, y, variables, &claimed, &seconds[repeats], &copied);
        beside[repeats] = seconds[repeats] - copied;
        least = fmin(least, copied);
    }
    if (!status) {
        char more[96];
        qsort(beside, repeats, sizeof *beside, ascending);
        snprintf(more, sizeof more, ",\"copy_s\":%.6g,\"beside_copy_median_s\":%.6g", least,
                 beside[repeats / 2]);
        bench->unit = "incumbent";
        bench->work = BATCH;
        snprintf(bench->checksum, sizeof bench->checksum, "%016llx", (unsigned long long)y[0]);
        summarise(seconds, repeats, bench, more);
    }
    qb_budget_probe_close(&probe);
    qb_free(x);
    qb_free(y);
    return status;
}

qb_status qb_bench_ring(const qb_bench_options *options, uint32_t variables,
                        qb_bench bench[QB_BENCH_RING_COUNT], qb_diag *diag)
{
    qb_bench made[QB_BENCH_RING_COUNT];
    if (variables == 0)
        return qb_fail(diag, QB_BAD_INPUT, "a benchmark of the ring needs at least one variable");
    for (int k = 0; k < QB_BENCH_RING_COUNT; k++)
        made[k] = (qb_bench){.kernel = "ring",
                             .size = variables,
                             .threads = 1,
                             .precision = "bits",
                             .simd = "none",
                             .share_of_bandwidth = NAN,
                             .share_of_arithmetic = NAN};
    double *seconds = QB_NEW(double, 2 * MOST_REPEATS);
    qb_status status = seconds ? bench_run(options, variables, seconds, &made[QB_BENCH_RING_RUN], diag)
                               : qb_fail(diag, QB_NO_MEMORY, "out of memory");
    if (!status)
        status = bench_incumbent(options, variables, seconds, &made[QB_BENCH_RING_INCUMBENT], diag);
    if (!status)
        memcpy(bench, made, sizeof made);
    qb_free(seconds);
    return status;
}
