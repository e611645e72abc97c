/* Greedy repair: a vector that violates rows, moved towards feasibility one column at a time.
 *
 * A stage of its own between a solver's answer and the referee, only where an experiment asks for it: it
 * counts its moves and its work, and says nothing about feasibility (the referee does).
 *
 *   1. Columns are brought within their bounds, integers rounded.
 *   2. While a row is violated: of the single-column moves towards it (by what is missing, rounded both
 *      ways, or by one) the one is taken that lowers most the sum over all rows of weight * violation / the
 *      most that one column can change the row by; on a tie the one that the objective's linear terms like
 *      better, then the lower column.  Weights start at 1.  A row for which no move lowers the sum is left
 *      until one of its columns moves.
 *      Where no single move helps, a shift may: a column flips towards the row, and another one keeps
 *      an equation that held (what is moved from one bin to another).
 *
 *   3. Where all violated rows are stuck so, the weight of each grows by a tenth, and one of them, by lot,
 *      gets its best move or shift, however bad.  What that moved, the columns of the equation included,
 *      stays for 5 to 9 such steps.  Then 2. goes on.
 *
 *   4. Where no row is violated any more, each column in turn goes as far as the rows let it towards what a
 *      linear objective likes: what was repaired need not be wasteful.
 *
 * 2. and 3. end without a violated row, or when the work is used up; then the vector of the least plain sum
 * (all weights 1) is what counts, so nothing gets worse.  Deterministic: the lots are drawn from a seed of
 * its own. Work: row entries touched.  Memory O(entries + moves). Source: P. Morris, "The breakout method for
 * escaping from local minima", AAAI-93, 40-45; moves on rows instead of constraints of a CSP, and weights
 * that grow by a factor, since rows differ by orders.  The walk: B. Selman, H. Kautz and B. Cohen, "Noise
 * strategies for improving local search", AAAI-94, 337-343.
 */
#ifndef QB_MODEL_REPAIR_H
#define QB_MODEL_REPAIR_H

#include "harness/model/problem.h"

typedef struct qb_repair_result {
    uint64_t moves, work; /* moves that led to the vector, those of step 1 included */
    bool gave_up;         /* a row is still violated */
} qb_repair_result;

/* Repairs v [columns] in place; stops at work_most, or one look at a row beyond it.  Errors: QB_BAD_INPUT (a
 * value that is not finite), QB_NO_MEMORY; v is untouched then. */
qb_status qb_repair_greedy(const qb_problem *problem, uint64_t work_most, double *v /* [columns] */,
                           qb_repair_result *result, qb_diag *diag);

#endif
