/* The referee: objective and feasibility in the source problem, recomputed from scratch.
 *
 * Written naively on purpose; shares no code with solvers, kernels or lowerings.  Sums are exact in 128-bit
 * integers where all data that take part are integers (or decimals that scale to integers), compensated
 * (Neumaier) otherwise.
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
    qb_violation worst[16]; /* the first min(violations, 16), largest first */
} qb_score;

/* Scores v [columns].  Integer columns are rounded first (integrality 1e-6 before that counts as a
 * violation). Errors: QB_BAD_INPUT for a NaN, QB_REFUSED on overflow.  O(columns + pairs + row entries). */
qb_status qb_referee_score(const qb_problem *problem, const double *v /* [columns] */, qb_score *score,
                           qb_diag *diag);

/* Is objective a strictly better than b in the problem's sense? */
bool qb_referee_better(const qb_problem *problem, double a, double b);

/* Mean objective of a uniformly random vector (closed form; qubo, ising, maxcut).  NAN for a MIP. */
double qb_referee_uniform_mean(const qb_problem *problem);

#endif
