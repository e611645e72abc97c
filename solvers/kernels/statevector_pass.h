/* One pass over a state vector: what statevector.c hands to the tier it runs on.  Private to the kernel.
 *
 * Frame.  The state is kept as phi(x) = i^popcount(x) psi(x), where exp(-i beta X) on one qubit is the real
 * rotation [[c, -s], [s, c]] with c = cos beta, s = sin beta: real and imaginary parts live in arrays of
 * their own and meet only in the phase.
 *
 * Passes.  Mixers of different qubits commute, so a pass takes one half of the qubits through three steps
 * while a tile of amplitudes is in the cache: rotate them by the last layer's beta, multiply by
 * exp(-i gamma C), rotate them by this layer's beta.  The other half has the next pass: one pass over memory
 * a layer.  A LOW pass has the low qubits and tiles of consecutive amplitudes; a HIGH pass has the rest, and
 * tiles of a few columns.
 *
 * Two qubits turn together.  With S = b + c and D = a - d of the amplitudes a, b, c, d (00, 01, 10, 11), b -
 * c and a + d stay and (S, D) turns by 2 beta.  With t = tan beta and h = sin beta cos beta:
 *
 *   o = S + t D,  i = D - t S,  a -= h o,  d += h o,  b += h i,  c += h i:
 *
 * two additions and six multiply-adds.  beta counts modulo pi (the sign is a global phase); a tangent above 8
 * would cost accuracy, so steep layers are made of two halves.
 *
 * Memory.  Amplitude x lies at qb_sv_at(x): a vector of padding every 2^12, 2^18 and 2^24 amplitudes keeps
 * rows that are rotated together out of each other's cache sets.
 *
 * Symmetry.  Under the flip of all spins only x with x_{n-1} = 0 are kept, and X of the top qubit joins y to
 * ~y with -i i^(2|y| - n + 1) in this frame (real for even n, imaginary for odd n).  HIGH passes do it, on a
 * tile of columns together with the mirrored one.
 *
 * Gradients.  A backward pass carries the adjoint state lambda = C phi along, undoes the three steps on both,
 * and adds up lambda . G phi for the generators G of its rotations and of its phase.
 */
#ifndef QB_KERNELS_STATEVECTOR_PASS_H
#define QB_KERNELS_STATEVECTOR_PASS_H

#include "solvers/kernels/diagonal.h"
#include "solvers/kernels/phase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rotation by beta modulo pi. */
typedef struct qb_rotation {
    bool on; /* false: leave the qubits alone */
    double c, s;
    double tangent, product; /* tan beta, sin beta cos beta */
    double half_tangent;     /* tan(beta / 2) */
} qb_rotation;

/* Where amplitude x lies, in numbers of real_size bytes; x of disjoint bits add up. */
static inline size_t qb_sv_at(size_t x, size_t real_size)
{
    return x + 64 / real_size * ((x >> 10) + (x >> 16) + (x >> 22));
}

enum { QB_SV_RE, QB_SV_IM, QB_SV_ADJOINT_RE, QB_SV_ADJOINT_IM };

typedef struct qb_sv_pass {
    void *array[4];          /* re and im, then those of the adjoint state; [qb_sv_at(2^bits)] */
    unsigned bits, low_bits; /* of the state; of a LOW pass's tile */
    bool high;
    unsigned width_bits; /* vectors in a row of a HIGH pass's tile: 2^width_bits */

    qb_rotation first, second;
    bool from_plus; /* start from |+> instead of what the arrays hold; first is off */
    bool phase;
    bool measure;  /* sum the cost at the end; second is off */
    bool backward; /* carry the adjoint state along and add up overlaps */

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
    double first, phase, second; /* backward: lambda . G phi; for the phase, G = -i entry */
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
