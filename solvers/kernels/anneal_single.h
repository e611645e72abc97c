/* The state of the kernels that run one replica: "scalar" (rows as lists) and "dense" (rows in full).
 *
 *   field_i = linear_i + sum_j w_ij x_j,   cost of flipping i = toward_i * field_i
 *
 * toward_i is +1 where flipping adds field_i to the cost, else -1; fields are kept up to date.  Attempts are
 * tested 32 at a time against random thresholds; only those that would be accepted are looked at, one after
 * the other, and where a flip changes a field within the 32, the rest is tested again, so that the outcome is
 * that of one attempt after the other.
 *
 * Order: block k holds the variables k, k + blocks, k + 2 blocks, ..., because neighbours in the file are
 * often neighbours in the graph, and a block should hold few.  In position p of this order stands variable
 * p / 32 + blocks (p % 32), or nobody.
 *
 * Coefficients are integers over their greatest common divisor, or doubles; fields are 8, 16 or 32 bits wide
 * as their bounds allow, or double.
 *
 * Sources: Metropolis et al., J. Chem. Phys. 21 (1953) 1087; Kirkpatrick, Gelatt and Vecchi, Science 220
 * (1983) 671.  Memory: 8 bytes a stored coupling (real: 16), or one byte an entry of the full matrix.
 */
#ifndef QB_KERNELS_ANNEAL_SINGLE_H
#define QB_KERNELS_ANNEAL_SINGLE_H

#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_lanes.h"

#define QB_SINGLE_BLOCK  32  /* attempts tested at a time */
#define QB_SINGLE_WEIGHT 127 /* greatest |coupling| of a full matrix */

typedef struct qb_single_entry {
    uint32_t at; /* position of the neighbour */
    int32_t weight;
} qb_single_entry;

typedef struct qb_single_real_entry {
    uint32_t at;
    double weight;
} qb_single_real_entry;

typedef enum qb_single_width {
    QB_SINGLE_INT8,
    QB_SINGLE_INT16,
    QB_SINGLE_INT32,
    QB_SINGLE_DOUBLE,
    QB_SINGLE_WIDTHS
} qb_single_width;

struct qb_anneal_single_state {
    const qb_qubo *model;
    uint32_t n, blocks, padded; /* padded = 32 blocks >= n */
    double sense;               /* +1 minimise, -1 maximise */
    int32_t unit;               /* greatest common divisor; 1 for a real model */
    bool dense;
    qb_single_width width;
    void *toward, *field; /* [padded] of the width's type; where nobody stands a field too high to flip */
    /* scalar */
    uint64_t *first;                  /* [padded + 1] */
    uint8_t *clash;                   /* [padded] whether a neighbour comes later in the same block */
    qb_single_entry *entry;           /* [first[padded]] of an integral model */
    qb_single_real_entry *real_entry; /* [first[padded]] of a real one */
    /* dense */
    int8_t *row; /* [padded][padded] */
    qb_lanes_rng rng;
    qb_rng start;
};

#endif
