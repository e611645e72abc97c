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
 *   LEAF_ROWS              log2 of the vectors of a LOW leaf; LANE_BITS + LEAF_ROWS qubits are its own,
 *                          and another one where it is tall
 *   HIGH_ROWS              log2 of the rows of a HIGH leaf; one less where it is mirrored
 *   KERNEL                 the name of the qb_sv_kernel to define
 */
#include "solvers/kernels/statevector_leaf_body.h"

#define NEAR_BITS  15 /* log2 of the bytes that the first level of the cache is sure to hold */
#define LEAF_BITS  (LANE_BITS + LEAF_ROWS)
#define MOST_AHEAD 16 /* log2 of a LOW tile's amplitudes where the second level holds the next one too */

/* Above near parts a group is of up to WIDE_BITS qubits, turned in two steps on strips that stay in the first
 * level of the cache for both: the second level is swept once for them.  Strips of two arrays are too short
 * for that to pay. */
#define WIDE_BITS   (GROUP_BITS == 2 ? 4 : 6)
#define STRIP_BYTES 16384

/* The rows that a group of qubits [bit, bit + bits) joins: row r lies at high[r / 4] + low[r % 4] from the
 * first. */
typedef struct row_set {
    size_t low[4], high[4];
} row_set;

ALWAYS row_set row_set_make(const qb_sv_pass *pass, unsigned bit)
{
    size_t a = at(pass, (size_t)1 << bit), b = at(pass, (size_t)2 << bit), c = at(pass, (size_t)4 << bit),
           d = at(pass, (size_t)8 << bit);
    return (row_set){{0, a, b, a + b}, {0, c, d, c + d}};
}

/* Rotates one group of qubits over all of an array's vectors in [0, length) from `base` on.  near: asks for
 * those that follow.  far: asks for the real parts that lie so far ahead, 0 for none. */
ALWAYS void rotate_run(REAL *base, size_t length, const row_set *place, unsigned bits, const mixer *m,
                       bool near, ptrdiff_t far)
{
    const unsigned count = 1u << bits;
    for (REAL *end = base + length; base < end; base += LANES) {
        vec v[1 << GROUP_BITS];
        REAL *part[4];
        UNROLL for (unsigned r = 0; r < count; r += 4) part[r / 4] = base + place->high[r / 4];
        if (near)
            EACH_ROW __builtin_prefetch(part[r / 4] + place->low[r % 4] + length, 1, 3);
        if (far && (length < QB_SV_BLOCK || ((size_t)(end - base) - 1) / QB_SV_BLOCK % 2))
            EACH_ROW __builtin_prefetch(part[r / 4] + place->low[r % 4] + far, 0, 2);
        EACH_ROW v[r] = load(part[r / 4] + place->low[r % 4]);
        rotate_rows(v, bits, m);
        EACH_ROW store(part[r / 4] + place->low[r % 4], v[r]);
    }
}

/* The same for a state and its adjoint; returns their overlap before. */
ALWAYS vec turn_run(REAL *phi, REAL *lambda, size_t length, const row_set *place, unsigned bits,
                    const mixer *m)
{
    const unsigned count = 1u << bits;
    vec sum = {0};
    for (size_t i = 0; i < length; i += LANES) {
        vec v[1 << GROUP_BITS], w[1 << GROUP_BITS];
        EACH_ROW v[r] = load(phi + i + place->high[r / 4] + place->low[r % 4]);
        EACH_ROW w[r] = load(lambda + i + place->high[r / 4] + place->low[r % 4]);
        sum += overlap_rows(v, w, bits);
        rotate_rows(v, bits, m);
        EACH_ROW store(phi + i + place->high[r / 4] + place->low[r % 4], v[r]);
        EACH_ROW w[r] = load(lambda + i + place->high[r / 4] + place->low[r % 4]);
        rotate_rows(w, bits, m);
        EACH_ROW store(lambda + i + place->high[r / 4] + place->low[r % 4], w[r]);
    }
    return sum;
}

/* A wide group over [0, length) from `base` on. */
ALWAYS void rotate_wide(const qb_sv_pass *pass, REAL *base, size_t length, unsigned bit, unsigned bits,
                        const mixer *m)
{
    const unsigned lower = bits / 2, upper = bits - lower;
    const row_set near = row_set_make(pass, bit), far = row_set_make(pass, bit + lower);
    const size_t most = STRIP_BYTES / sizeof(REAL) >> bits, strip = length < most ? length : most;
    for (REAL *end = base + length; base < end; base += strip) {
        for (size_t r = 0; r < (size_t)1 << upper; r++)
            rotate_run(base + at(pass, r << (bit + lower)), strip, &near, lower, m, false, 0);
        for (size_t r = 0; r < (size_t)1 << lower; r++)
            rotate_run(base + at(pass, r << bit), strip, &far, upper, m, true, 0);
    }
}

/* A group of qubits of the tile part that begins at x: every run of consecutive vectors below the group.
 * `done` others were rotated before.  far: as above. */
