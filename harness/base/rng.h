/* Random numbers: one 64-bit seed a run, every stream derived from it by counter.
 *
 * Stream k of seed s starts at Philox4x32-10(key = s, counter = (k, 0..1)); from there xoshiro256++ runs.
 * Streams with different (seed, stream) never share a state, so threads and replicas each take a stream of
 * their own. The numbers are the same on every machine.  Cost: about 1 ns a number. Source: Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), through Random123; Blackman and Vigna, "Scrambled
 * linear pseudorandom number generators" (2021).
 */
#ifndef QB_BASE_RNG_H
#define QB_BASE_RNG_H

#include <stdint.h>

typedef struct qb_rng {
    uint64_t s[4];
} qb_rng;

/* Starts stream `stream` of `seed`. */
void qb_rng_init(qb_rng *rng, uint64_t seed, uint64_t stream);

/* Uniform on [0, 2^64). */
static inline uint64_t qb_rng_next(qb_rng *rng)
{
    uint64_t *s = rng->s, sum = s[0] + s[3], result = ((sum << 23) | (sum >> 41)) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

/* Uniform on [0, 1), multiples of 2^-53. */
static inline double qb_rng_uniform(qb_rng *rng)
{
    return (double)(qb_rng_next(rng) >> 11) * 0x1p-53;
}

/* Uniform on [0, bound), bound >= 1; exact (Lemire's rejection). */
uint64_t qb_rng_below(qb_rng *rng, uint64_t bound);

/* Standard normal (polar method). */
double qb_rng_normal(qb_rng *rng);

#endif
