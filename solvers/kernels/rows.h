/* What a look at a row of a model, or a flip, costs. */
#ifndef QB_KERNELS_ROWS_H
#define QB_KERNELS_ROWS_H

#include "harness/base/budget.h"
#include "harness/model/qubo.h"

/* Charges one look at variable i and its couplings, in a pass over the model or a flip of i; does the work go
 * on? */
static inline bool qb_rows_spend(qb_budget *budget /* or NULL */, const qb_qubo *q, uint32_t i)
{
    return qb_budget_spend(budget, 1 + q->start[i + 1] - q->start[i]);
}

#endif
