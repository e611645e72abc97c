/* The sweeps of the gathering kernel (anneal_gather.h), for one tier. */
#include "solvers/kernels/anneal_gather.h"

#define GATHER_LARGEST 2147483520.0f /* the greatest float below 2^31 */

typedef double gather_reals __attribute__((vector_size(128), aligned(64)));
typedef int64_t gather_wide __attribute__((vector_size(128), aligned(64)));

/* x at sixteen positions. */
INLINE void gather_x(const int32_t *x, const int32_t *at, qb_ints *gathered)
{
#if defined(__AVX512F__)
    *gathered = (qb_ints)_mm512_i32gather_epi32(_mm512_load_si512(at), x, 4);
#elif defined(__AVX2__)
    for (int half = 0; half < 2; half++)
        ((__m256i *)gathered)[half] =
            _mm256_i32gather_epi32(x, _mm256_load_si256((const __m256i *)at + half), 4);
#else
    for (uint32_t lane = 0; lane < QB_GATHER_BLOCK; lane++)
        (*gathered)[lane] = x[at[lane]];
#endif
}

/* Adds the weights of those neighbours that are one (-1 here). */
INLINE void gather_add(gather_reals *field, const double *weight, const qb_ints *one)
{
#if defined(__AVX512DQ__)
    __mmask16 mask = _mm512_movepi32_mask((__m512i)*one);
    for (int half = 0; half < 2; half++) {
        __m512d *sum = (__m512d *)field + half;
        *sum =
            _mm512_mask_add_pd(*sum, (__mmask8)(mask >> 8 * half), *sum, _mm512_load_pd(weight + 8 * half));
    }
#else
    gather_wide kept = *(const gather_wide *)weight & __builtin_convertvector(*one, gather_wide);
    *field += (gather_reals)kept;
#endif
}

INLINE void gather_limits(qb_anneal_gather_state *s, float temperature, qb_floats *limit)
{
    qb_threshold_draw(&s->rng, limit);
    *limit *= temperature;
}

static uint64_t gather_integers(qb_anneal_gather_state *s, double beta, uint32_t from, uint32_t to)
{
    const float temperature = single_temperature(beta * s->unit);
    const qb_ints *linear = (const qb_ints *)s->linear, *weight = (const qb_ints *)s->weight;
    qb_ints *x = (qb_ints *)s->x;
    for (uint32_t block = from; block < to; block++) {
        qb_floats t;
        gather_limits(s, temperature, &t);
        qb_ints fits = t < GATHER_LARGEST, most = (qb_ints)((qb_floats){0} + GATHER_LARGEST);
        t = (qb_floats)(((qb_ints)t & fits) | (most & ~fits));
        qb_ints field = linear[block], own = x[block];
        for (uint64_t k = s->first[block]; k < s->first[block + 1]; k += QB_GATHER_BLOCK) {
            qb_ints one;
            gather_x(s->x, s->at + k, &one);
            field += weight[k / QB_GATHER_BLOCK] & one;
        }
        qb_ints cost = (field ^ own) - own;
        x[block] = own ^ (cost <= __builtin_convertvector(t, qb_ints));
    }
    return (to - from) * QB_GATHER_BLOCK + s->first[to] - s->first[from];
}

static uint64_t gather_doubles(qb_anneal_gather_state *s, double beta, uint32_t from, uint32_t to)
{
    const float temperature = single_temperature(beta);
    const gather_reals *linear = (const gather_reals *)s->real_linear;
    qb_ints *x = (qb_ints *)s->x;
    for (uint32_t block = from; block < to; block++) {
        qb_floats t;
        gather_limits(s, temperature, &t);
        gather_reals field = linear[block];
        gather_wide own = __builtin_convertvector(x[block], gather_wide);
        for (uint64_t k = s->first[block]; k < s->first[block + 1]; k += QB_GATHER_BLOCK) {
            qb_ints one;
            gather_x(s->x, s->at + k, &one);
            gather_add(&field, s->real_weight + k, &one);
        }
        gather_reals cost = (gather_reals)((gather_wide)field ^ (own & INT64_MIN));
        gather_wide flips = cost <= __builtin_convertvector(t, gather_reals);
        x[block] ^= __builtin_convertvector(flips, qb_ints);
    }
    return (to - from) * QB_GATHER_BLOCK + s->first[to] - s->first[from];
}
