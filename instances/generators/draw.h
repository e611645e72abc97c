/* What the families draw with. */
#ifndef QB_INSTANCES_GENERATORS_DRAW_H
#define QB_INSTANCES_GENERATORS_DRAW_H

#include "harness/base/rng.h"
#include "instances/generators/generator.h"
#include "instances/sketch.h"

/* Uniform integer in low..high. */
static inline double qb_draw_integer(qb_rng *rng, int64_t low, int64_t high)
{
    return (double)(low + (int64_t)qb_rng_below(rng, (uint64_t)(high - low) + 1));
}

/* -1 or 1. */
static inline double qb_draw_sign(qb_rng *rng)
{
    return qb_rng_next(rng) >> 63 ? 1 : -1;
}

#endif
