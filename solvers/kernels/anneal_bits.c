#include "solvers/kernels/anneal_bits.h"
#include "harness/base/memory.h"
#include "solvers/kernels/rows.h"
#include "solvers/kernels/units.h"

#include <string.h>

#define BITS_LEAST_FILL 200 /* one coupling in so many must be there for the bit matrix to pay */
#define BITS_REACH      32000
#define BITS_LARGEST    32000 /* variables: `ones` is 16 bits wide */
#define BITS_UNIT       16    /* a bit row's entries are so many times cheaper than a list's */

static void bits_close(void *opaque)
{
    qb_anneal_bits_state *s = opaque;
    qb_free(s->toward);
    qb_free(s->value);
    qb_free(s->bit);
    qb_free(s->log);
    qb_free(s->seen);
    qb_free(s);
}

/* The two values of couplings, absent ones included; false when there are more.  Without a branch on the
 * weight, which nothing predicts. */
static bool two_values(const qb_qubo *q, qb_budget *budget, int32_t *a, int32_t *b)
{
    bool complete = q->nonzeros == (uint64_t)q->n * (q->n - 1);
    uint64_t first = 0;
    *a = complete ? q->int_weight[0] : 0;
    while (first < q->nonzeros && q->int_weight[first] == *a)
        first++;
    *b = first < q->nonzeros ? q->int_weight[first] : *a;
    for (uint32_t i = 0; i < q->n && qb_rows_spend(budget, q, i); i++) {
        bool others = false;
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            others |= (q->int_weight[k] != *a) & (q->int_weight[k] != *b);
        if (others)
            return false;
    }
    return true;
}

/* Without a branch on the weight. */
static void fill_matrix(qb_anneal_bits_state *s, qb_budget *budget)
{
    const qb_qubo *q = s->model;
    const int32_t plain = s->a * s->unit;
    for (uint32_t i = 0; i < s->n && qb_rows_spend(budget, q, i); i++)
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            uint32_t j = q->neighbour[k];
            uint64_t differs = q->int_weight[k] != plain;
            s->bit[(size_t)(j / QB_LANES) * (s->n + 1) + i][j % QB_LANES / 64] |= differs << j % 64;
        }
}

static qb_status bits_open(const qb_qubo *q, uint64_t seed, qb_budget *budget, void **state,
                           qb_anneal_walk *walk, qb_diag *diag)
{
    static const char why[] = "annealing on a bit matrix takes dense integral models of two coupling values";
    int32_t a, b;
    if (!q->integral || q->n < 2 || q->n > BITS_LARGEST ||
        q->nonzeros < (uint64_t)q->n * q->n / BITS_LEAST_FILL || !two_values(q, budget, &a, &b))
        return qb_fail(diag, QB_REFUSED, "%s", why);
    qb_units units = qb_units_of(q, budget);
    if (units.reach > BITS_REACH)
        return qb_fail(diag, QB_REFUSED, "%s", why);
    qb_anneal_bits_state *s = *state = QB_NEW(qb_anneal_bits_state, 1);
    if (!s)
        return QB_NO_MEMORY;
    uint32_t blocks = (q->n + QB_LANES - 1) / QB_LANES, capacity = 2 * q->n + QB_LANES;
    *s = (qb_anneal_bits_state){
        .model = q,
        .n = q->n,
        .blocks = blocks,
        .sense = q->sense == QB_MINIMISE ? 1 : -1,
        .unit = units.unit,
        .a = (int16_t)(a / units.unit),
        .step = (int16_t)((b - a) / units.unit),
        .capacity = capacity,
    };
    s->toward = QB_NEW(int16_t, (size_t)blocks * QB_LANES);
    s->value = QB_NEW(int16_t, (size_t)blocks * QB_LANES);
    s->bit = QB_NEW(qb_lanes, (size_t)blocks * (q->n + 1));
    s->log = QB_NEW(uint32_t, capacity + 1);
    s->seen = QB_NEW(uint32_t, blocks);
    if (!s->toward || !s->value || !s->bit || !s->log || !s->seen)
        return QB_NO_MEMORY;
    fill_matrix(s, budget);
    qb_lanes_rng_init(&s->rng, seed, 1);
    *walk = (qb_anneal_walk){blocks, 1, BITS_UNIT * QB_ANNEAL_QUANTUM};
    return QB_OK;
}

