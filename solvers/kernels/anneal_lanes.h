/* 512 bits at a time: the vector type that every tier carries, and random bits for it.
 *
 * The GNU vector extension lowers it to eight 64-bit words, two 256-bit or one 512-bit register, with one
 * result.  Eight xoshiro256++ generators run side by side, one a 64-bit element, on streams of their own.
 */
#ifndef QB_KERNELS_ANNEAL_LANES_H
#define QB_KERNELS_ANNEAL_LANES_H

#include "harness/base/rng.h"

#include <stdint.h>

#define QB_LANES 512

typedef uint64_t qb_lanes __attribute__((vector_size(64)));

typedef struct qb_lanes_rng {
    qb_lanes s[4];
} qb_lanes_rng;

/* Element k takes stream `stream` + k of `seed`. */
static inline void qb_lanes_rng_init(qb_lanes_rng *rng, uint64_t seed, uint64_t stream)
{
    for (uint32_t k = 0; k < 8; k++) {
        qb_rng one;
        qb_rng_init(&one, seed, stream + k);
        for (uint32_t word = 0; word < 4; word++)
            rng->s[word][k] = one.s[word];
    }
}

/* 512 fresh random bits. */
static inline __attribute__((always_inline)) void qb_lanes_next(qb_lanes_rng *rng, qb_lanes *bits)
{
    qb_lanes *s = rng->s, sum = s[0] + s[3], t = s[1] << 17;
    *bits = ((sum << 23) | (sum >> 41)) + s[0];
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
}

#endif
