/* The state-vector kernel, written once for every tier and precision.  statevector_<tier>_<precision>.c
 * include it after the tier's header, which defines
 *
 *   REAL, LANE_BITS        the number type and log2 of a vector's length (0: plain numbers)
 *   vec, dvec, indices     LANES numbers; a vector of doubles, of which HALVES hold LANES; LANES integers
 *   FMA, FMS, EXACT_FMA    a b + c and a b - c on vec and dvec, fused or not; fused on dvec
 *   PICK(table, i)         table[i & 15] by lane, from const REAL[16]
 *   bytes_to_index, high_nibble, bytes_to_double, words_to_double, narrow, low_bits
 *   ROW_BITS, LEAF_BITS    qubits rotated in registers: of one array; of both arrays around the phase
 *   KERNEL                 the name of the qb_sv_kernel to define
 */
#include "solvers/kernels/statevector_pass.h"

#include <string.h>

#define LANES  ((size_t)1 << LANE_BITS)
#define ALWAYS static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

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

/* v[lane ^ m] */
#if LANE_BITS == 0
#define FLIP(v, m) (v)
#elif LANE_BITS == 2
#define FLIP(v, m) __builtin_shufflevector(v, v, 0 ^ (m), 1 ^ (m), 2 ^ (m), 3 ^ (m))
#elif LANE_BITS == 3
#define FLIP(v, m) \
    __builtin_shufflevector(v, v, 0 ^ (m), 1 ^ (m), 2 ^ (m), 3 ^ (m), 4 ^ (m), 5 ^ (m), 6 ^ (m), 7 ^ (m))
#elif LANE_BITS == 4
#define FLIP(v, m)                                                                                        \
    __builtin_shufflevector(v, v, 0 ^ (m), 1 ^ (m), 2 ^ (m), 3 ^ (m), 4 ^ (m), 5 ^ (m), 6 ^ (m), 7 ^ (m), \
                            8 ^ (m), 9 ^ (m), 10 ^ (m), 11 ^ (m), 12 ^ (m), 13 ^ (m), 14 ^ (m), 15 ^ (m))
#endif

/* ---------------------------------------------------------------------------------------------- rotations */

/* A rotation with its constants spread over lanes.  Within a vector, the pair of lane bits b, b + 1 turns as
 * u = v + pair_sign v[lane ^ 3 2^b] (which is D, S, S, -D), v += k u + pair_h u[lane ^ 2^b]. */
typedef struct mixer {
    bool on;
    vec c, s, k, h;
    vec pair_sign[2], pair_h[2], single_s, coupling_s;
} mixer;

static mixer mixer_make(const qb_sv_pass *pass, qb_rotation r)
{
    mixer m = {.on = r.on};
    m.c = splat(r.c);
    m.s = splat(r.s);
    m.k = splat(-r.s * r.s);
    m.h = splat(r.s * r.c);
    REAL sign[2][LANES], h[2][LANES], single[LANES], coupling[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        for (unsigned pair = 0; pair < 2; pair++) {
            size_t low = lane >> 2 * pair & 1, high = lane >> (2 * pair + 1) & 1;
            sign[pair][lane] = low == high ? -1 : 1;
            h[pair][lane] = (REAL)(low ? r.s * r.c : -r.s * r.c);
        }
        single[lane] = (REAL)(lane >> 2 & 1 ? r.s : -r.s);
        coupling[lane] = (REAL)(__builtin_parityll(lane) ? -r.s : r.s) * (REAL)pass->coupling_sign;
    }
    for (unsigned pair = 0; pair < 2; pair++) {
        m.pair_sign[pair] = load(sign[pair]);
        m.pair_h[pair] = load(h[pair]);
    }
    m.single_s = load(single);
    m.coupling_s = load(coupling);
    return m;
}

ALWAYS void rotate_two(vec *a, vec *b, vec *c, vec *d, vec k, vec h)
{
    vec sum = *b + *c, difference = *a - *d;
    vec inner = FMA(k, sum, h * difference), outer = FMS(k, difference, h * sum);
    *a += outer;
    *b += inner;
    *c += inner;
    *d -= outer;
}

