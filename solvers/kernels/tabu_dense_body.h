/* One pass of the dense tabu walker over a vocabulary of vectors; private to the tiers of tabu_dense.h.
 *
 * QB_TABU_DEFINE_PASS(coupling, gain), for example (i8, i16), defines pass_i8_i16 from element types i8 and
 * i16, an enumerator i16_lanes, types i16_vector, i16_tags and i16_mask, and the inline functions
 *
 *   i16_from_i8(w)                    loads a vector of couplings
 *   i16_negate(v, bits)               negates the lanes whose bit is set
 *   i16_add_to(gain, change)          adds to the gains in memory, and gives the sum
 *   i16_better(sum, best, bits)       mask of the lanes whose bit is set and where sum > best
 *   i16_raise(best, sum, bits)        best, or sum where the bit is set and sum > best
 *   i16_put(tags, mask, here)         tags, with the masked lanes taken from here
 *   i16_lowest(), i16_no_tags(), i16_first_tags(), i16_next_tags(here)
 *   i16_reduce(best, tags)            a qb_tabu_pick
 *
 * A tag is the complement of an index: the greatest tag is the lowest index, and 0 stands for none.  A lane
 * keeps the first of equal gains and reduce takes the greatest tag, so that ties go to the lowest index.
 * Keeping the index in the loop costs two instructions a vector and saves the search afterwards, which on
 * small models would take as long as the pass.
 */
#ifndef QB_KERNELS_TABU_DENSE_BODY_H
#define QB_KERNELS_TABU_DENSE_BODY_H

#include "solvers/kernels/tabu_dense.h"

typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef double f64;

#define QB_TABU_DEFINE_PASS(coupling, kind)                                                                \
    static qb_tabu_pick pass_##coupling##_##kind(const void *couplings, void *gains, const uint64_t *side, \
                                                 const uint64_t *open, uint64_t flip, uint32_t words)      \
    {                                                                                                      \
        const coupling *w = couplings;                                                                     \
        kind *gain = gains;                                                                                \
        kind##_vector best = kind##_lowest();                                                              \
        kind##_tags tags = kind##_no_tags(), here = kind##_first_tags();                                   \
        for (uint32_t word = 0; word < words; word++) {                                                    \
            uint64_t minus = side[word] ^ flip, may = open[word];                                          \
            for (uint32_t lane = 0; lane < 64; lane += kind##_lanes) {                                     \
                kind##_vector change = kind##_negate(kind##_from_##coupling(w), minus);                    \
                kind##_vector sum = kind##_add_to(gain, change);                                           \
                tags = kind##_put(tags, kind##_better(sum, best, may), here);                              \
                best = kind##_raise(best, sum, may);                                                       \
                here = kind##_next_tags(here);                                                             \
                minus >>= kind##_lanes;                                                                    \
                may >>= kind##_lanes;                                                                      \
                w += kind##_lanes;                                                                         \
                gain += kind##_lanes;                                                                      \
            }                                                                                              \
        }                                                                                                  \
        return kind##_reduce(best, tags);                                                                  \
    }

#endif
