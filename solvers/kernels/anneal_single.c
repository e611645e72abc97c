#include "solvers/kernels/anneal_single.h"
#include "harness/base/memory.h"
#include "solvers/kernels/units.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SINGLE_LEAST_FILL 16  /* one coupling in so many must be there for the full matrix to pay */
#define SINGLE_SPAN       256 /* attempts between two looks at the work done */
#define SINGLE_DENSE_UNIT 16  /* a full row's entries are so many times cheaper than a list's */

static void single_close(void *opaque)
{
    qb_anneal_single_state *s = opaque;
    if (!s)
        return;
    qb_free(s->toward);
    qb_free(s->field);
    qb_free(s->first);
    qb_free(s->clash);
    qb_free(s->entry);
    qb_free(s->real_entry);
    qb_free(s->row);
    qb_free(s);
}

static uint32_t position_of(const qb_anneal_single_state *s, uint32_t variable)
{
    return variable % s->blocks * QB_SINGLE_BLOCK + variable / s->blocks;
}

/* The variable at a position; n or more where nobody stands. */
static uint32_t variable_at(const qb_anneal_single_state *s, uint32_t position)
{
    return position / QB_SINGLE_BLOCK + position % QB_SINGLE_BLOCK * s->blocks;
}

static double read_as(qb_single_width width, const void *array, uint32_t at)
{
    switch (width) {
    case QB_SINGLE_INT8:
        return ((const int8_t *)array)[at];
    case QB_SINGLE_INT16:
        return ((const int16_t *)array)[at];
    case QB_SINGLE_INT32:
        return ((const int32_t *)array)[at];
    default:
        return ((const double *)array)[at];
    }
}

static void write_as(qb_single_width width, void *array, uint32_t at, double value)
{
    switch (width) {
    case QB_SINGLE_INT8:
        ((int8_t *)array)[at] = (int8_t)value;
        break;
    case QB_SINGLE_INT16:
        ((int16_t *)array)[at] = (int16_t)value;
        break;
    case QB_SINGLE_INT32:
        ((int32_t *)array)[at] = (int32_t)value;
        break;
    default:
        ((double *)array)[at] = value;
    }
}

static qb_single_width width_for(int32_t reach)
{
    return reach <= 126 ? QB_SINGLE_INT8 : reach <= 32766 ? QB_SINGLE_INT16 : QB_SINGLE_INT32;
}

static bool fill_lists(qb_anneal_single_state *s)
{
    const qb_qubo *q = s->model;
    s->first = QB_NEW(uint64_t, (size_t)s->padded + 1);
    s->clash = QB_NEW(uint8_t, s->padded);
    if (q->integral)
        s->entry = QB_NEW(qb_single_entry, q->nonzeros);
    else
        s->real_entry = QB_NEW(qb_single_real_entry, q->nonzeros);
    if (!s->first || !s->clash || !(s->entry || s->real_entry))
        return false;
    uint64_t filled = 0;
    for (uint32_t p = 0; p < s->padded; p++) {
        uint32_t i = variable_at(s, p);
        s->first[p] = filled;
        for (uint64_t k = i < s->n ? q->start[i] : 0; i < s->n && k < q->start[i + 1]; k++) {
            uint32_t other = position_of(s, q->neighbour[k]);
            if (q->integral)
                s->entry[filled++] = (qb_single_entry){other, q->int_weight[k] / s->unit};
            else
                s->real_entry[filled++] = (qb_single_real_entry){other, q->real_weight[k]};
            if (other > p && other / QB_SINGLE_BLOCK == p / QB_SINGLE_BLOCK)
                s->clash[p] = 1;
        }
    }
    s->first[s->padded] = filled;
    return true;
}

static bool fill_rows(qb_anneal_single_state *s)
{
    const qb_qubo *q = s->model;
    s->row = QB_NEW(int8_t, (size_t)s->padded * s->padded);
    if (!s->row)
        return false;
    for (uint32_t i = 0; i < s->n; i++) {
        int8_t *row = s->row + (size_t)position_of(s, i) * s->padded;
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            row[position_of(s, q->neighbour[k])] = (int8_t)(q->int_weight[k] / s->unit);
    }
    return true;
}

static qb_status single_open(const qb_qubo *q, bool dense, int32_t unit, qb_single_width width, uint64_t seed,
                             void **state, qb_diag *diag)
{
    static const size_t sizes[QB_SINGLE_WIDTHS] = {1, 2, 4, 8};
    static const double nobody[QB_SINGLE_WIDTHS] = {INT8_MAX, INT16_MAX, INT32_MAX, DBL_MAX};
    qb_anneal_single_state *s = QB_NEW(qb_anneal_single_state, 1);
    if (s) {
        uint32_t blocks = q->n / QB_SINGLE_BLOCK + (q->n % QB_SINGLE_BLOCK != 0);
        *s = (qb_anneal_single_state){
            .model = q,
            .n = q->n,
            .blocks = blocks,
            .padded = blocks * QB_SINGLE_BLOCK,
            .sense = q->sense == QB_MINIMISE ? 1 : -1,
            .unit = unit,
            .dense = dense,
            .width = width,
        };
        s->toward = QB_NEW(double, s->padded *sizes[width] / sizeof(double) + 1);
        s->field = QB_NEW(double, s->padded *sizes[width] / sizeof(double) + 1);
    }
    if (!s || !s->toward || !s->field || !(dense ? fill_rows(s) : fill_lists(s))) {
        single_close(s);
        return qb_fail(diag, QB_NO_MEMORY, "no memory to anneal %u variables", q->n);
    }
    for (uint32_t p = 0; p < s->padded; p++) {
        write_as(width, s->toward, p, 1);
        write_as(width, s->field, p, nobody[width]);
    }
    qb_rng_init(&s->start, seed, 0);
    qb_lanes_rng_init(&s->rng, seed, 1);
    *state = s;
    return QB_OK;
}

