#include "solvers/kernels/anneal_single.h"
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_pack.h"
#include "solvers/kernels/rows.h"

#include <math.h>
#include <string.h>

#define SINGLE_DENSE_UNIT 16 /* a full row's entries are so many times cheaper than a list's */
#define SINGLE_SHORT_BITS 14 /* of fields */
#define SINGLE_INT_BITS   30
#define SINGLE_SMALL      (UINT64_C(1) << 21) /* bytes of a matrix that may be larger than lists would be */

static const size_t sizes[QB_SINGLE_WIDTHS] = {1, 2, 4};

static void single_close(void *opaque)
{
    qb_anneal_single_state *s = opaque;
    qb_free(s->position);
    qb_free(s->variable);
    qb_free(s->turned);
    qb_free(s->field);
    qb_free(s->clash);
    qb_free(s->first);
    qb_free(s->entry);
    qb_free(s->row);
    qb_free(s);
}

static int32_t read_as(qb_single_width width, const void *array, size_t at)
{
    return width == QB_SINGLE_INT8    ? ((const int8_t *)array)[at]
           : width == QB_SINGLE_INT16 ? ((const int16_t *)array)[at]
                                      : ((const int32_t *)array)[at];
}

static void write_as(qb_single_width width, void *array, size_t at, int32_t value)
{
    if (width == QB_SINGLE_INT8)
        ((int8_t *)array)[at] = (int8_t)value;
    else if (width == QB_SINGLE_INT16)
        ((int16_t *)array)[at] = (int16_t)value;
    else
        ((int32_t *)array)[at] = value;
}

static int32_t coupling_of(const qb_anneal_single_state *s, uint64_t entry)
{
    return qb_fixed_round(&s->fixed, qb_qubo_weight(s->model, entry));
}

/* Few enough couplings for blocks of variables that are hardly coupled: four a block in any order. */
static bool is_loose(const qb_qubo *q)
{
    return q->nonzeros * QB_SINGLE_BLOCK <= 4 * (uint64_t)q->n * q->n;
}

static qb_status set_order(qb_anneal_single_state *s, qb_budget *budget)
{
    uint32_t n = s->n, filled = n / QB_SINGLE_BLOCK + (n % QB_SINGLE_BLOCK != 0);
    s->blocks = filled;
    s->position = QB_NEW(uint32_t, n);
    if (!s->position)
        return QB_NO_MEMORY;
    if (is_loose(s->model)) {
        qb_status status = qb_anneal_pack(s->model, QB_SINGLE_BLOCK, filled + filled / 8 + 1, s->position,
                                          &s->blocks, budget);
        if (status)
            return status;
    } else {
        for (uint32_t i = 0; i < n; i++)
            s->position[i] = i % filled * QB_SINGLE_BLOCK + i / filled;
    }
    s->padded = s->blocks * QB_SINGLE_BLOCK;
    s->line = (s->padded + QB_SINGLE_LINE - 1) / QB_SINGLE_LINE * QB_SINGLE_LINE;
    s->variable = QB_NEW(uint32_t, s->padded);
    if (!s->variable)
        return QB_NO_MEMORY;
    for (uint32_t p = 0; p < s->padded; p++)
        s->variable[p] = n;
    for (uint32_t i = 0; i < n; i++)
        s->variable[s->position[i]] = i;
    return QB_OK;
}

static qb_status set_fields(qb_anneal_single_state *s)
{
    static const int32_t nobody[QB_SINGLE_WIDTHS] = {INT8_MAX, INT16_MAX, INT32_MAX};
    s->turned = qb_alloc(s->line, sizes[s->width]);
    s->field = qb_alloc(s->line, sizes[s->width]);
    s->clash = QB_NEW(uint8_t, s->padded);
    if (!s->turned || !s->field || !s->clash)
        return QB_NO_MEMORY;
    for (uint32_t p = 0; p < s->padded; p++) {
        uint32_t i = s->variable[p];
        write_as(s->width, s->turned, p, s->sense > 0 ? 0 : -1); /* x = 0 */
        write_as(s->width, s->field, p,
                 i < s->n ? qb_fixed_round(&s->fixed, qb_qubo_linear(s->model, i)) : nobody[s->width]);
    }
    return QB_OK;
}

