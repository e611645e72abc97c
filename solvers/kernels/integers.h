/* Integers that a QUBO says in bits, found by their couplings, and what they are worth at their best.
 *
 * Bits b with steps s_b say the integer t = sum_b s_b x_b where the cost knows them by t only:
 *
 *   cost(x) = rest + curvature t^2 + (lambda + sum_j c_j x_j) t,   curvature > 0,   t in 0..range
 *
 * which shows in the couplings: w_bj = s_b c_j, w_bb' = 2 curvature s_b s_b', linear_b = curvature s_b^2 +
 * s_b lambda.  Steps are those that say every integer from 0 to their sum, each once or more often.  Slack
 * of inequalities is of this kind, columns that stand in one equation only are, and so is either in a QUBO
 * that somebody else lowered.
 *
 * With all other bits given, the best t is the integer in 0..range next to -pull / (2 curvature),
 * pull = lambda + sum_j c_j x_j.  So a search need not flip these bits: it may move all others, and let the
 * integers follow.  Those that are found here are not coupled with each other, so that each follows on its
 * own; of two that are, the one with fewer couplings is taken.
 *
 * Source: what slack is worth at its best is the projection of integer programming (J. F. Benders,
 * Numerische Mathematik 4 (1962) 238); that the bits are found in the couplings of any QUBO is ours.
 */
#ifndef QB_KERNELS_INTEGERS_H
#define QB_KERNELS_INTEGERS_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"

#include <math.h>

/* An integer that a bit is coupled with, and how. */
typedef struct qb_integers_tie {
    uint32_t integer;
    double pull; /* c_j */
} qb_integers_tie;

typedef struct qb_integers {
    uint32_t count;
    uint32_t *start;      /* [count + 1] */
    uint32_t *bit;        /* [start[count]] of each integer, by rising step; the first one's is 1 */
    double *step;         /* [start[count]] */
    double *curvature;    /* [count] */
    double *range;        /* [count] */
    uint32_t *of;         /* [n] the integer that a bit is of, count: of none */
    uint32_t *tie_start;  /* [n + 1] */
    qb_integers_tie *tie; /* [tie_start[n]] of each bit that is of none */
} qb_integers;

/* Finds them among the bits that stand in no group.  Deterministic.  Charges the couplings looked at.
 * QB_NO_MEMORY, QB_STOPPED.  O(nonzeros + n log n).  Free with qb_integers_close, also after an error. */
qb_status qb_integers_open(const qb_qubo *model, qb_budget *budget /* or NULL */, qb_integers *integers);
void qb_integers_close(qb_integers *integers);

/* The best value of integer k under a pull. */
static inline double qb_integers_best(const qb_integers *s, uint32_t k, double pull)
{
    return fmin(fmax(nearbyint(pull / (-2 * s->curvature[k])), 0), s->range[k]);
}

/* What it then costs: at most 0. */
static inline double qb_integers_cost(const qb_integers *s, uint32_t k, double pull)
{
    double t = qb_integers_best(s, k, pull);
    return (s->curvature[k] * t + pull) * t;
}

/* The pull on integer k at x, whatever x says of integers.  O(couplings of its first bit), so many. */
double qb_integers_pull(const qb_integers *integers, const qb_qubo *model, uint32_t k,
                        const uint8_t *x /* [n] */);

static inline uint64_t qb_integers_couplings(const qb_integers *s, const qb_qubo *model, uint32_t k)
{
    uint32_t first = s->bit[s->start[k]];
    return model->start[first + 1] - model->start[first];
}

/* Sets the bits of every integer to its best, the other bits given.  O(n + couplings of the integers). */
void qb_integers_settle(const qb_integers *integers, const qb_qubo *model, uint8_t *x /* [n] */);

#endif
