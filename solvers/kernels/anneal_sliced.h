/* The state of the bit-sliced kernel: 512 replicas of a sparse model with small integer couplings.
 *
 * A spin is one 512-bit word, a bit a replica ("lane").  For spin i of total strength
 * W = sum_j |J_ij| + |h_i|, let A be the weight of its satisfied couplings; the flip costs 2 (2 A - W).  With
 * D = W, or W + 1 and a coupling to itself that is always satisfied when W is even, e = A - (D + 1) / 2 is an
 * integer, negative exactly where the flip lowers the cost, else the cost is 4 e, plus 2 where W is odd.
 *
 * Counting.  Neighbours' words go through a tree of full adders (a carry-save counter) into the binary digits
 * of A + P - 2^(m-1), P making it e.  Adders commute with complementing all their inputs, so the spin's own
 * word enters at the end only.
 *
 * Acceptance.  exp(-4 beta e) is the product over the set digits b of e of p_b = exp(-4 beta 2^b), so a flip
 * is accepted when one Bernoulli(p_b) bit for every set digit is set (and one of p = exp(-2 beta) where W is
 * odd).  These bits come from tables of 256 words, one table a digit: every lane has floor(256 p_b) ones
 * among 255 rows, in an order of its own, and one row, the same for 64 lanes, whose bit is drawn afresh
 * whenever it is used and is one with the probability that is missing.  One random byte a digit picks the
 * row.  So in each lane the decisions are independent, with the exact probability rounded to 2^-40.
 *
 * The lanes share the rows picked: the bits of two lanes are correlated by about +-1/16, of either sign,
 * fixed by the seed.  Their states differ, and their energies turn out nearly uncorrelated: measured by
 * tests/kernels, 0.003 on average over pairs, and the best of 512 is as good as that of 512 independent
 * anneals.  Still, the 512 of one start should count as one trial in a statistical claim.
 *
 * Order: spins by strength, then in file order.
 *
 * Sources: multi-spin coding, Zorn, Herrmann and Rebbi, Comput. Phys. Commun. 23 (1981) 337; Isakov et al.,
 * Comput. Phys. Commun. 192 (2015) 265 (which shares one random number among 64 replicas; here each lane has
 * its own row order instead); carry-save counting after Harley and Seal, in Warren, Hacker's Delight.
 */
#ifndef QB_KERNELS_ANNEAL_SLICED_H
#define QB_KERNELS_ANNEAL_SLICED_H

#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_lanes.h"
#include "solvers/kernels/spin.h"

#define QB_SLICED_DIGITS 8                      /* of A + P: strengths up to 254 */
#define QB_SLICED_HALF   (QB_SLICED_DIGITS - 1) /* the table of the half step of odd strengths */
#define QB_SLICED_ROWS   256                    /* of a table */
#define QB_SLICED_FRESH  248                    /* row 248 + k is drawn afresh for the lanes of element k */
#define QB_SLICED_RANKS  8                      /* binary digits of a rank: 0..254, 255 in the fresh row */
#define QB_SLICED_BOUND  ((1 << QB_SLICED_DIGITS) - 2) /* greatest strength: W + 1 still has 8 digits */
#define QB_SLICED_TOTAL  40                            /* binary digits of a sum over all couplings */

/* Spins [from, to) in processing order have the same strength. */
typedef struct qb_sliced_run {
    uint32_t from, to;
    uint32_t strength; /* W */
    uint32_t digits;   /* m */
} qb_sliced_run;

struct qb_anneal_sliced_state {
    qb_spins spins;
    uint32_t n, runs;
    bool is_signed;     /* some entry is complemented */
    uint32_t planes;    /* binary digits of the greatest |J|, |h|: 1 when all are units */
    uint32_t *order;    /* [n] variable at each position */
    uint32_t *position; /* [n] of each variable */
    qb_sliced_run *run; /* [runs] */
    /* Inputs of position p: entry[first[p] .. first[p + 1]), those of plane 0 first; 8 * position of the word
     * (its offset in the 8 bytes that an address can scale) + 1 where it is complemented.  Within a plane the
     * inputs that count a coupling for the first time (the neighbour comes earlier, or it is a field) stand
     * first. */
    uint64_t *first;  /* [n + 1] */
    uint32_t *entry;  /* [first[n]] */
    uint16_t *inputs; /* [n * planes] inputs of each plane; even beyond plane 0 */
    uint16_t *firsts; /* [n * planes] how many of them stand for a coupling counted here */
    qb_lanes *word;   /* [n + 1]; the last is zero: fields and padding */
    qb_lanes
        *rank; /* [QB_SLICED_ROWS][QB_SLICED_RANKS] each lane's ranks of the rows, bit-sliced, complemented */
    double beta;                          /* of the tables; -1: none yet */
    qb_lanes *table;                      /* [QB_SLICED_DIGITS][QB_SLICED_ROWS]; digit b of e at b */
    uint32_t tables;                      /* bit b: table b is used */
    uint32_t ones[QB_SLICED_DIGITS];      /* floor(256 p) of each table, QB_SLICED_ROWS: not yet built */
    uint32_t remainder[QB_SLICED_DIGITS]; /* (256 p - ones) 2^32: probability of a one in the fresh row */
    qb_rng pick;                          /* of rows */
    qb_rng fresh;                         /* of fresh bits */
    qb_lanes_rng start;                   /* of initial states */
};

#endif
