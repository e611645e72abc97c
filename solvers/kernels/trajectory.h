/* A QAOA circuit on a noisy device, one trajectory at a time.
 *
 * Gates: H on every qubit; in each layer one RZ a field and one RZZ a coupling, in the order of the cost's
 * spin terms, then RX on every qubit.  Channels:
 *
 *   depolarising_1q   after every one-qubit gate one of X, Y, Z, each with a third of this probability
 *   depolarising_2q   after every two-qubit gate one of the 15 Paulis of its pair, each with a fifteenth
 *   damping           amplitude damping of every qubit at the end of each layer: |1> decays with this
 *                     probability
 *   over_rotation     coherent: every angle turns out as 1 + this times what was asked for
 *   readout           every bit of a shot is flipped with this probability
 *
 * A trajectory draws which Paulis happen (they are moved to the end of their block of commuting gates, where
 * couplings that they anticommute with have turned the other way), and whether a qubit jumps to |0> (with its
 * true probability) or not.  The average over trajectories is the density matrix's, exactly; readout enters
 * the probabilities of one trajectory exactly.
 *
 * All 2^n amplitudes are kept: damping, and a trajectory with a Z, are not symmetric under the flip of all
 * spins.
 *
 * Determinism: trajectory k of a seed is the same on every machine.  Memory: 24 bytes an amplitude, beside
 * the diagonal.  Cost: (n + 1) passes a layer, one more for each coupling turned the other way and two a
 * qubit with damping; each pass charges 2^n.
 * Source: Dalibard, Castin and Molmer, PRL 68, 580 (1992) (quantum jumps); Nielsen and Chuang, section 8.3.
 */
#ifndef QB_KERNELS_TRAJECTORY_H
#define QB_KERNELS_TRAJECTORY_H

#include "solvers/kernels/diagonal.h"

typedef struct qb_noise {
    double depolarising_1q, depolarising_2q, damping, readout; /* probabilities */
    double over_rotation;                                      /* share of an angle; may be negative */
} qb_noise;

/* Is anything but zero?  Does chance play a part before the shots, so that trajectories differ? */
bool qb_noise_is_on(const qb_noise *noise);
bool qb_noise_is_random(const qb_noise *noise);

typedef struct qb_trajectory qb_trajectory;

/* The cost and its filled diagonal, all 2^n entries of it, must outlive the trajectory.  Errors: QB_REFUSED
 * for a symmetric diagonal or couplings of more than two variables, QB_NO_MEMORY.  Free with
 * qb_trajectory_close (NULL is fine). */
qb_status qb_trajectory_open(const qb_cost *cost, const qb_diagonal *diagonal, const qb_noise *noise,
                             uint64_t seed, qb_trajectory **trajectory, qb_diag *diag);
void qb_trajectory_close(qb_trajectory *trajectory);

/* Bytes that open allocates. */
uint64_t qb_trajectory_bytes(uint32_t qubits);

/* Runs trajectory `number`.  *expectation: <C> of its shots, readout included.  Errors: QB_STOPPED. */
qb_status qb_trajectory_run(qb_trajectory *trajectory, uint64_t number, uint32_t depth,
                            const double *gammas /* [depth] */, const double *betas /* [depth] */,
                            qb_budget *budget, double *expectation);

/* Draws shots from the trajectory that ran last, flips of the readout included.  O(shots n). */
void qb_trajectory_sample(qb_trajectory *trajectory, uint64_t shots, uint64_t *x /* [shots] */);

/* The probability that a shot has its entry of the diagonal in [least, greatest].  O(2^n). */
double qb_trajectory_band(const qb_trajectory *trajectory, double least, double greatest);

#endif