static bool is_one(const qb_anneal_bits_state *s, uint32_t i)
{
    return s->toward[i] != s->sense;
}

/* From the all-zero state, whose values are the linear terms, by flipping what is to be one. */
static void bits_start(void *opaque, const uint8_t *x)
{
    qb_anneal_bits_state *s = opaque;
    s->flips = 0;
    memset(s->seen, 0, s->blocks * sizeof *s->seen);
    for (uint32_t i = 0; i < s->n; i++) {
        bool one = x[i];
        s->toward[i] = (int16_t)(one ? -s->sense : s->sense);
        s->value[i] = (int16_t)(s->model->int_linear[i] / s->unit - (one ? s->a : 0));
        if (one)
            s->log[s->flips++] = 8 * i;
    }
    s->ones = (int16_t)s->flips;
    qb_anneal_tier_selected()->bits_settle(s);
}

static uint64_t bits_attempt(void *opaque, double beta, uint32_t from, uint32_t to)
{
    uint64_t work = 0;
    for (uint32_t block = from; block < to; block++)
        work += qb_anneal_tier_selected()->bits_sweep(opaque, beta, block);
    return work;
}

/* 2 E(x) = sum_i x_i (field_i + linear_i). */
static bool bits_best(void *opaque, double *energy, uint32_t *replica)
{
    qb_anneal_bits_state *s = opaque;
    int64_t twice = 0;
    qb_anneal_tier_selected()->bits_settle(s);
    for (uint32_t i = 0; i < s->n; i++)
        if (is_one(s, i)) {
            int16_t field = (int16_t)(s->value[i] + s->a * s->ones);
            twice += (int64_t)s->unit * field + s->model->int_linear[i];
        }
    *replica = 0;
    *energy = (double)(twice / 2);
    return true;
}

static void bits_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    (void)replica;
    const qb_anneal_bits_state *s = opaque;
    for (uint32_t i = 0; i < s->n; i++)
        x[i] = is_one(s, i);
}

static size_t bits_copy_size(const void *opaque)
{
    const qb_anneal_bits_state *s = opaque;
    return (2 * (size_t)s->blocks * QB_LANES + 1) * sizeof *s->value;
}

static void bits_store(void *opaque, void *copy)
{
    qb_anneal_bits_state *s = opaque;
    size_t size = (size_t)s->blocks * QB_LANES * sizeof *s->value;
    qb_anneal_tier_selected()->bits_settle(s);
    memcpy(copy, s->toward, size);
    memcpy((char *)copy + size, s->value, size);
    memcpy((char *)copy + 2 * size, &s->ones, sizeof s->ones);
}

static void bits_recall(void *opaque, const void *copy)
{
    qb_anneal_bits_state *s = opaque;
    size_t size = (size_t)s->blocks * QB_LANES * sizeof *s->value;
    memcpy(s->toward, copy, size);
    memcpy(s->value, (const char *)copy + size, size);
    memcpy(&s->ones, (const char *)copy + 2 * size, sizeof s->ones);
    memset(s->seen, 0, s->blocks * sizeof *s->seen);
    s->flips = 0;
}

const qb_anneal_kernel qb_anneal_bits = {
    .name = "bits",
    .replicas = 1,
    .open = bits_open,
    .close = bits_close,
    .start = bits_start,
    .attempt = bits_attempt,
    .best = bits_best,
    .get = bits_get,
    .copy_size = bits_copy_size,
    .store = bits_store,
    .recall = bits_recall,
};
