#define _POSIX_C_SOURCE 200809L
#include "solvers/kernels/tabu_dense.h"

#include "harness/base/memory.h"
#include "solvers/kernels/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_SAFE 64 /* steps between two looks at 16-bit gains; where fewer are safe, 32 bits take over */

typedef struct dense {
    qb_tabu_lanes lanes;
    qb_tabu_pass *const *passes;
    void *couplings; /* [n + 1] rows of 64 words couplings; the last row is zero */
    void *gain;      /* [64 words] */
    void *wide_gain; /* [64 words] int32, for 16-bit gains that grow too large */
    double unit;     /* u and m of tabu_dense.h */
    int32_t multiple;
    uint32_t odd;     /* bits below this one have p = 1 */
    int64_t greatest; /* |W| */
    uint64_t safe;    /* steps for which 16-bit gains cannot overflow */
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

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static void measure_integers(const qb_qubo *q, dense *d)
{
    int64_t couplings = 0, greatest = 0, greatest_linear = 0;
    for (uint64_t k = 0; k < q->nonzeros; k++) {
        int64_t w = llabs(q->int_weight[k]);
        couplings = couplings == 1 ? 1 : gcd(w, couplings);
        greatest = w > greatest ? w : greatest;
    }
    int64_t unit = couplings;
    for (uint32_t i = 0; i < q->n; i++) {
        int64_t w = llabs(q->int_linear[i]);
        unit = unit == 1 ? 1 : gcd(w, unit);
        greatest_linear = w > greatest_linear ? w : greatest_linear;
    }
    unit = unit ? unit : 1;
    d->unit = (double)unit;
    d->multiple = couplings / unit % 2 == 0 ? 2 : 1;
    d->greatest = greatest / unit / d->multiple;
    bool short_gains = greatest_linear / unit / d->multiple + 1 + LEAST_SAFE * d->greatest <= INT16_MAX;
    d->lanes = d->greatest <= INT8_MAX    ? (short_gains ? QB_TABU_I8_I16 : QB_TABU_I8_I32)
               : d->greatest <= INT16_MAX ? QB_TABU_I16_I32
                                          : QB_TABU_I32_I32;
}

static void measure(const qb_qubo *q, dense *d)
{
    *d = (dense){.lanes = QB_TABU_F64_F64, .unit = 1, .multiple = 1, .passes = passes_of_tier()};
    if (q->integral)
        measure_integers(q, d);
}

uint64_t qb_tabu_dense_bytes(const qb_qubo *model)
{
    dense d;
    measure(model, &d);
    uint64_t row = ((uint64_t)model->n + 63) / 64 * 64;
    return model->n <= QB_TABU_DENSE_LIMIT ? row * sizes[d.lanes].coupling * (model->n + UINT64_C(1))
                                           : UINT64_MAX;
}

/* linear_i in units of u, as value (not E) sees it. */
static int64_t linear_of(const qb_tabu *t, const dense *d, uint32_t i)
{
    return (int64_t)t->sign * (t->model->int_linear[i] / (int64_t)d->unit);
}

static bool is_odd(const qb_tabu *t, const dense *d, uint32_t i)
{
    return d->multiple == 2 && linear_of(t, d, i) % 2 != 0;
}

/* Bits with p = 1 first, each half in the model's order. */
static void choose_order(qb_tabu *t, dense *d)
{
    uint32_t place = 0;
    for (int odd = 1; odd >= 0; odd--) {
        for (uint32_t i = 0; i < t->n; i++)
            if (is_odd(t, d, i) == (odd == 1))
                t->order[place++] = i;
        if (odd)
            d->odd = place;
    }
}

static void put_gain(dense *d, uint32_t i, int64_t gain)
{
    if (d->lanes == QB_TABU_I8_I16)
        ((int16_t *)d->gain)[i] = (int16_t)gain;
    else
        ((int32_t *)d->gain)[i] = (int32_t)gain;
}

static void put_coupling(dense *d, size_t position, int64_t w)
{
    if (d->lanes == QB_TABU_I16_I32)
        ((int16_t *)d->couplings)[position] = (int16_t)w;
    else if (d->lanes == QB_TABU_I32_I32)
        ((int32_t *)d->couplings)[position] = (int32_t)w;
    else
        ((int8_t *)d->couplings)[position] = (int8_t)w;
}

/* Gains at the all-zero point, and the couplings, charged row by row.  place [n] is the inverse of order. */
static qb_status fill(qb_tabu *t, dense *d, const uint32_t *place, qb_budget *budget)
{
    const qb_qubo *q = t->model;
    size_t stride = 64 * (size_t)t->words;
    int64_t divisor = (int64_t)d->unit * d->multiple * (int64_t)t->sign;
    for (uint32_t i = 0; i < t->n; i++) {
        uint64_t begin = q->start[i], end = q->start[i + 1];
        size_t row = place[i] * stride;
        if (!qb_budget_spend(budget, 1 + end - begin))
            return QB_STOPPED;
        if (!q->integral) {
            ((double *)d->gain)[place[i]] = t->sign * q->real_linear[i];
            for (uint64_t k = begin; k < end; k++)
                ((double *)d->couplings)[row + place[q->neighbour[k]]] = t->sign * q->real_weight[k];
            continue;
        }
        put_gain(d, place[i], (linear_of(t, d, i) - is_odd(t, d, i)) / d->multiple);
        for (uint64_t k = begin; k < end; k++)
            put_coupling(d, row + place[q->neighbour[k]], q->int_weight[k] / divisor);
    }
    return QB_OK;
}

/* Looks how far 16-bit gains may still drift: a step moves none by more than the greatest coupling.  Where
 * that is not far, goes on with 32 bits, where the model's own bound on row sums rules overflow out. */
static void guard(qb_tabu *t, dense *d)
{
    d->safe = UINT64_MAX;
    if (d->lanes != QB_TABU_I8_I16 || d->greatest == 0)
        return;
    const int16_t *gain = d->gain;
    int32_t farthest = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        int32_t distance = abs((int32_t)gain[i]);
        farthest = distance > farthest ? distance : farthest;
    }
    d->safe = (uint64_t)((INT16_MAX - farthest) / d->greatest);
    if (d->safe >= LEAST_SAFE)
        return;
    for (uint32_t i = 0; i < t->n; i++)
        ((int32_t *)d->wide_gain)[i] = gain[i];
    qb_free(d->gain);
    d->gain = d->wide_gain;
    d->wide_gain = NULL;
    d->lanes = QB_TABU_I8_I32;
    d->safe = UINT64_MAX;
    t->name = sizes[d->lanes].name;
}