static qb_status scalar_open(const qb_qubo *q, uint64_t seed, void **state, qb_diag *diag)
{
    if (!q->integral)
        return single_open(q, false, 1, QB_SINGLE_DOUBLE, seed, state, diag);
    qb_units units = qb_units_of(q);
    return single_open(q, false, units.unit, width_for(units.reach), seed, state, diag);
}

static qb_status dense_open(const qb_qubo *q, uint64_t seed, void **state, qb_diag *diag)
{
    if (!q->integral)
        return qb_fail(diag, QB_REFUSED, "dense annealing takes integral models");
    if (q->nonzeros < (uint64_t)q->n * q->n / SINGLE_LEAST_FILL)
        return qb_fail(diag, QB_REFUSED, "dense annealing takes matrices with one entry in %d or more",
                       SINGLE_LEAST_FILL);
    qb_units units = qb_units_of(q);
    if (units.coupling > QB_SINGLE_WEIGHT)
        return qb_fail(diag, QB_REFUSED, "dense annealing takes couplings up to %d units, these reach %d",
                       QB_SINGLE_WEIGHT, units.coupling);
    return single_open(q, true, units.unit, width_for(units.reach), seed, state, diag);
}

/* x_i = 1. */
static bool is_one(const qb_anneal_single_state *s, uint32_t position)
{
    return read_as(s->width, s->toward, position) != s->sense;
}

static void single_start(void *opaque, const uint8_t *x)
{
    qb_anneal_single_state *s = opaque;
    const qb_qubo *q = s->model;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        bits = i % 64 ? bits >> 1 : qb_rng_next(&s->start);
        bool one = x ? x[i] : bits & 1;
        write_as(s->width, s->toward, position_of(s, i), one ? -s->sense : s->sense);
    }
    for (uint32_t i = 0; i < s->n; i++) {
        double field = qb_qubo_linear(q, i);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            if (is_one(s, position_of(s, q->neighbour[k])))
                field += qb_qubo_weight(q, k);
        write_as(s->width, s->field, position_of(s, i), field / s->unit);
    }
}

static qb_status single_run(void *opaque, const double *beta, uint32_t sweeps, qb_budget *budget)
{
    qb_anneal_single_state *s = opaque;
    const qb_anneal_tier *tier = qb_anneal_tier_selected();
    qb_anneal_single_sweep *part = s->dense ? tier->dense[s->width] : tier->sparse[s->width];
    uint32_t span = s->dense ? QB_SINGLE_BLOCK : SINGLE_SPAN;
    uint64_t work = 0, quantum = s->dense ? SINGLE_DENSE_UNIT * QB_ANNEAL_QUANTUM : QB_ANNEAL_QUANTUM;
    for (uint32_t sweep = 0; sweep < sweeps; sweep++)
        for (uint32_t from = 0, to; from < s->padded; from = to) {
            to = s->padded - from < span ? s->padded : from + span;
            work += part(s, beta[sweep], from, to);
            if (work >= quantum) {
                if (!qb_anneal_charge(budget, work))
                    return QB_STOPPED;
                work = 0;
            }
        }
    return qb_anneal_charge(budget, work) ? QB_OK : QB_STOPPED;
}

/* 2 E(x) = sum_i x_i (field_i + linear_i). */
static double single_best(void *opaque, uint32_t *replica)
{
    const qb_anneal_single_state *s = opaque;
    const qb_qubo *q = s->model;
    int64_t exact = 0;
    double sum = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t p = position_of(s, i);
        if (!is_one(s, p))
            continue;
        double field = read_as(s->width, s->field, p);
        if (q->integral)
            exact += (int64_t)s->unit * (int64_t)field + q->int_linear[i];
        else
            sum += field + q->real_linear[i];
    }
    *replica = 0;
    return q->integral ? (double)(exact / 2) : sum / 2;
}

static void single_energies(void *opaque, double *energy)
{
    uint32_t replica;
    *energy = single_best(opaque, &replica);
}

static void single_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    (void)replica;
    const qb_anneal_single_state *s = opaque;
    for (uint32_t i = 0; i < s->n; i++)
        x[i] = is_one(s, position_of(s, i));
}

const qb_anneal_kernel qb_anneal_scalar = {
    .name = "scalar",
    .replicas = 1,
    .open = scalar_open,
    .close = single_close,
    .start = single_start,
    .run = single_run,
    .best = single_best,
    .energies = single_energies,
    .get = single_get,
};

const qb_anneal_kernel qb_anneal_dense = {
    .name = "dense",
    .replicas = 1,
    .open = dense_open,
    .close = single_close,
    .start = single_start,
    .run = single_run,
    .best = single_best,
    .energies = single_energies,
    .get = single_get,
};
