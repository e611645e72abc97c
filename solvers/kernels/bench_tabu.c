#include "solvers/kernels/bench_tabu.h"

#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/simd.h"

#include <math.h>
#include <stdio.h>

enum { LEAST_REPEATS = 2 };

/* Seconds that reading `bytes` takes, the least of three passes in four streams at a time, for the bound that
 * memory sets. */
static double read_seconds(const qb_clock *clock, size_t bytes, uint64_t *sink)
{
    enum { STREAMS = 4 };
    typedef uint64_t line __attribute__((vector_size(64)));
    size_t each = bytes / (STREAMS * sizeof(line)) + 1;
    line *block = qb_alloc(STREAMS * each, sizeof *block), sum[STREAMS] = {{0}};
    double least = NAN;
    for (int pass = 0; block && pass < 3; pass++) {
        int64_t start = clock->cpu_ns(clock->context);
        for (size_t k = 0; k < each; k++)
            for (size_t s = 0; s < STREAMS; s++)
                sum[s] += block[s * each + k];
        double seconds = 1e-9 * (double)(clock->cpu_ns(clock->context) - start);
        least = isnan(least) ? seconds : fmin(least, seconds);
    }
    qb_free(block);
    *sink = sum[0][0] + sum[1][0] + sum[2][0] + sum[3][0];
    return least;
}

static uint64_t hash_point(const qb_tabu *tabu)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t k = 0; k < qb_tabu_words(tabu); k++)
        hash = (hash ^ qb_tabu_best(tabu)[k]) * 0x100000001b3u;
    return hash;
}

/* Bytes of a dense matrix's row as the form's name states them ("dense int8/..."); 0 for sparse, and for
 * doubles: their walks come back to rows that a cache still has, faster than any pass over the matrix. */
static double row_bytes(const qb_tabu *tabu, uint32_t n)
{
    unsigned bits = 0;
    if (sscanf(qb_tabu_form_name(tabu), "dense int%u", &bits) == 1)
        return (double)n * bits / 8;
    return 0;
}

static void describe(const qb_tabu *tabu, const qb_qubo *model, const char *instance,
                     const qb_bench_options *options, qb_bench *bench)
{
    uint64_t sink = 0;
    double bytes = row_bytes(tabu, model->n), seconds = NAN;
    if (bytes > 0)
        seconds = read_seconds(&options->clock, (size_t)(bytes * model->n), &sink) / model->n;
    bench->share_of_bandwidth = seconds / bench->seconds_per_unit;
    snprintf(bench->details, sizeof bench->details,
             "{\"instance\": \"%s\", \"kernel\": \"%s\", \"tenure\": %u}", instance, qb_tabu_form_name(tabu),
             model->n / 100 + 5);
    snprintf(bench->checksum, sizeof bench->checksum, "%016llx",
             (unsigned long long)(hash_point(tabu) + sink));
}

/* Walks of at least a hundred thousand moves, each timed as a whole. */
static qb_status time_walks(qb_tabu *tabu, const qb_qubo *model, const qb_bench_options *options,
                            qb_budget *budget, qb_bench *bench)
{
    qb_tabu_rule rule = {.patience = 50000, .tenure = model->n / 100 + 5, .spread = 5};
    double total = 0;
    qb_status status = QB_OK;
    bench->seconds_per_unit = INFINITY;
    while (!status && (bench->repeats < LEAST_REPEATS || total < options->seconds)) {
        uint64_t before = qb_tabu_moves(tabu);
        int64_t start = options->clock.cpu_ns(options->clock.context);
        status = qb_tabu_walk(tabu, &rule, budget);
        double seconds = 1e-9 * (double)(options->clock.cpu_ns(options->clock.context) - start);
        uint64_t moves = qb_tabu_moves(tabu) - before;
        bench->seconds_per_unit = fmin(bench->seconds_per_unit, seconds / (double)moves);
        bench->work = moves;
        bench->repeats++;
        total += seconds;
    }
    return status;
}

qb_status qb_bench_tabu(const qb_bench_options *options, const qb_qubo *model, const char *instance,
                        qb_bench *bench, qb_diag *diag)
{
    qb_budget_setup setup =
        qb_budget_probe_setup(QB_BUDGET_WORK, 1e18, model->n, false, model->sense == QB_MAXIMISE);
    qb_budget_probe probe;
    qb_tabu *tabu = NULL;
    qb_status status = qb_budget_probe_open(&setup, 0, &probe, diag);
    if (status)
        return status;
    qb_bench result = {.kernel = "tabu",
                       .size = model->n,
                       .threads = 1,
                       .precision = model->integral ? "integer" : "double",
                       .simd = qb_simd_name(qb_simd_tier()),
                       .unit = "move",
                       .share_of_arithmetic = NAN};
    status = qb_tabu_open(model, QB_TABU_AUTO, UINT64_MAX, 1, probe.budget, &tabu, diag);
    if (!status)
        status = time_walks(tabu, model, options, probe.budget, &result);
    if (!status) {
        describe(tabu, model, instance, options, &result);
        *bench = result;
    }
    qb_tabu_close(tabu);
    qb_budget_probe_close(&probe);
    return status;
}
