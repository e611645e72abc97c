/* Which variables of a QUBO the hybrid's next step frees.
 *
 *   impact         those whose flips lose least (or gain most), in windows: the k first, then the next k, ...
 *   neighbourhood  a breadth-first tree of couplings around a random variable, branches in random order
 *   random         uniformly random
 *
 * Ties are broken at random.  Source of the first two: Booth, Reinhardt and Roy, "Partitioning optimization
 * problems for hybrid classical/quantum execution", D-Wave technical report 14-1006A-A (2017).
 */
#ifndef QB_SOLVERS_HYBRID_SELECT_H
#define QB_SOLVERS_HYBRID_SELECT_H

#include "harness/base/budget.h"
#include "harness/base/rng.h"
#include "harness/model/qubo.h"

typedef enum selection_rule { SELECT_IMPACT, SELECT_NEIGHBOURHOOD, SELECT_RANDOM } selection_rule;

typedef struct selection_rank {
    double gain;
    uint64_t tie;
    uint32_t variable;
} selection_rank;

typedef struct selection {
    const qb_qubo *model;
    selection_rule rule;
    qb_rng *rng;
    selection_rank *rank; /* [n] impact: by falling gain; NULL for the other rules */
    uint32_t next;        /* the window's start */
    bool is_ranked;
    uint64_t *taken; /* [n] number of the last step that took the variable */
    uint64_t steps;
} selection;

/* rng is shared with the caller and outlives the selection.  Errors: QB_NO_MEMORY. */
qb_status selection_open(const qb_qubo *model, selection_rule rule, qb_rng *rng, selection *s);
void selection_close(selection *s);

/* The point has changed: windows start over. */
void selection_reset(selection *s);

/* Chooses `count` <= n distinct variables.  gain [n]: what each flip would improve at the point (descent.h).
 * Charges n + count (impact) or the couplings looked at.  Errors: QB_STOPPED. */
qb_status selection_take(selection *s, const double *gain, uint32_t count, uint32_t *member /* [count] */,
                         qb_budget *budget);

#endif
