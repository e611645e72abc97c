/* anneal_single_body.h in all widths, for one tier. */
#include "solvers/kernels/anneal_single.h"
#include "solvers/kernels/anneal_threshold.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define SINGLE_HOT 1e30f /* temperature of beta = 0: beyond every cost */

typedef int8_t single_bytes __attribute__((vector_size(QB_SINGLE_BLOCK)));

static inline float single_temperature(double beta)
{
    double t = 1 / beta;
    return t < (double)SINGLE_HOT ? (float)t : SINGLE_HOT;
}

/* The lanes after `lane`. */
static inline uint32_t single_after(uint32_t lane)
{
    return ~((UINT32_C(2) << lane) - 1);
}

/* Bit k is set where byte k is -1; all are -1 or 0. */
static inline __attribute__((always_inline)) uint32_t single_bits(single_bytes bytes)
{
#if defined(__AVX2__)
    return (uint32_t)_mm256_movemask_epi8((__m256i)bytes);
#else
    uint32_t bits = 0;
    for (uint32_t k = 0; k < QB_SINGLE_BLOCK; k++)
        bits |= (uint32_t)(bytes[k] & 1) << k;
    return bits;
#endif
}

/* Bit k is set where cost k <= most k, 32 of them. */
#if defined(__AVX512BW__) && defined(__AVX512VL__)
#define SINGLE_TEST8(cost, most)  ((uint32_t)_mm256_cmple_epi8_mask((__m256i)(cost), (__m256i)(most)))
#define SINGLE_TEST16(cost, most) ((uint32_t)_mm512_cmple_epi16_mask((__m512i)(cost), (__m512i)(most)))
#else
#define SINGLE_TEST8(cost, most)  single_bits((single_bytes)((cost) <= (most)))
#define SINGLE_TEST16(cost, most) single_bits(__builtin_convertvector((cost) <= (most), single_bytes))
#endif
#define SINGLE_TEST32(cost, most) single_bits(__builtin_convertvector((cost) <= (most), single_bytes))

#define SINGLE_FIELD      int8_t
#define SINGLE_BYTES      1
#define SINGLE_CLAMP      126
#define SINGLE_REAL_CLAMP 126 /* never used: real fields have 14 bits or more */
#define SINGLE_TEST       SINGLE_TEST8
#define SINGLE_NAME(name) single_##name##8
#include "solvers/kernels/anneal_single_body.h"

#define SINGLE_FIELD      int16_t
#define SINGLE_BYTES      2
#define SINGLE_CLAMP      32766
#define SINGLE_REAL_CLAMP 24576 /* above 2^14, and 2^13 below what a field holds */
#define SINGLE_TEST       SINGLE_TEST16
#define SINGLE_NAME(name) single_##name##16
#include "solvers/kernels/anneal_single_body.h"

#define SINGLE_FIELD      int32_t
#define SINGLE_BYTES      4
#define SINGLE_CLAMP      2147483520 /* the greatest float below 2^31 */
#define SINGLE_REAL_CLAMP 0x1.8p30f  /* above 2^30, and 2^29 below what a field holds */
#define SINGLE_TEST       SINGLE_TEST32
#define SINGLE_NAME(name) single_##name##32
#include "solvers/kernels/anneal_single_body.h"
