/* Noise parameters of the qaoa solver, and its circuit run as an average of trajectories. */
#ifndef QB_SOLVERS_QAOA_NOISY_H
#define QB_SOLVERS_QAOA_NOISY_H

#include "solvers/kernels/device.h"
#include "solvers/kernels/qaoa_state.h"

typedef struct noisy {
    qb_noise noise;
    uint32_t trajectories, done; /* done: run so far */
    double mean, squares;        /* of their expectations: mean, sum of squared deviations */
    double optimum;              /* sum of their probabilities of the optimum */
} noisy;

/* The rates of a device, in place of those that are zero.  A coupling errs with all the native gates that it
 * and its share of the SWAPs take on the device; damping comes from T1 and the time of a layer.  couplings:
 * two-qubit gates of the circuit before routing. */
void noisy_add_device(qb_noise *noise, const qb_device *device, const qb_routed *routed, uint32_t layers,
                      uint64_t couplings);

/* Shots of one trajectory: x [count]. */
typedef qb_status noisy_shots(void *context, const uint64_t *x, uint64_t count);

/* Runs r->trajectories of them, from number `first` on; each gives its share of `shots` to `take`, outside of
 * the budget's simulation.  Errors: as qb_qaoa_trajectory_open and take. */
qb_status noisy_run(noisy *r, const qb_qaoa *state, uint64_t seed, uint64_t first, uint32_t depth,
                    const double *gammas /* [depth] */, const double *betas /* [depth] */, uint64_t shots,
                    noisy_shots *take, void *context, qb_budget *budget, qb_diag *diag);

/* expectation, expectation_error (one standard error), probability_of_optimum, trajectories and the rates. */
void noisy_tell(const noisy *r, qb_budget *budget);

#endif
