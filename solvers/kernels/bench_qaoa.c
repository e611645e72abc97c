#include "solvers/kernels/bench_qaoa.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/simd.h"

#include <math.h>
#include <stdio.h>

enum { LEAST_REPEATS = 2 };

/* sum J s s with s = 2 x - 1, as a QUBO: 4 J x x - 2 J x - 2 J x + J. */
static qb_status make_model(const qb_bench_qaoa_case *what, qb_qubo *model, qb_diag *diag)
{
    uint32_t n = what->qubits;
    qb_rng rng;
    qb_rng_init(&rng, 1, n);
    double *linear = QB_NEW(double, n);
    qb_pair *pair = QB_NEW(qb_pair, (size_t)n * n / 2 + 1);
    qb_status status = linear && pair ? QB_OK : QB_NO_MEMORY;
    uint64_t pairs = 0;
    for (uint32_t i = 0; !status && i < n; i++)
        for (uint32_t j = i + 1; j < n; j++) {
            double coupling = what->real_cost           ? 2 * qb_rng_uniform(&rng) - 1
                              : qb_rng_next(&rng) >> 63 ? 1
                                                        : -1;
            pair[pairs++] = (qb_pair){i, j, 4 * coupling};
            linear[i] -= 2 * coupling;
            linear[j] -= 2 * coupling;
        }
    if (!status)
        status = qb_qubo_build(QB_MINIMISE, 0, 1, n, linear, pairs, pair, model, diag);
    qb_free(pair);
    qb_free(linear);
    return status;
}

static double read_clock(const qb_bench_options *options)
{
    const qb_clock *clock = &options->clock;
    return 1e-9 *
           (double)(options->threads > 1 ? clock->wall_ns(clock->context) : clock->cpu_ns(clock->context));
}

static qb_status open_state(const qb_bench_options *options, const qb_bench_qaoa_case *what, qb_team *team,
                            qb_diagonal *diagonal, double *diagonal_seconds, qb_statevector **state,
                            qb_diag *diag)
{
    qb_qubo model = {0};
    qb_cost cost = {0};
    qb_status status = make_model(what, &model, diag);
    if (!status)
        status = qb_cost_from_qubo(&model, &cost, diag);
    double start = read_clock(options);
    if (!status)
        status = qb_diagonal_survey(&cost, what->symmetry, team, NULL, diagonal);
    if (!status)
        status = qb_diagonal_fill(&cost, team, NULL, diagonal);
    *diagonal_seconds = read_clock(options) - start;
    if (!status)
        status = qb_statevector_open(diagonal, what->precision, false, team, state, diag);
    qb_cost_free(&cost);
    qb_qubo_free(&model);
    return status;
}

static void describe(const qb_bench_qaoa_case *what, const qb_diagonal *diagonal, double diagonal_seconds,
                     const qb_bench_bounds *bounds, double expectation, qb_bench *bench)
{
    double amplitudes = ldexp(1, (int)diagonal->bits), real = what->precision == QB_DOUBLE ? 8 : 4;
    double bytes =
        amplitudes * (4 * real + (double)diagonal->width); /* both parts, read and written; the cost read */
    double flops =
        amplitudes * (6 + 4 * (double)diagonal->qubits); /* a phase; a multiply-add a qubit on each part */
    bench->share_of_bandwidth = bytes / bounds->bytes_per_second / bench->seconds_per_unit;
    bench->share_of_arithmetic = flops * real / 8 / bounds->flops_per_second / bench->seconds_per_unit;
    snprintf(bench->details, sizeof bench->details,
             "{\"layers\": %d, \"cost\": \"%s\", \"symmetry\": \"%s\", \"bytes_an_entry\": %d, "
             "\"expectation\": %.9g, \"diagonal_seconds\": %.4g, "
             "\"machine_bytes_per_second\": %.4g, \"machine_flops_per_second\": %.4g}",
             QB_BENCH_QAOA_LAYERS, what->real_cost ? "real" : "integer", diagonal->symmetric ? "on" : "off",
             (int)diagonal->width, expectation, diagonal_seconds, bounds->bytes_per_second,
             bounds->flops_per_second);
    snprintf(bench->checksum, sizeof bench->checksum, "%016llx",
             (unsigned long long)(long long)nearbyint(1e6 * expectation));
}

qb_status qb_bench_qaoa_layer(const qb_bench_options *options, const qb_bench_qaoa_case *what,
                              const qb_bench_bounds *bounds, qb_bench *bench, qb_diag *diag)
{
    double gammas[QB_BENCH_QAOA_LAYERS], betas[QB_BENCH_QAOA_LAYERS], total = 0, least = INFINITY,
                                                                      expectation = 0, diagonal_seconds = 0;
    qb_diagonal diagonal = {0};
    qb_statevector *state = NULL;
    uint32_t repeats = 0;
    for (int l = 0; l < QB_BENCH_QAOA_LAYERS; l++) {
        gammas[l] = 0.02 * (l + 1);
        betas[l] = 0.5 - 0.4 * l / QB_BENCH_QAOA_LAYERS;
    }
    qb_team *team = qb_team_open(options->threads);
    qb_status status = team ? open_state(options, what, team, &diagonal, &diagonal_seconds, &state, diag)
                            : qb_fail(diag, QB_NO_MEMORY, "no memory for %u threads", options->threads);
    while (!status && (repeats < LEAST_REPEATS || total < options->seconds)) {
        double start = read_clock(options);
        status = qb_statevector_evolve(state, QB_BENCH_QAOA_LAYERS, gammas, betas, NULL,
                                       repeats ? NULL : &expectation);
        double seconds = read_clock(options) - start;
        least = fmin(least, seconds);
        total += seconds;
        repeats++;
    }
    if (!status) {
        *bench = (qb_bench){.kernel = "qaoa-layer",
                            .size = what->qubits,
                            .threads = options->threads,
                            .repeats = repeats,
                            .precision = what->precision == QB_DOUBLE ? "double" : "float",
                            .simd = qb_simd_name(qb_simd_tier()),
                            .unit = "layer",
                            .seconds_per_unit = least / QB_BENCH_QAOA_LAYERS,
                            .work = (uint64_t)QB_BENCH_QAOA_LAYERS << diagonal.bits};
        describe(what, &diagonal, diagonal_seconds, bounds, expectation, bench);
    }
    qb_statevector_close(state);
    qb_diagonal_clear(&diagonal);
    qb_team_close(team);
    return status;
}