static qb_status dense_open(qb_tabu *t, qb_budget *budget, qb_diag *diag)
{
    dense *d = t->form = QB_NEW(dense, 1);
    uint32_t *place = QB_NEW(uint32_t, t->n);
    qb_status status = QB_NO_MEMORY;
    if (d && place) {
        size_t lanes = 64 * (size_t)t->words;
        measure(t->model, d);
        t->name = sizes[d->lanes].name;
        d->couplings = qb_alloc(lanes * (t->n + (size_t)1), sizes[d->lanes].coupling);
        d->gain = qb_alloc(lanes, sizes[d->lanes].gain);
        d->wide_gain = d->lanes == QB_TABU_I8_I16 ? QB_NEW(int32_t, lanes) : NULL;
        if (d->couplings && d->gain && (d->wide_gain || d->lanes != QB_TABU_I8_I16))
            status = QB_OK;
    }
    if (status)
        (void)qb_fail(diag, status, "no memory for a dense matrix of %u variables", t->n);
    else {
        choose_order(t, d);
        for (uint32_t i = 0; i < t->n; i++)
            place[t->order[i]] = i;
        status = fill(t, d, place, budget);
        guard(t, d);
    }
    qb_free(place);
    return status;
}

static void dense_close(qb_tabu *t)
{
    dense *d = t->form;
    if (d) {
        qb_free(d->couplings);
        qb_free(d->gain);
        qb_free(d->wide_gain);
    }
    qb_free(d);
    t->form = NULL;
}

/* u (m G + p) */
static double gain_of(const dense *d, uint32_t i, double stored)
{
    return d->unit * (d->multiple * stored + (i < d->odd));
}

/* The bit has been flipped: G becomes -G - p.  Returns the gain that it had. */
static double turn(dense *d, uint32_t i)
{
    double stored;
    if (d->lanes == QB_TABU_I8_I16) {
        int16_t *gain = d->gain;
        stored = gain[i];
        gain[i] = (int16_t)(-gain[i] - (i < d->odd));
    } else if (d->lanes == QB_TABU_F64_F64) {
        double *gain = d->gain;
        stored = gain[i];
        gain[i] = -gain[i];
    } else {
        int32_t *gain = d->gain;
        stored = gain[i];
        gain[i] = -gain[i] - (i < d->odd);
    }
    return gain_of(d, i, stored);
}

static uint32_t pass(qb_tabu *t, uint32_t row, uint64_t flip)
{
    dense *d = t->form;
    const char *couplings = d->couplings;
    size_t row_bytes = 64 * (size_t)t->words * sizes[d->lanes].coupling;
    qb_tabu_pick pick =
        d->passes[d->lanes](couplings + row * row_bytes, d->gain, t->side, t->open, flip, t->words);
    t->gain = gain_of(d, pick.index, pick.gain);
    t->work += t->n;
    return pick.index;
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
    if (--d->safe == 0)
        guard(t, d);
    return best;
}

static uint32_t dense_seek(qb_tabu *t)
{
    return pass(t, t->n, 0);
}

const qb_tabu_ops qb_tabu_dense = {dense_open, dense_close, dense_step, dense_seek};
