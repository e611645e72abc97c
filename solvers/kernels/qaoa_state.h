/* The state of a QAOA circuit, whatever its mixer: what a solver trains, measures and samples.
 *
 *   psi = prod_{l = 1..p} exp(-i beta_l B) exp(-i gamma_l C) |s>
 *
 * with C the source objective in its own sense, constant included, and B and |s> as mixer.h has them. mixer=x
 * runs on statevector.h, grover on grover_state.h, the others on product_state.h.
 *
 * A solver sees expectations, probabilities and shots here; never a cost table, an amplitude or where they
 * are greatest.  Its answers can only be shots.
 *
 * Determinism: the same tier and precision give the same bits, whatever the number of threads.
 */
#ifndef QB_KERNELS_QAOA_STATE_H
#define QB_KERNELS_QAOA_STATE_H

#include "solvers/kernels/diagonal.h"
#include "solvers/kernels/mixer.h"
#include "solvers/kernels/trajectory.h"

typedef struct qb_qaoa qb_qaoa;

typedef struct qb_qaoa_setup {
    qb_mixer mixer;
    qb_precision precision; /* float: mixer x only */
    bool symmetry;          /* use the spin-flip symmetry where there is one; x and grover */
    bool gradients;         /* room for the adjoint state */
    const double *ones;     /* warm: c_q in (0, 1); [n], copied */
    qb_team *team;          /* must outlive the state; NULL: the calling thread alone */
    uint64_t memory_bytes;  /* the run's limit */
    uint64_t other_bytes;   /* what the caller will need beside */
} qb_qaoa_setup;

/* A state over the cost of a model, undefined before the first evolve.  Refuses what neither the run nor the
 * machine can hold before anything large is allocated.  Spends 2 units a state for the costs.
 * Errors: QB_REFUSED (no variable, too large, an xy mixer without groups), QB_BAD_INPUT (float with another
 * mixer), QB_NO_MEMORY, QB_STOPPED.  Free with qb_qaoa_close (NULL is fine). */
qb_status qb_qaoa_open(const qb_qubo *qubo, const qb_qaoa_setup *setup, qb_budget *budget, qb_qaoa **state,
                       qb_diag *diag);
void qb_qaoa_close(qb_qaoa *state);

/* Bytes that a state over so many states takes at most, costs and amplitudes. */
double qb_qaoa_bytes(const qb_qaoa_setup *setup, double states);

const char *qb_mixer_name(qb_mixer mixer);
const qb_cost *qb_qaoa_cost(const qb_qaoa *state);
bool qb_qaoa_uses_symmetry(const qb_qaoa *state);
uint64_t qb_qaoa_states(const qb_qaoa *state); /* amplitudes held, or that levels stand for */

/* The state after `depth` layers, and <C> (NULL: not wanted); depth 0 is the start state.  budget may be
 * NULL. Errors: QB_STOPPED; the state is then undefined. */
qb_status qb_qaoa_evolve(qb_qaoa *state, uint32_t depth, const double *gammas /* [depth] */,
                         const double *betas /* [depth] */, qb_budget *budget, double *expectation);

/* The same, with the probability of all states whose C is best, ties within 1e-9 together (a diagnostic); for
 * mixer x within the last pass, for the others in one more. */
qb_status qb_qaoa_evolve_told(qb_qaoa *state, uint32_t depth, const double *gammas /* [depth] */,
                              const double *betas /* [depth] */, qb_budget *budget, double *expectation,
                              double *probability);

/* The same, with the Gibbs objective of measure.h instead.  Errors: QB_NO_MEMORY too. */
qb_status qb_qaoa_evolve_gibbs(qb_qaoa *state, uint32_t depth, const double *gammas /* [depth] */,
                               const double *betas /* [depth] */, double eta, qb_budget *budget,
                               double *value);

/* <C> and its derivatives by every angle, by the adjoint method: two state vectors and less than four
 * evaluations.  Needs a state with gradients; leaves it undefined.  Errors: QB_STOPPED. */
qb_status qb_qaoa_gradient(qb_qaoa *state, uint32_t depth, const double *gammas /* [depth] */,
                           const double *betas /* [depth] */, qb_budget *budget, double *expectation,
                           double *by_gamma /* [depth] */, double *by_beta /* [depth] */);

/* The natural unit of gamma, with D the standard deviation of C over the start state: 1 / D for the Grover
 * mixer, which knows no variables; sqrt(sites / 2) / D where xy mixers keep groups (penalties that groups
 * never pay do not count there); else qb_qaoa_unit of the cost, which is as much for couplings of one size
 * and degree 4. */
double qb_qaoa_gamma_unit(const qb_qaoa *state);

/* Frequencies spacing, 2 spacing, ... count spacing: those of <C> as a function of one angle. */
typedef struct qb_spectrum {
    double spacing;
    uint32_t count;
} qb_spectrum;

/* For a gamma, the steps of the lattice that the costs span; for a beta, 2 and the number of qubits for the X
 * and the warm mixer, 1 and 1 for the Grover mixer.  Errors: QB_REFUSED (costs on no lattice of up to 65536
 * steps, another mixer). */
qb_status qb_qaoa_frequencies(const qb_qaoa *state, qb_spectrum *gamma, qb_spectrum *beta, qb_diag *diag);

/* On the state last evolved.  Measures of measure.h; C in [least, greatest]. */
qb_status qb_qaoa_band(const qb_qaoa *state, double least, double greatest, qb_budget *budget,
                       double *probability);
qb_status qb_qaoa_gibbs(const qb_qaoa *state, double eta, qb_budget *budget, double *value);
qb_status qb_qaoa_cvar(const qb_qaoa *state, double alpha, qb_budget *budget, double *value);

/* Noisy trajectories of the same circuit, and the probability of the optimum in the last one run; mixer x,
 * without the symmetry.  As for qb_trajectory. */
qb_status qb_qaoa_trajectory_open(const qb_qaoa *state, const qb_noise *noise, uint64_t seed,
                                  qb_trajectory **trajectory, qb_diag *diag);
double qb_qaoa_trajectory_optimum(const qb_qaoa *state, const qb_trajectory *trajectory);

/* Shots, from stream `stream` of seed; bit i of x is variable i.  Errors: QB_STOPPED, QB_NO_MEMORY. */
qb_status qb_qaoa_sample(const qb_qaoa *state, uint64_t seed, uint64_t stream, uint64_t shots,
                         qb_budget *budget, uint64_t *x /* [shots] */);

#endif
