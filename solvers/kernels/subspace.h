/* The basis states that constraints leave: a product of sites.
 *
 * A site is a free variable (two states), or a group of m variables of which exactly k are 1 (the C(m, k)
 * states of a Dicke sector; m states for one-hot).  A state vector over such a product never leaves the
 * constraints, and holds prod C(m_g, k_g) amplitudes instead of 2^n.
 *
 *   index = sum_s digit_s stride_s,   x = OR_s pattern_s[digit_s]
 *
 * Free variables come first (the least strides), ascending, then groups in the model's order.  A site's
 * patterns ascend as numbers.  Without groups index and x are the same.
 */
#ifndef QB_KERNELS_SUBSPACE_H
#define QB_KERNELS_SUBSPACE_H

#include "solvers/kernels/diagonal.h"

typedef struct qb_site {
    bool is_group;
    uint32_t members, ones; /* of a group; a free variable has one member */
    uint32_t dimension;
    uint64_t stride;
    uint64_t mask;           /* its variables */
    const uint64_t *pattern; /* [dimension] */
} qb_site;

typedef struct qb_subspace {
    uint32_t n, sites;
    uint64_t size;
    qb_site site[QB_COST_VARIABLES]; /* [sites] */
    uint64_t *patterns;              /* owned */
} qb_subspace;

/* How many states the groups of a model leave; 2^n without use_groups.  O(n). */
double qb_subspace_states(const qb_qubo *qubo, bool use_groups);

/* The product of a model's groups and free variables; of n free variables without use_groups.  Spends 1 + k
 * units on each of the C(m, k) patterns of a group.  Errors: QB_REFUSED (no state, or more than
 * 2^QB_COST_VARIABLES), QB_STOPPED, QB_NO_MEMORY.  Free with qb_subspace_free. */
qb_status qb_subspace_from_qubo(const qb_qubo *qubo, bool use_groups, qb_budget *budget,
                                qb_subspace *subspace, qb_diag *diag);
void qb_subspace_free(qb_subspace *subspace);

/* x of an index.  O(sites). */
uint64_t qb_subspace_bits(const qb_subspace *subspace, uint64_t index);

/* C on the subspace, as a diagonal of `size` entries of width QB_COST_REAL.  Spends size units.  O(size) for
 * costs of pairs.  Errors: QB_STOPPED, QB_NO_MEMORY.  Free with qb_diagonal_clear. */
qb_status qb_subspace_diagonal(const qb_subspace *subspace, const qb_cost *cost, qb_budget *budget,
                               qb_diagonal *diagonal);

#endif
