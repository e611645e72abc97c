/* Which variables of a QUBO the hybrid's next step frees.
 *
 *   impact         those whose flips lose least (or gain most), in windows: the k first, then the next k, ...
 *   neighbourhood  a breadth-first tree of couplings around a random variable, branches in random order
 *   chain          a random variable, then each time the neighbour of those taken that would gain most (or
 *                  lose least) if all of them flipped: what may have to change together
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

typedef enum selection_rule {
    SELECT_IMPACT,
    SELECT_NEIGHBOURHOOD,
    SELECT_CHAIN,
    SELECT_RANDOM
} selection_rule;

typedef struct selection_rank {
    double gain;
    uint64_t tie;
    uint32_t variable;
} selection_rank;

/* Neighbours of a growing chain. */
typedef struct selection_front {
    uint32_t *variable; /* [n] of which `size` are used */
    double *gain;       /* [n] of a flip, once the chain has flipped */
    uint64_t *seen;     /* [n] number of the last step that met the variable */
    uint32_t size;
} selection_front;

typedef struct selection {
    const qb_qubo *model;
    selection_rule rule;
    qb_rng *rng;
    selection_rank *rank; /* [n] impact: by falling gain; NULL for the other rules */
    uint32_t next;        /* the window's start */
    bool is_ranked;
    uint64_t *taken;       /* [n] number of the last step that took the variable */
    selection_front front; /* chain */
    uint64_t steps;
} selection;

/* rng is shared with the caller and outlives the selection.  Errors: QB_NO_MEMORY. */
qb_status selection_open(const qb_qubo *model, selection_rule rule, qb_rng *rng, selection *s);
void selection_close(selection *s);

/* The point has changed: windows start over. */
void selection_reset(selection *s);

/* Chooses `count` <= n distinct variables at the point x [n]; gain [n]: what each flip would improve there
 * (descent.h).  Charges n + count (impact) or the couplings and candidates looked at.  Errors: QB_STOPPED. */
qb_status selection_take(selection *s, const uint8_t *x, const double *gain, uint32_t count,
                         uint32_t *member /* [count] */, qb_budget *budget);

#endif
