/* Coefficients as integers of few bits, for kernels that decide by integer arithmetic whatever the model
 * holds.
 *
 *   c_i = round(coefficient_i / unit),   cost of a flip, from these = true cost / unit + error,
 *   |error| < slack
 *
 * The unit of integers whose local fields fit is their greatest common divisor: no error, slack 0.  That of
 * all others is the least power of two that keeps every local field within the bits asked for.  With a
 * threshold t in these units, whole(t) its integer part:
 *
 *   cost <= whole(t) - slack   the flip is accepted for certain
 *   cost >  whole(t) + slack   it is rejected for certain: then cost >= whole(t) + 1 + slack > t + |error|
 *   else                       the true cost is added up in doubles and compared with unit t
 *
 * so that rounding decides nothing: the last case is rare, and a sweep costs what it costs for integers.
 */
#ifndef QB_KERNELS_ANNEAL_FIXED_H
#define QB_KERNELS_ANNEAL_FIXED_H

#include "harness/base/budget.h"
#include "harness/model/qubo.h"

#include <math.h>
#include <stdint.h>

typedef struct qb_fixed {
    double unit;
    int32_t slack;
    int32_t coupling; /* max |w| */
    int32_t reach;    /* max |field| over all variables and states */
    bool decides;     /* few costs are in doubt: the slack is little beside what fields usually are */
} qb_fixed;

/* bits <= 30; reach is below 2^bits, or below 2^(bits + 1) - 1 without slack.  Charges what it looks at;
 * where the budget ends, nothing it says holds.  O(n + nonzeros). */
qb_fixed qb_fixed_of(const qb_qubo *model, int bits, qb_budget *budget /* or NULL */);

/* The nearest integer: adding and taking off again 1.5 2^52 rounds, without a call. */
static inline int32_t qb_fixed_round(const qb_fixed *fixed, double coefficient)
{
    return (int32_t)(coefficient / fixed->unit + 0x1.8p52 - 0x1.8p52);
}

/* The last case: whether flipping variable i passes threshold t.  is_one tells x_j in the kernel's state. */
static inline bool qb_fixed_accepts(const qb_fixed *fixed, const qb_qubo *q, uint32_t i, float t,
                                    bool (*is_one)(const void *state, uint32_t j), const void *state)
{
#define QB_FIXED_TERM(k) (is_one(state, q->neighbour[k]) * qb_qubo_weight(q, k))
    double a = qb_qubo_linear(q, i), b = 0, c = 0, d = 0; /* sums that do not wait for each other */
    uint64_t k = q->start[i], end = q->start[i + 1];
    for (; end - k >= 4; k += 4) {
        a += QB_FIXED_TERM(k);
        b += QB_FIXED_TERM(k + 1);
        c += QB_FIXED_TERM(k + 2);
        d += QB_FIXED_TERM(k + 3);
    }
    for (; k < end; k++)
        a += QB_FIXED_TERM(k);
#undef QB_FIXED_TERM
    double field = (a + b) + (c + d);
    bool adds = (q->sense == QB_MINIMISE) == !is_one(state, i);
    return (adds ? field : -field) <= fixed->unit * (double)t;
}

#endif
