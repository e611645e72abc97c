/* Steepest one-flip ascent on a QUBO: the plain local search that controls, hybrids and repairs share.
 *
 * Works on value(x) = E(x) when the model maximises, -E(x) when it minimises, so that more is always better:
 *
 *   gain_i = value(x with bit i flipped) - value(x)
 *
 * and flips the bit of greatest gain (the lowest index among equals, up to the shape of the tree below) until
 * no gain is positive.  A winner tree over the gains finds that bit in O(1) and is repaired in
 * O(degree log n), or rebuilt in O(n) where that is less.
 *
 * Arithmetic: double; exact on integral models (|value| below 2^53 is checked by the claim, gains always
 * fit). On real-valued models gains below 1e-12 of the greatest row sum count as zero, and claims are summed
 * anew. Work: n + nonzeros for a start, 1 + degree a flip, n + nonzeros for a claim that has to be summed
 * anew. Deterministic.  Memory: O(n), beside the model.
 */
#ifndef QB_KERNELS_DESCENT_H
#define QB_KERNELS_DESCENT_H

#include "harness/base/budget.h"
#include "harness/base/rng.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"

typedef struct qb_descent {
    const qb_qubo *model;
    double sign;      /* value = sign * E */
    double threshold; /* gains up to here are no gains */
    uint8_t *x;       /* [n] the current point */
    double *gain;     /* [n + 1]; the last is -INFINITY, the gain of the tree's empty leaves */
    double value;     /* of x */
    uint32_t leaves;  /* of the winner tree: the least power of two >= max(n, 1) */
    uint32_t *winner; /* [2 * leaves] winner[1] is the index of greatest gain */
} qb_descent;

/* Allocates; the point is undefined until qb_descent_start.  The model must outlive the descent.  Errors:
 * QB_REFUSED when the sum of |coefficients| overflows a double, QB_NO_MEMORY.  Free with qb_descent_close. */
qb_status qb_descent_open(const qb_qubo *model, qb_descent *descent, qb_diag *diag);
void qb_descent_close(qb_descent *descent);

/* Moves to x, which may be descent->x itself filled by the caller.  QB_STOPPED when the budget ends. */
qb_status qb_descent_start(qb_descent *descent, const uint8_t *x /* [n] */, qb_budget *budget);

/* Flips bit i < n.  The caller charges 1 + degree. */
void qb_descent_flip(qb_descent *descent, uint32_t i);

/* Flips the best bit until none gains.  QB_OK at a local optimum, QB_STOPPED when the budget ends before. */
qb_status qb_descent_run(qb_descent *descent, qb_budget *budget);

/* Publishes the point as an incumbent and as a sample. */
qb_status qb_descent_publish(qb_descent *descent, qb_budget *budget);

/* E(x) summed anew with budget charged row by row, so that large models stop in time.  Exact on integral
 * models, compensated on real ones.  QB_STOPPED when the budget ends; *energy is then untouched. */
qb_status qb_descent_energy(const qb_qubo *model, const uint8_t *x /* [n] */, qb_budget *budget,
                            double *energy);

/* A uniform point: 64 bits a random number.  O(n). */
void qb_descent_random_point(qb_rng *rng, uint8_t *x /* [n] */, uint32_t n);

#endif
