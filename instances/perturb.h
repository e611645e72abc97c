/* Noise on an instance's data: a seeded copy whose objective coefficients are slightly off.
 *
 *   c' = c (1 + relative z)
 *   z standard normal, one draw a nonzero (linear terms first, then pairs, each in order)
 *
 * Zeros stay zero, and so do constant, rows and bounds.  Integer (and decimal) data stay on a grid: the
 * coarsest power of ten that is finer than a sixteenth of the smallest relative step, so that a solver on
 * integer arithmetic stays on it.  relative = 0 gives the same values.
 */
#ifndef QB_INSTANCES_PERTURB_H
#define QB_INSTANCES_PERTURB_H

#include "harness/model/problem.h"

#include <stdint.h>

/* relative in [0, 1].  The same seed gives the same copy on every machine up to libm's log and sqrt.  Free
 * copy with qb_problem_free.  Errors: QB_BAD_INPUT (relative out of range), QB_NO_MEMORY.  O(nonzeros). */
qb_status qb_perturb_coefficients(const qb_problem *nominal, double relative, uint64_t seed, qb_problem *copy,
                                  qb_diag *diag);

#endif
