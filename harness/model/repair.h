/* Greedy repair: a vector that violates rows, moved towards feasibility one column at a time.
 *
 * A stage of its own between a solver's answer and the referee, only where an experiment asks for it: it
 * counts its moves and its work, and says nothing about feasibility (the referee does).
 *
 *   1. Columns are brought within their bounds, integers rounded.
 *   2. While a row is violated: of the single-column moves towards it (by what is missing, rounded both
 *      ways, or by one) the one is taken that lowers most the sum over all rows of violation / largest
 *      |coefficient|; on a tie the one that the objective's linear terms like better, then the lower column.
 *      A row for which no move lowers the sum is left until one of its columns moves.
 *
 * The sum falls with every move, so it ends.  Deterministic.  Work: row entries touched.  Memory O(entries).
 */
#ifndef QB_MODEL_REPAIR_H
#define QB_MODEL_REPAIR_H

#include "harness/model/problem.h"

typedef struct qb_repair_result {
    uint64_t moves, work;
    bool gave_up; /* a row is still violated, or moves_most was reached */
} qb_repair_result;

/* Repairs v [columns] in place, with at most moves_most moves.  Errors: QB_BAD_INPUT (a value that is not
 * finite), QB_NO_MEMORY; v is untouched then. */
qb_status qb_repair_greedy(const qb_problem *problem, uint64_t moves_most, double *v /* [columns] */,
                           qb_repair_result *result, qb_diag *diag);

#endif
