/* What the coefficients of an integral QUBO have in common, which decides how narrowly they can be stored.
 *
 *   unit      greatest common divisor of all couplings and linear terms; 1 where all are zero
 *   coupling  max |w_ij| / unit
 *   reach     max |field_i| / unit over all i and all states, field_i = linear_i + sum_j w_ij x_j
 */
#ifndef QB_KERNELS_UNITS_H
#define QB_KERNELS_UNITS_H

#include "harness/base/budget.h"
#include "harness/model/qubo.h"

#include <stdint.h>

typedef struct qb_units {
    int32_t unit, coupling, reach;
} qb_units;

/* The model must be integral; its contract keeps every sum of a row within 31 bits.  Charges what it looks
 * at; where the budget ends, it says what has been seen.  O(n + nonzeros). */
qb_units qb_units_of(const qb_qubo *model, qb_budget *budget /* or NULL */);

/* The greatest common divisor of a, b >= 0; that of 0 and b is b. */
static inline int64_t qb_common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

#endif
