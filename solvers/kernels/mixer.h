/* The mixers of a QAOA circuit: exp(-i beta B), the start state, and what space they live in.
 *
 *   x            B = sum_q X_q                                start |+>, all 2^n states
 *   xy-ring      a product over the edges (i, j) of a ring through each group's members of
 *                exp(-i beta (X_i X_j + Y_i Y_j) / 2), whose factors do not commute.  Order: edges (0, 1),
 *                (2, 3), ...; then (1, 2), (3, 4), ...; then, for an odd number of members, the one that
 *                closes the ring.  The first edge is applied first.
 *   xy-complete  the same over all pairs of a group.  One-hot groups: the exponential of the whole sum, which
 *                is J - 1 there (J all ones).  Groups with more ones: a product over the pairs in the
 *                rounds of a round-robin tournament (member 0 stays, the others turn), a round's pairs
 *                being disjoint
 *   grover       B = |s><s|, s the start state
 *   warm         B = sum_q sin t_q X_q + cos t_q Z_q with cos t_q = 1 - 2 c_q (Z is 1 for x = 0): the start
 *                state, the product of sqrt(1 - c_q) |0> + sqrt(c_q) |1>, is B's uppermost one, as |+> is X's
 *
 * xy mixers start in the equal superposition of the states that the groups leave (a product of W or Dicke
 * states) and never leave them; variables outside groups have |+> and X.  grover starts in the same state,
 * over all 2^n states where there is no group.  With beta, gamma > 0 every one of them moves to larger C.
 *
 * Sources: Hadfield et al., Algorithms 12, 34 (2019), and Wang, Rubin, Dominy and Rieffel, Phys. Rev. A 101,
 * 012320 (2020), xy; Baertschi and Eidenbenz, arXiv:2006.00354 (2020), grover; Egger, Marecek and Woerner,
 * Quantum 5, 479 (2021), warm, with the sign of beta turned round.
 */
#ifndef QB_KERNELS_MIXER_H
#define QB_KERNELS_MIXER_H

#include "solvers/kernels/subspace.h"

typedef enum qb_mixer {
    QB_MIXER_X,
    QB_MIXER_XY_RING,
    QB_MIXER_XY_COMPLETE,
    QB_MIXER_GROVER,
    QB_MIXER_WARM
} qb_mixer;

/* Numbers of a state vector. */
typedef enum qb_precision { QB_DOUBLE, QB_FLOAT } qb_precision;

/* Does it keep to the groups of a model? */
static inline bool qb_mixer_keeps_groups(qb_mixer mixer)
{
    return mixer == QB_MIXER_XY_RING || mixer == QB_MIXER_XY_COMPLETE || mixer == QB_MIXER_GROVER;
}

#endif
