/* The state of the two-valued dense kernel: one replica, one bit a coupling.
 *
 * Takes models all of whose couplings, absent ones included, have one of two values: +-1 on a complete graph,
 * or an unweighted graph with so many edges that a bit matrix pays.  With w_ij = a + (b - a) bit_ij,
 *
 *   field_i = linear_i + sum_j w_ij x_j = value_i + a ones,   ones = sum_j x_j,
 *   value_i = linear_i - a x_i + (b - a) sum_j bit_ij x_j,
 *
 * and a flip of j changes value_i by (b - a) bit_ij up or down.  Values are brought up to date late: spins
 * are visited in blocks of 512, and on a visit the rows of all flips since the last one are counted by the
 * carry-save adders of the bit-sliced kernel, 512 spins at a time, and added at once.  Spins are attempted in
 * groups of 32, in registers; what the flips within the visit did is looked up group by group, until they are
 * so many that counting them is cheaper.  Integer arithmetic makes this exact: every attempt sees the field
 * that it would see had each flip been applied when it happened.
 *
 * Where few flips pass, costs are compared with bounds of the thresholds first, which need no logarithm, and
 * only what passes those with the threshold itself.  The path is the same either way.
 *
 * Order: file order.  A chain or ring of spins numbered along it does badly so: flips that cost nothing carry
 * its walls round in step.  Such models are sparse, and never given to this kernel unless it is asked for.
 *
 * Memory: n^2 / 8 bytes.  Sources: as anneal_single.h; the late counting is ours.
 */
#ifndef QB_KERNELS_ANNEAL_BITS_H
#define QB_KERNELS_ANNEAL_BITS_H

#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_lanes.h"

#define QB_BITS_GROUP  32 /* attempts tested at a time */
#define QB_BITS_GROUPS (QB_LANES / QB_BITS_GROUP)
#define QB_BITS_DIGITS 8   /* of a count */
#define QB_BITS_BATCH  254 /* flips counted at a time: even, below 2^digits */

struct qb_anneal_bits_state {
    const qb_qubo *model;
    uint32_t n, blocks;
    int32_t sense;   /* +1 minimise, -1 maximise */
    int32_t unit;    /* greatest common divisor; |fields| over it are below 2^15 */
    int16_t a, step; /* w = a, or a + step where the bit is set */
    int16_t ones;
    int16_t *toward; /* [512 blocks] sense, or -sense where x is one: a flip costs toward * field */
    int16_t *value;  /* [512 blocks] */
    qb_lanes *bit;   /* [blocks][n + 1]: the couplings of variable i with a block's; the last is zero */
    uint32_t *log;   /* [flips + room]: 8 i, + 1 where x_i became 0 */
    uint32_t flips, capacity;
    uint32_t *seen; /* [blocks] flips that a block's values know */
    bool few;       /* flips passed on the last visit: makes no difference but in time */
    qb_lanes_rng rng;
};

#endif
