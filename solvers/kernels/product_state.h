/* A QAOA state over a product of sites (subspace.h), under a mixer that acts site by site: xy-ring,
 * xy-complete, warm, and X on what is outside groups (mixer.h).
 *
 * Gradients: the adjoint method (statevector.h), also for a mixer of several factors that do not commute:
 * each factor exp(-i beta H_t) adds 2 Im <lambda_t| H_t |psi_t> at its own place in the sequence.  Two state
 * vectors; a backward layer touches both, and twice.
 * Precision: double.  Determinism: the same bits, whatever the number of threads.
 * Memory: 16 bytes an amplitude, twice that for gradients.
 * Cost: a layer is one pass for the phase and the sites within blocks of 2^12 amplitudes, and one for each
 * site above; a pass charges `size` units of work, twice that backward.
 */
#ifndef QB_KERNELS_PRODUCT_STATE_H
#define QB_KERNELS_PRODUCT_STATE_H

#include "solvers/kernels/mixer.h"

typedef struct qb_product_state qb_product_state;

/* A state over subspace and its filled diagonal, which must both outlive it; undefined before the first
 * evolve.  ones: c_q of the warm mixer, each in (0, 1); not looked at for the others.  Spends a unit a row of
 * a group and term of its mixer.  Errors: QB_NO_MEMORY, QB_STOPPED.  Free with qb_product_state_close (NULL
 * is fine).
 */
qb_status qb_product_state_open(const qb_subspace *subspace, const qb_diagonal *diagonal, qb_mixer mixer,
                                const double *ones /* [n] */, bool gradients, qb_team *team,
                                qb_budget *budget, qb_product_state **state, qb_diag *diag);
void qb_product_state_close(qb_product_state *state);

/* As for qb_statevector. */
qb_status qb_product_state_evolve(qb_product_state *state, uint32_t depth, const double *gammas /* [depth] */,
                                  const double *betas /* [depth] */, qb_budget *budget, double *expectation);
qb_status qb_product_state_gradient(qb_product_state *state, uint32_t depth,
                                    const double *gammas /* [depth] */, const double *betas /* [depth] */,
                                    qb_budget *budget, double *expectation, double *by_gamma /* [depth] */,
                                    double *by_beta /* [depth] */);

/* psi at an index of the subspace.  O(1). */
void qb_product_state_amplitude(const qb_product_state *state, uint64_t index, double amplitude[2]);

/* |psi|^2 of indices [first, first + count). */
void qb_product_state_weights(const qb_product_state *state, uint64_t first, uint64_t count,
                              double *weight /* [count] */);

#endif
