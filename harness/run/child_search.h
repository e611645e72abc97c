/* The search for a penalty factor, in a run's process and at its cost.
 *
 * Short runs of the solver itself on child budgets, at the factors that penalty_search.h asks for, until a
 * quarter of the budget is spent; the referee says what each has found in the source problem.  The first also
 * measures how fast the solver works; under a budget of work all slices are equal, so that a seed reproduces
 * the search.  It belongs to setup; `details` tells the factor (QB_DETAIL_PENALTY_FACTOR), the number of
 * tries and the share of the budget that they took.
 */
#ifndef QB_RUN_CHILD_SEARCH_H
#define QB_RUN_CHILD_SEARCH_H

#include "harness/run/launcher_wire.h"

#define QB_DETAIL_PENALTY_FACTOR "penalty_factor"

/* Does the run look for its penalties?  Where the source has rows and the solver takes no MIP. */
bool qb_child_searches(const qb_launch_request *request, const qb_problem *problem);

/* Opens the lowering that was found, moves the budget's targets to its scale and publishes the best feasible
 * answer of the search.  Errors: QB_REFUSED (a solver that is told its limit cannot be given a slice; what
 * the lowering or the solver refuses), QB_STOPPED, QB_NO_MEMORY.  Free with qb_lowering_free. */
qb_status qb_child_search(const qb_launch_request *request, const qb_problem *problem, qb_budget *budget,
                          qb_lowering **lowering, qb_diag *diag);

#endif
