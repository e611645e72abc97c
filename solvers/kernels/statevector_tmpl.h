/* The state-vector kernel, written once for every tier and precision (statevector_pass.h tells what it does).
 * statevector_<tier>_<precision>.c include it after the tier's header, which defines
 *
 *   REAL, LANE_BITS        the number type and log2 of a vector's length (0: plain numbers)
 *   vec, dvec, indices     LANES numbers; a vector of doubles, of which HALVES hold LANES; LANES integers
 *   FMA, FMS, FNMA         a b + c, a b - c, c - a b on vec, fused or not
 *   EXACT_FMA              a b + c on dvec, fused
 *   PICK(table, i)         table[i & 15] by lane, from const REAL[16]
 *   bytes_to_index, high_nibble, bytes_to_double, words_to_double, narrow, widen, low_bits
 *   GROUP_BITS             qubits rotated at a time in the registers of one array
 *   LEAF_ROWS              log2 of the vectors of a LOW leaf; LANE_BITS + LEAF_ROWS qubits are its own
 *   LEAF_KEYS(entries, i)  optional: the byte entries of a LOW leaf as indices, permuted as leaf_in does
 *   KERNEL                 the name of the qb_sv_kernel to define
 */
#include "solvers/kernels/statevector_pass.h"

#include <string.h>

#define LANES     ((size_t)1 << LANE_BITS)
#define LEAF_BITS (LANE_BITS + LEAF_ROWS)
#define HIGH_ROWS 2 /* log2 of the rows of a HIGH leaf */
#define ALWAYS    static inline __attribute__((always_inline))
#define UNROLL    _Pragma("GCC unroll 16")

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

ALWAYS size_t at(size_t x)
{
    return qb_sv_at(x, sizeof(REAL));
}

/* REVERSE(v): the lanes backwards.  SWAP(a, b, l): the vectors a and b, which differ in some bit of their
 * row, exchange that bit with bit l of the lane. */
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
#define LOWER_(lane, l)  ((lane) >> (l)&1 ? (1 << LANE_BITS) + ((lane) ^ 1 << (l)) : (lane))
#define UPPER_(lane, l)  ((lane) >> (l)&1 ? (1 << LANE_BITS) + (lane) : ((lane) | 1 << (l)))
#define MIRROR_(lane, x) ((1 << LANE_BITS) - 1 - (lane))
#define REVERSE(v)       (vec) __builtin_shufflevector(v, v, LANE_LIST(MIRROR_, 0))
#define SWAP(a, b, l)                                                        \
    do {                                                                     \
        vec low_ = (vec)__builtin_shufflevector(a, b, LANE_LIST(LOWER_, l)); \
        (b) = (vec)__builtin_shufflevector(a, b, LANE_LIST(UPPER_, l));      \
        (a) = low_;                                                          \
    } while (0)
#endif

/* ---------------------------------------------------------------------------------------------- rotations */

/* A rotation with its constants spread over lanes, and the overlap that it adds up on its way back. */
typedef struct mixer {
    bool on;
    vec c, tangent, product, half_tangent, s;
    vec coupling; /* s with the signs of the eliminated qubit */
    vec overlap;
} mixer;

static mixer mixer_make(const qb_sv_pass *pass, qb_rotation r)
{
    mixer m = {.on = r.on};
    m.c = splat(r.c);
    m.s = splat(r.s);
    m.tangent = splat(r.tangent);
    m.product = splat(r.product);
    m.half_tangent = splat(r.half_tangent);
    REAL coupling[LANES];
    for (size_t lane = 0; lane < LANES; lane++)
        coupling[lane] = (REAL)((__builtin_parityll(lane) ? -r.s : r.s) * pass->coupling_sign);
    m.coupling = load(coupling);
    return m;
}

ALWAYS void rotate_two(vec *a, vec *b, vec *c, vec *d, const mixer *m)
{
    vec sum = *b + *c, difference = *a - *d;
    vec outer = FMA(m->tangent, difference, sum), inner = FNMA(m->tangent, sum, difference);
    *a = FNMA(m->product, outer, *a);
    *d = FMA(m->product, outer, *d);
    *b = FMA(m->product, inner, *b);
    *c = FMA(m->product, inner, *c);
}