ALWAYS void rotate_one(vec *a, vec *b, vec c, vec s)
{
    vec old = *a;
    *a = FMS(c, old, s * *b);
    *b = FMA(c, *b, s * old);
}

/* Rotates the `bits` qubits that index v[2^bits]. */
ALWAYS void rotate_rows(vec *v, unsigned bits, const mixer *m)
{
    unsigned bit = 0;
    UNROLL for (; bit + 1 < bits; bit += 2)
    {
        UNROLL for (unsigned g = 0; g < 1u << (bits - 2); g++)
        {
            unsigned a = (g & ((1u << bit) - 1)) | g >> bit << (bit + 2);
            rotate_two(&v[a], &v[a + (1u << bit)], &v[a + (2u << bit)], &v[a + (3u << bit)], m->k, m->h);
        }
    }
    if (bits % 2)
        UNROLL for (unsigned g = 0; g < 1u << (bits - 1); g++)
            rotate_one(&v[g], &v[g + (1u << (bits - 1))], m->c, m->s);
}

/* Rotates the qubits within a vector. */
ALWAYS vec rotate_lanes(vec v, const mixer *m)
{
#if LANE_BITS >= 2
    vec u = FMA(m->pair_sign[0], FLIP(v, 3), v);
    v = FMA(m->k, u, FMA(m->pair_h[0], FLIP(u, 1), v));
#endif
#if LANE_BITS == 3
    v = FMA(m->c, v, m->single_s * FLIP(v, 4));
#elif LANE_BITS == 4
    u = FMA(m->pair_sign[1], FLIP(v, 12), v);
    v = FMA(m->k, u, FMA(m->pair_h[1], FLIP(u, 4), v));
#endif
    (void)m;
    return v;
}

/* ---------------------------------------------------------------------------------------------- job */

typedef struct job {
    const qb_sv_pass *pass;
    mixer first, second;
    REAL nibble[2][2][16], cosine[16], sine[16];
    dvec weight, cost; /* sums by lane */
} job;

/* exp(-i gamma C) on one vector; `at` is its first entry. */
ALWAYS void phase_bytes(const job *j, size_t at, vec *re, vec *im)
{
    indices low = bytes_to_index((const uint8_t *)j->pass->cost + at), high = high_nibble(low);
    vec lr = PICK(j->nibble[0][0], low), li = PICK(j->nibble[0][1], low);
    vec hr = PICK(j->nibble[1][0], high), hi = PICK(j->nibble[1][1], high);
    vec fr = FMS(lr, hr, li * hi), fi = FMA(lr, hi, li * hr);
    vec old = *re;
    *re = FMS(old, fr, *im * fi);
    *im = FMA(old, fi, *im * fr);
}

ALWAYS dvec entries(const qb_sv_pass *pass, size_t at)
{
    dvec v;
    if (pass->cost_width == QB_COST_REAL)
        memcpy(&v, (const double *)pass->cost + at, sizeof v);
    else if (pass->cost_width == QB_COST_WORD)
        v = words_to_double((const uint16_t *)pass->cost + at);
    else
        v = bytes_to_double((const uint8_t *)pass->cost + at);
    return v;
}

/* The same for words and doubles: the angle in sixteenths of a turn, its integer part by table, the rest by
 * polynomial. */
