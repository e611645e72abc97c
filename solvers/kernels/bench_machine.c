#include "solvers/kernels/bench_machine.h"

#include "harness/base/memory.h"
#include "solvers/kernels/simd.h"
#include "solvers/kernels/team.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#if defined __x86_64__
#include <immintrin.h>
#endif

enum {
    PASSES = 4,
    CHAINS = 12,
    STEPS = 2000000,
    PIECE = 1 << 17 /* numbers that a thread takes at a time */
};
#define BLOCK_BYTES ((size_t)128 << 20)

static double now(const qb_clock *clock, uint32_t threads)
{
    return 1e-9 * (double)(threads > 1 ? clock->wall_ns(clock->context) : clock->cpu_ns(clock->context));
}

/* Twelve independent chains hide the latency of a multiply-add on every core that there is. */
static double chains_portable(uint32_t steps)
{
    double a[CHAINS] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    for (uint32_t s = 0; s < steps; s++)
        for (int k = 0; k < CHAINS; k++)
            a[k] = a[k] * 0.999999 + 1e-9;
    double sum = 0;
    for (int k = 0; k < CHAINS; k++)
        sum += a[k];
    return sum;
}

#if defined __x86_64__
__attribute__((target("avx2,fma"))) static double chains_avx2(uint32_t steps)
{
    __m256d a[CHAINS], factor = _mm256_set1_pd(0.999999), term = _mm256_set1_pd(1e-9), sum = term;
    for (int k = 0; k < CHAINS; k++)
        a[k] = _mm256_set1_pd(k + 1);
    for (uint32_t s = 0; s < steps; s++)
        for (int k = 0; k < CHAINS; k++)
            a[k] = _mm256_fmadd_pd(a[k], factor, term);
    for (int k = 0; k < CHAINS; k++)
        sum = _mm256_add_pd(sum, a[k]);
    return _mm256_cvtsd_f64(sum);
}

__attribute__((target("avx512f"))) static double chains_avx512(uint32_t steps)
{
    __m512d a[CHAINS], factor = _mm512_set1_pd(0.999999), term = _mm512_set1_pd(1e-9), sum = term;
    for (int k = 0; k < CHAINS; k++)
        a[k] = _mm512_set1_pd(k + 1);
    for (uint32_t s = 0; s < steps; s++)
        for (int k = 0; k < CHAINS; k++)
            a[k] = _mm512_fmadd_pd(a[k], factor, term);
    for (int k = 0; k < CHAINS; k++)
        sum = _mm512_add_pd(sum, a[k]);
    return _mm512_cvtsd_f64(sum);
}
#endif

/* What the threads of a measurement do. */
typedef struct job {
    double (*chains)(uint32_t);
    double *sum; /* [threads] */
    double *block;
} job;

static void run_chains(void *context, size_t step, uint32_t member)
{
    (void)member;
    const job *j = context;
    j->sum[step] = j->chains(STEPS);
}

/* Read, change, write back: what a pass over a state does. */
static void run_piece(void *context, size_t step, uint32_t member)
{
    (void)member;
    const job *j = context;
    double *piece = j->block + step * PIECE;
    for (size_t k = 0; k < PIECE; k++)
        piece[k] += 1;
}

static double measure_flops(const qb_clock *clock, qb_team *team, double *sum)
{
    uint32_t width = 1, threads = qb_team_size(team);
    job j = {.chains = chains_portable, .sum = sum};
#if defined __x86_64__
    if (qb_simd_tier() == QB_SIMD_AVX512) {
        j.chains = chains_avx512;
        width = 8;
    } else if (qb_simd_tier() == QB_SIMD_AVX2) {
        j.chains = chains_avx2;
        width = 4;
    }
#endif
    double least = INFINITY;
    for (int pass = 0; pass < PASSES; pass++) {
        double start = now(clock, threads);
        (void)qb_team_run(team, threads, 1, run_chains, &j, 0, NULL);
        least = fmin(least, now(clock, threads) - start);
    }
    return 2.0 * CHAINS * STEPS * width * threads / least;
}

static double measure_bytes(const qb_clock *clock, qb_team *team, double *block)
{
    job j = {.block = block};
    uint32_t threads = qb_team_size(team);
    double least = INFINITY;
    for (int pass = 0; pass <= PASSES; pass++) { /* the first one only touches the pages */
        double start = now(clock, threads);
        (void)qb_team_run(team, BLOCK_BYTES / sizeof *block / PIECE, 1, run_piece, &j, 0, NULL);
        if (pass)
            least = fmin(least, now(clock, threads) - start);
    }
    return 2.0 * BLOCK_BYTES / least;
}

qb_status qb_bench_machine(const qb_clock *clock, uint32_t threads, qb_bench_bounds *bounds)
{
    qb_team *team = qb_team_open(threads);
    double *block = qb_map(BLOCK_BYTES), *sum = QB_NEW(double, threads);
    qb_status status = team && block && sum ? QB_OK : QB_NO_MEMORY;
    if (!status)
        *bounds = (qb_bench_bounds){.bytes_per_second = measure_bytes(clock, team, block),
                                    .flops_per_second = measure_flops(clock, team, sum)};
    qb_free(sum);
    qb_unmap(block, BLOCK_BYTES);
    qb_team_close(team);
    return status;
}
