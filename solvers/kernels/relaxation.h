/* The continuous relaxation of a QUBO, made convex.
 *
 *   min  s E(x) + mu sum_i (x_i^2 - x_i),   0 <= x_i <= 1,   s = 1 to minimise E, -1 to maximise it,
 *
 * which equals s E on 0/1 vectors.  2 mu is the least that makes the Hessian s W + 2 mu positive definite:
 * above minus the least eigenvalue of s W, which power iteration estimates.  Solved by exact steps along one
 * coordinate at a time.
 *
 * A problem that the flip of all variables does not change has its relaxation at 1/2 everywhere, which says
 * nothing: hold_last puts the last variable to 0, which loses no solution there.
 *
 * Errors: QB_STOPPED, QB_NO_MEMORY.  Determinism: of the model alone.  Cost: at most 1000 sweeps of
 * n + nonzeros, each charged.
 * Source: Hammer and Rubin, RAIRO 4 (1970), for the eigenvalue; used as in Egger et al. (mixer.h).
 */
#ifndef QB_KERNELS_RELAXATION_H
#define QB_KERNELS_RELAXATION_H

#include "harness/base/budget.h"
#include "harness/model/qubo.h"

qb_status qb_relax(const qb_qubo *qubo, bool hold_last, qb_budget *budget, double *x /* [n] */);

#endif
