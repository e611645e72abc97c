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

#define QB_THRESHOLDS 16 /* a draw */

typedef float qb_floats __attribute__((vector_size(64)));
typedef int32_t qb_ints __attribute__((vector_size(64)));
typedef uint32_t qb_uints __attribute__((vector_size(64)));

/* Sixteen draws of -ln(u). */
static inline __attribute__((always_inline)) void qb_threshold_draw(qb_lanes_rng *rng, qb_floats *t)
{
    qb_lanes bits;
    qb_lanes_next(rng, &bits);
    qb_ints r = (qb_ints)bits;
    r &= INT32_MAX;
    qb_floats u = __builtin_convertvector(r, qb_floats) * 0x1p-31f + 0x1p-32f;

    /* u = m 2^e with m in [1/sqrt 2, sqrt 2); ln m = 2 atanh((m - 1) / (m + 1)). */
    qb_ints e = ((qb_ints)u - 0x3f3504f3) >> 23;
    qb_floats m = (qb_floats)((qb_uints)u - ((qb_uints)e << 23));
    qb_floats s = (m - 1.0f) / (m + 1.0f), q = s * s;
    qb_floats series = 2.0f + q * (2.0f / 3 + q * (2.0f / 5 + q * (2.0f / 7 + q * (2.0f / 9))));
    *t = -(__builtin_convertvector(e, qb_floats) * 0.693147181f + s * series);
}

#endif
