/* Training of QAOA angles from shots: what a device could do.
 *
 * The objective at given angles is known only through a caller's estimate, from a counted number of shots of
 * one circuit.  Variables are gamma / unit and beta.
 *
 *   SPSA    two circuits a step, whatever the number of angles: all are moved by +-c_k at random, and the
 *           difference gives one step of a_k along that direction; a_k = a / (k + A)^0.602,
 *           c_k = 0.1 / k^0.101, A a tenth of the steps, a such that the first steps, as estimated from five
 *           pairs, are of 0.1
 *   shift   gradient descent (Adam, rate 0.05) on derivatives by the general parameter-shift rule: as a
 *           function of one angle the expectation is a trigonometric polynomial of R equidistant
 *           frequencies, so 2 R circuits give its derivative exactly, but for the shots' noise.  For beta of
 *           the X mixer R is the number of qubits, of the Grover mixer 1; for gamma it is the number of steps
 *           that the costs span.  Where costs lie on no lattice, or for other mixers, there is no such rule.
 *
 * Sources: Spall, IEEE Trans. Aerosp. Electron. Syst. 34 (1998), 817; Wierichs, Izaac, Wang and Lin, Quantum
 * 6, 677 (2022); Kingma and Ba, arXiv:1412.6980, Adam.
 */
#ifndef QB_KERNELS_QAOA_SHOTS_H
#define QB_KERNELS_QAOA_SHOTS_H

#include "solvers/kernels/qaoa_state.h"

/* Runs a circuit at the angles and gives an estimate of what is to be minimised. */
typedef qb_status qb_qaoa_estimate(void *context, uint32_t depth, const double *gammas /* [depth] */,
                                   const double *betas /* [depth] */, double *estimate);

typedef struct qb_qaoa_shot_training {
    uint32_t depth;       /* >= 1 */
    uint32_t evaluations; /* circuits at most */
    double unit;          /* of gamma, in the variables */
    uint64_t seed;        /* of SPSA's directions */
    qb_qaoa_estimate *estimate;
    void *context;
    qb_spectrum gamma, beta; /* shift: frequencies of the expectation */
} qb_qaoa_shot_training;

/* Improve the angles; they hold the last ones.  Errors: those of the estimate, QB_NO_MEMORY; QB_REFUSED where
 * one step of shifts takes more circuits than there are. */
qb_status qb_qaoa_spsa(const qb_qaoa_shot_training *training, double *gammas /* [depth] */,
                       double *betas /* [depth] */);
qb_status qb_qaoa_shift(const qb_qaoa_shot_training *training, double *gammas /* [depth] */,
                        double *betas /* [depth] */, qb_diag *diag);

/* The derivative by *angle, one of gammas or betas, whose frequencies are `spectrum`: 2 R circuits. */
qb_status qb_qaoa_shift_rule(const qb_qaoa_shot_training *training, double *gammas /* [depth] */,
                             double *betas /* [depth] */, double *angle, qb_spectrum spectrum,
                             double *derivative);

#endif
