/* The referee: objective and feasibility in the source problem, recomputed from scratch.
 *
 * Written naively on purpose; shares no code with solvers, kernels or lowerings.  A sum (the objective, a
 * row) in which only integer columns take part, and only data that are integers or decimals of at most 15
 * digits, is computed exactly, in 128-bit integers of that decimal grid; any other by compensated (Neumaier)
 * summation.
 *
 *   integer columns   rounded first; more than 1e-6 off before that is a violation; bounds exact
 *   exact rows        any excess is a violation
 *   other rows and    infeasible above 1e-6 max(1, |bound|); above 1e-9 max(1, |bound|) reported among the
 *   continuous bounds violations although still feasible
 */
#ifndef QB_MODEL_REFEREE_H
#define QB_MODEL_REFEREE_H

#include "harness/model/problem.h"

#define QB_FEASIBILITY_TOLERANCE 1e-6

typedef struct qb_violation {
    int64_t index; /* a row, or -1 - column for a bound or integrality */
    double amount; /* how far outside, >= 0 */
} qb_violation;

typedef struct qb_score {
    double objective; /* source sense and scale, constant included */
    bool feasible;
    bool exact;       /* objective and rows computed in integers */
    double magnitude; /* sum of |terms|: scales tolerances */
    uint32_t violations;
    qb_violation worst[16]; /* the min(violations, 16) largest, largest first */
} qb_score;

/* Scores v [columns], in the source's variables (0/1 also for ising and maxcut).  Errors: QB_BAD_INPUT for a
 * value that is not finite, QB_REFUSED when a sum overflows 128 bits.  O(columns + pairs + row entries). */
qb_status qb_referee_score(const qb_problem *problem, const double *v /* [columns] */, qb_score *score,
                           qb_diag *diag);

/* Can the referee add up the objective and each row where every variable has the least value other than 0 that
 * it can have?  Solutions of other problems would end without an objective, so readers refuse them.  Errors:
 * QB_BAD_INPUT, and *where is the row, or -1 for the objective.  O(columns + pairs + row entries). */
qb_status qb_referee_check(const qb_problem *problem, int64_t *where, qb_diag *diag);

/* Is objective a strictly better than b in the problem's sense? */
bool qb_referee_better(const qb_problem *problem, double a, double b);

/* Mean objective of a uniformly random vector (closed form; qubo, ising, maxcut).  NAN for a MIP. */
double qb_referee_uniform_mean(const qb_problem *problem);

#endif
