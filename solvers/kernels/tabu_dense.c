#define _POSIX_C_SOURCE 200809L
#include "solvers/kernels/tabu_dense.h"

#include "harness/base/memory.h"
#include "solvers/kernels/rows.h"
#include "solvers/kernels/simd.h"
#include "solvers/kernels/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HUGE_PAGE  ((size_t)2 << 20) /* from this size on qb_alloc asks for huge pages */
#define LEAST_SAFE 64 /* steps between two looks at 16-bit gains; where fewer are safe, 32 bits take over */

/* What changes with the point, once for each end of a path. */
typedef struct gains {
    qb_tabu_lanes lanes;
    void *gain;      /* [64 words] */
    void *wide_gain; /* [64 words] int32, for 16-bit gains that grow too large */
    uint64_t safe;   /* steps for which 16-bit gains cannot overflow */
} gains;

typedef struct dense {
    gains now, far;
    qb_tabu_pass *const *passes;
    void *couplings;  /* [n + 1] rows of 64 words couplings; the last row is zero */
    size_t stride;    /* bytes of a row */
    int32_t unit;     /* what a gain of 1 stands for */
    int32_t rest;     /* the true gain of i is unit gain_i, less this where odd_i */
    uint64_t *odd;    /* [words] */
    int32_t greatest; /* |coupling| in these units */
} dense;

static const struct {
    const char *name;
    size_t coupling, gain; /* bytes */
} sizes[QB_TABU_LANES_COUNT] = {
    [QB_TABU_I8_I16] = {"dense int8/int16", 1, 2},   [QB_TABU_I8_I32] = {"dense int8/int32", 1, 4},
    [QB_TABU_I16_I32] = {"dense int16/int32", 2, 4}, [QB_TABU_I32_I32] = {"dense int32/int32", 4, 4},
    [QB_TABU_F64_F64] = {"dense double", 8, 8},
};

static qb_tabu_pass *const *passes_of_tier(void)
{
#if defined(__x86_64__)
    switch (qb_simd_tier()) {
    case QB_SIMD_AVX512:
        return qb_tabu_pass_avx512;
    case QB_SIMD_AVX2:
        return qb_tabu_pass_avx2;
    default:
        break;
    }
#endif
    return qb_tabu_pass_portable;
}

/* What is stored of a model: u, m, the greatest |W|, and with it the width. */

/* What is gathered of values: the union of all bits, the odd part of their greatest common divisor, and the
 * greatest |value|. */
typedef struct spread {
    uint32_t bits, odd, most;
} spread;

static void gather(spread *of, const int32_t *value, uint64_t count)
{
    uint32_t bits = of->bits, most = of->most, odd = of->odd;
    for (uint64_t k = 0; k < count; k++) {
        uint32_t magnitude = (uint32_t)abs(value[k]);
        bits |= magnitude;
        most = magnitude > most ? magnitude : most;
    }
    for (uint64_t k = 0; k < count && odd != 1; k++) { /* mostly 1 after a few values */
        odd = (uint32_t)qb_common_divisor(odd, abs(value[k]));
        odd >>= odd ? __builtin_ctz(odd) : 0;
    }
    *of = (spread){bits, odd, most};
}

/* The greatest common divisor; 0 where all are 0. */
static uint32_t divisor_of_all(const spread *of)
{
    return of->odd ? of->odd << __builtin_ctz(of->bits) : 0;
}

/* Couplings that are too great for 8 bits are halved where all are even multiples of the unit of all, as
 * those of a symmetric matrix are.  Charged row by row, for what its vectors cost. */
static qb_status measure_integers(const qb_qubo *q, dense *d, qb_budget *budget)
{
    spread couplings = {0};
    for (uint32_t i = 0; i < q->n; i++) {
        uint64_t count = q->start[i + 1] - q->start[i];
        if (!qb_budget_spend(budget, 1 + count / 16))
            return QB_STOPPED;
        gather(&couplings, q->int_weight + q->start[i], count);
    }
    spread all = {.bits = couplings.bits, .odd = couplings.odd};
    gather(&all, q->int_linear, q->n);
    uint32_t unit = divisor_of_all(&all);
    d->rest = unit ? (int32_t)unit : 1;
    d->unit = d->rest;
    if ((int32_t)couplings.most / d->unit > INT8_MAX &&
        divisor_of_all(&couplings) / (uint32_t)d->rest % 2 == 0)
        d->unit *= 2;
    d->greatest = (int32_t)couplings.most / d->unit;
    bool short_gains = (int32_t)all.most / d->unit < INT16_MAX - LEAST_SAFE * INT8_MAX;
    if (d->greatest <= INT8_MAX)
        d->now.lanes = short_gains ? QB_TABU_I8_I16 : QB_TABU_I8_I32;
    else
        d->now.lanes = d->greatest <= INT16_MAX ? QB_TABU_I16_I32 : QB_TABU_I32_I32;
    return QB_OK;
}