ALWAYS void rotate_one(vec *a, vec *b, const mixer *m)
{
    *a = FNMA(m->half_tangent, *b, *a);
    *b = FMA(m->s, *a, *b);
    *a = FNMA(m->half_tangent, *b, *a);
}

/* Rotates the qubits of row bits p and q of v[2^rows]; q == p rotates one.  p < q. */
ALWAYS void rotate_pair(vec *v, unsigned rows, unsigned p, unsigned q, const mixer *m)
{
    UNROLL for (unsigned r = 0; r < 1u << rows; r++)
    {
        if (r >> p & 1 || r >> q & 1)
            continue;
        if (p == q)
            rotate_one(&v[r], &v[r | 1u << p], m);
        else
            rotate_two(&v[r], &v[r | 1u << p], &v[r | 1u << q], &v[r | 1u << p | 1u << q], m);
    }
}

/* Adds lambda . G phi for the same qubits: S and D of both states, crosswise. */
ALWAYS void overlap_pair(const vec *phi, const vec *lambda, unsigned rows, unsigned p, unsigned q, mixer *m)
{
    UNROLL for (unsigned r = 0; r < 1u << rows; r++)
    {
        unsigned b = r | 1u << p, c = r | 1u << q, d = b | c;
        if (r >> p & 1 || r >> q & 1)
            continue;
        if (p == q) {
            m->overlap = FMA(phi[r], lambda[b], FNMA(phi[b], lambda[r], m->overlap));
        } else {
            m->overlap = FMA(phi[r] - phi[d], lambda[b] + lambda[c], m->overlap);
            m->overlap = FNMA(phi[b] + phi[c], lambda[r] - lambda[d], m->overlap);
        }
    }
}

/* Turns the same qubits of an array v[a], or where there are four (re and im, then the adjoint's) those of a
 * state and its adjoint, with their overlap.  m NULL: nothing. */
ALWAYS void turn_pair(vec *const *v, unsigned arrays, unsigned a, unsigned rows, unsigned p, unsigned q,
                      mixer *m)
{
    if (!m)
        return;
    if (arrays == 4 && a < 2)
        overlap_pair(v[a], v[a + 2], rows, p, q, m);
    rotate_pair(v[a], rows, p, q, m);
}

/* Exchanges bit p of the rows with bit l of the lanes. */
#define SWAP_ROWS(p, l)                                      \
    UNROLL for (unsigned r_ = 0; r_ < 1u << LEAF_ROWS; r_++) \
    {                                                        \
        if (!(r_ >> (p)&1))                                  \
            SWAP(v[a][r_], v[a][r_ | 1u << (p)], l);         \
    }
#define EACH_ARRAY UNROLL for (unsigned a = 0; a < arrays; a++)

/* Rotates all qubits of a LOW leaf of 2^rows vectors: those of the rows, then those of the lanes, which are
 * brought into the rows two at a time.  Leaves lanes and rows permuted; leaf_out, its mirror image, puts them
 * back.  m NULL: only permutes.  One array's exchanges stand beside the next one's rotations, which need
 * other units. */
ALWAYS void leaf_in(vec *const *v, unsigned arrays, unsigned rows, mixer *m)
{
    EACH_ARRAY
    {
        if (rows > 0)
            turn_pair(v, arrays, a, rows, 0, rows > 1, m);
#if LANE_BITS >= 2
        SWAP_ROWS(0, 0)
        SWAP_ROWS(1, 1)
#endif
    }
#if LANE_BITS >= 2
    EACH_ARRAY
    {
        turn_pair(v, arrays, a, rows, 0, 1, m);
#if LANE_BITS >= 3
        SWAP_ROWS(0, 2)
#endif
#if LANE_BITS == 4
        SWAP_ROWS(1, 3)
#endif
    }
#endif
#if LANE_BITS >= 3
    EACH_ARRAY turn_pair(v, arrays, a, rows, 0, LANE_BITS == 4 ? 1 : LEAF_ROWS == 3 ? 2 : 0, m);
#endif
}

