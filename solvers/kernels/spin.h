/* An integral QUBO seen as spins, s_i = 2 x_i - 1, without a copy of its arrays.
 *
 *   4 sign E(x) = unit H(s) + constant,   H(s) = sum_{i<j} J_ij s_i s_j + sum_i h_i s_i,   to be minimised,
 *
 * sign = +1 when the model minimises, -1 when it maximises; unit is the greatest common divisor that leaves
 * all J and h integers.
 */
#ifndef QB_KERNELS_SPIN_H
#define QB_KERNELS_SPIN_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"

#include <stdint.h>

typedef struct qb_spins {
    const qb_qubo *model;
    int64_t sign, unit; /* unit >= 1 */
    int64_t constant;
    int64_t bound;     /* max_i of |h_i| + sum_j |J_ij|: no local field is beyond */
    int64_t coupling;  /* max |J_ij| */
    int64_t magnitude; /* sum_{i<j} |J_ij| + sum_i |h_i|: |H| is never beyond */
} qb_spins;

/* Errors: QB_REFUSED when the model is not integral or |H| could pass 2^60; QB_STOPPED.  Charges what it
 * looks at.  O(n + nonzeros). */
qb_status qb_spins_of(const qb_qubo *model, qb_spins *spins, qb_budget *budget /* or NULL */, qb_diag *diag);

/* J of stored coupling k of the model. */
static inline int64_t qb_spins_coupling(const qb_spins *s, uint64_t k)
{
    return s->sign * s->model->int_weight[k] / s->unit;
}

/* h_i.  O(degree). */
int64_t qb_spins_field(const qb_spins *s, uint32_t i);

/* E of H. */
static inline double qb_spins_energy(const qb_spins *s, int64_t h)
{
    return (double)(s->sign * ((s->unit * h + s->constant) / 4));
}

#endif
