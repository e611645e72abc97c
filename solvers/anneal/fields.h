/* The local fields of a model at one of its local optima: what sets the temperatures of an anneal.
 *
 *   d_i = |E(x with bit i flipped) - E(x)|, for those i where it is not 0
 *   largest, smallest = means of the largest and of the smallest tenth of all d_i
 *
 * At an optimum, not at a random state: there a penalised model is mostly penalties, which no answer pays,
 * and their scale says nothing about the temperature at which answers freeze.  Tenths, not extremes: one tiny
 * or one huge coefficient among many moves neither.
 *
 * Looks at no more than ANNEAL_FIELDS_MOST variables, evenly spaced through the file.  Deterministic.
 * O(nonzeros of their rows).
 */
#ifndef QB_SOLVERS_ANNEAL_FIELDS_H
#define QB_SOLVERS_ANNEAL_FIELDS_H

#include "harness/model/qubo.h"

#define ANNEAL_FIELDS_MOST 1024 /* costs looked at */

typedef struct anneal_fields {
    double largest, smallest; /* in units of E, above 0; both 1 where every d_i is 0 */
    uint64_t work;            /* variables and nonzeros looked at */
} anneal_fields;

/* The same of the costs of other moves, which it sorts; `work` is 0. */
anneal_fields anneal_fields_of(double *cost /* [count] */, uint32_t count);

anneal_fields anneal_fields_at(const qb_qubo *model, const uint8_t *x /* [n] */);

#endif