ALWAYS void leaf_out(vec *const *v, unsigned arrays, unsigned rows, mixer *m)
{
#if LANE_BITS >= 3
    EACH_ARRAY
    {
        turn_pair(v, arrays, a, rows, 0, LANE_BITS == 4 ? 1 : LEAF_ROWS == 3 ? 2 : 0, m);
#if LANE_BITS == 4
        SWAP_ROWS(1, 3)
#endif
        SWAP_ROWS(0, 2)
    }
#endif
#if LANE_BITS >= 2
    EACH_ARRAY
    {
        turn_pair(v, arrays, a, rows, 0, 1, m);
        SWAP_ROWS(1, 1)
        SWAP_ROWS(0, 0)
    }
#endif
    if (rows > 0)
        EACH_ARRAY turn_pair(v, arrays, a, rows, 0, rows > 1, m);
}

/* ---------------------------------------------------------------------------------------------- phases */

typedef struct job {
    const qb_sv_pass *pass;
    REAL *array[4];
    mixer first, second;
    REAL nibble[2][2][16], cosine[16], sine[16];
    vec plus[4];                  /* parts of |+>, by popcount of the row modulo 4 */
    vec coupling_sign;            /* of the eliminated qubit, by lane */
    dvec weight, cost, phase;     /* sums by lane */
    ptrdiff_t ahead;              /* from a vector of this tile to the next tile's */
    unsigned leaf_rows, leaf_top; /* log2 of a leaf's rows; the first bit above its qubits */
} job;

ALWAYS void multiply(vec *re, vec *im, vec factor_re, vec factor_im)
{
    vec old = *re;
    *re = FMS(old, factor_re, *im * factor_im);
    *im = FMA(old, factor_im, *im * factor_re);
}

/* exp(-i gamma C) for byte entries: two tables of sixteen. */
ALWAYS void phase_of_bytes(const job *j, indices low, vec *re, vec *im)
{
    indices high = high_nibble(low);
    vec lr = PICK(j->nibble[0][0], low), li = PICK(j->nibble[0][1], low);
    vec hr = PICK(j->nibble[1][0], high), hi = PICK(j->nibble[1][1], high);
    *re = FMS(lr, hr, li * hi);
    *im = FMA(lr, hi, li * hr);
}

/* The entries of the lanes of half a vector from x on. */
ALWAYS dvec entries(const qb_sv_pass *pass, size_t x)
{
    dvec v;
    if (pass->cost_width == QB_COST_REAL)
        memcpy(&v, (const double *)pass->cost + x, sizeof v);
    else if (pass->cost_width == QB_COST_WORD)
        v = words_to_double((const uint16_t *)pass->cost + x);
    else
        v = bytes_to_double((const uint8_t *)pass->cost + x);
    return v;
}

/* The same for words and doubles: the angle in sixteenths of a turn, its integer part by table, the rest by
 * polynomial. */
