/* A QAOA state under the Grover mixer (mixer.h), on any diagonal.
 *
 * The mixer turns all states alike, so states of one cost keep one amplitude: the state vector is held by
 * level of cost, at most 65536 of them where entries are indices (diagonal.h); else by state.  A layer costs
 * O(levels), not O(2^n).  A symmetric diagonal needs half of the states.
 *
 * Gradients: the adjoint method, as for product_state.h.  Precision: double.
 * Determinism: the same bits, whatever the number of threads.
 *
 * Source: Golden, Baertschi, O'Malley and Eidenbenz, arXiv:2202.00648 (2022), for the levels.
 */
#ifndef QB_KERNELS_GROVER_STATE_H
#define QB_KERNELS_GROVER_STATE_H

#include "solvers/kernels/diagonal.h"

typedef struct qb_grover_state qb_grover_state;

/* A state over a filled diagonal, which must outlive it.  Counts the levels, for which it spends `size`
 * units. Errors: QB_NO_MEMORY, QB_STOPPED.  Free with qb_grover_state_close (NULL is fine). */
qb_status qb_grover_state_open(const qb_diagonal *diagonal, bool gradients, qb_team *team, qb_budget *budget,
                               qb_grover_state **state, qb_diag *diag);
void qb_grover_state_close(qb_grover_state *state);

/* As for qb_statevector. */
qb_status qb_grover_state_evolve(qb_grover_state *state, uint32_t depth, const double *gammas /* [depth] */,
                                 const double *betas /* [depth] */, qb_budget *budget, double *expectation);
qb_status qb_grover_state_gradient(qb_grover_state *state, uint32_t depth, const double *gammas /* [depth] */,
                                   const double *betas /* [depth] */, qb_budget *budget, double *expectation,
                                   double *by_gamma /* [depth] */, double *by_beta /* [depth] */);

/* psi of the state at an index of the diagonal, normalised over its entries.  O(1). */
void qb_grover_state_amplitude(const qb_grover_state *state, uint64_t index, double amplitude[2]);

/* |psi|^2 of indices [first, first + count). */
void qb_grover_state_weights(const qb_grover_state *state, uint64_t first, uint64_t count,
                             double *weight /* [count] */);

#endif