ALWAYS void rotate_level(job *j, size_t x, unsigned bit, unsigned bits, mixer *m, unsigned done,
                         ptrdiff_t far)
{
    const qb_sv_pass *pass = j->pass;
    unsigned run_bits = pass->high ? pass->low_bits : least(bit, 10);
    size_t runs = (size_t)1 << (bit - run_bits);
    size_t width = pass->high ? LANES << pass->width_bits : (size_t)1 << run_bits;
    bool apart = width < QB_SV_BLOCK; /* the real parts of a run from its imaginary parts */
    size_t length = apart ? width : 2 * width;
    const row_set place = row_set_make(pass, bit);
    const mixer local = *m;
    for (size_t r = 0; r < runs << apart; r++) {
        size_t start = at(pass, x + (r >> apart << run_bits)) + (apart && r % 2 ? QB_SV_BLOCK : 0);
        REAL *state = j->array[0] + start;
        if (bits > GROUP_BITS) {
            rotate_wide(pass, state, length, bit, bits, &local);
        } else if (m->both) {
            vec sum = turn_run(state, j->array[2] + start, length, &place, bits, &local);
            m->overlap = FMA(splat(m->fade[done]), sum, m->overlap);
        } else {
            rotate_run(state, length, &place, bits, &local, false, apart && r % 2 ? 0 : far);
        }
    }
}

