/* Coefficients as integers, for kernels that decide by integer arithmetic whatever the model holds.
 *
 *   c_i = round(coefficient_i / unit),   cost of a flip, from these = true cost / unit + error,
 *   |error| <= slack - 1
 *
 * The unit of integers is their greatest common divisor: no error, slack 0.  That of reals is the least power
 * of two that keeps every local field within the bits asked for.  With a threshold t in these units, whole(t)
 * its integer part:
 *
 *   cost <= whole(t) - slack   the flip is accepted for certain
 *   cost >  whole(t) + slack   it is rejected for certain
 *   else                       the true cost is added up in doubles and compared with unit t
 *
 * so that rounding decides nothing: the last case is rare, and a sweep costs what it costs for integers.
 */
#ifndef QB_KERNELS_ANNEAL_FIXED_H
#define QB_KERNELS_ANNEAL_FIXED_H

#include "harness/model/qubo.h"

#include <math.h>
#include <stdint.h>

typedef struct qb_fixed {
    double unit;
    int32_t slack;
    int32_t coupling; /* max |w| */
    int32_t reach;    /* max |field| over all variables and states; below 2^bits for reals */
} qb_fixed;

/* bits <= 30.  O(n + nonzeros). */
qb_fixed qb_fixed_of(const qb_qubo *model, int bits);

static inline int32_t qb_fixed_round(const qb_fixed *fixed, double coefficient)
{
    return (int32_t)floor(coefficient / fixed->unit + 0.5);
}

#endif
