/* Vectors of a tier: loading, storing, and exchanging lanes.  Part of statevector_tmpl.h. */
#ifndef QB_KERNELS_STATEVECTOR_VEC_BODY_H
#define QB_KERNELS_STATEVECTOR_VEC_BODY_H

#include "solvers/kernels/statevector_pass.h"

#include <string.h>

#define LANES  ((size_t)1 << LANE_BITS)
#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif
#if SANITIZED && LANE_BITS == 0 /* checks in everything inlined and unrolled would take minutes to compile */
#define ALWAYS static inline
#define UNROLL
#else
#define ALWAYS static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#endif

ALWAYS vec load(const REAL *address)
{
    vec v;
    memcpy(&v, address, sizeof v);
    return v;
}

ALWAYS void store(REAL *address, vec v)
{
    memcpy(address, &v, sizeof v);
}

ALWAYS vec splat(double x)
{
    return (vec){0} + (REAL)x;
}

ALWAYS unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Where amplitude x lies in its array. */
ALWAYS size_t at(const qb_sv_pass *pass, size_t x)
{
    return qb_sv_at(x, pass->pad);
}

/* REVERSE(v): the lanes backwards.  EXCHANGE(v, l): the two halves of every 2^(l + 1) lanes change places. */
#if LANE_BITS == 0
#define REVERSE(v) (v)
#else
#if LANE_BITS == 2
#define LANE_LIST(F, x) F(0, x), F(1, x), F(2, x), F(3, x)
#elif LANE_BITS == 3
#define LANE_LIST(F, x) F(0, x), F(1, x), F(2, x), F(3, x), F(4, x), F(5, x), F(6, x), F(7, x)
#else
#define LANE_LIST(F, x)                                                                                 \
    F(0, x), F(1, x), F(2, x), F(3, x), F(4, x), F(5, x), F(6, x), F(7, x), F(8, x), F(9, x), F(10, x), \
        F(11, x), F(12, x), F(13, x), F(14, x), F(15, x)
#endif
#define FLIP_(lane, bits) ((lane) ^ (bits))
#define REVERSE(v)        (vec) __builtin_shufflevector(v, v, LANE_LIST(FLIP_, (1 << LANE_BITS) - 1))
#define EXCHANGE(v, l)    (vec) __builtin_shufflevector(v, v, LANE_LIST(FLIP_, 1 << (l)))
#endif

#endif
