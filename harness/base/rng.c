#include "harness/base/rng.h"

#include <Random123/philox.h>
#include <math.h>

__extension__ typedef unsigned __int128 u128;

void qb_rng_init(qb_rng *rng, uint64_t seed, uint64_t stream)
{
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    for (uint32_t half = 0; half < 2; half++) {
        philox4x32_ctr_t counter = {{(uint32_t)stream, (uint32_t)(stream >> 32), half, 0}};
        philox4x32_ctr_t out = philox4x32(counter, key);
        rng->s[2 * half] = out.v[0] | (uint64_t)out.v[1] << 32;
        rng->s[2 * half + 1] = out.v[2] | (uint64_t)out.v[3] << 32;
    }
    if (!(rng->s[0] | rng->s[1] | rng->s[2] | rng->s[3]))
        rng->s[0] = 1; /* the one state that xoshiro never leaves */
}

uint64_t qb_rng_below(qb_rng *rng, uint64_t bound)
{
    for (;;) {
        u128 product = (u128)qb_rng_next(rng) * bound;
        uint64_t low = (uint64_t)product;
        if (low >= bound || low >= (0 - bound) % bound)
            return (uint64_t)(product >> 64);
    }
}

double qb_rng_normal(qb_rng *rng)
{
    for (;;) {
        double u = 2 * qb_rng_uniform(rng) - 1, v = 2 * qb_rng_uniform(rng) - 1, r = u * u + v * v;
        if (r > 0 && r < 1)
            return u * sqrt(-2 * log(r) / r);
    }
}
