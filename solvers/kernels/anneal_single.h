/* The state of the kernels that run one replica: "scalar" (rows as lists) and "dense" (rows in full).
 *
 *   field_i = linear_i + sum_j w_ij x_j,   cost of flipping i = field_i, or -field_i where turned_i
 *
 * Fields are kept up to date.  Attempts are tested 32 at a time against random thresholds; only those that
 * would be accepted are looked at, one after the other, and where a flip changes a field within the 32, the
 * rest is tested again, so that the outcome is that of one attempt after the other.
 *
 * Order: anneal_pack.h, with a few blocks more than the variables fill; models too dense for that go in
 * strides through the file, because neighbours in the file are often neighbours in the graph.
 *
 * Coefficients are integers (anneal_fixed.h); fields are 8, 16 or 32 bits wide as their bounds allow, entries
 * of full rows as wide as a field or as their own bounds allow.
 *
 * Sources: Metropolis et al., J. Chem. Phys. 21 (1953) 1087; Kirkpatrick, Gelatt and Vecchi, Science 220
 * (1983) 671.  Memory: 8 bytes a stored coupling, or 1, 2 or 4 bytes an entry of the full matrix.
 */
#ifndef QB_KERNELS_ANNEAL_SINGLE_H
#define QB_KERNELS_ANNEAL_SINGLE_H

#include "solvers/kernels/anneal_fixed.h"
#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_lanes.h"

#define QB_SINGLE_BLOCK 32 /* attempts tested at a time */
#define QB_SINGLE_LINE  64 /* fields and rows are padded to so many */

typedef struct qb_single_entry {
    uint32_t at; /* position of the neighbour */
    int32_t weight;
} qb_single_entry;

typedef enum qb_single_width {
    QB_SINGLE_INT8,
    QB_SINGLE_INT16,
    QB_SINGLE_INT32,
    QB_SINGLE_WIDTHS
} qb_single_width;

struct qb_anneal_single_state {
    const qb_qubo *model;
    qb_fixed fixed;
    uint32_t n, blocks, padded; /* padded = 32 blocks >= n */
    int32_t sense; /* +1 minimise, -1 maximise: the change of x_i that adds field_i to the cost */
    bool dense;
    qb_single_width width; /* of fields */
    uint32_t *position;    /* [n] of each variable */
    uint32_t *variable;    /* [padded] at each position; n where nobody stands */
    /* of the width's type, [padded up to a line]; where nobody stands a field too high to flip */
    void *turned; /* 0, or -1 where flipping takes the field off the cost */
    void *field;
    uint8_t *clash; /* [padded] whether a neighbour comes later in the same block */
    /* scalar */
    uint64_t *first;        /* [padded + 1] */
    qb_single_entry *entry; /* [first[padded]] */
    /* dense */
    void *row;                 /* [padded][line] */
    uint32_t line;             /* entries of a row: padded up to a line */
    qb_single_width row_width; /* at most that of fields */
    qb_lanes_rng rng;
};

/* Whether the dense kernel would take the model with fields of 8 bits.  O(n + nonzeros). */
bool qb_single_takes_bytes(const qb_qubo *model, qb_budget *budget /* or NULL */);

/* Whether the flip at a position passes the threshold, by the model's own coefficients. */
bool qb_single_accepts(const qb_anneal_single_state *state, uint32_t position, float threshold);

#endif
