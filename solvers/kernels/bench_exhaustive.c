#include "solvers/kernels/bench_exhaustive.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/simd.h"

#include <math.h>
#include <stdio.h>

enum { LEAST_REPEATS = 2, COEFFICIENT = 100, SEED = 2026 };

static double draw(qb_rng *rng)
{
    return (double)qb_rng_below(rng, 2 * COEFFICIENT + 1) - COEFFICIENT;
}

static qb_status build_model(uint32_t variables, qb_qubo *model, qb_diag *diag)
{
    double linear[QB_GRAY_VARIABLES];
    qb_pair pair[QB_GRAY_VARIABLES * QB_GRAY_VARIABLES / 2];
    uint64_t pairs = 0;
    qb_rng rng;
    qb_rng_init(&rng, SEED, 0);
    for (uint32_t i = 0; i < variables; i++) {
        linear[i] = draw(&rng);
        for (uint32_t j = i + 1; j < variables; j++) {
            double weight = draw(&rng);
            if (weight != 0)
                pair[pairs++] = (qb_pair){i, j, weight};
        }
    }
    return qb_qubo_build(QB_MINIMISE, 0, 1, variables, linear, pairs, pair, model, diag);
}

static int64_t now(const qb_bench_options *options)
{
    const qb_clock *clock = &options->clock;
    return options->threads > 1 ? clock->wall_ns(clock->context) : clock->cpu_ns(clock->context);
}

/* FNV-1a over the words of a level. */
static uint64_t hash_level(const qb_gray_level *level)
{
    uint64_t word[] = {(uint64_t)(int64_t)level->energy, level->count, level->state};
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t k = 0; k < sizeof word / sizeof *word; k++)
        hash = (hash ^ word[k]) * 0x100000001b3u;
    return hash;
}

qb_status qb_bench_exhaustive(const qb_bench_options *options, uint32_t variables, qb_bench *bench,
                              qb_diag *diag)
{
    if (variables < 1 || variables > QB_GRAY_VARIABLES)
        return qb_fail(diag, QB_REFUSED, "enumeration takes 1 to %d variables, not %u", QB_GRAY_VARIABLES,
                       variables);
    qb_qubo model = {0};
    qb_gray_level best = {0};
    const char *width = "";
    double total = 0, least = INFINITY;
    uint32_t repeats = 0;
    qb_team *team = qb_team_open(options->threads);
    qb_status status = build_model(variables, &model, diag);
    if (!status && !team)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for %u threads", options->threads);
    while (!status && (repeats < LEAST_REPEATS || total < options->seconds)) {
        qb_gray *gray = NULL;
        int64_t start = now(options);
        status = qb_gray_open(&model, 1, team, &gray, diag);
        if (status)
            break;
        status = qb_gray_run(gray, 0, qb_gray_chunks(gray), NULL);
        double seconds = 1e-9 * (double)(now(options) - start);
        total += seconds;
        least = fmin(least, seconds);
        repeats++;
        qb_gray_levels(gray, 1, &best);
        width = qb_gray_width(gray);
        qb_gray_close(gray);
    }
    if (!status) {
        *bench = (qb_bench){.kernel = "exhaustive",
                            .size = variables,
                            .threads = options->threads > 1 ? options->threads : 1,
                            .repeats = repeats,
                            .precision = width,
                            .simd = qb_simd_name(qb_simd_tier()),
                            .unit = "state",
                            .seconds_per_unit = least / ldexp(1, (int)variables),
                            .work = UINT64_C(1) << variables,
                            .share_of_bandwidth = NAN,
                            .share_of_arithmetic = NAN};
        snprintf(bench->details, sizeof bench->details,
                 "{\"coefficients\": %d, \"density\": 1, \"optimum\": %.0f, \"optima\": %llu}", COEFFICIENT,
                 best.energy, (unsigned long long)best.count);
        snprintf(bench->checksum, sizeof bench->checksum, "%016llx", (unsigned long long)hash_level(&best));
    }
    qb_team_close(team);
    qb_qubo_free(&model);
    return status;
}
