/* The QAOA state vector.
 *
 *   psi = prod_{l = 1..p} exp(-i beta_l sum_q X_q) exp(-i gamma_l C) |+>
 *
 * with C as diagonal.h has it: the source objective in its own sense, constant included.  psi is defined up
 * to a global phase.  statevector_pass.h tells how a layer is one pass over memory.  A diagonal that is
 * symmetric under the flip of all spins is evolved on half the amplitudes.
 *
 * Precision: double; or float, with angles still computed in double, whose amplitudes differ by about
 * 3e-7 / sqrt(2^n) sqrt(p n) each.
 * Determinism: the same tier and precision give the same bits, whatever the number of threads.
 * Memory: 16 (double) or 8 (float) bytes an amplitude, twice that for gradients, and 0.4 or 0.8 % of padding
 * where qb_statevector_is_padded.
 * Cost: p + 1 passes over 2^bits amplitudes, each of which charges 2^bits units of work.
 */
#ifndef QB_KERNELS_STATEVECTOR_H
#define QB_KERNELS_STATEVECTOR_H

#include "solvers/kernels/diagonal.h"
#include "solvers/kernels/measure.h"
#include "solvers/kernels/mixer.h"

typedef struct qb_statevector qb_statevector;

/* Padding saves up to a third of a pass.  States go without where its bytes would be dear: from 2^24
 * amplitudes on, over costs of more than a byte, so that a state and its costs take 18 bytes an amplitude, or
 * 24 where costs are real. */
bool qb_statevector_is_padded(qb_cost_width width, double states);

/* A state over a filled diagonal, which must outlive it, as the team must (NULL: the calling thread alone);
 * undefined before the first evolve.  gradients: makes room for the adjoint state.  Uses the tier of simd.h,
 * the portable one where the state is too small for vectors.  Errors: QB_NO_MEMORY.  Free with
 * qb_statevector_close (NULL is fine). */
qb_status qb_statevector_open(const qb_diagonal *diagonal, qb_precision precision, bool gradients,
                              qb_team *team, qb_statevector **state, qb_diag *diag);
void qb_statevector_close(qb_statevector *state);

const qb_diagonal *qb_statevector_diagonal(const qb_statevector *state);

/* The state after `depth` layers from |+>, and <C> (NULL: not wanted).  depth 0 is |+> itself.  budget may be
 * NULL.  Errors: QB_STOPPED; the state is then undefined. */
qb_status qb_statevector_evolve(qb_statevector *state, uint32_t depth, const double *gammas /* [depth] */,
                                const double *betas /* [depth] */, qb_budget *budget, double *expectation);

/* The same, with the probability of entries in [band[0], band[1]] (of the diagonal, not of C): summed up tile
 * by tile, while the last pass has them in the cache. */
qb_status qb_statevector_evolve_band(qb_statevector *state, uint32_t depth,
                                     const double *gammas /* [depth] */, const double *betas /* [depth] */,
                                     const double band[2], qb_budget *budget, double *expectation,
                                     double *probability);

/* The same, with the Gibbs objective of measure.h.  Errors: QB_NO_MEMORY too. */
qb_status qb_statevector_evolve_gibbs(qb_statevector *state, uint32_t depth,
                                      const double *gammas /* [depth] */, const double *betas /* [depth] */,
                                      double eta, qb_budget *budget, double *expectation, double *value);

/* <C> and its derivatives by every angle, by the adjoint method: the state and lambda = C psi are taken back
 * layer by layer, d<C>/d angle = 2 Re <lambda| dU psi>.  Needs a state with gradients; leaves it undefined.
 * Charges 3 p + 2 passes.  Errors: QB_STOPPED.
 * Source: Jones and Gacon, arXiv:2009.02823. */
qb_status qb_statevector_gradient(qb_statevector *state, uint32_t depth, const double *gammas /* [depth] */,
                                  const double *betas /* [depth] */, qb_budget *budget, double *expectation,
                                  double *by_gamma /* [depth] */, double *by_beta /* [depth] */);

/* psi(x), x < 2^qubits.  O(1). */
void qb_statevector_amplitude(const qb_statevector *state, uint64_t x, double amplitude[2]);

/* What measure.h measures; lives as long as the state. */
qb_weights qb_statevector_weights(const qb_statevector *state);

/* qb_measure_band and qb_measure_sample on it. */
qb_status qb_statevector_band(const qb_statevector *state, double least, double greatest, qb_budget *budget,
                              double *probability);
qb_status qb_statevector_sample(const qb_statevector *state, uint64_t seed, uint64_t stream, uint64_t shots,
                                qb_budget *budget, uint64_t *x /* [shots] */);

#endif