static qb_status measure(const qb_qubo *q, dense *d, qb_budget *budget)
{
    *d = (dense){.now.lanes = QB_TABU_F64_F64, .unit = 1, .rest = 1, .passes = passes_of_tier()};
    qb_status status = q->integral ? measure_integers(q, d, budget) : QB_OK;
    d->stride = ((size_t)q->n + 63) / 64 * 64 * sizes[d->now.lanes].coupling;
    return status;
}

/* Division without rest by odd 2^shift: multiplication by the inverse of `odd` modulo 2^32. */
typedef struct divisor {
    uint32_t inverse;
    int shift;
} divisor;

static divisor divisor_of(int32_t number)
{
    divisor d = {.shift = __builtin_ctz((uint32_t)number)};
    uint32_t odd = (uint32_t)(number >> d.shift);
    d.inverse = odd; /* right in 3 bits; each step doubles them */
    for (int step = 0; step < 4; step++)
        d.inverse *= 2 - odd * d.inverse;
    return d;
}

/* A row of couplings over the divisor, scattered to the places of the neighbours. */
#define DEFINE_SCATTER(name, type)                                                                \
    static void name(void *row, const uint32_t *neighbour, const int32_t *weight, uint64_t count, \
                     divisor by)                                                                  \
    {                                                                                             \
        type *to = row;                                                                           \
        for (uint64_t k = 0; k < count; k++)                                                      \
            to[neighbour[k]] = (type)((uint32_t)(weight[k] >> by.shift) * by.inverse);            \
    }
DEFINE_SCATTER(scatter_i8, int8_t)
DEFINE_SCATTER(scatter_i16, int16_t)
DEFINE_SCATTER(scatter_i32, int32_t)

static void scatter_f64(double *row, const uint32_t *neighbour, const double *weight, uint64_t count,
                        double sign)
{
    for (uint64_t k = 0; k < count; k++)
        row[neighbour[k]] = sign * weight[k];
}

static bool is_short(const dense *d)
{
    return d->now.lanes == QB_TABU_I8_I16;
}

/* A true gain as it is stored: over the unit, rounded up. */
static int32_t stored_gain(dense *d, uint32_t i, int32_t gain)
{
    if (gain % d->unit == 0)
        return gain / d->unit;
    qb_tabu_set(d->odd, i);
    return (gain + d->rest) / d->unit;
}

static double true_gain(const dense *d, uint32_t i, double stored)
{
    return d->unit * stored - (qb_tabu_bit(d->odd, i) ? d->rest : 0);
}

/* The couplings of bit i, and its gain at the all-zero point. */
static void fill_row(qb_tabu *t, dense *d, uint32_t i)
{
    const qb_qubo *q = t->model;
    uint64_t begin = q->start[i], count = q->start[i + 1] - begin;
    const uint32_t *neighbour = q->neighbour + begin;
    void *row = (char *)d->couplings + i * d->stride;
    int32_t sign = (int32_t)t->sign;
    divisor by = divisor_of(sign * d->unit);
    if (d->now.lanes == QB_TABU_F64_F64) {
        ((double *)d->now.gain)[i] = sign * q->real_linear[i];
        scatter_f64(row, neighbour, q->real_weight + begin, count, sign);
        return;
    }
    int32_t gain = stored_gain(d, i, sign * q->int_linear[i]);
    if (is_short(d))
        ((int16_t *)d->now.gain)[i] = (int16_t)gain;
    else
        ((int32_t *)d->now.gain)[i] = gain;
    if (d->now.lanes == QB_TABU_I16_I32)
        scatter_i16(row, neighbour, q->int_weight + begin, count, by);
    else if (d->now.lanes == QB_TABU_I32_I32)
        scatter_i32(row, neighbour, q->int_weight + begin, count, by);
    else
        scatter_i8(row, neighbour, q->int_weight + begin, count, by);
}

/* All rows, charged one by one. */
static qb_status fill(qb_tabu *t, dense *d, qb_budget *budget)
{
    for (uint32_t i = 0; i < t->n; i++) {
        if (!qb_rows_spend(budget, t->model, i))
            return QB_STOPPED;
        fill_row(t, d, i);
    }
    return QB_OK;
}

/* Looks how far 16-bit gains may still drift: a step moves none by more than the greatest coupling.  Where
 * that is not far, goes on with 32 bits, where the model's own bound on row sums rules overflow out. */