static void rotate(job *j, size_t x, unsigned bit, unsigned bits, mixer *m, unsigned done, ptrdiff_t far)
{
    if (!m->on)
        return;
#define ROTATE_BITS(bits)                            \
    case bits:                                       \
        rotate_level(j, x, bit, bits, m, done, far); \
        break;
    switch (bits) {
        ROTATE_BITS(1)
        ROTATE_BITS(2)
        ROTATE_BITS(3)
        ROTATE_BITS(4)
#if GROUP_BITS > 2
        ROTATE_BITS(5)
        ROTATE_BITS(6)
#endif
    }
#undef ROTATE_BITS
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

ALWAYS void leaf(job *j, size_t x, qb_cost_width width, bool whole, bool backward)
{
    const qb_sv_pass *pass = j->pass;
    if (!pass->high) {
        if (LANE_BITS == 0 && j->leaf_rows == 0)
            leaf_low(j, x, 0, width, whole, backward);
        else if (LANE_BITS == 0 && j->leaf_rows == 1)
            leaf_low(j, x, 1, width, whole, backward);
        else if (LANE_BITS > 0 && whole && j->leaf_rows > LEAF_ROWS)
            leaf_low(j, x, LEAF_ROWS + 1, width, whole, backward);
        else
            leaf_low(j, x, LEAF_ROWS, width, whole, backward);
        return;
    }
    for (size_t w = x; w < x + (LANES << pass->width_bits); w += LANES) {
        if (pass->symmetric && j->leaf_rows == 1)
            leaf_high(j, w, 1, true, width, whole, backward);
        else if (pass->symmetric)
            leaf_high(j, w, HIGH_ROWS - 1, true, width, whole, backward);
        else if (j->leaf_rows == 1)
            leaf_high(j, w, 1, false, width, whole, backward);
        else
            leaf_high(j, w, HIGH_ROWS, false, width, whole, backward);
    }
}

static void leaves(job *j, size_t x)
{
    const qb_sv_pass *pass = j->pass;
    const qb_cost_width width = pass->cost_width;
    if (pass->backward && width == QB_COST_BYTE)
        leaf(j, x, QB_COST_BYTE, false, true);
    else if (pass->backward)
        leaf(j, x, width, false, true);
    else if (!j->whole)
        leaf(j, x, width, false, false);
    else if (width == QB_COST_BYTE)
        leaf(j, x, QB_COST_BYTE, true, false);
    else if (width == QB_COST_WORD)
        leaf(j, x, QB_COST_WORD, true, false);
    else
        leaf(j, x, QB_COST_REAL, true, false);
}

/* How many of the `bits` above a leaf are rotated first: those above near parts (`most` at a time) where one
 * group does not have them all, else the odd ones out, so that whole groups remain. */
static unsigned top_group(unsigned bits, unsigned near_bits, unsigned most)
{
    unsigned rest = bits % GROUP_BITS;
    if (bits <= GROUP_BITS)
        return bits;
    if (bits > near_bits)
        return least(most, bits - near_bits);
    return rest == 0 ? GROUP_BITS : rest == 1 && GROUP_BITS == 4 ? 3 : rest;
}

/* A LOW leaf of another row saves a sweep where an odd number of qubits lies above whole groups. */
static bool is_tall(const qb_sv_pass *pass, bool whole)
{
    unsigned above = pass->low_bits - LEAF_BITS, rest = above % GROUP_BITS;
    return LANE_BITS > 0 && !pass->high && whole && pass->low_bits > LEAF_BITS + 1 &&
           (rest == 1 || rest == 3);
}

/* The first bit above parts that stay in the first level of the cache.  In a LOW tile they end where the
 * padding begins, for rows below and above it do not mix well, or a group above a tall leaf. */
static unsigned near_top(const qb_sv_pass *pass, unsigned leaf_top)
{
    if (!pass->high)
        return least(leaf_top > LEAF_BITS ? leaf_top + GROUP_BITS : 10, pass->low_bits);
    unsigned row_bits =
        pass->width_bits + LANE_BITS + (sizeof(REAL) == 8 ? 4 : 3) + is_mirrored(pass) + pass->backward;
    unsigned rows = row_bits < NEAR_BITS ? NEAR_BITS - row_bits : 0;
    return leaf_top > pass->low_bits + rows ? leaf_top : pass->low_bits + rows;
}

/* The qubits below `top`: a group at the top, each part of the rest in turn, the same group again.  Parts
 * that fit a cache stay in it for both.
 *
 * The next tile is asked for all the while, since a core waits for few lines at a time: its imaginary parts
 * by the leaves, its real parts by the first group above them in a HIGH pass, by the last one in a LOW pass
 * (least of all ways to share them out at 24 qubits). */
static void tree(job *j, size_t x, unsigned top)
{
    const qb_sv_pass *pass = j->pass;
    if (top == j->leaf_top) {
        leaves(j, x);
        return;
    }
    unsigned bits =
        top_group(top - j->leaf_top, j->near_top - j->leaf_top, pass->backward ? GROUP_BITS : WIDE_BITS);
    unsigned bit = top - bits;
    bool mirrored = is_mirrored(pass);
    size_t y = mirrored ? mirrored_start(pass, x, top) : 0;
    unsigned before = pass->high ? pass->bits - top : pass->low_bits - top;
    unsigned below = pass->high ? bit - pass->low_bits + mirrored : bit;
    ptrdiff_t on_first = j->whole && pass->high && bit == j->leaf_top ? j->ahead : 0;
    ptrdiff_t on_second = j->whole && !pass->high && top == pass->low_bits ? j->ahead : 0;
    rotate(j, x, bit, bits, &j->first, before, on_first);
    if (mirrored)
        rotate(j, y, bit, bits, &j->first, before, -on_first);
    for (size_t part = 0; part < (size_t)1 << bits; part++)
        tree(j, x + (part << bit), bit);
    rotate(j, x, bit, bits, &j->second, below, on_second);
    if (mirrored)
        rotate(j, y, bit, bits, &j->second, below, 0);
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
    for (size_t odd = 0; odd < 2; odd++) {
        for (size_t i = 0; i < LANES; i++)
            sign[i] = (REAL)(__builtin_parityll(i ^ odd) ? -pass->coupling_sign : pass->coupling_sign);
        j->coupling_sign[odd] = load(sign);
    }
    for (unsigned i = 0; i < 16; i++) {
        j->cosine[i] = (REAL)(pass->phase_scale * qb_sixteenth_cos[i]);
        j->sine[i] = (REAL)(pass->phase_scale * qb_sixteenth_sin[i]);
        for (unsigned k = 0; k < 4; k++)
            j->nibble[k / 2][k % 2][i] =
                (REAL)((k < 2 ? pass->phase_scale : 1) * pass->nibble[k / 2][k % 2][i]);
    }
}

static void tiles(const qb_sv_pass *pass, size_t first, size_t end, qb_sv_sums *sums)
{
    job j = {.pass = pass, .first = mixer_make(pass, pass->first), .second = mixer_make(pass, pass->second)};
    for (unsigned a = 0; a < (pass->array[QB_SV_ADJOINT] ? 4u : 2u); a++)
        j.array[a] = (REAL *)pass->array[a / 2] + a % 2 * QB_SV_BLOCK;
    j.first.both = pass->backward && !pass->start_adjoint;
    j.second.both = pass->backward;
    fill_lanes(&j);
    unsigned top = pass->high ? pass->bits : pass->low_bits, start = pass->high ? pass->low_bits : LANE_BITS;
    unsigned tile_bits = pass->high ? pass->width_bits + LANE_BITS : pass->low_bits;
    j.whole = j.first.on && j.second.on && pass->phase && !pass->backward;
    unsigned rows = pass->high ? HIGH_ROWS - pass->symmetric : LEAF_ROWS + is_tall(pass, j.whole);
    j.leaf_rows = pass->high && top - start < rows ? 1 : least(rows, top - start);
    j.leaf_top = start + j.leaf_rows;
    unsigned leaf = j.leaf_top - (pass->high ? pass->low_bits : 0), coupled = pass->high && pass->symmetric;
    j.first_fade = splat(j.first.fade[top - j.leaf_top]);
    j.first_coupling_fade = splat(j.first.fade[top - j.leaf_top + leaf]);
    j.second_fade = splat(j.second.fade[coupled]);
    j.near_top = near_top(pass, j.leaf_top);
    j.ahead =
        (ptrdiff_t)at(pass, (size_t)1 << (pass->high || tile_bits <= MOST_AHEAD ? tile_bits : j.near_top));
    for (size_t r = 0; r < (size_t)1 << HIGH_ROWS; r++)
        j.row[r] = at(pass, r << pass->low_bits);
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
