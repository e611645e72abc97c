/* The state of the dense kernel: one replica, a byte a coupling, local fields kept up to date.
 *
 * The scalar kernel's arithmetic (anneal_scalar.h) on a full matrix: an accepted flip adds or subtracts one
 * row to all fields at once, and attempts are tested 32 at a time: only the candidates among them are looked
 * at, and after each flip the rest of the 32 is tested again, so that the outcome is that of one after the
 * other. Couplings are q_ij over their greatest common divisor, -127..127; fields are 16 bits wide where
 * their bounds allow it, else 32.  Order: file order.  Memory: n^2 bytes.
 */
#ifndef QB_KERNELS_ANNEAL_DENSE_H
#define QB_KERNELS_ANNEAL_DENSE_H

#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_lanes.h"

#define QB_DENSE_BLOCK   32     /* attempts tested at a time; rows are padded to a multiple */
#define QB_DENSE_QUANTUM 100000 /* units of work between two looks at the budget; a row is cheap */
#define QB_DENSE_WEIGHT  127    /* greatest |coupling| */

struct qb_anneal_dense_state {
    const qb_qubo *model;
    uint32_t n, padded;
    int32_t sense;               /* +1 minimise, -1 maximise */
    int32_t unit;                /* greatest common divisor of all coefficients */
    bool narrow;                 /* fields are int16 */
    int8_t *row;                 /* [n][padded] */
    int16_t *toward16, *field16; /* [padded] when narrow; see qb_anneal_scalar_state */
    int32_t *toward32, *field32; /* [padded] otherwise */
    qb_lanes_rng rng;
    qb_rng start;
};

#endif
