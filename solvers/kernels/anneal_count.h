/* The state of the counting kernel: one replica of a model that is sparse enough for blocks of uncoupled
 * variables.
 *
 *   field_i = linear_i + sum_j w_ij x_j,   cost of flipping i = x_i ? -field_i : field_i   (sense taken in)
 *
 * Variables stand in blocks of 64, no two of a block coupled, so that a block's attempts do not see each
 * other and are decided together, a byte a lane where fields are small integers, else 16 bits.  A spin is a
 * bit, a block's spins a word.
 *
 * Fields.  Where bytes can be permuted across two registers (AVX-512 VBMI) they are counted anew at each
 * attempt, as long as many flips are accepted: 1024 spins are a table in two registers, and one instruction
 * looks up a neighbour of each of 64 variables.  So a block's neighbours are listed table by table, as many
 * "slots" as the variable with the most neighbours there needs.  Elsewhere, and when it is cold, fields are
 * kept, and flips tell the neighbours.  Both are exact: the same states come of them.
 *
 * Acceptance.  With bytes, a flip of cost c > 0 is accepted with p = exp(-beta c): where a random byte is
 * below floor(256 p), and where it is equal with the probability that is missing, by 32 more random bits.  So
 * p is exact up to rounding to 2^-40.  With 16 bits the cost is compared with a threshold
 * (anneal_threshold.h), and what rounding leaves in doubt is added up exactly (anneal_fixed.h).
 *
 * Order: anneal_pack.h.
 *
 * Memory: 256 bytes a slot, 192 with bytes, or 128 where all couplings are equal, and 8 a stored coupling.
 *
 * Sources: as anneal_gather.h; counting by permutation is ours.
 */
#ifndef QB_KERNELS_ANNEAL_COUNT_H
#define QB_KERNELS_ANNEAL_COUNT_H

#include "solvers/kernels/anneal_fixed.h"
#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_lanes.h"
#include "solvers/kernels/anneal_single.h"

#define QB_COUNT_BLOCK 64  /* variables of a block */
#define QB_COUNT_TABLE 16  /* blocks of a table */
#define QB_COUNT_REACH 126 /* greatest |field| of a byte */
#define QB_COUNT_BITS  14  /* of rounded fields */

/* One neighbour of each variable of a block, all in one table; no bit where a variable has no more. */
typedef struct qb_count_slot {
    uint8_t byte[QB_COUNT_BLOCK]; /* of the table */
    uint8_t bit[QB_COUNT_BLOCK];  /* of that byte, as a mask */
} qb_count_slot;

struct qb_anneal_count_state {
    const qb_qubo *model;
    uint32_t n, blocks, tables;
    qb_fixed fixed;
    bool wide;          /* linear, field and weight are of int16_t, else of int8_t */
    uint32_t *position; /* [n] of each variable; a place where nobody stands has no couplings */
    uint32_t *variable; /* [64 blocks] at each position */
    uint64_t *x;        /* [16 tables] */
    void *linear;    /* [64 blocks] of the fixed form, negative when maximising; so are weights and fields */
    void *field;     /* [64 blocks] while they are kept */
    uint32_t *first; /* [blocks tables + 1] slots of block b in table t: slot[first[b tables + t]] .. */
    qb_count_slot *slot;
    void *weight;           /* [64 slots], or [64] where all are equal */
    uint32_t weight_step;   /* 64 or 0 */
    uint32_t *list;         /* [64 blocks + 1] neighbours of position p: entry[list[p] ..] */
    qb_single_entry *entry; /* [nonzeros] */
    bool counts;            /* whether the tier can count */
    bool kept;              /* whether fields are */
    uint64_t flips;         /* since the sweep began */
    double beta;            /* the last one: of chance and p, without wide */
    double p[QB_COUNT_REACH + 2];
    uint8_t chance[QB_COUNT_REACH + 2];                             /* floor(256 p) */
    uint64_t (*sweep)(qb_anneal_count_state *, uint32_t, uint32_t); /* of the tier at the last start */
    qb_lanes_rng rng;
    qb_rng fresh; /* the 32 more bits */
};

/* Whether the flip at a position passes the threshold, by the model's own coefficients. */
bool qb_count_accepts(const qb_anneal_count_state *state, uint32_t position, float threshold);

#endif
