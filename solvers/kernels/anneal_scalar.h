/* The state of the scalar kernel: one replica, any weights, local fields kept up to date.
 *
 *   field_i = linear_i + sum_j w_ij x_j,   cost of flipping i = toward_i * field_i
 *
 * with toward_i = +1 where flipping adds x_i times the field to the cost, else -1.  Spins are tried in file
 * order.  Source: Metropolis et al., J. Chem. Phys. 21 (1953) 1087; Kirkpatrick, Gelatt and Vecchi, Science
 * 220 (1983) 671. Memory: 9 or 17 bytes a variable; the couplings are the model's own.
 */
#ifndef QB_KERNELS_ANNEAL_SCALAR_H
#define QB_KERNELS_ANNEAL_SCALAR_H

#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_lanes.h"

struct qb_anneal_scalar_state {
    const qb_qubo *model;
    int8_t *toward;     /* [n] */
    int32_t *int_field; /* [n] when the model is integral, |field| < 2^31 by the model's contract */
    double *real_field; /* [n] otherwise */
    int32_t sense;      /* +1 minimise, -1 maximise */
    qb_lanes_rng rng;   /* of thresholds */
    qb_rng start;       /* of initial states */
};

#endif
