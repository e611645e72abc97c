/* The sweeps of the gathering kernel (anneal_gather.h), for one tier. */
#include "solvers/kernels/anneal_gather.h"

#define GATHER_LARGEST 2147483520.0f /* the greatest float below 2^31 */
#define GATHER_HIGHEST 0x1.8p30f /* of a real model, whose costs stay below 2^30 and the slack below 2^29 */

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

INLINE bool gather_any(const qb_ints *mask)
{
#if defined(__AVX512F__)
    return _mm512_test_epi32_mask((__m512i)*mask, (__m512i)*mask) != 0;
#else
    int32_t any = 0;
    for (uint32_t lane = 0; lane < QB_GATHER_BLOCK; lane++)
        any |= (*mask)[lane];
    return any != 0;
#endif
}

/* The doubtful among sixteen attempts, one by one; adds to the flips what is accepted. */
static __attribute__((noinline)) void gather_decide(const qb_anneal_gather_state *s, uint32_t block,
                                                    const qb_floats *t, const qb_ints *doubt, qb_ints *flips)
{
    for (uint32_t lane = 0; lane < QB_GATHER_BLOCK; lane++)
        if ((*doubt)[lane] && qb_gather_accepts(s, block * QB_GATHER_BLOCK + lane, (*t)[lane]))
            (*flips)[lane] = -1;
}

/* Which of sixteen costs pass their thresholds. */
INLINE void gather_judge(const qb_anneal_gather_state *s, uint32_t block, const qb_ints *cost,
                         const qb_floats *t, qb_ints *flips)
{
    const int32_t slack = s->fixed.slack;
    qb_ints whole = __builtin_convertvector(*t, qb_ints), sure = *cost <= whole - slack;
    *flips = sure;
    if (!slack)
        return;
    qb_ints doubt = (*cost <= whole + slack) & ~sure;
    if (gather_any(&doubt)) {
        qb_ints decided = sure;
        gather_decide(s, block, t, &doubt, &decided);
        *flips = decided;
    }
}

static uint64_t gather_sweep(qb_anneal_gather_state *s, double beta, uint32_t from, uint32_t to)
{
    const float temperature = single_temperature(beta * s->fixed.unit);
    const float highest = s->fixed.slack ? GATHER_HIGHEST : GATHER_LARGEST;
    const qb_ints *linear = (const qb_ints *)s->linear, *weight = (const qb_ints *)s->weight;
    qb_ints *x = (qb_ints *)s->x;
    for (uint32_t block = from; block < to; block++) {
        qb_floats t;
        qb_threshold_draw(&s->rng, &t);
        t *= temperature;
        qb_ints fits = t < highest, most = (qb_ints)((qb_floats){0} + highest);
        t = (qb_floats)(((qb_ints)t & fits) | (most & ~fits));
        qb_ints field = linear[block], own = x[block], flips;
        for (uint64_t k = s->first[block]; k < s->first[block + 1]; k += QB_GATHER_BLOCK) {
            qb_ints one;
            gather_x(s->x, s->at + k, &one);
            field += weight[k / QB_GATHER_BLOCK] & one;
        }
        qb_ints cost = (field ^ own) - own;
        gather_judge(s, block, &cost, &t, &flips);
        x[block] = own ^ flips;
    }
    return (to - from) * QB_GATHER_BLOCK + s->first[to] - s->first[from];
}
