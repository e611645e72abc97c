/* A part of a QUBO: some variables free, the others clamped at a point.
 *
 *   E(x with x_S = y) = E_S(y) + constant,   S = member [count],
 *   E_S(y) = sum_{i in S} (linear_i + sum_{j not in S} w_ij x_j) y_i + sum_{i < j in S} w_ij y_i y_j,
 *
 * in the model's own sense and scale.  Exact on integral models.
 */
#ifndef QB_KERNELS_SUBPROBLEM_H
#define QB_KERNELS_SUBPROBLEM_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"

#define QB_SUBPROBLEM_VARIABLES 24

typedef struct qb_subproblem {
    const qb_qubo *model;
    uint8_t *place; /* [n] 1 + the index in member; 0: clamped */
} qb_subproblem;

/* The model must outlive it.  Errors: QB_NO_MEMORY.  O(n).  Free with qb_subproblem_close. */
qb_status qb_subproblem_open(const qb_qubo *model, qb_subproblem *sub, qb_diag *diag);
void qb_subproblem_close(qb_subproblem *sub);

/* E_S for distinct members, 1 <= count <= QB_SUBPROBLEM_VARIABLES, around x.  `part` has the model's sense;
 * its own scale times its energy is E_S in the model's scale.  Charges the members' 1 + degree each, plus
 * count^2.  Errors: QB_STOPPED, QB_NO_MEMORY; part is untouched then.  Free part with qb_qubo_free. */
qb_status qb_subproblem_clamp(qb_subproblem *sub, uint32_t count, const uint32_t *member /* [count] */,
                              const uint8_t *x /* [n] */, qb_budget *budget, qb_qubo *part, qb_diag *diag);

#endif
