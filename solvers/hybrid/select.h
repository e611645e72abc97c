/* Which variables of a QUBO the hybrid's next step frees: its part.
 *
 *   impact         those whose flips lose least (or gain most), in windows: the k first, then the next k, ...
 *   neighbourhood  a breadth-first tree of couplings around a random variable, branches in random order
 *   chain          a random variable, then each time the neighbour of those taken that would gain most (or
 *                  lose least) if all of them flipped: what may have to change together
 *   random         uniformly random
 *
 * Where groups are kept (groups.h), a variable brings the rest of its group along, as far as there is room: a
 * part is of whole groups and of variables that stand in none, unless its only group is longer than a part.
 * Bits of integers, which follow, are then never freed.
 *
 * Ties are broken at random.  Source of the first two: Booth, Reinhardt and Roy, "Partitioning optimization
 * problems for hybrid classical/quantum execution", D-Wave technical report 14-1006A-A (2017).
 */
#ifndef QB_SOLVERS_HYBRID_SELECT_H
#define QB_SOLVERS_HYBRID_SELECT_H

#include "harness/base/budget.h"
#include "harness/base/rng.h"
#include "harness/model/qubo.h"
#include "solvers/kernels/integers.h"
#include "solvers/kernels/subproblem.h"

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

/* How large a part may be. */
typedef struct selection_room {
    uint32_t variables; /* <= QB_SUBPROBLEM_VARIABLES */
    double states;      /* that its groups leave; a part of one group may have more */
} selection_room;

/* member[first[g]] to member[first[g] + size[g] - 1] are of a group: ones[g] of them are 1 and stay so many.
 */
typedef struct selection_part {
    uint32_t count, groups;
    double states;
    uint32_t member[QB_SUBPROBLEM_VARIABLES];
    uint32_t first[QB_SUBPROBLEM_VARIABLES], size[QB_SUBPROBLEM_VARIABLES], ones[QB_SUBPROBLEM_VARIABLES];
} selection_part;

typedef struct selection {
    const qb_qubo *model;
    selection_rule rule;
    qb_rng *rng;
    const qb_integers *integers; /* NULL: neither groups nor integers are kept */
    uint32_t *group;             /* [n] the group that a variable is of; none: that many as there are */
    uint32_t available;          /* variables that may be freed */
    selection_rank *rank;        /* [n] impact: by falling gain; NULL for the other rules */
    uint32_t next;               /* the window's start */
    bool is_ranked;
    uint64_t *taken;       /* [n] number of the last step that took the variable */
    selection_front front; /* chain */
    uint64_t steps;
    /* of this step */
    selection_room room;
    uint32_t left; /* of those available */
} selection;

/* integers: those of the model, where points keep groups and let them follow, else NULL.  It and rng, which
 * is shared with the caller, outlive the selection.  Errors: QB_NO_MEMORY. */
qb_status selection_open(const qb_qubo *model, selection_rule rule, const qb_integers *integers, qb_rng *rng,
                         selection *s);
void selection_close(selection *s);

/* The point has changed: windows start over. */
void selection_reset(selection *s);

/* Chooses a part at the point x [n]; gain [n]: what each flip would improve there (descent.h).  It has as
 * many variables as there is room for and the model has, fewer where the next group finds none.  Charges n +
 * count (impact) or the couplings and candidates looked at.  Errors: QB_STOPPED. */
qb_status selection_take(selection *s, const uint8_t *x, const double *gain, selection_room room,
                         selection_part *part, qb_budget *budget);

#endif
