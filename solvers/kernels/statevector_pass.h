/* One pass over a state vector: what statevector.c hands to the tier it runs on.  Private to the kernel.
 *
 * Frame.  The state is kept as phi(x) = i^popcount(x) psi(x), where exp(-i beta X) on one qubit is the real
 * rotation [[c, -s], [s, c]] with c = cos beta, s = sin beta: real and imaginary parts meet only in the
 * phase.
 *
 * Passes.  Mixers of different qubits commute, so a pass takes one half of the qubits through three steps
 * while a tile of amplitudes is in the cache: rotate them by the last layer's beta, multiply by
 * exp(-i gamma C), rotate them by this layer's beta.  The other half has the next pass: one pass over memory
 * a layer.  A LOW pass has the low qubits and tiles of consecutive amplitudes; a HIGH pass has the rest, and
 * tiles of a few columns.
 *
 * Scale.  A qubit is turned by [[1, -t], [t, 1]] with t = tan beta: one multiply-add a number, and none of
 * them waits for another.  That is 1 / cos beta times too long; the phases of the pass, whose table holds the
 * factor, make good for all its rotations, so that only a pass without a phase changes the norm.  beta counts
 * modulo pi (the sign is a global phase); a tangent above 8 would stretch too far, so steep layers are made
 * of two halves.
 *
 * Memory.  Amplitudes come in blocks: QB_SV_BLOCK real parts, then as many imaginary parts, so that a row
 * of a tile is one run, mostly of one page, which a rotation goes through without asking which part is which.
 * Amplitude x lies at qb_sv_at(x), its imaginary part a block further on: a vector of padding every 2^10 and
 * 2^14 amplitudes, and four every 2^21, keep rows that are rotated together out of each other's cache sets.
 * Large states may have none.
 *
 * Symmetry.  Under the flip of all spins only x with x_{n-1} = 0 are kept, and X of the top qubit joins y to
 * ~y with -i i^(2|y| - n + 1) in this frame (real for even n, imaginary for odd n).  HIGH passes do it, on a
 * tile of columns together with the mirrored one.
 *
 * Gradients.  A backward pass carries the adjoint state lambda = C phi along, undoes the three steps on both,
 * and adds up lambda . G phi for the generators G of its rotations and of its phase.  The first one starts as
 * the last pass forward.
 */
#ifndef QB_KERNELS_STATEVECTOR_PASS_H
#define QB_KERNELS_STATEVECTOR_PASS_H

#include "solvers/kernels/diagonal.h"
#include "solvers/kernels/phase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rotation by beta modulo pi, 1 / |cosine| too long. */
typedef struct qb_rotation {
    bool on; /* false: leave the qubits alone */
    double tangent, cosine;
} qb_rotation;

#define QB_SV_BLOCK ((size_t)64)

/* Where the real part of amplitude x lies, given the numbers in a unit of padding; x of disjoint bits add up.
 */
static inline size_t qb_sv_at(size_t x, size_t pad)
{
    return x + (x & ~(QB_SV_BLOCK - 1)) + pad * ((x >> 10) + (x >> 14) + 4 * (x >> 21));
}

enum { QB_SV_STATE, QB_SV_ADJOINT };

typedef struct qb_sv_pass {
    void *array[2]; /* of the state and of its adjoint; [qb_sv_at(2^bits)], a block at least */
    size_t pad;
    unsigned bits, low_bits; /* of the state; of a LOW pass's tile */
    bool high;
    unsigned width_bits; /* vectors in a row of a HIGH pass's tile: 2^width_bits */

    qb_rotation first, second;
    bool from_plus; /* start from |+> instead of what the arrays hold; first is off */
    bool phase;
    double phase_scale; /* by which the phases shorten the state */
    bool measure;       /* sum the cost in the place of the phase; without start_adjoint, second is off */
    bool backward;      /* carry the adjoint state along and add up overlaps */
    bool start_adjoint; /* with measure and backward, which is so from there on: lambda = C phi, without C's
                           constant and in units of its step */

    qb_cost_width cost_width;
    const void *cost;           /* [2^bits] */
    double turn_high, turn_low; /* sixteenths of a turn an entry: -gamma step 8 / pi, in two parts */
    double nibble[2][2][16];    /* exp(-i gamma step j 16^k): [k][re, im][j]; for byte entries */
    bool symmetric, coupling_is_imaginary;
    double coupling_sign;
} qb_sv_pass;

/* What one tile adds up. */
typedef struct qb_sv_sums {
    double weight, cost;         /* measure: |phi|^2, |phi|^2 entry */
    double first, phase, second; /* backward: lambda . G phi, in the length that both have before they are
                                    turned; for the phase, G = -i entry */
} qb_sv_sums;

typedef struct qb_sv_kernel {
    unsigned lane_bits; /* log2 of the vector's length */
    unsigned least_low; /* low_bits at least */
    size_t real_size;   /* 8 or 4 */
    /* Takes tiles [first, end) through the pass, in place; tiles are independent of each other. */
    void (*tiles)(const qb_sv_pass *pass, size_t first, size_t end, qb_sv_sums *sums /* [end - first] */);
} qb_sv_kernel;

extern const qb_sv_kernel qb_sv_portable_double, qb_sv_portable_float;
#if defined(__x86_64__)
extern const qb_sv_kernel qb_sv_avx2_double, qb_sv_avx2_float, qb_sv_avx512_double, qb_sv_avx512_float;
#endif

#endif
