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

/* float to int16 or int8 goes through int32, which is what the instructions do. */
#define SINGLE_TO_INT(floats, type)    __builtin_convertvector(__builtin_convertvector(floats, qb_ints), type)
#define SINGLE_TO_DOUBLE(floats, type) __builtin_convertvector(floats, type)

#define SINGLE_ROW

#define SINGLE_FIELD      int8_t
#define SINGLE_CLAMP      126
#define SINGLE_ENTRY      qb_single_entry
#define SINGLE_ENTRIES    entry
#define SINGLE_CONVERT    SINGLE_TO_INT
#define SINGLE_NAME(name) single_##name##8
#include "solvers/kernels/anneal_single_body.h"

#define SINGLE_FIELD      int16_t
#define SINGLE_CLAMP      32766
#define SINGLE_ENTRY      qb_single_entry
#define SINGLE_ENTRIES    entry
#define SINGLE_CONVERT    SINGLE_TO_INT
#define SINGLE_NAME(name) single_##name##16
#include "solvers/kernels/anneal_single_body.h"

#define SINGLE_FIELD      int32_t
#define SINGLE_CLAMP      2147483520 /* the greatest float below 2^31 */
#define SINGLE_ENTRY      qb_single_entry
#define SINGLE_ENTRIES    entry
#define SINGLE_CONVERT    SINGLE_TO_INT
#define SINGLE_NAME(name) single_##name##32
#include "solvers/kernels/anneal_single_body.h"

#undef SINGLE_ROW

#define SINGLE_FIELD      double
#define SINGLE_CLAMP      1e30
#define SINGLE_ENTRY      qb_single_real_entry
#define SINGLE_ENTRIES    real_entry
#define SINGLE_CONVERT    SINGLE_TO_DOUBLE
#define SINGLE_NAME(name) single_##name##64
#include "solvers/kernels/anneal_single_body.h"
