/* What a tile is worked on with, its phases, and the sums that it adds up.  Part of statevector_tmpl.h. */
#ifndef QB_KERNELS_STATEVECTOR_PHASE_BODY_H
#define QB_KERNELS_STATEVECTOR_PHASE_BODY_H

#include "solvers/kernels/statevector_rotate_body.h"

typedef struct job {
    const qb_sv_pass *pass;
    REAL
        *array[4]; /* re, im, and the adjoint's re, im; from one part of an amplitude to the other: a block */
    mixer first, second;
    bool whole;                   /* the pass rotates, turns phases and rotates, and does nothing else */
    unsigned leaf_rows, leaf_top; /* log2 of a leaf's rows; the first bit above its qubits */
    unsigned near_top;            /* the first bit above parts that the nearest cache holds */
    size_t row[1 << HIGH_ROWS];   /* from the first row of a HIGH leaf to each */
    ptrdiff_t ahead;              /* from a vector of this tile to the next tile's */
    vec first_fade, first_coupling_fade, second_fade; /* of the overlaps of a leaf */

    REAL nibble[2][2][16], cosine[16], sine[16];
    vec plus[4];              /* parts of |+>, by popcount of the row modulo 4 */
    vec coupling_sign[2];     /* of the eliminated qubit, by the parity of the row */
    dvec weight, cost, phase; /* sums by lane */
} job;

ALWAYS void multiply(vec *re, vec *im, vec factor_re, vec factor_im)
{
    vec old = *re;
    *re = FMS(old, factor_re, *im * factor_im);
    *im = FMA(old, factor_im, *im * factor_re);
}

/* exp(-i gamma C) for byte entries: two tables of sixteen. */
ALWAYS void phase_of_bytes(const job *j, size_t x, vec *re, vec *im)
{
    indices low = bytes_to_index((const uint8_t *)j->pass->cost + x), high = high_nibble(low);
    vec lr = PICK(j->nibble[0][0], low), li = PICK(j->nibble[0][1], low);
    vec hr = PICK(j->nibble[1][0], high), hi = PICK(j->nibble[1][1], high);
    *re = FMS(lr, hr, li * hi);
    *im = FMA(lr, hi, li * hr);
}

/* The entries of the lanes of half a vector from x on. */
ALWAYS dvec entries(const qb_sv_pass *pass, size_t x, qb_cost_width width)
{
    dvec v;
    if (width == QB_COST_REAL)
        memcpy(&v, (const double *)pass->cost + x, sizeof v);
    else if (width == QB_COST_WORD)
        v = words_to_double((const uint16_t *)pass->cost + x);
    else
        v = bytes_to_double((const uint8_t *)pass->cost + x);
    return v;
}

/* The same for words and doubles: the angle in sixteenths of a turn, its integer part by table, the rest by
 * polynomial. */
ALWAYS void phase_of_reals(const job *j, size_t x, qb_cost_width width, vec *re, vec *im)
{
    dvec whole[HALVES], rest[HALVES];
    const dvec zero = {0}, rounder = zero + QB_ROUNDER;
    UNROLL for (size_t i = 0; i < HALVES; i++)
    {
        dvec e = entries(j->pass, x + i * (LANES / HALVES), width);
        dvec turn_high = zero + j->pass->turn_high, turn_low = zero + j->pass->turn_low;
        whole[i] = EXACT_FMA(e, turn_high, rounder);
        rest[i] = EXACT_FMA(e, turn_low, EXACT_FMA(e, turn_high, rounder - whole[i]));
    }
    vec r = narrow(rest), z = r * r;
    indices i = low_bits(whole);
    vec s = FMA(z, splat(QB_SIN_9), splat(QB_SIN_7)), c = FMA(z, splat(QB_COS_8), splat(QB_COS_6));
    s = FMA(z, FMA(z, FMA(z, s, splat(QB_SIN_5)), splat(QB_SIN_3)), splat(QB_SIN_1)) * r;
    c = FMA(z, FMA(z, FMA(z, c, splat(QB_COS_4)), splat(QB_COS_2)), splat(1));
    vec tc = PICK(j->cosine, i), ts = PICK(j->sine, i);
    *re = FMS(tc, c, ts * s);
    *im = FMA(tc, s, ts * c);
}

/* sum |phi|^2 and sum |phi|^2 entry of a vector v at x; lambda = entry phi, where the adjoint state starts.
 */
ALWAYS void measure(job *j, size_t x, qb_cost_width width, vec *v, bool reversed, bool start_adjoint)
{
    dvec r[HALVES], i[HALVES];
    widen(reversed ? REVERSE(v[0]) : v[0], r);
    widen(reversed ? REVERSE(v[1]) : v[1], i);
    UNROLL for (size_t half = 0; half < HALVES; half++)
    {
        dvec p = r[half] * r[half] + i[half] * i[half];
        dvec entry = entries(j->pass, x + half * (LANES / HALVES), width);
        j->weight += p;
        j->cost += p * entry;
        r[half] *= entry;
        i[half] *= entry;
    }
    if (start_adjoint) {
        v[2] = reversed ? REVERSE(narrow(r)) : narrow(r);
        v[3] = reversed ? REVERSE(narrow(i)) : narrow(i);
    }
}

/* lambda . (-i entry) phi, given `product` = lambda_re phi_im - lambda_im phi_re. */
ALWAYS void overlap_phase(job *j, size_t x, qb_cost_width width, vec product)
{
    dvec p[HALVES];
    widen(product, p);
    UNROLL for (size_t half = 0; half < HALVES; half++) j->phase +=
        p[half] * entries(j->pass, x + half * (LANES / HALVES), width);
}

/* The phase of the vector at x, in re, im and the adjoint's re, im; or its sums, in a pass without.
 * reversed: its lanes are. */
ALWAYS void turn_phase(job *j, size_t x, qb_cost_width width, vec *v, bool reversed, bool whole,
                       bool backward)
{
    vec re, im;
    if (!whole && j->pass->measure) {
        measure(j, x, width, v, reversed, backward);
        return;
    }
    if (backward) {
        vec product = v[2] * v[1] - v[3] * v[0];
        overlap_phase(j, x, width, reversed ? REVERSE(product) : product);
    }
    if (width == QB_COST_BYTE)
        phase_of_bytes(j, x, &re, &im);
    else
        phase_of_reals(j, x, width, &re, &im);
    if (reversed) {
        re = REVERSE(re);
        im = REVERSE(im);
    }
    multiply(&v[0], &v[1], re, im);
    if (backward)
        multiply(&v[2], &v[3], re, im);
}

/* A part of |+> in the rotated frame, where it is i^popcount(x). */
ALWAYS vec plus_at(const job *j, size_t x, unsigned part)
{
    unsigned quarter = (unsigned)__builtin_popcountll(x >> LANE_BITS);
    return j->plus[(quarter + 3 * part) & 3];
}

#endif
