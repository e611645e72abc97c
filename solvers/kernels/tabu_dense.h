/* The dense form of the tabu walker: private to solvers/kernels/tabu*.c.
 *
 * A step is one pass over the row of the flipped bit k.  With s_i = 1 - 2 x_i, gain_i = s_i (linear_i + sum_j
 * w_ij x_j) changes by s_i s_k w_ik; the sign comes from the bits of `side`, so that the pass adds or
 * subtracts, and keeps the greatest open gain and where it stands, all in one loop.
 *
 * Integral models are stored small: in units of the greatest common divisor u of all coefficients, or of 2 u
 * where 8 bits would not hold the couplings and all are multiples of 2 u, as they are wherever a symmetric
 * matrix is listed.  Gains are then rounded up, a bit of each saying that u must be taken off again, so that
 * values stay exact, a stored gain is positive exactly where the true one is, and what is found is the
 * greatest but for one u (qb_tabu.slack).
 *
 * Ties: a search that always met the same one of equal gains first would never leave a plateau.  Lanes are
 * numbered i % 64; each pass is given a lane from which ranks are counted and a word to start at, and among
 * equal gains takes the greatest rank, then the first met.  Both are drawn anew for each step.
 */
#ifndef QB_KERNELS_TABU_DENSE_H
#define QB_KERNELS_TABU_DENSE_H

#include "solvers/kernels/tabu_core.h"

/* A tag is rank << 10 | 1023 - blocks of words passed over; 0 stands for nothing open. */
#define QB_TABU_LANES       64
#define QB_TABU_RANK_BITS   10
#define QB_TABU_LEFT_MASK   1023
#define QB_TABU_DENSE_WORDS 1023 /* at most, so that no tag is 0 */

#define QB_TABU_BLOCK 8  /* words of a block where a pass is long */
#define QB_TABU_LONG  32 /* words of a pass that is */

/* The greatest open gain, and the greatest tag among those that have it. */
typedef struct qb_tabu_pick {
    double gain;
    uint32_t tag;
} qb_tabu_pick;

/* The place and the draw of one pass. */
typedef struct qb_tabu_sweep {
    uint32_t words, first; /* first < words: where to start; the pass wraps around */
    uint32_t turn;         /* < 64: lane l has rank (l + turn) % 64 */
} qb_tabu_sweep;

/* Words of a block; the last one of a pass may have fewer. */
static inline uint32_t qb_tabu_block(qb_tabu_sweep sweep)
{
    return sweep.words < QB_TABU_LONG ? 1 : QB_TABU_BLOCK;
}

static inline uint32_t qb_tabu_tag(qb_tabu_sweep sweep, uint32_t lane, uint32_t words_passed)
{
    uint32_t rank = (lane + sweep.turn) % QB_TABU_LANES;
    return rank << QB_TABU_RANK_BITS | (QB_TABU_LEFT_MASK - words_passed / qb_tabu_block(sweep));
}

/* gain_i += w_i, or -= w_i where bit i of side ^ flip is set, for all 64 words lanes; then picks among
 * `open`. couplings, gains: [64 words] of the pass's types, 64-byte aligned. */
typedef qb_tabu_pick qb_tabu_pass(const void *couplings, void *gains, const uint64_t *side /* [words] */,
                                  const uint64_t *open /* [words] */, uint64_t flip, qb_tabu_sweep sweep);

/* coupling type, gain type */
typedef enum qb_tabu_lanes {
    QB_TABU_I8_I16,
    QB_TABU_I8_I32,
    QB_TABU_I16_I32,
    QB_TABU_I32_I32,
    QB_TABU_F64_F64,
    QB_TABU_LANES_COUNT
} qb_tabu_lanes;

extern qb_tabu_pass *const qb_tabu_pass_portable[QB_TABU_LANES_COUNT];
extern qb_tabu_pass *const qb_tabu_pass_avx2[QB_TABU_LANES_COUNT];
extern qb_tabu_pass *const qb_tabu_pass_avx512[QB_TABU_LANES_COUNT];

#endif