static void guard(qb_tabu *t, dense *d)
{
    d->now.safe = UINT64_MAX;
    if (!is_short(d) || d->greatest == 0)
        return;
    const int16_t *gain = d->now.gain;
    int16_t high = 0, low = 0; /* as narrow as the gains: the loop runs on vectors of them */
    for (uint32_t i = 0; i < t->n; i++) {
        high = gain[i] > high ? gain[i] : high;
        low = gain[i] < low ? gain[i] : low;
    }
    int32_t farthest = high > -low ? high : -low;
    d->now.safe = (uint64_t)((INT16_MAX - farthest) / d->greatest);
    if (d->now.safe >= LEAST_SAFE)
        return;
    for (uint32_t i = 0; i < t->n; i++)
        ((int32_t *)d->now.wide_gain)[i] = gain[i];
    qb_free(d->now.gain);
    d->now.gain = d->now.wide_gain;
    d->now.wide_gain = NULL;
    d->now.lanes = QB_TABU_I8_I32;
    d->now.safe = UINT64_MAX;
}

/* Does the matrix fit into half of the memory, and a place into a tag? */
static bool fits(const qb_tabu *t, const dense *d)
{
    return t->words <= QB_TABU_DENSE_WORDS && (t->n + UINT64_C(1)) * d->stride <= t->memory_bytes / 2;
}

/* A matrix that fills a cache walks up to a fifth faster on one huge page than on hundreds of small ones. */
static size_t generous(size_t bytes)
{
    return bytes >= HUGE_PAGE / 8 && bytes < HUGE_PAGE ? HUGE_PAGE : bytes;
}

static bool allocate_gains(const dense *d, size_t lanes, gains *g)
{
    g->gain = qb_alloc(lanes, sizes[d->now.lanes].gain);
    g->wide_gain = is_short(d) ? QB_NEW(int32_t, lanes) : NULL;
    return g->gain && (g->wide_gain || !is_short(d));
}

static void free_gains(gains *g)
{
    qb_free(g->gain);
    qb_free(g->wide_gain);
}

static bool allocate(qb_tabu *t, dense *d)
{
    size_t lanes = 64 * (size_t)t->words;
    d->couplings = qb_alloc(1, generous((t->n + (size_t)1) * d->stride));
    d->odd = QB_NEW(uint64_t, t->words);
    return d->couplings && d->odd && allocate_gains(d, lanes, &d->now) && allocate_gains(d, lanes, &d->far);
}

static void dense_exchange(qb_tabu *t)
{
    dense *d = t->form;
    gains now = d->now;
    d->now = d->far;
    d->far = now;
}

static qb_status dense_open(qb_tabu *t, qb_budget *budget, qb_diag *diag)
{
    dense *d = t->form = QB_NEW(dense, 1);
    if (!d)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a tabu walk");
    qb_status status = measure(t->model, d, budget);
    if (status)
        return status;
    if (!fits(t, d))
        return qb_fail(diag, QB_REFUSED, "a dense matrix of %u variables takes more than half the memory",
                       t->n);
    if (!allocate(t, d))
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a dense matrix of %u variables", t->n);
    t->slack = d->unit - d->rest;
    status = fill(t, d, budget);
    d->far.lanes = d->now.lanes;
    memcpy(d->far.gain, d->now.gain, 64 * (size_t)t->words * sizes[d->now.lanes].gain);
    dense_exchange(t);
    guard(t, d);
    dense_exchange(t);
    guard(t, d);
    return status;
}

static void dense_close(qb_tabu *t)
{
    dense *d = t->form;
    if (d) {
        qb_free(d->couplings);
        qb_free(d->odd);
        free_gains(&d->now);
        free_gains(&d->far);
    }
    qb_free(d);
    t->form = NULL;
}

/* The bit has been flipped: its gain changes sign.  Returns the gain that it had. */
static double turn(dense *d, uint32_t i)
{
    double stored;
    int32_t odd = qb_tabu_bit(d->odd, i); /* 2 g - 1 becomes 1 - 2 g = 2 (1 - g) - 1 */
    if (is_short(d)) {
        int16_t *gain = d->now.gain;
        stored = gain[i];
        gain[i] = (int16_t)(odd - gain[i]);
    } else if (d->now.lanes == QB_TABU_F64_F64) {
        double *gain = d->now.gain;
        stored = gain[i];
        gain[i] = -gain[i];
    } else {
        int32_t *gain = d->now.gain;
        stored = gain[i];
        gain[i] = odd - gain[i];
    }
    return true_gain(d, i, stored);
}

