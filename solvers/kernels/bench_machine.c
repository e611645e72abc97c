#include "solvers/kernels/bench_machine.h"

#include "harness/base/memory.h"
#include "solvers/kernels/simd.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#if defined __x86_64__
#include <immintrin.h>
#endif

enum { PASSES = 4, CHAINS = 12, STEPS = 2000000 };
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

static double measure_flops(const qb_clock *clock, uint32_t threads)
{
    double (*chains)(uint32_t) = chains_portable;
    uint32_t width = 1;
#if defined __x86_64__
    if (qb_simd_tier() == QB_SIMD_AVX512) {
        chains = chains_avx512;
        width = 8;
    } else if (qb_simd_tier() == QB_SIMD_AVX2) {
        chains = chains_avx2;
        width = 4;
    }
#endif
    double least = INFINITY;
    volatile double sink = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        double start = now(clock, threads), sum = 0;
#pragma omp parallel for num_threads(threads) if (threads > 1) reduction(+ : sum) schedule(static, 1)
        for (uint32_t thread = 0; thread < threads; thread++)
            sum += chains(STEPS);
        least = fmin(least, now(clock, threads) - start);
        sink = sink + sum;
    }
    return 2.0 * CHAINS * STEPS * width * threads / least;
}

/* Read, change, write back: what a pass over a state does. */
static double measure_bytes(const qb_clock *clock, uint32_t threads, double *block)
{
    double least = INFINITY;
    for (int pass = 0; pass <= PASSES; pass++) { /* the first one only touches the pages */
        double start = now(clock, threads);
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
        for (size_t k = 0; k < BLOCK_BYTES / sizeof *block; k++)
            block[k] += 1;
        if (pass)
            least = fmin(least, now(clock, threads) - start);
    }
    return 2.0 * BLOCK_BYTES / least;
}

qb_status qb_bench_machine(const qb_clock *clock, uint32_t threads, qb_bench_bounds *bounds)
{
    double *block = qb_map(BLOCK_BYTES);
    if (!block)
        return QB_NO_MEMORY;
    *bounds = (qb_bench_bounds){.bytes_per_second = measure_bytes(clock, threads, block),
                                .flops_per_second = measure_flops(clock, threads)};
    qb_unmap(block, BLOCK_BYTES);
    return QB_OK;
}
