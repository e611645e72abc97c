/* What is measured on a QAOA state, whatever holds it.
 *
 * Indices, entries and their order are those of a diagonal; E below is C where it is minimised, -C where it
 * is maximised, so that less is better.  Weights need not add up to one.
 *
 * Determinism: the same bits, whatever the number of threads.
 */
#ifndef QB_KERNELS_MEASURE_H
#define QB_KERNELS_MEASURE_H

#include "solvers/kernels/subspace.h"
#include "solvers/kernels/team.h"

/* A reader of |psi|^2. */
typedef struct qb_weights {
    const qb_diagonal *diagonal;
    const qb_subspace *subspace; /* what an index stands for; NULL: itself */
    qb_team *team;
    const void *state;
    void (*read)(const void *state, uint64_t first, uint64_t count, double *weight /* [count] */);
} qb_weights;

/* The probability of all states with entries in [least, greatest] (of the diagonal, not of C).  One pass;
 * charges `size` units.  Errors: QB_STOPPED. */
qb_status qb_measure_band(const qb_weights *weights, double least, double greatest, qb_budget *budget,
                          double *probability);

/* The Gibbs objective -ln <exp(-eta E)>, eta >= 0.  One pass; charges `size` units.  Errors: QB_STOPPED.
 * Source: Li, Fan, Coram, Riley and Leichenauer, Phys. Rev. Research 2, 023074 (2020). */
qb_status qb_measure_gibbs(const qb_weights *weights, double eta, qb_budget *budget, double *value);

/* The Gibbs objective, given <exp(-eta |E - best E|)>, which does not overflow. */
double qb_measure_gibbs_of(const qb_diagonal *diagonal, double eta, double mean);

/* The conditional value at risk: the mean of C over the best share alpha of the probability, 0 < alpha <= 1.
 * One pass where entries are indices; else two, and exact but for 2^-32 of the range of C.  Charges `size`
 * units a pass.  Errors: QB_STOPPED, QB_NO_MEMORY.
 * Source: Barkoutsos et al., Quantum 4, 256 (2020). */
qb_status qb_measure_cvar(const qb_weights *weights, double alpha, qb_budget *budget, double *value);

/* Draws `shots` basis states; x [shots] in the order in which they were drawn, from stream `stream` of seed.
 * O(size + shots log shots); charges `size` units.  Errors: QB_STOPPED, QB_NO_MEMORY. */
qb_status qb_measure_sample(const qb_weights *weights, uint64_t seed, uint64_t stream, uint64_t shots,
                            qb_budget *budget, uint64_t *x);

#endif
