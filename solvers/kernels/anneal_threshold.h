/* Metropolis acceptance as a comparison: a flip of cost d is accepted when d <= t, t = -ln(u) / beta,
 * u uniform on (0, 1).
 *
 * Thresholds are drawn sixteen at a time in single precision: u has 31 random bits before rounding to a
 * float, -ln is good to 3e-7 relative.  So an acceptance probability p is off by less than 3e-7 (1 + ln 1/p)
 * p + 2^-32, and costs whose probability is below 2^-32 are never accepted.  Plain arithmetic without
 * contraction: the same numbers on every tier.
 */
#ifndef QB_KERNELS_ANNEAL_THRESHOLD_H
#define QB_KERNELS_ANNEAL_THRESHOLD_H

#include "solvers/kernels/anneal_lanes.h"

#include <string.h>

#define QB_THRESHOLDS 16 /* a draw */

typedef float qb_floats __attribute__((vector_size(64)));
typedef int32_t qb_ints __attribute__((vector_size(64)));
typedef uint32_t qb_uints __attribute__((vector_size(64)));

/* Sixteen draws of u. */
static inline __attribute__((always_inline)) void qb_threshold_uniform(qb_lanes_rng *rng, qb_floats *u)
{
    qb_lanes bits;
    qb_lanes_next(rng, &bits);
    qb_ints r = (qb_ints)bits;
    r &= INT32_MAX;
    *u = __builtin_convertvector(r, qb_floats) * 0x1p-31f + 0x1p-32f;
}

/* -ln(u): u = m 2^e with m in [1/sqrt 2, sqrt 2), ln m = 2 atanh((m - 1) / (m + 1)). */
#define QB_THRESHOLD_SERIES(q) \
    (2.0f + (q) * (2.0f / 3 + (q) * (2.0f / 5 + (q) * (2.0f / 7 + (q) * (2.0f / 9)))))

/* Sixteen draws of -ln(u). */
static inline __attribute__((always_inline)) void qb_threshold_draw(qb_lanes_rng *rng, qb_floats *t)
{
    qb_floats u;
    qb_threshold_uniform(rng, &u);
    qb_ints e = ((qb_ints)u - 0x3f3504f3) >> 23;
    qb_floats m = (qb_floats)((qb_uints)u - ((qb_uints)e << 23));
    qb_floats s = (m - 1.0f) / (m + 1.0f), q = s * s;
    *t = -(__builtin_convertvector(e, qb_floats) * 0.693147181f + s * QB_THRESHOLD_SERIES(q));
}

/* The same of one u, to the last bit. */
static inline float qb_threshold_of(float u)
{
    int32_t bits;
    memcpy(&bits, &u, sizeof bits);
    int32_t e = (bits - 0x3f3504f3) >> 23;
    bits -= e * (1 << 23);
    float m;
    memcpy(&m, &bits, sizeof m);
    float s = (m - 1.0f) / (m + 1.0f), q = s * s;
    return -((float)e * 0.693147181f + s * QB_THRESHOLD_SERIES(q));
}

/* Bounds of -ln(u) / beta from above, at most 0.06 / beta too large, `scale` = QB_THRESHOLD_BOUND / beta: a
 * float's bits are a logarithm that is linear from one power of two to the next, and so never too large. */
#define QB_THRESHOLD_BOUND 0x1.62e46p-24f /* ln 2 / 2^23, and 2e-6 more than rounding could take off */

static inline __attribute__((always_inline)) void qb_threshold_bound(const qb_floats *u, float scale,
                                                                     qb_floats *bound)
{
    *bound = __builtin_convertvector(0x3f800000 - (qb_ints)*u, qb_floats) * scale;
}

#endif
