#include "solvers/kernels/bench_anneal.h"

#include "harness/base/memory.h"
#include "solvers/kernels/simd.h"

#include <math.h>
#include <stdio.h>

enum { SWEEPS = 1000, LEAST_REPEATS = 2 };

/* Geometric from 0.05 to 3 in units of the spin form, where a coupling w of the 0/1 form is w / 4 and a flip
 * changes s by 2; the kernels take beta per unit of E, so beta_E = beta_spin / (largest |w| / 4). */
static void fill_schedule(const qb_qubo *model, double beta[SWEEPS])
{
    double largest = 0;
    for (uint64_t k = 0; k < model->nonzeros; k++)
        largest = fmax(largest, fabs(qb_qubo_weight(model, k)) / 4);
    for (uint32_t i = 0; largest == 0 && i < model->n; i++)
        largest = fmax(largest, fabs(qb_qubo_linear(model, i)) / 2);
    double unit = largest > 0 ? 1 / largest : 1;
    for (int k = 0; k < SWEEPS; k++)
        beta[k] = unit * 0.05 * pow(3 / 0.05, (double)k / (SWEEPS - 1));
}

static qb_status open_with(const qb_qubo *model, uint32_t replicas, qb_annealer **annealer, qb_diag *diag)
{
    qb_anneal_kind kind = replicas == 0   ? QB_ANNEAL_AUTO
                          : replicas == 1 ? QB_ANNEAL_SINGLE
                                          : QB_ANNEAL_SLICED;
    qb_status status = qb_annealer_open(model, kind, 1, NULL, annealer, diag);
    if (status || replicas == 0 || qb_annealer_replicas(*annealer) == replicas)
        return status;
    qb_annealer_close(*annealer);
    *annealer = NULL;
    return qb_fail(diag, QB_REFUSED, "no annealing kernel runs %u replicas of this model", replicas);
}

/* FNV-1a over the energies' bits. */
static uint64_t hash_energies(const double *energy, uint32_t count)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t k = 0; k < count; k++) {
        union {
            double number;
            uint64_t bits;
        } value = {energy[k]};
        hash = (hash ^ value.bits) * 0x100000001b3u;
    }
    return hash;
}

qb_status qb_bench_anneal(const qb_bench_options *options, const qb_qubo *model, const char *instance,
                          uint32_t replicas, qb_bench *bench, qb_diag *diag)
{
    qb_annealer *annealer = NULL;
    double beta[SWEEPS], *energy = NULL, total = 0, least = INFINITY;
    uint32_t repeats = 0;
    qb_status status = open_with(model, replicas, &annealer, diag);
    if (status)
        return status;
    uint32_t lanes = qb_annealer_replicas(annealer);
    uint64_t flips = (uint64_t)SWEEPS * model->n * lanes, hash = 0;
    energy = QB_NEW(double, lanes);
    status = energy ? QB_OK : QB_NO_MEMORY;
    fill_schedule(model, beta);
    while (!status && (repeats < LEAST_REPEATS || total < options->seconds)) {
        int64_t start = options->clock.cpu_ns(options->clock.context);
        status = qb_annealer_start(annealer, NULL, NULL);
        if (!status)
            status = qb_annealer_run(annealer, beta, SWEEPS, NULL);
        double seconds = 1e-9 * (double)(options->clock.cpu_ns(options->clock.context) - start);
        total += seconds;
        least = fmin(least, seconds);
        if (repeats++ == 0) {
            qb_annealer_energies(annealer, energy);
            hash = hash_energies(energy, lanes);
        }
    }
    if (!status) {
        *bench = (qb_bench){.kernel = "anneal",
                            .size = model->n,
                            .threads = 1,
                            .repeats = repeats,
                            .precision = model->integral ? "integer" : "double",
                            .simd = qb_simd_name(qb_simd_tier()),
                            .unit = "attempted flip",
                            .seconds_per_unit = least / (double)flips,
                            .work = flips,
                            .share_of_bandwidth = NAN,
                            .share_of_arithmetic = NAN};
        snprintf(bench->details, sizeof bench->details,
                 "{\"instance\": \"%s\", \"kernel\": \"%s\", \"replicas\": %u, \"sweeps\": %d, "
                 "\"schedule\": \"geometric 0.05..3\"}",
                 instance, qb_annealer_name(annealer), lanes, SWEEPS);
        snprintf(bench->checksum, sizeof bench->checksum, "%016llx", (unsigned long long)hash);
    }
    qb_free(energy);
    qb_annealer_close(annealer);
    return status;
}
