/* Training of QAOA angles against the exact expectation of C.
 *
 * The optimum of <C>(gammas, betas) in the sense of the cost is sought by one of NLopt's local methods from
 * the given angles, in variables gamma / unit and beta, which all have the same scale.  Exact expectations
 * (and the adjoint gradients that L-BFGS uses) are an oracle that no device offers: angles trained so are
 * called oracle-trained.
 *
 * Source: NLopt (Johnson); COBYLA and BOBYQA by Powell, L-BFGS by Luksan.
 */
#ifndef QB_KERNELS_QAOA_TRAIN_H
#define QB_KERNELS_QAOA_TRAIN_H

#include "solvers/kernels/statevector.h"

typedef enum qb_qaoa_optimiser { QB_QAOA_LBFGS, QB_QAOA_COBYLA, QB_QAOA_BOBYQA } qb_qaoa_optimiser;

typedef struct qb_qaoa_training {
    qb_qaoa_optimiser optimiser;
    uint32_t depth;        /* >= 1 */
    uint32_t evaluations;  /* circuits at most */
    double unit;           /* of gamma: qb_qaoa_unit */
    qb_statevector *state; /* with gradients, for L-BFGS */
} qb_qaoa_training;

/* Improves the angles.  *expectation is that of the angles left in gammas and betas, which are the best ones
 * evaluated; *circuits counts evaluations, with or without a gradient, and is added to.
 * Errors: QB_STOPPED (angles hold the best so far, if any was evaluated), QB_NO_MEMORY. */
qb_status qb_qaoa_train(const qb_qaoa_training *training, double *gammas /* [depth] */,
                        double *betas /* [depth] */, qb_budget *budget, double *expectation,
                        uint64_t *circuits, qb_diag *diag);

#endif
