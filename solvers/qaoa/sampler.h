/* Shots of a circuit: the only way from a state to an answer.
 *
 * A shot is a basis state drawn from |psi|^2, or from noisy trajectories of the circuit; its value is
 * computed from the model, and it is offered as an incumbent, in training too.  Shots and executed circuits
 * are counted apart for training and for sampling, and spend the budget alike; the device is charged for
 * shots before they are looked at.
 */
#ifndef QB_SOLVERS_QAOA_SAMPLER_H
#define QB_SOLVERS_QAOA_SAMPLER_H

#include "solvers/kernels/qaoa_train.h"
#include "solvers/qaoa/noisy.h"

typedef struct tally {
    uint64_t shots, executions;
} tally;

typedef struct sampler {
    const qb_qubo *qubo;
    qb_qaoa *state;
    noisy *noisy; /* NULL: without noise */
    uint64_t seed;
    double shot_s; /* modelled seconds of a shot */
    tally sampling, training;
    bool has_best;
    double best; /* claimed value of the best shot */

    /* of an estimate from shots */
    qb_qaoa_objective objective;
    double eta, alpha;
    uint64_t training_shots;
} sampler;

/* A round of shots: of the state as it is, or with noise of the circuit at the angles.  Errors: QB_STOPPED,
 * QB_NO_MEMORY. */
qb_status sampler_take(sampler *s, uint64_t shots, uint32_t depth, const double *gammas /* [depth] */,
                       const double *betas /* [depth] */, qb_budget *budget, qb_diag *diag);

/* Runs the circuit at the angles, takes training shots of it, and estimates what is to be minimised: the mean
 * of C, its CVaR or its Gibbs objective (measure.h), of the shots, negated for maximisation where it is a
 * value of C.  Errors: QB_STOPPED, QB_NO_MEMORY. */
qb_status sampler_estimate(sampler *s, uint32_t depth, const double *gammas /* [depth] */,
                           const double *betas /* [depth] */, qb_budget *budget, double *estimate);

/* What was counted, into the run's details. */
void sampler_tell(const sampler *s, qb_budget *budget);

#endif
