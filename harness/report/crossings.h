/* When each run reached each target of its instance.
 *
 * Targets are the registered ones; where an instance has none, the values at gaps of 10 %, 1 %, 0.1 % and 0
 * from the best value known (digest.h), looked up in the stored trajectories.  Private to the report.
 */
#ifndef QB_REPORT_CROSSINGS_H
#define QB_REPORT_CROSSINGS_H

#include "harness/report/digest.h"

typedef struct qb_crossings {
    uint32_t width;    /* most targets of an instance */
    uint32_t *targets; /* [instances]; 0 where nothing is known */
    double *time;      /* [runs * width] in the budget's quantity; NaN: never, or a perturbed copy */
} qb_crossings;

/* Errors: QB_NO_MEMORY, QB_REFUSED when no instance has a target, what the store says.  Free with
 * qb_crossings_clear. */
qb_status qb_crossings_make(qb_store *store, const qb_digest *digest, qb_crossings *crossings, qb_diag *diag);
void qb_crossings_clear(qb_crossings *crossings);

#endif