ALWAYS void phase_reals(const job *j, size_t at, vec *re, vec *im)
{
    dvec whole[HALVES], rest[HALVES];
    const dvec rounder = (dvec){0} + QB_ROUNDER, zero = {0};
    UNROLL for (size_t i = 0; i < HALVES; i++)
    {
        dvec e = entries(j->pass, at + i * (LANES / HALVES));
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
    vec fr = FMS(tc, c, ts * s), fi = FMA(tc, s, ts * c), old = *re;
    *re = FMS(old, fr, *im * fi);
    *im = FMA(old, fi, *im * fr);
}

ALWAYS void sum_up(job *j, size_t at, vec re, vec im)
{
    dvec r[HALVES], i[HALVES];
    widen(re, r);
    widen(im, i);
    UNROLL for (size_t half = 0; half < HALVES; half++)
    {
        dvec p = r[half] * r[half] + i[half] * i[half];
        j->weight += p;
        j->cost += p * entries(j->pass, at + half * (LANES / HALVES));
    }
}

/* Some rows of a tile: row r's vector is at re + r * pitch, its entries at cost + r * cost_pitch.  A mirrored
 * place is walked from its last row to its first. */
typedef struct place {
    REAL *re, *im;
    size_t cost;
} place;

ALWAYS place sub_place(place p, size_t row, size_t pitch, size_t cost_pitch)
{
    return (place){p.re + row * pitch, p.im + row * pitch, p.cost + row * cost_pitch};
}

/* All three steps on the 2^bits rows of a leaf, in registers. */
ALWAYS void leaf_rows(job *j, place p, size_t pitch, size_t cost_pitch, unsigned bits, bool lanes)
{
    const unsigned rows = 1u << bits;
    vec re[1 << LEAF_BITS], im[1 << LEAF_BITS];
    UNROLL for (unsigned r = 0; r < rows; r++)
    {
        re[r] = load(p.re + r * pitch);
        im[r] = load(p.im + r * pitch);
    }
    if (j->first.on) {
        rotate_rows(re, bits, &j->first);
        rotate_rows(im, bits, &j->first);
        if (lanes)
            UNROLL for (unsigned r = 0; r < rows; r++)
            {
                re[r] = rotate_lanes(re[r], &j->first);
                im[r] = rotate_lanes(im[r], &j->first);
            }
    }
    if (j->pass->phase && j->pass->cost_width == QB_COST_BYTE)
        UNROLL for (unsigned r = 0; r < rows; r++) phase_bytes(j, p.cost + r * cost_pitch, &re[r], &im[r]);
    else if (j->pass->phase)
        UNROLL for (unsigned r = 0; r < rows; r++) phase_reals(j, p.cost + r * cost_pitch, &re[r], &im[r]);
    if (j->second.on) {
        if (lanes)
            UNROLL for (unsigned r = 0; r < rows; r++)
            {
                re[r] = rotate_lanes(re[r], &j->second);
                im[r] = rotate_lanes(im[r], &j->second);
            }
        rotate_rows(re, bits, &j->second);
        rotate_rows(im, bits, &j->second);
    }
    if (j->pass->measure)
        UNROLL for (unsigned r = 0; r < rows; r++) sum_up(j, p.cost + r * cost_pitch, re[r], im[r]);
    UNROLL for (unsigned r = 0; r < rows; r++)
    {
        store(p.re + r * pitch, re[r]);
        store(p.im + r * pitch, im[r]);
    }
}

/* The eliminated qubit's rotation, of row x with the mirrored row y; `odd` is the parity of x's index. */
ALWAYS void couple(const job *j, const mixer *m, bool odd, vec *xr, vec *xi, vec *yr, vec *yi)
{
    vec s = odd ? -m->coupling_s : m->coupling_s, c = m->c;
    vec mr = FLIP(*yr, (int)LANES - 1), mi = FLIP(*yi, (int)LANES - 1), xr_old = *xr, xi_old = *xi;
    if (j->pass->coupling_is_imaginary) {
        *xr = FMA(c, xr_old, s * mi);
        *xi = FMS(c, xi_old, s * mr);
        mr = FMA(c, mr, s * xi_old);
        mi = FMS(c, mi, s * xr_old);
    } else {
        *xr = FMS(c, xr_old, s * mr);
        *xi = FMS(c, xi_old, s * mi);
        mr = FMA(c, mr, s * xr_old);
        mi = FMA(c, mi, s * xi_old);
    }
    *yr = FLIP(mr, (int)LANES - 1);
    *yi = FLIP(mi, (int)LANES - 1);
}

#define PAIR_BITS (LEAF_BITS > 0 ? LEAF_BITS - 1 : 0) /* a leaf of two places holds twice the rows */

/* A leaf of a HIGH pass under the spin-flip symmetry: rows x and the mirrored rows y. */
ALWAYS void leaf_pair(job *j, place x, place y, size_t pitch, size_t cost_pitch, unsigned bits)
{
    const unsigned rows = 1u << bits;
    vec v[4][1 << PAIR_BITS];
    REAL *const base[4] = {x.re, x.im, y.re, y.im};
    UNROLL for (unsigned a = 0; a < 4; a++)
    {
        UNROLL for (unsigned r = 0; r < rows; r++) v[a][r] = load(base[a] + r * pitch);
        if (j->first.on)
            rotate_rows(v[a], bits, &j->first);
    }
    UNROLL for (unsigned r = 0; r < rows; r++)
    {
        unsigned mirror = rows - 1 - r;
        vec *xr = &v[0][r], *xi = &v[1][r], *yr = &v[2][mirror], *yi = &v[3][mirror];
        size_t x_cost = x.cost + r * cost_pitch, y_cost = y.cost + mirror * cost_pitch;
        bool odd = __builtin_parityll(x_cost >> LANE_BITS);
        if (j->first.on)
            couple(j, &j->first, odd, xr, xi, yr, yi);
        if (j->pass->phase && j->pass->cost_width == QB_COST_BYTE) {
            phase_bytes(j, x_cost, xr, xi);
            phase_bytes(j, y_cost, yr, yi);
        } else if (j->pass->phase) {
            phase_reals(j, x_cost, xr, xi);
            phase_reals(j, y_cost, yr, yi);
        }
        if (j->second.on)
            couple(j, &j->second, odd, xr, xi, yr, yi);
    }
    UNROLL for (unsigned a = 0; a < 4; a++)
    {
        if (j->second.on)
            rotate_rows(v[a], bits, &j->second);
        UNROLL for (unsigned r = 0; r < rows; r++) store(base[a] + r * pitch, v[a][r]);
    }
    if (j->pass->measure)
        UNROLL for (unsigned r = 0; r < rows; r++)
        {
            sum_up(j, x.cost + r * cost_pitch, v[0][r], v[1][r]);
            sum_up(j, y.cost + r * cost_pitch, v[2][r], v[3][r]);
        }
}

/* ---------------------------------------------------------------------------------------------- trees */

ALWAYS void rotate_between(REAL *to, size_t to_step, const REAL *from, size_t from_step, unsigned bits,
                           const mixer *m)
{
    vec v[1 << ROW_BITS];
    UNROLL for (unsigned r = 0; r < 1u << bits; r++) v[r] = load(from + r * from_step);
    if (m->on)
        rotate_rows(v, bits, m);
    UNROLL for (unsigned r = 0; r < 1u << bits; r++) store(to + r * to_step, v[r]);
}

/* Rotates the qubits of 2^bits rows, a step apart, of `rest` rows each 2^width_bits vectors wide, from one
 * array to another (or in place). */
static void rotate_sweep(REAL *to, size_t to_pitch, size_t to_step, const REAL *from, size_t from_pitch,
                         size_t from_step, size_t rest, size_t width, unsigned bits, const mixer *m)
{
#define SWEEP(n)                                          \
    for (size_t r = 0; r < rest; r++)                     \
        for (size_t w = 0; w < width * LANES; w += LANES) \
    rotate_between(to + r * to_pitch + w, to_step, from + r * from_pitch + w, from_step, n, m)
    switch (bits) {
    case 1:
        SWEEP(1);
        break;
    case 2:
        SWEEP(2);
        break;
#if ROW_BITS >= 3
    case 3:
        SWEEP(3);
        break;
#endif
#if ROW_BITS >= 4
    case 4:
        SWEEP(4);
        break;
#endif
    default:
        SWEEP(0);
    }
#undef SWEEP
}

static void rotate_in_place(place p, size_t pitch, unsigned bits, unsigned top, const mixer *m)
{
    size_t rest = (size_t)1 << (bits - top), step = pitch << (bits - top);
    if (!m->on)
        return;
    rotate_sweep(p.re, pitch, step, p.re, pitch, step, rest, 1, top, m);
    rotate_sweep(p.im, pitch, step, p.im, pitch, step, rest, 1, top, m);
}

static void leaf(job *j, place p, size_t pitch, size_t cost_pitch, unsigned bits)
{
    const bool lanes = !j->pass->high;
#define LEAF(n)                                      \
    if (lanes)                                       \
        leaf_rows(j, p, pitch, cost_pitch, n, true); \
    else                                             \
        leaf_rows(j, p, pitch, cost_pitch, n, false)
    if (bits == LEAF_BITS) {
        LEAF(LEAF_BITS);
    } else if (bits == 2) {
        LEAF(2);
    } else if (bits == 1) {
        LEAF(1);
    } else {
        LEAF(0);
    }
#undef LEAF
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The qubits of 2^bits rows: the top ones, each part of the rest in turn, the top ones again. */
static void tree(job *j, place p, size_t pitch, size_t cost_pitch, unsigned bits)
{
    if (bits <= LEAF_BITS) {
        leaf(j, p, pitch, cost_pitch, bits);
        return;
    }
    unsigned top = least(ROW_BITS, bits - LEAF_BITS);
    rotate_in_place(p, pitch, bits, top, &j->first);
    for (size_t part = 0; part < (size_t)1 << top; part++)
        tree(j, sub_place(p, part << (bits - top), pitch, cost_pitch), pitch, cost_pitch, bits - top);
    rotate_in_place(p, pitch, bits, top, &j->second);
}

/* The same for rows and their mirror image. */
static void tree_pair(job *j, place x, place y, size_t pitch, size_t cost_pitch, unsigned bits)
{
    if (bits <= PAIR_BITS) {
        if (bits == PAIR_BITS)
            leaf_pair(j, x, y, pitch, cost_pitch, PAIR_BITS);
        else if (bits == 1)
            leaf_pair(j, x, y, pitch, cost_pitch, 1);
        else
            leaf_pair(j, x, y, pitch, cost_pitch, 0);
        return;
    }
    unsigned top = least(ROW_BITS, bits - PAIR_BITS);
    size_t parts = (size_t)1 << top;
    rotate_in_place(x, pitch, bits, top, &j->first);
    rotate_in_place(y, pitch, bits, top, &j->first);
    for (size_t part = 0; part < parts; part++)
        tree_pair(j, sub_place(x, part << (bits - top), pitch, cost_pitch),
                  sub_place(y, (parts - 1 - part) << (bits - top), pitch, cost_pitch), pitch, cost_pitch,
                  bits - top);
    rotate_in_place(x, pitch, bits, top, &j->second);
    rotate_in_place(y, pitch, bits, top, &j->second);
}

/* ---------------------------------------------------------------------------------------------- tiles */

/* How a tile lies in the state and, copied, in the scratch: rows of 2^bits, `width` vectors wide.  The copy
 * is padded by a vector a row and one a part, so that its rows do not share cache sets. */
typedef struct shape {
    unsigned bits, top;
    size_t width, pitch, copy_pitch, copy_step;
} shape;

static shape shape_make(const qb_sv_pass *pass)
{
    shape s = {.width = 1, .pitch = LANES, .copy_pitch = LANES, .bits = pass->low_bits - LANE_BITS};
    if (pass->high) {
        s.bits = pass->bits - pass->low_bits;
        s.width = (size_t)1 << pass->width_bits;
        s.pitch = (size_t)1 << pass->low_bits;
        s.copy_pitch = (s.width + 1) * LANES;
    }
    s.top = least(ROW_BITS, s.bits);
    s.copy_step = (s.copy_pitch << (s.bits - s.top)) + LANES;
    return s;
}

static size_t shape_reals(const shape *s)
{
    return s->copy_step << s->top;
}

/* State to copy with the first rotation of the top qubits, or back with the second. */
static void gather(const shape *s, place copy, place state, const mixer *m)
{
    size_t rest = (size_t)1 << (s->bits - s->top), step = s->pitch << (s->bits - s->top);
    rotate_sweep(copy.re, s->copy_pitch, s->copy_step, state.re, s->pitch, step, rest, s->width, s->top, m);
    rotate_sweep(copy.im, s->copy_pitch, s->copy_step, state.im, s->pitch, step, rest, s->width, s->top, m);
}

static void scatter(const shape *s, place copy, place state, const mixer *m)
{
    size_t rest = (size_t)1 << (s->bits - s->top), step = s->pitch << (s->bits - s->top);
    rotate_sweep(state.re, s->pitch, step, copy.re, s->copy_pitch, s->copy_step, rest, s->width, s->top, m);
    rotate_sweep(state.im, s->pitch, step, copy.im, s->copy_pitch, s->copy_step, rest, s->width, s->top, m);
}

static place copy_place(const shape *s, REAL *scratch, size_t cost)
{
    return (place){scratch, scratch + shape_reals(s), cost};
}

static place state_place(const qb_sv_pass *pass, size_t at)
{
    return (place){(REAL *)pass->re + at, (REAL *)pass->im + at, at};
}

static void tile_alone(job *j, const shape *s, size_t at, REAL *scratch)
{
    place state = state_place(j->pass, at);
    if (s->bits <= (j->pass->high ? LEAF_BITS : LEAF_BITS + ROW_BITS)) {
        for (size_t w = 0; w < s->width; w++)
            tree(j, sub_place(state, w, LANES, LANES), s->pitch, s->pitch, s->bits);
        return;
    }
    place copy = copy_place(s, scratch, at);
    unsigned rest = s->bits - s->top;
    gather(s, copy, state, &j->first);
    for (size_t part = 0; part < (size_t)1 << s->top; part++)
        for (size_t w = 0; w < s->width; w++) {
            place p = {copy.re + part * s->copy_step + w * LANES, copy.im + part * s->copy_step + w * LANES,
                       at + (part * s->pitch << rest) + w * LANES};
            tree(j, p, s->copy_pitch, s->pitch, rest);
        }
    scatter(s, copy, state, &j->second);
}

/* A tile of columns of a HIGH pass with the mirrored columns. */
static void tile_mirrored(job *j, const shape *s, size_t at, REAL *scratch)
{
    size_t mirror = ((size_t)1 << j->pass->low_bits) - at - s->width * LANES;
    unsigned rest = s->bits - s->top;
    place x_state = state_place(j->pass, at), y_state = state_place(j->pass, mirror);
    place x = copy_place(s, scratch, at), y = copy_place(s, scratch + 2 * shape_reals(s), mirror);
    gather(s, x, x_state, &j->first);
    gather(s, y, y_state, &j->first);
    size_t parts = (size_t)1 << s->top;
    for (size_t part = 0; part < parts; part++)
        for (size_t w = 0; w < s->width; w++) {
            size_t y_part = parts - 1 - part, y_w = s->width - 1 - w;
            size_t x_at = part * s->copy_step + w * LANES, y_at = y_part * s->copy_step + y_w * LANES;
            place p = {x.re + x_at, x.im + x_at, at + (part * s->pitch << rest) + w * LANES};
            place q = {y.re + y_at, y.im + y_at, mirror + (y_part * s->pitch << rest) + y_w * LANES};
            tree_pair(j, p, q, s->copy_pitch, s->pitch, rest);
        }
    scatter(s, x, x_state, &j->second);
    scatter(s, y, y_state, &j->second);
}

static double sum_lanes(dvec v)
{
    double lane[sizeof v / sizeof(double)], sum = 0;
    memcpy(lane, &v, sizeof v);
    for (size_t i = 0; i < sizeof v / sizeof(double); i++)
        sum += lane[i];
    return sum;
}

static size_t scratch_bytes(const qb_sv_pass *pass)
{
    shape s = shape_make(pass);
    return shape_reals(&s) * 2 * sizeof(REAL) * (pass->high && pass->symmetric ? 2 : 1);
}

static void tile(const qb_sv_pass *pass, size_t number, void *scratch, qb_sv_sums *sums)
{
    job j = {.pass = pass, .first = mixer_make(pass, pass->first), .second = mixer_make(pass, pass->second)};
    for (unsigned i = 0; i < 16; i++) {
        j.cosine[i] = (REAL)qb_sixteenth_cos[i];
        j.sine[i] = (REAL)qb_sixteenth_sin[i];
        for (unsigned k = 0; k < 4; k++)
            j.nibble[k / 2][k % 2][i] = (REAL)pass->nibble[k / 2][k % 2][i];
    }
    shape s = shape_make(pass);
    size_t at = number << (pass->high ? pass->width_bits + LANE_BITS : pass->low_bits);
    if (pass->high && pass->symmetric)
        tile_mirrored(&j, &s, at, scratch);
    else
        tile_alone(&j, &s, at, scratch);
    *sums = (qb_sv_sums){sum_lanes(j.weight), sum_lanes(j.cost)};
}

const qb_sv_kernel KERNEL = {LANE_BITS, sizeof(REAL), tile, scratch_bytes};
