/* The QAOA state vector.
 *
 *   psi = prod_{l = 1..p} exp(-i beta_l sum_q X_q) exp(-i gamma_l C) |+>
 *
 * with C as diagonal.h has it: the source objective in its own sense, constant included (it only turns the
 * global phase).  statevector_pass.h tells how a layer is one pass over memory.  A diagonal that is symmetric
 * under the flip of all spins is evolved on half the amplitudes.
 *
 * Precision: double, or float with phases computed in double; float states differ from double ones by
 * about 3e-7 sqrt(p n) in norm.
 * Determinism: the same tier and precision give the same bits, whatever the number of threads.
 * Memory: 16 (double) or 8 (float) bytes an amplitude, plus a tile a thread.
 * Cost: p + 1 passes over 2^bits amplitudes; each charges 2^bits units of work.
 */
#ifndef QB_KERNELS_STATEVECTOR_H
#define QB_KERNELS_STATEVECTOR_H

#include "solvers/kernels/diagonal.h"

typedef enum qb_precision { QB_DOUBLE, QB_FLOAT } qb_precision;

typedef struct qb_statevector qb_statevector;

/* Bytes that open allocates for a diagonal of `bits` bits, tiles left out. */
uint64_t qb_statevector_bytes(uint32_t bits, qb_precision precision);

/* A state over a filled diagonal, which must outlive it; its contents are undefined before the first evolve.
 * Uses the tier of simd.h, the portable one where the state is too small for vectors.  Errors: QB_NO_MEMORY.
 * Free with qb_statevector_close (NULL is fine). */
qb_status qb_statevector_open(const qb_diagonal *diagonal, qb_precision precision, uint32_t threads,
                              qb_statevector **state, qb_diag *diag);
void qb_statevector_close(qb_statevector *state);

/* The state after `depth` layers from |+>, and <C> (NULL: not wanted).  depth 0 is |+> itself.  budget may be
 * NULL.  Errors: QB_STOPPED; the state is then undefined. */
qb_status qb_statevector_evolve(qb_statevector *state, uint32_t depth, const double *gammas /* [depth] */,
                                const double *betas /* [depth] */, qb_budget *budget, double *expectation);

const qb_diagonal *qb_statevector_diagonal(const qb_statevector *state);

/* psi(x), x < 2^qubits, up to the global phase that the constant of C gives.  O(1). */
void qb_statevector_amplitude(const qb_statevector *state, uint64_t x, double amplitude[2]);

/* The probability of all x with entries in [least, greatest] (of the diagonal, not of C).  O(2^bits). */
qb_status qb_statevector_band(qb_statevector *state, double least, double greatest, qb_budget *budget,
                              double *probability);

/* Draws `shots` basis states from |psi|^2; x [shots] in the order they were drawn, stream `stream` of seed.
 * Spends 2^bits units of work.  Errors: QB_STOPPED, QB_NO_MEMORY.  O(2^bits + shots log shots). */
qb_status qb_statevector_sample(qb_statevector *state, uint64_t seed, uint64_t stream, uint64_t shots,
                                qb_budget *budget, uint64_t *x);

#endif