/* The position of stored coupling k's neighbour, which is noted where it comes later in p's block. */
static uint32_t neighbour_of(qb_anneal_single_state *s, uint32_t p, uint64_t k)
{
    uint32_t other = s->position[s->model->neighbour[k]];
    s->clash[p] |= (other > p) & (other / QB_SINGLE_BLOCK == p / QB_SINGLE_BLOCK);
    return other;
}

static qb_status fill_lists(qb_anneal_single_state *s, qb_budget *budget)
{
    const qb_qubo *q = s->model;
    s->first = QB_NEW(uint64_t, (size_t)s->padded + 1);
    s->entry = QB_NEW(qb_single_entry, q->nonzeros);
    if (!s->first || !s->entry)
        return QB_NO_MEMORY;
    uint64_t filled = 0;
    for (uint32_t p = 0; p < s->padded; p++) {
        uint32_t i = s->variable[p];
        if (i < s->n && !qb_rows_spend(budget, q, i))
            return QB_STOPPED;
        for (uint64_t k = i < s->n ? q->start[i] : 0; i < s->n && k < q->start[i + 1]; k++)
            s->entry[filled++] = (qb_single_entry){neighbour_of(s, p, k), coupling_of(s, k)};
        s->first[p + 1] = filled;
    }
    return QB_OK;
}

/* A matrix of many megabytes is cleared row by row, between looks. */
static qb_status fill_rows(qb_anneal_single_state *s, qb_budget *budget)
{
    const qb_qubo *q = s->model;
    const size_t bytes = s->line * sizes[s->row_width];
    s->row = qb_alloc_raw(s->padded, bytes);
    if (!s->row)
        return QB_NO_MEMORY;
    for (uint32_t p = 0; p < s->padded; p++) {
        uint32_t i = s->variable[p];
        memset((char *)s->row + p * bytes, 0, bytes);
        if (i < s->n && !qb_rows_spend(budget, q, i))
            return QB_STOPPED;
        for (uint64_t k = i < s->n ? q->start[i] : 0; i < s->n && k < q->start[i + 1]; k++)
            write_as(s->row_width, s->row, (size_t)p * s->line + neighbour_of(s, p, k), coupling_of(s, k));
    }
    return QB_OK;
}

static qb_status single_open(qb_anneal_single_state form, uint64_t seed, qb_budget *budget, void **state,
                             qb_anneal_walk *walk)
{
    qb_anneal_single_state *s = *state = QB_NEW(qb_anneal_single_state, 1);
    if (!s)
        return QB_NO_MEMORY;
    *s = form;
    qb_status status = set_order(s, budget);
    if (!status)
        status = set_fields(s);
    if (!status)
        status = s->dense ? fill_rows(s, budget) : fill_lists(s, budget);
    if (status)
        return status;
    qb_lanes_rng_init(&s->rng, seed, 1);
    *walk = s->dense ? (qb_anneal_walk){s->padded, QB_SINGLE_BLOCK, SINGLE_DENSE_UNIT * QB_ANNEAL_QUANTUM}
                     : (qb_anneal_walk){s->padded, QB_ANNEAL_SPAN, QB_ANNEAL_QUANTUM};
    return QB_OK;
}

/* The narrowest of the widths that hold +-most and one value more, which stands where nobody does. */
static qb_single_width width_for(int32_t most)
{
    return most < INT8_MAX ? QB_SINGLE_INT8 : most < INT16_MAX ? QB_SINGLE_INT16 : QB_SINGLE_INT32;
}

static qb_anneal_single_state form_of(const qb_qubo *q, qb_fixed fixed, qb_single_width width)
{
    return (qb_anneal_single_state){
        .model = q,
        .n = q->n,
        .sense = q->sense == QB_MINIMISE ? 1 : -1,
        .fixed = fixed,
        .width = width,
    };
}

static qb_status scalar_open(const qb_qubo *q, uint64_t seed, qb_budget *budget, void **state,
                             qb_anneal_walk *walk, qb_diag *diag)
{
    (void)diag; /* takes every model */
    qb_fixed fixed = qb_fixed_of(q, SINGLE_INT_BITS, budget);
    qb_single_width width = fixed.slack ? QB_SINGLE_INT32 : width_for(fixed.reach);
    return single_open(form_of(q, fixed, width), seed, budget, state, walk);
}

