/* Merging two solutions of a sparse model so that the result is at least as good as the first.
 *
 * The variables in which x and y differ fall into connected components of the coupling graph.  Flipping one
 * component in x changes the cost by an amount that does not depend on the others, so each can be decided on
 * its own: of the 2^components children of x and y this finds the best.  Where the model is unchanged by
 * flipping all variables (a cut), y and its complement are the same solution, and the nearer is taken.
 *
 * Source: partition crossover, Whitley, Hains and Howe, GECCO 2010; Tinos, Whitley and Chicano, FOGA 2015;
 * here on the coupling graph of a QUBO.
 */
#ifndef QB_KERNELS_ANNEAL_MERGE_H
#define QB_KERNELS_ANNEAL_MERGE_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "harness/model/qubo.h"

typedef struct qb_merge {
    const qb_qubo *model;
    double sign;      /* cost = sign E */
    bool symmetric;   /* E(x) = E(complement of x) for all x */
    uint8_t *mark;    /* [n] */
    uint32_t *member; /* [n] the component being collected */
} qb_merge;

/* Errors: QB_NO_MEMORY, QB_STOPPED.  Charges what it looks at: O(n + nonzeros) at most.  Free with
 * qb_merge_close; the model must outlive it. */
qb_status qb_merge_open(const qb_qubo *model, qb_merge *merge, qb_budget *budget /* or NULL */,
                        qb_diag *diag);
void qb_merge_close(qb_merge *merge);

/* Replaces x by the best child of x and y; components of equal cost are taken from y.  Returns how many
 * components there were; *work is increased by the variables and couplings touched.  O(n + couplings of
 * differing variables).  Deterministic. */
uint32_t qb_merge_into(qb_merge *merge, uint8_t *x /* [n] */, const uint8_t *y /* [n] */, uint64_t *work);

#endif