/* The word that comes after `passed` others. */
static uint32_t word_of(qb_tabu_sweep sweep, uint32_t passed)
{
    uint32_t word = sweep.first + passed;
    return word < sweep.words ? word : word - sweep.words;
}

/* Bit k of the result: `lane` of the k-th word of the block that begins with word `passed` of a long pass has
 * the gain that was picked. */
#define DEFINE_MATCH(name, type)                                                                  \
    static uint32_t name(const void *values, qb_tabu_sweep sweep, uint32_t passed, uint32_t lane, \
                         double picked)                                                           \
    {                                                                                             \
        const type *value = (const type *)values + lane, sought = (type)picked;                   \
        uint32_t found = 0, left = sweep.words - passed;                                          \
        for (uint32_t k = 0; k < QB_TABU_BLOCK && k < left; k++)                                  \
            found |= (uint32_t)(value[64 * (size_t)word_of(sweep, passed + k)] == sought) << k;   \
        return found;                                                                             \
    }
DEFINE_MATCH(match_i16, int16_t)
DEFINE_MATCH(match_i32, int32_t)
DEFINE_MATCH(match_f64, double)

/* The bit that a pick stands for: the first open one of that gain, in the lane and the block that its tag
 * says. */
static uint32_t locate(const qb_tabu *t, qb_tabu_sweep sweep, qb_tabu_pick pick)
{
    const dense *d = t->form;
    uint32_t lane = ((pick.tag >> QB_TABU_RANK_BITS) - sweep.turn) % QB_TABU_LANES;
    uint32_t passed = (QB_TABU_LEFT_MASK - (pick.tag & QB_TABU_LEFT_MASK)) * qb_tabu_block(sweep);
    uint32_t found, word;
    if (qb_tabu_block(sweep) == 1)
        return word_of(sweep, passed) * QB_TABU_LANES + lane;
    if (is_short(d))
        found = match_i16(d->now.gain, sweep, passed, lane, pick.gain);
    else if (d->now.lanes == QB_TABU_F64_F64)
        found = match_f64(d->now.gain, sweep, passed, lane, pick.gain);
    else
        found = match_i32(d->now.gain, sweep, passed, lane, pick.gain);
    do {
        word = word_of(sweep, passed + (uint32_t)__builtin_ctz(found));
        found &= found - 1;
    } while (!(t->open[word] >> lane & 1));
    return word * QB_TABU_LANES + lane;
}

static uint32_t pass(qb_tabu *t, uint32_t row, uint64_t flip)
{
    dense *d = t->form;
    const char *couplings = d->couplings;
    uint64_t draw = qb_rng_next(&t->rng);
    qb_tabu_sweep sweep = {.words = t->words,
                           .first = (uint32_t)((draw >> 32) * t->words >> 32),
                           .turn = (uint32_t)draw % QB_TABU_LANES};
    qb_tabu_pick pick =
        d->passes[d->now.lanes](couplings + row * d->stride, d->now.gain, t->side, t->open, flip, sweep);
    t->work += t->n;
    if (!pick.tag)
        return QB_TABU_NONE;
    uint32_t i = locate(t, sweep, pick);
    t->gain = true_gain(d, i, pick.gain);
    return i;
}

static uint32_t dense_step(qb_tabu *t, uint32_t k, uint32_t release)
{
    dense *d = t->form;
    uint64_t flip = qb_tabu_bit(t->side, k) ? ~UINT64_C(0) : 0;
    t->side[k / 64] ^= UINT64_C(1) << (k % 64);
    qb_tabu_clear(t->open, k);
    if (release != QB_TABU_NONE)
        qb_tabu_set(t->open, release);
    uint32_t best = pass(t, k, flip);
    t->value += turn(d, k); /* after the pass: a short store before its wide loads would stall them */
    if (--d->now.safe == 0)
        guard(t, d);
    return best;
}

static uint32_t dense_seek(qb_tabu *t)
{
    return pass(t, t->n, 0);
}

static const char *dense_name(const qb_tabu *t)
{
    const dense *d = t->form;
    return sizes[d->now.lanes].name;
}

static qb_tabu_rows dense_rows(const qb_tabu *t)
{
    const dense *d = t->form;
    return (qb_tabu_rows){d->couplings, d->stride, 64 * (size_t)t->words * sizes[d->now.lanes].gain};
}

const qb_tabu_ops qb_tabu_dense = {
    .open = dense_open,
    .close = dense_close,
    .step = dense_step,
    .seek = dense_seek,
    .name = dense_name,
    .exchange = dense_exchange,
    .rows = dense_rows,
};