/* The form of full rows: rounded to 16 bits where that leaves few costs in doubt. */
static qb_anneal_single_state dense_form(const qb_qubo *q, qb_budget *budget)
{
    qb_fixed fixed = qb_fixed_of(q, SINGLE_SHORT_BITS, budget);
    qb_single_width width = fixed.slack ? QB_SINGLE_INT16 : width_for(fixed.reach);
    if (!fixed.decides) {
        fixed = qb_fixed_of(q, SINGLE_INT_BITS, budget);
        width = QB_SINGLE_INT32;
    }
    qb_anneal_single_state form = form_of(q, fixed, width);
    form.dense = true;
    form.row_width = width_for(fixed.coupling - 1); /* rows need no value more */
    return form;
}

/* A flip costs so many cycles of a list, and so many of a row where the matrix stays in a cache. */
static bool rows_are_faster(const qb_qubo *q, const qb_anneal_single_state *form)
{
    double list = 35 + 1.4 * (double)q->nonzeros / q->n;
    return 10 + 1.75 * (double)(q->n * sizes[form->width]) / 64 <= list;
}

static bool takes_rows(const qb_qubo *q, const qb_anneal_single_state *form)
{
    uint64_t bytes = (uint64_t)q->n * q->n * sizes[form->row_width];
    bool small = bytes <= SINGLE_SMALL || bytes <= q->nonzeros * sizeof(qb_single_entry);
    return small && rows_are_faster(q, form);
}

bool qb_single_takes_bytes(const qb_qubo *q, qb_budget *budget)
{
    qb_anneal_single_state form = dense_form(q, budget);
    return form.width == QB_SINGLE_INT8 && takes_rows(q, &form);
}

static qb_status dense_open(const qb_qubo *q, uint64_t seed, qb_budget *budget, void **state,
                            qb_anneal_walk *walk, qb_diag *diag)
{
    qb_anneal_single_state form = dense_form(q, budget);
    if (!takes_rows(q, &form))
        return qb_fail(diag, QB_REFUSED, "annealing by full rows takes models whose lists would be slower");
    return single_open(form, seed, budget, state, walk);
}

/* x_i = 1. */
static bool is_one(const qb_anneal_single_state *s, uint32_t position)
{
    return (read_as(s->width, s->turned, position) != 0) == (s->sense > 0);
}

static bool variable_is_one(const void *opaque, uint32_t i)
{
    const qb_anneal_single_state *s = opaque;
    return is_one(s, s->position[i]);
}

bool qb_single_accepts(const qb_anneal_single_state *s, uint32_t position, float threshold)
{
    return qb_fixed_accepts(&s->fixed, s->model, s->variable[position], threshold, variable_is_one, s);
}

static const qb_anneal_single_moves *moves_of(const qb_anneal_single_state *s)
{
    const qb_anneal_tier *tier = qb_anneal_tier_selected();
    return s->dense ? &tier->dense[s->width][s->row_width] : &tier->sparse[s->width];
}

static uint64_t single_turn(void *opaque, uint32_t i)
{
    qb_anneal_single_state *s = opaque;
    return moves_of(s)->turn(s, s->position[i]);
}

static uint64_t single_attempt(void *opaque, double beta, uint32_t from, uint32_t to)
{
    return moves_of(opaque)->sweep(opaque, beta, from, to);
}

static void single_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    (void)replica;
    const qb_anneal_single_state *s = opaque;
    for (uint32_t i = 0; i < s->n; i++)
        x[i] = is_one(s, s->position[i]);
}

/* 2 E(x) = sum_i x_i (field_i + linear_i); where fields are rounded, it has to be added up. */
static bool single_best(void *opaque, double *energy, uint32_t *replica)
{
    qb_anneal_single_state *s = opaque;
    const qb_qubo *q = s->model;
    int64_t twice = 0, unit = (int64_t)s->fixed.unit;
    if (s->fixed.slack)
        return false;
    for (uint32_t i = 0; i < s->n; i++)
        if (is_one(s, s->position[i]))
            twice += unit * read_as(s->width, s->field, s->position[i]) + q->int_linear[i];
    *replica = 0;
    *energy = (double)(twice / 2);
    return true;
}

const qb_anneal_kernel qb_anneal_scalar = {
    .name = "scalar",
    .replicas = 1,
    .open = scalar_open,
    .close = single_close,
    .turn = single_turn,
    .attempt = single_attempt,
    .best = single_best,
    .get = single_get,
};

const qb_anneal_kernel qb_anneal_dense = {
    .name = "dense",
    .replicas = 1,
    .open = dense_open,
    .close = single_close,
    .turn = single_turn,
    .attempt = single_attempt,
    .best = single_best,
    .get = single_get,
};
