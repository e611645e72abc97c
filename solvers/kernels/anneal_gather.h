/* The state of the gathering kernel: one replica of a model whose variables have few couplings each.
 *
 *   field_i = linear_i + sum_j w_ij x_j,   cost of flipping i = x_i ? -field_i : field_i   (sense taken in)
 *
 * Variables stand in blocks of 16, no two of a block coupled, so that a block's attempts do not see each
 * other and are decided together, 16 lanes at a time.  Fields are not kept up to date: each attempt gathers
 * its neighbours' values, which for a few neighbours is cheaper than telling them of every flip, and costs
 * the same hot or cold.
 *
 * Order: anneal_pack.h.
 *
 * Coefficients are integers (anneal_fixed.h).  Memory: 8 bytes a stored coupling, counting those that fill up
 * a block.
 *
 * Sources: as anneal_single.h; updating variables that are not coupled at once is the checkerboard of Preis,
 * Virnau, Paul and Schneider, J. Comput. Phys. 228 (2009) 4468, for any graph.
 */
#ifndef QB_KERNELS_ANNEAL_GATHER_H
#define QB_KERNELS_ANNEAL_GATHER_H

#include "solvers/kernels/anneal_fixed.h"
#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_lanes.h"
#include "solvers/kernels/anneal_threshold.h"

#define QB_GATHER_BLOCK QB_THRESHOLDS /* variables of a block */

struct qb_anneal_gather_state {
    const qb_qubo *model;
    uint32_t n, blocks;
    qb_fixed fixed;
    uint32_t *position; /* [n] of each variable; a place where nobody stands has no couplings: it may flip */
    uint32_t *variable; /* [16 blocks] at each position, for a real model; n where nobody stands */
    int32_t *x;         /* [16 blocks] 0, or -1 where x is one */
    uint64_t *first;    /* [blocks + 1] entries of block b: at[first[b] ..], 16 for each neighbour */
    int32_t *at;        /* [first[blocks]] position of the neighbour */
    int32_t *linear;    /* [16 blocks] of the fixed form, negative when maximising */
    int32_t *weight;    /* [first[blocks]] likewise; 0 where an entry only fills up */
    qb_lanes_rng rng;
};

/* Whether the flip at a position passes the threshold, by the model's own coefficients. */
bool qb_gather_accepts(const qb_anneal_gather_state *state, uint32_t position, float threshold);

#endif
