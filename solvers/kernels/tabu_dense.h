/* The dense form of the tabu walker: private to solvers/kernels/tabu*.c.
 *
 * A step is one pass over the row of the flipped bit k.  With s_i = 1 - 2 x_i, gain_i = s_i (linear_i + sum_j
 * w_ij x_j) changes by s_i s_k w_ik; the sign comes from the bits of `side`, so that the pass adds or
 * subtracts, and keeps the greatest open gain and where it stands, all in one loop.
 *
 * Integral models are stored small.  With u the greatest divisor of all coefficients and m = 2 if all
 * couplings are even multiples of u, else 1:
 *
 *   gain_i = u (m G_i + p_i),   w_ij = u m W_ij,   p_i = (linear_i / u) mod m
 *
 * p_i never changes, and flipping i turns G_i into -G_i - p_i.  Bits with p = 1 come first in the walker's
 * order, so that "greatest G, lowest index" is greatest gain, lowest index.
 */
#ifndef QB_KERNELS_TABU_DENSE_H
#define QB_KERNELS_TABU_DENSE_H

#include "solvers/kernels/tabu_core.h"

#define QB_TABU_DENSE_LIMIT 65535 /* variables at most: 16-bit gains carry 16-bit indices */

/* The greatest open gain and the lowest index that has it; QB_TABU_NONE when nothing is open. */
typedef struct qb_tabu_pick {
    double gain;
    uint32_t index;
} qb_tabu_pick;

/* From a signed 16-bit gain above a 16-bit tag, the complement of an index (0: none). */
static inline qb_tabu_pick qb_tabu_pick_of_key(uint32_t key)
{
    uint32_t tag = key & 0xffff;
    return (qb_tabu_pick){(double)((int32_t)key >> 16), tag ? 0xffff - tag : QB_TABU_NONE};
}

/* gain_i += w_i, or -= w_i where bit i of side ^ flip is set, for all 64 words lanes; then picks among
 * `open`. couplings, gains: [64 words] of the pass's types, 64-byte aligned. */
typedef qb_tabu_pick qb_tabu_pass(const void *couplings, void *gains, const uint64_t *side /* [words] */,
                                  const uint64_t *open /* [words] */, uint64_t flip, uint32_t words);

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
