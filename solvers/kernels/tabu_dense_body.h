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
 *   i16_lowest(), i16_no_tags()
 *   i16_first_tags(lane, turn)        tags of a vector whose first lane is number `lane`
 *   i16_next_tags(here)               one less
 *   i16_reduce(best, tags)            a qb_tabu_pick of 64 / i16_lanes vectors each
 *
 * Keeping the place in the loop costs two instructions a vector.  By the block it costs next to nothing, and
 * which word of the block it was is looked up once the pass is over; on small models that would take as long
 * as what it saves, so there a block is one word.
 */
#ifndef QB_KERNELS_TABU_DENSE_BODY_H
#define QB_KERNELS_TABU_DENSE_BODY_H

#include "solvers/kernels/tabu_dense.h"

#include <string.h>

typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef double f64;

#define QB_TABU_DEFINE_PASS(coupling, kind)                                                                \
    __attribute__((always_inline)) static inline qb_tabu_pick sweep_##coupling##_##kind(                   \
        const void *couplings, void *gains, const uint64_t *side, const uint64_t *open, uint64_t flip,     \
        qb_tabu_sweep sweep, uint32_t longest)                                                             \
    {                                                                                                      \
        enum { lanes = kind##_lanes, parts = QB_TABU_LANES / lanes };                                      \
        kind##_vector best[parts], top[parts];                                                             \
        kind##_tags tags[parts], here[parts];                                                              \
        for (uint32_t part = 0; part < parts; part++) {                                                    \
            best[part] = top[part] = kind##_lowest();                                                      \
            tags[part] = kind##_no_tags();                                                                 \
            here[part] = kind##_first_tags(part * lanes, sweep.turn);                                      \
        }                                                                                                  \
        for (uint32_t left = sweep.words, word = sweep.first; left > 0;) {                                 \
            uint32_t block = left < longest ? left : longest;                                              \
            for (left -= block; block > 0; block--) {                                                      \
                const coupling *w = (const coupling *)couplings + 64 * (size_t)word;                       \
                kind *gain = (kind *)gains + 64 * (size_t)word;                                            \
                uint64_t minus = side[word] ^ flip, may = open[word];                                      \
                for (uint32_t part = 0; part < parts; part++) {                                            \
                    uint32_t lane = part * lanes;                                                          \
                    kind##_vector change = kind##_negate(kind##_from_##coupling(w + lane), minus >> lane); \
                    kind##_vector sum = kind##_add_to(gain + lane, change);                                \
                    top[part] = kind##_raise(top[part], sum, may >> lane);                                 \
                }                                                                                          \
                word = word + 1 < sweep.words ? word + 1 : 0;                                              \
            }                                                                                              \
            for (uint32_t part = 0; part < parts; part++) {                                                \
                kind##_mask higher = kind##_better(top[part], best[part], UINT64_MAX);                     \
                tags[part] = kind##_put(tags[part], higher, here[part]);                                   \
                best[part] = top[part];                                                                    \
                here[part] = kind##_next_tags(here[part]);                                                 \
            }                                                                                              \
        }                                                                                                  \
        return kind##_reduce(best, tags);                                                                  \
    }                                                                                                      \
    static qb_tabu_pick pass_##coupling##_##kind(const void *couplings, void *gains, const uint64_t *side, \
                                                 const uint64_t *open, uint64_t flip, qb_tabu_sweep sweep) \
    {                                                                                                      \
        return qb_tabu_block(sweep) == 1                                                                   \
                   ? sweep_##coupling##_##kind(couplings, gains, side, open, flip, sweep, 1)               \
                   : sweep_##coupling##_##kind(couplings, gains, side, open, flip, sweep, QB_TABU_BLOCK);  \
    }

/* The reduction of wide gains, which are few a vector: lane by lane. */
#define QB_TABU_DEFINE_REDUCE(kind, tag_type)                                                    \
    static inline qb_tabu_pick kind##_reduce(const kind##_vector *best, const kind##_tags *tags) \
    {                                                                                            \
        kind gain[QB_TABU_LANES];                                                                \
        tag_type tag[QB_TABU_LANES];                                                             \
        memcpy(gain, best, sizeof gain);                                                         \
        memcpy(tag, tags, sizeof tag);                                                           \
        uint32_t first = 0;                                                                      \
        for (uint32_t k = 1; k < QB_TABU_LANES; k++)                                             \
            if (gain[k] > gain[first] || (gain[k] == gain[first] && tag[k] > tag[first]))        \
                first = k;                                                                       \
        return (qb_tabu_pick){(double)gain[first], (uint32_t)tag[first]};                        \
    }

#endif