ALWAYS void phase_of_reals(const job *j, size_t x, vec *re, vec *im)
{
    dvec whole[HALVES], rest[HALVES];
    const dvec zero = {0}, rounder = zero + QB_ROUNDER;
    UNROLL for (size_t i = 0; i < HALVES; i++)
    {
        dvec e = entries(j->pass, x + i * (LANES / HALVES));
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

ALWAYS void phase_at(const job *j, size_t x, vec *re, vec *im)
{
    if (j->pass->cost_width == QB_COST_BYTE)
        phase_of_bytes(j, bytes_to_index((const uint8_t *)j->pass->cost + x), re, im);
    else
        phase_of_reals(j, x, re, im);
}

/* sum |phi|^2 and sum |phi|^2 entry of a vector at x. */
ALWAYS void measure(job *j, size_t x, vec re, vec im)
{
    dvec r[HALVES], i[HALVES];
    widen(re, r);
    widen(im, i);
    UNROLL for (size_t half = 0; half < HALVES; half++)
    {
        dvec p = r[half] * r[half] + i[half] * i[half];
        j->weight += p;
        j->cost += p * entries(j->pass, x + half * (LANES / HALVES));
    }
}

/* lambda . (-i entry) phi, given `product` = lambda_re phi_im - lambda_im phi_re. */
ALWAYS void overlap_phase(job *j, size_t x, vec product)
{
    dvec p[HALVES];
    widen(product, p);
    UNROLL for (size_t half = 0; half < HALVES; half++) j->phase +=
        p[half] * entries(j->pass, x + half * (LANES / HALVES));
}

/* |+> in the rotated frame: i^popcount(x). */
ALWAYS void plus_at(const job *j, size_t x, vec *re, vec *im)
{
    unsigned quarter = (unsigned)__builtin_popcountll(x >> LANE_BITS);
    *re = j->plus[quarter & 3];
    *im = j->plus[(quarter + 3) & 3];
}

/* ---------------------------------------------------------------------------------------------- leaves */

/* The phase on rows that leaf_in has permuted; x: the leaf's first amplitude. */
ALWAYS void leaf_phase(job *j, size_t x, unsigned rows, vec *const *v, bool backward)
{
    vec re[1 << LEAF_ROWS], im[1 << LEAF_ROWS], *const factor[2] = {re, im};
    const unsigned count = 1u << rows;
    if (backward) {
        UNROLL for (unsigned r = 0; r < count; r++) re[r] = v[2][r] * v[1][r] - v[3][r] * v[0][r];
        leaf_out(factor, 1, rows, NULL);
        UNROLL for (unsigned r = 0; r < count; r++) overlap_phase(j, x + r * LANES, re[r]);
    }
#ifdef LEAF_KEYS
    if (j->pass->cost_width == QB_COST_BYTE) {
        indices key[1 << LEAF_ROWS];
        LEAF_KEYS((const uint8_t *)j->pass->cost + x, key);
        UNROLL for (unsigned r = 0; r < count; r++)
        {
            phase_of_bytes(j, key[r], &re[r], &im[r]);
            multiply(&v[0][r], &v[1][r], re[r], im[r]);
            if (backward)
                multiply(&v[2][r], &v[3][r], re[r], im[r]);
        }
        return;
    }
#endif
    UNROLL for (unsigned r = 0; r < count; r++) phase_at(j, x + r * LANES, &re[r], &im[r]);
    leaf_in(factor, 2, rows, NULL);
    UNROLL for (unsigned r = 0; r < count; r++)
    {
        multiply(&v[0][r], &v[1][r], re[r], im[r]);
        if (backward)
            multiply(&v[2][r], &v[3][r], re[r], im[r]);
    }
}

/* All three steps on a LOW leaf: 2^rows vectors from x on.  whole: the pass rotates, turns phases and
 * rotates, and does nothing else. */
ALWAYS void leaf_low(job *j, size_t x, unsigned rows, bool whole, bool backward)
{
    const unsigned count = 1u << rows, arrays = backward ? 4 : 2;
    vec block[4][1 << LEAF_ROWS], *const v[4] = {block[0], block[1], block[2], block[3]};
    REAL *base[4];
    UNROLL for (unsigned a = 0; a < arrays; a++) base[a] = j->array[a] + at(x);
    UNROLL for (unsigned a = 0; a < arrays; a++) UNROLL for (unsigned r = 0; r < count; r++)
        __builtin_prefetch(base[a] + j->ahead + r * LANES, 0, 3);
    if (!whole && !backward && j->pass->from_plus)
        UNROLL for (unsigned r = 0; r < count; r++) plus_at(j, x + r * LANES, &v[0][r], &v[1][r]);
    else
        UNROLL for (unsigned a = 0; a < arrays; a++) UNROLL for (unsigned r = 0; r < count; r++) v[a][r] =
            load(base[a] + r * LANES);
    if (whole || j->first.on)
        leaf_in(v, arrays, rows, &j->first);
    else
        leaf_in(v, arrays, rows, NULL);
    if (whole || j->pass->phase)
        leaf_phase(j, x, rows, v, backward);
    if (whole || j->second.on)
        leaf_out(v, arrays, rows, &j->second);
    else
        leaf_out(v, arrays, rows, NULL);
    if (!whole && j->pass->measure)
        UNROLL for (unsigned r = 0; r < count; r++) measure(j, x + r * LANES, v[0][r], v[1][r]);
    UNROLL for (unsigned a = 0; a < arrays; a++) UNROLL for (unsigned r = 0; r < count; r++)
        store(base[a] + r * LANES, v[a][r]);
}

/* The eliminated qubit: x and the mirrored y (lanes reversed already) turn together.  `odd` is the parity of
 * x's row. */
ALWAYS void couple(const job *j, const mixer *m, bool odd, vec *xr, vec *xi, vec *yr, vec *yi)
{
    const vec s = odd ? -m->coupling : m->coupling, c = m->c, old_r = *xr, old_i = *xi;
    if (j->pass->coupling_is_imaginary) {
        *xr = FMA(c, old_r, s * *yi);
        *xi = FMS(c, old_i, s * *yr);
        *yr = FMA(c, *yr, s * old_i);
        *yi = FMS(c, *yi, s * old_r);
    } else {
        *xr = FMS(c, old_r, s * *yr);
        *xi = FMS(c, old_i, s * *yi);
        *yr = FMA(c, *yr, s * old_r);
        *yi = FMA(c, *yi, s * old_i);
    }
}

/* Its overlap; x and y hold re, im and the adjoint's re, im. */
ALWAYS void overlap_coupling(const job *j, mixer *m, bool odd, const vec *x, const vec *y)
{
    vec sum = j->pass->coupling_is_imaginary ? x[2] * y[1] - x[3] * y[0] + y[2] * x[1] - y[3] * x[0]
                                             : y[2] * x[0] - x[2] * y[0] + y[3] * x[1] - x[3] * y[1];
    m->overlap += odd ? -j->coupling_sign * sum : j->coupling_sign * sum;
}

ALWAYS void turn_coupled(job *j, mixer *m, bool odd, vec *x, vec *y, bool backward)
{
    if (!m->on)
        return;
    if (backward) {
        overlap_coupling(j, m, odd, x, y);
        couple(j, m, odd, &x[2], &x[3], &y[2], &y[3]);
    }
    couple(j, m, odd, &x[0], &x[1], &y[0], &y[1]);
}

/* The phase of one vector at x, in re, im and the adjoint's re, im; reversed: lanes are. */
ALWAYS void phase_one(job *j, size_t x, vec *v, bool reversed, bool backward)
{
    vec re, im;
    if (backward) {
        vec product = v[2] * v[1] - v[3] * v[0];
        overlap_phase(j, x, reversed ? REVERSE(product) : product);
    }
    phase_at(j, x, &re, &im);
    if (reversed) {
        re = REVERSE(re);
        im = REVERSE(im);
    }
    multiply(&v[0], &v[1], re, im);
    if (backward)
        multiply(&v[2], &v[3], re, im);
}

/* All three steps on a HIGH leaf: one vector from x on in each of 2^rows rows, and with `mirrored` the
 * vectors that hold their complements. */
ALWAYS void leaf_high(job *j, size_t x, unsigned rows, bool mirrored, bool whole, bool backward)
{
    const unsigned count = 1u << rows, arrays = backward ? 4 : 2, places = mirrored ? 2 : 1;
    const size_t row = (size_t)1 << j->pass->low_bits;
    const size_t start[2] = {x, ((size_t)1 << j->pass->bits) - LANES - x - (count - 1) * row};
    const size_t offset[4] = {0, at(row), at(2 * row), at(3 * row)};
    REAL *base[2][4];
    vec v[2][4][1 << HIGH_ROWS];
    UNROLL for (unsigned p = 0; p < places; p++) UNROLL for (unsigned a = 0; a < arrays; a++) base[p][a] =
        j->array[a] + at(start[p]);
    UNROLL for (unsigned p = 0; p < places; p++) UNROLL for (unsigned a = 0; a < arrays; a++)
    {
        UNROLL for (unsigned r = 0; r < count; r++)
        {
            vec loaded = load(base[p][a] + offset[r]);
            __builtin_prefetch(base[p][a] + offset[r] + (p ? -j->ahead : j->ahead), 0, 2);
            v[p][a][r] = p ? REVERSE(loaded) : loaded;
        }
    }
    UNROLL for (unsigned p = 0; p < places; p++)
    {
        vec *const here[4] = {v[p][0], v[p][1], v[p][2], v[p][3]};
        if (whole || j->first.on)
            EACH_ARRAY turn_pair(here, arrays, a, rows, 0, rows - 1, &j->first);
    }
    UNROLL for (unsigned r = 0; r < count; r++)
    {
        const unsigned mirror = count - 1 - r;
        vec here[4], there[4];
        UNROLL for (unsigned a = 0; a < arrays; a++)
        {
            here[a] = v[0][a][r];
            there[a] = mirrored ? v[1][a][mirror] : here[a];
        }
        bool odd = mirrored && __builtin_parityll((x + r * row) >> LANE_BITS);
        if (mirrored)
            turn_coupled(j, &j->first, odd, here, there, backward);
        if (whole || j->pass->phase)
            phase_one(j, x + r * row, here, false, backward);
        if (mirrored && (whole || j->pass->phase))
            phase_one(j, start[1] + mirror * row, there, true, backward);
        if (mirrored)
            turn_coupled(j, &j->second, odd, here, there, backward);
        UNROLL for (unsigned a = 0; a < arrays; a++)
        {
            v[0][a][r] = here[a];
            if (mirrored)
                v[1][a][mirror] = there[a];
        }
    }
    UNROLL for (unsigned p = 0; p < places; p++)
    {
        vec *const here[4] = {v[p][0], v[p][1], v[p][2], v[p][3]};
        if (whole || j->second.on)
            EACH_ARRAY turn_pair(here, arrays, a, rows, 0, rows - 1, &j->second);
        UNROLL for (unsigned r = 0; r < count; r++)
        {
            UNROLL for (unsigned a = 0; a < arrays; a++) v[p][a][r] = p ? REVERSE(v[p][a][r]) : v[p][a][r];
            if (!whole && j->pass->measure)
                measure(j, start[p] + r * row, v[p][0][r], v[p][1][r]);
            UNROLL for (unsigned a = 0; a < arrays; a++) store(base[p][a] + offset[r], v[p][a][r]);
        }
    }
}

/* ---------------------------------------------------------------------------------------------- trees */

/* The rows that a group of qubits [bit, bit + bits) joins: row r lies at high[r / 4] + low[r % 4] from the
 * first. */
typedef struct row_set {
    size_t low[4], high[4];
} row_set;

ALWAYS row_set row_set_make(unsigned bit)
{
    size_t a = at((size_t)1 << bit), b = at((size_t)2 << bit), c = at((size_t)4 << bit),
           d = at((size_t)8 << bit);
    return (row_set){{0, a, b, a + b}, {0, c, d, c + d}};
}

/* Rotates one group of qubits over all of an array's vectors in [0, length) from `base` on. */
ALWAYS void rotate_run(REAL *base, size_t length, const row_set *place, unsigned bits, const mixer *m)
{
    for (REAL *end = base + length; base < end; base += LANES) {
        vec v[1 << GROUP_BITS];
        REAL *part[4];
        UNROLL for (unsigned r = 0; r < 1u << bits; r += 4) part[r / 4] = base + place->high[r / 4];
        UNROLL for (unsigned r = 0; r < 1u << bits; r++) v[r] = load(part[r / 4] + place->low[r % 4]);
        UNROLL for (unsigned p = 0; p < bits; p += 2) rotate_pair(v, bits, p, p + 1 < bits ? p + 1 : p, m);
        UNROLL for (unsigned r = 0; r < 1u << bits; r++) store(part[r / 4] + place->low[r % 4], v[r]);
    }
}

ALWAYS void overlap_run(const REAL *phi, const REAL *lambda, size_t length, const row_set *place,
                        unsigned bits, mixer *m)
{
    for (size_t i = 0; i < length; i += LANES) {
        vec v[1 << GROUP_BITS], w[1 << GROUP_BITS];
        UNROLL for (unsigned r = 0; r < 1u << bits; r++)
        {
            v[r] = load(phi + i + place->high[r / 4] + place->low[r % 4]);
            w[r] = load(lambda + i + place->high[r / 4] + place->low[r % 4]);
        }
        UNROLL for (unsigned p = 0; p < bits; p += 2)
            overlap_pair(v, w, bits, p, p + 1 < bits ? p + 1 : p, m);
    }
}

/* A group of qubits of the tile part that begins at x: every run of consecutive vectors below the group. */
ALWAYS void rotate_level(job *j, size_t x, unsigned bit, const unsigned bits, mixer *m)
{
    const qb_sv_pass *pass = j->pass;
    unsigned run_bits = pass->high ? pass->low_bits : least(bit, 10);
    size_t runs = (size_t)1 << (bit - run_bits);
    size_t length = pass->high ? LANES << pass->width_bits : (size_t)1 << run_bits;
    const row_set place = row_set_make(bit);
    mixer local = *m;
    for (unsigned a = 0; a < (pass->backward ? 4u : 2u); a++)
        for (size_t r = 0; r < runs; r++) {
            size_t start = at(x + (r << run_bits));
            if (pass->backward && a < 2)
                overlap_run(j->array[a] + start, j->array[a + 2] + start, length, &place, bits, &local);
            rotate_run(j->array[a] + start, length, &place, bits, &local);
        }
    m->overlap = local.overlap;
}

static void rotate(job *j, size_t x, unsigned bit, unsigned bits, mixer *m)
{
    if (!m->on)
        return;
    switch (bits) {
    case 1:
        rotate_level(j, x, bit, 1, m);
        break;
    case 2:
        rotate_level(j, x, bit, 2, m);
        break;
    case 3:
        rotate_level(j, x, bit, 3, m);
        break;
#if GROUP_BITS >= 4
    default:
        rotate_level(j, x, bit, 4, m);
#endif
    }
}

/* The same for a tile of mirrored columns: where it begins whose mirror image spans bits below `top` from x.
 */
ALWAYS size_t mirrored_start(const qb_sv_pass *pass, size_t x, unsigned top)
{
    size_t span = ((size_t)1 << top) - ((size_t)1 << pass->low_bits) + (LANES << pass->width_bits);
    return ((size_t)1 << pass->bits) - x - span;
}

ALWAYS bool is_mirrored(const qb_sv_pass *pass)
{
    return pass->high && pass->symmetric;
}

static void leaves(job *j, size_t x)
{
    const qb_sv_pass *pass = j->pass;
    const bool whole = j->first.on && j->second.on && pass->phase;
#define LOW_LEAF(rows)                     \
    if (pass->backward)                    \
        leaf_low(j, x, rows, false, true); \
    else if (whole)                        \
        leaf_low(j, x, rows, true, false); \
    else                                   \
        leaf_low(j, x, rows, false, false)
#define HIGH_LEAF(rows, mirrored)                     \
    if (pass->backward)                               \
        leaf_high(j, w, rows, mirrored, false, true); \
    else if (whole)                                   \
        leaf_high(j, w, rows, mirrored, true, false); \
    else                                              \
        leaf_high(j, w, rows, mirrored, false, false)
    if (!pass->high) {
#if LANE_BITS == 0
        if (j->leaf_rows == 0) {
            LOW_LEAF(0);
        } else if (j->leaf_rows == 1) {
            LOW_LEAF(1);
        } else
#endif
            LOW_LEAF(LEAF_ROWS);
        return;
    }
    for (size_t w = x; w < x + (LANES << pass->width_bits); w += LANES) {
        if (pass->symmetric && j->leaf_rows == 1) {
            HIGH_LEAF(1, true);
        } else if (pass->symmetric) {
            HIGH_LEAF(HIGH_ROWS, true);
        } else if (j->leaf_rows == 1) {
            HIGH_LEAF(1, false);
        } else {
            HIGH_LEAF(HIGH_ROWS, false);
        }
    }
#undef LOW_LEAF
#undef HIGH_LEAF
}

/* How many of the `bits` above a leaf are rotated first: the odd ones out, so that whole groups remain. */
static unsigned top_group(unsigned bits)
{
    unsigned rest = bits % GROUP_BITS;
    if (bits <= GROUP_BITS)
        return bits;
    return rest == 0 ? GROUP_BITS : rest == 1 && GROUP_BITS == 4 ? 3 : rest;
}

/* The qubits below `top`: a group at the top, each part of the rest in turn, the same group again.  Parts
 * that fit a cache stay in it for both. */
static void tree(job *j, size_t x, unsigned top)
{
    if (top == j->leaf_top) {
        leaves(j, x);
        return;
    }
    unsigned bits = top_group(top - j->leaf_top);
    if (!j->pass->high && top > 10) /* rows below and above the padding do not mix well */
        bits = least(GROUP_BITS, top - 10);
    unsigned bit = top - bits;
    bool mirrored = is_mirrored(j->pass);
    size_t y = mirrored ? mirrored_start(j->pass, x, top) : 0;
    rotate(j, x, bit, bits, &j->first);
    if (mirrored)
        rotate(j, y, bit, bits, &j->first);
    for (size_t part = 0; part < (size_t)1 << bits; part++)
        tree(j, x + (part << bit), bit);
    rotate(j, x, bit, bits, &j->second);
    if (mirrored)
        rotate(j, y, bit, bits, &j->second);
}

static double sum_lanes(dvec v)
{
    double lane[sizeof v / sizeof(double)], sum = 0;
    memcpy(lane, &v, sizeof v);
    for (size_t i = 0; i < sizeof v / sizeof(double); i++)
        sum += lane[i];
    return sum;
}

static double sum_overlap(vec v)
{
    dvec half[HALVES];
    double sum = 0;
    widen(v, half);
    for (size_t i = 0; i < HALVES; i++)
        sum += sum_lanes(half[i]);
    return sum;
}

/* Constants by lane. */
static void fill_lanes(job *j)
{
    const qb_sv_pass *pass = j->pass;
    double amplitude = pass->bits % 2 ? 0.70710678118654752 : 1;
    for (unsigned b = 0; b < pass->bits / 2; b++)
        amplitude /= 2;
    for (unsigned quarter = 0; quarter < 4; quarter++) {
        REAL lane[LANES];
        static const int real_part[4] = {1, 0, -1, 0};
        for (size_t i = 0; i < LANES; i++)
            lane[i] = (REAL)(amplitude * real_part[(quarter + (unsigned)__builtin_popcountll(i)) & 3]);
        j->plus[quarter] = load(lane);
    }
    REAL sign[LANES];
    for (size_t i = 0; i < LANES; i++)
        sign[i] = (REAL)(__builtin_parityll(i) ? -pass->coupling_sign : pass->coupling_sign);
    j->coupling_sign = load(sign);
    for (unsigned i = 0; i < 16; i++) {
        j->cosine[i] = (REAL)qb_sixteenth_cos[i];
        j->sine[i] = (REAL)qb_sixteenth_sin[i];
        for (unsigned k = 0; k < 4; k++)
            j->nibble[k / 2][k % 2][i] = (REAL)pass->nibble[k / 2][k % 2][i];
    }
}

static void tiles(const qb_sv_pass *pass, size_t first, size_t end, qb_sv_sums *sums)
{
    job j = {.pass = pass, .first = mixer_make(pass, pass->first), .second = mixer_make(pass, pass->second)};
    for (unsigned a = 0; a < 4; a++)
        j.array[a] = pass->array[a];
    fill_lanes(&j);
    unsigned top = pass->high ? pass->bits : pass->low_bits, start = pass->high ? pass->low_bits : LANE_BITS;
    unsigned tile_bits = pass->high ? pass->width_bits + LANE_BITS : pass->low_bits;
    j.leaf_rows = least(pass->high ? HIGH_ROWS : LEAF_ROWS, top - start);
    j.leaf_top = start + j.leaf_rows;
    j.ahead = (ptrdiff_t)at((size_t)1 << tile_bits);
    for (size_t number = first; number < end; number++) {
        j.weight = j.cost = j.phase = (dvec){0};
        j.first.overlap = j.second.overlap = (vec){0};
        tree(&j, number << tile_bits, top);
        *sums++ = (qb_sv_sums){.weight = sum_lanes(j.weight),
                               .cost = sum_lanes(j.cost),
                               .first = sum_overlap(j.first.overlap),
                               .phase = sum_lanes(j.phase),
                               .second = sum_overlap(j.second.overlap)};
    }
}

const qb_sv_kernel KERNEL = {LANE_BITS, LANE_BITS ? LEAF_BITS : 0, sizeof(REAL), tiles};
