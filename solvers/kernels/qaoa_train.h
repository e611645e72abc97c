/* Training of QAOA angles against exact measures of the state.
 *
 * The optimum of an objective (the expectation of C, its Gibbs objective or its CVaR: measure.h) is sought by
 * one of NLopt's local methods, from the given angles and from more starts around them.  The variables are
 * gamma / unit and beta, which all have the same scale, or the amplitudes of a Fourier series of them:
 *
 *   gamma_l = unit sum_k u_k sin((k - 1/2) (l - 1/2) pi / p)
 *   beta_l  =      sum_k v_k cos((k - 1/2) (l - 1/2) pi / p)
 *
 * with k = 1 .. terms <= p = depth.  Exact measures (and the adjoint gradients that L-BFGS uses) are an
 * oracle that no device offers: angles trained so are called oracle-trained.  Training from shots:
 * qaoa_shots.h.
 *
 * Determinism: of the seed.  Sources: NLopt (Johnson); COBYLA and BOBYQA by Powell, L-BFGS by Luksan; Zhou et
 * al., Phys. Rev. X 10, 021067 (2020), strategy FOURIER.
 */
#ifndef QB_KERNELS_QAOA_TRAIN_H
#define QB_KERNELS_QAOA_TRAIN_H

#include "solvers/kernels/qaoa_state.h"

typedef enum qb_qaoa_optimiser { QB_QAOA_LBFGS, QB_QAOA_COBYLA, QB_QAOA_BOBYQA } qb_qaoa_optimiser;
typedef enum qb_qaoa_objective { QB_QAOA_EXPECTATION, QB_QAOA_GIBBS, QB_QAOA_CVAR } qb_qaoa_objective;

/* The angles of the first layer in the order in which they were evaluated, as far as there is room. */
typedef struct qb_qaoa_path {
    uint32_t count, capacity;
    double *gammas, *betas; /* [capacity] */
} qb_qaoa_path;

typedef struct qb_qaoa_training {
    qb_qaoa_optimiser optimiser;
    qb_qaoa_objective objective; /* L-BFGS: the expectation only */
    double eta, alpha;           /* of the Gibbs objective, in units of 1 / C; of CVaR */
    uint32_t depth;              /* >= 1 */
    uint32_t terms;              /* of a Fourier series; 0: the angles themselves */
    uint32_t evaluations;        /* circuits at most, a start */
    uint32_t starts;             /* >= 1; the second and later are displaced by normal noise */
    uint64_t seed;               /* of the noise */
    double unit;                 /* of gamma */
    qb_qaoa *state;              /* with gradients, for L-BFGS */
    qb_qaoa_path *path;          /* NULL: not wanted */
} qb_qaoa_training;

/* The angles of a Fourier series of `terms` pairs of amplitudes. */
void qb_qaoa_fourier(uint32_t terms, const double *u /* [terms] */, const double *v /* [terms] */,
                     double unit, uint32_t depth, double *gammas /* [depth] */, double *betas /* [depth] */);

/* Improves the variables: gammas and betas [depth], or u and v [terms] of a Fourier series.  *value is that
 * of the objective at the variables left, which are the best ones evaluated; *evaluations counts circuits,
 * with or without a gradient, and is added to. Errors: QB_STOPPED (the variables are the best so far, if any
 * were evaluated), QB_NO_MEMORY. */
qb_status qb_qaoa_train(const qb_qaoa_training *training, double *gammas, double *betas, qb_budget *budget,
                        double *value, uint64_t *evaluations, qb_diag *diag);

#endif
