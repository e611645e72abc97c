#include "solvers/kernels/bench_tabu.h"

#include "harness/base/budget_probe.h"
#include "harness/base/memory.h"
#include "solvers/kernels/simd.h"

#include <math.h>
#include <stdio.h>

#define LEAST_REPEATS 2
#define TRACED        (UINT64_C(1) << 17) /* moves of a walk that are streamed */

typedef uint64_t line __attribute__((vector_size(64)));

/* The memory traffic of a walk and nothing else: each row is read and the gains are read and written, `wide`
 * lines of them a line of couplings. */
__attribute__((always_inline)) static inline void stream_rows(const qb_tabu_rows *rows, const uint32_t *trace,
                                                              uint64_t moves, line *gain, size_t wide)
{
    size_t lines = rows->row_bytes / sizeof(line);
    for (uint64_t m = 0; m < moves; m++) {
        const line *row = (const line *)((const char *)rows->couplings + trace[m] * rows->row_bytes);
        for (size_t k = 0; k < lines; k++)
            for (size_t part = 0; part < wide; part++)
                gain[wide * k + part] += row[k];
    }
}

#define DEFINE_STREAM(name, attribute)                                                                      \
    attribute static void name(const qb_tabu_rows *rows, const uint32_t *trace, uint64_t moves, line *gain) \
    {                                                                                                       \
        switch (rows->gain_bytes / rows->row_bytes) {                                                       \
        case 1:                                                                                             \
            stream_rows(rows, trace, moves, gain, 1);                                                       \
            return;                                                                                         \
        case 2:                                                                                             \
            stream_rows(rows, trace, moves, gain, 2);                                                       \
            return;                                                                                         \
        default:                                                                                            \
            stream_rows(rows, trace, moves, gain, rows->gain_bytes / rows->row_bytes);                      \
        }                                                                                                   \
    }
DEFINE_STREAM(stream_portable, )
#if defined __x86_64__
DEFINE_STREAM(stream_avx2, __attribute__((target("avx2"))))
DEFINE_STREAM(stream_avx512, __attribute__((target("avx512f"))))
#endif

static void stream(const qb_tabu_rows *rows, const uint32_t *trace, uint64_t moves, line *gain)
{
#if defined __x86_64__
    if (qb_simd_tier() == QB_SIMD_AVX512) {
        stream_avx512(rows, trace, moves, gain);
        return;
    }
    if (qb_simd_tier() == QB_SIMD_AVX2) {
        stream_avx2(rows, trace, moves, gain);
        return;
    }
#endif
    stream_portable(rows, trace, moves, gain);
}

static uint64_t hash_point(const qb_tabu *tabu)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t k = 0; k < qb_tabu_words(tabu); k++)
        hash = (hash ^ qb_tabu_best(tabu)[k]) * 0x100000001b3u;
    return hash;
}

static void describe(const qb_tabu *tabu, const qb_qubo *model, const char *instance, qb_bench *bench)
{
    snprintf(bench->details, sizeof bench->details,
             "{\"instance\": \"%s\", \"kernel\": \"%s\", \"tenure\": %u}", instance, qb_tabu_form_name(tabu),
             model->n / 100 + 5);
    snprintf(bench->checksum, sizeof bench->checksum, "%016llx", (unsigned long long)hash_point(tabu));
}

/* What is on the clock, and where its traffic is streamed. */
typedef struct course {
    const qb_clock *clock;
    uint32_t *trace; /* [TRACED] rows of the last walk, in its order */
    line *gain;      /* as large as any form's gains */
    double stream;   /* seconds a row, the least; NAN: the form has no rows */
} course;

static double seconds_since(const qb_clock *clock, int64_t start)
{
    return 1e-9 * (double)(clock->cpu_ns(clock->context) - start);
}

static void time_stream(course *c, const qb_tabu *tabu, uint64_t moves)
{
    qb_tabu_rows rows = qb_tabu_rows_of(tabu);
    if (!rows.couplings)
        return;
    moves = moves < TRACED ? moves : TRACED;
    int64_t start = c->clock->cpu_ns(c->clock->context);
    stream(&rows, c->trace, moves, c->gain);
    c->stream = fmin(c->stream, seconds_since(c->clock, start) / (double)moves); /* a number before NAN */
}

/* Walks of at least 50000 moves, each timed as a whole, and after each the rows that it went over. */
static qb_status time_walks(qb_tabu *tabu, const qb_qubo *model, course *c, double wanted, qb_budget *budget,
                            qb_bench *bench)
{
    qb_tabu_rule rule = {.patience = 50000, .tenure = model->n / 100 + 5, .spread = 5};
    double total = 0;
    qb_status status = QB_OK;
    bench->seconds_per_unit = INFINITY;
    while (!status && (bench->repeats < LEAST_REPEATS || total < wanted)) {
        qb_tabu_trace(tabu, c->trace, TRACED);
        uint64_t before = qb_tabu_moves(tabu);
        int64_t start = c->clock->cpu_ns(c->clock->context);
        status = qb_tabu_walk(tabu, &rule, budget);
        double seconds = seconds_since(c->clock, start);
        bench->work = qb_tabu_moves(tabu) - before;
        bench->seconds_per_unit = fmin(bench->seconds_per_unit, seconds / (double)bench->work);
        bench->repeats++;
        total += seconds;
        time_stream(c, tabu, bench->work);
    }
    bench->share_of_bandwidth = c->stream / bench->seconds_per_unit;
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
    course c = {&options->clock, QB_NEW(uint32_t, TRACED), NULL, NAN};
    if (!status) {
        c.gain = qb_alloc(qb_tabu_words(tabu), 64 * sizeof(double));
        status = c.trace && c.gain ? time_walks(tabu, model, &c, options->seconds, probe.budget, &result)
                                   : qb_fail(diag, QB_NO_MEMORY, "no memory for the trace of a walk");
    }
    if (!status) {
        describe(tabu, model, instance, &result);
        *bench = result;
    }
    qb_free(c.trace);
    qb_free(c.gain);
    qb_tabu_close(tabu);
    qb_budget_probe_close(&probe);
    return status;
}
