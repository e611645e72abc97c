#include "solvers/kernels/anneal_dense.h"
#include "harness/base/memory.h"

#include <stdlib.h>

#define DENSE_LEAST_FILL 16 /* one coupling in so many must be there for the full matrix to pay */

static void dense_close(void *opaque)
{
    qb_anneal_dense_state *s = opaque;
    if (!s)
        return;
    qb_free(s->row);
    qb_free(s->toward16);
    qb_free(s->field16);
    qb_free(s->toward32);
    qb_free(s->field32);
    qb_free(s);
}

static int32_t divisor(int32_t a, int32_t b)
{
    while (b) {
        int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The greatest common divisor, the greatest |coupling| and the greatest |field| over it. */
static int32_t survey(const qb_qubo *q, int32_t *coupling, int32_t *bound)
{
    int32_t unit = 0;
    *coupling = *bound = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        int32_t strength = abs(q->int_linear[i]);
        unit = divisor(unit, strength);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
            int32_t weight = abs(q->int_weight[k]);
            unit = divisor(unit, weight);
            strength += weight; /* within 31 bits by the model's contract */
            *coupling = weight > *coupling ? weight : *coupling;
        }
        *bound = strength > *bound ? strength : *bound;
    }
    unit = unit ? unit : 1;
    *coupling /= unit;
    *bound /= unit;
    return unit;
}

static bool dense_allocate(qb_anneal_dense_state *s)
{
    s->row = QB_NEW(int8_t, (size_t)s->n * s->padded);
    if (s->narrow) {
        s->toward16 = QB_NEW(int16_t, s->padded);
        s->field16 = QB_NEW(int16_t, s->padded);
    } else {
        s->toward32 = QB_NEW(int32_t, s->padded);
        s->field32 = QB_NEW(int32_t, s->padded);
    }
    return s->row && (s->toward16 || s->toward32) && (s->field16 || s->field32);
}

static qb_status dense_open(const qb_qubo *q, uint64_t seed, void **state, qb_diag *diag)
{
    if (!q->integral)
        return qb_fail(diag, QB_REFUSED, "dense annealing takes integral models");
    if (q->nonzeros < (uint64_t)q->n * q->n / DENSE_LEAST_FILL)
        return qb_fail(diag, QB_REFUSED, "dense annealing takes matrices with one entry in %d or more",
                       DENSE_LEAST_FILL);
    int32_t coupling, bound, unit = survey(q, &coupling, &bound);
    if (coupling > QB_DENSE_WEIGHT)
        return qb_fail(diag, QB_REFUSED, "dense annealing takes couplings up to %d units, these reach %d",
                       QB_DENSE_WEIGHT, coupling);
    qb_anneal_dense_state *s = QB_NEW(qb_anneal_dense_state, 1);
    if (s)
        *s = (qb_anneal_dense_state){
            .model = q,
            .n = q->n,
            .padded = (q->n + QB_DENSE_BLOCK - 1) / QB_DENSE_BLOCK * QB_DENSE_BLOCK,
            .sense = q->sense == QB_MINIMISE ? 1 : -1,
            .unit = unit,
            .narrow = bound <= INT16_MAX,
        };
    if (!s || !dense_allocate(s)) {
        dense_close(s);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a matrix of %u variables", q->n);
    }
    for (uint32_t i = 0; i < q->n; i++)
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            s->row[(size_t)i * s->padded + q->neighbour[k]] = (int8_t)(q->int_weight[k] / unit);
    qb_rng_init(&s->start, seed, 0);
    qb_lanes_rng_init(&s->rng, seed, 1);
    *state = s;
    return QB_OK;
}

static int32_t toward_of(const qb_anneal_dense_state *s, uint32_t i)
{
    return s->narrow ? s->toward16[i] : s->toward32[i];
}

static int32_t field_of(const qb_anneal_dense_state *s, uint32_t i)
{
    return s->narrow ? s->field16[i] : s->field32[i];
}

static void dense_start(void *opaque, const uint8_t *x)
{
    qb_anneal_dense_state *s = opaque;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        bits = i % 64 ? bits >> 1 : qb_rng_next(&s->start);
        int32_t toward = (x ? x[i] : bits & 1) ? -s->sense : s->sense;
        if (s->narrow)
            s->toward16[i] = (int16_t)toward;
        else
            s->toward32[i] = toward;
    }
    for (uint32_t i = 0; i < s->n; i++) {
        int32_t field = s->model->int_linear[i] / s->unit;
        const int8_t *row = s->row + (size_t)i * s->padded;
        for (uint32_t j = 0; j < s->n; j++)
            if (toward_of(s, j) != s->sense) /* x_j = 1 */
                field += row[j];
        if (s->narrow)
            s->field16[i] = (int16_t)field;
        else
            s->field32[i] = field;
    }
}

static qb_status dense_run(void *opaque, const double *beta, uint32_t sweeps, qb_budget *budget)
{
    qb_anneal_dense_state *s = opaque;
    const qb_anneal_tier *tier = qb_anneal_tier_selected();
    uint64_t work = 0;
    for (uint32_t sweep = 0; sweep < sweeps; sweep++)
        for (uint32_t from = 0, to; from < s->n; from = to) {
            to = s->n - from < QB_DENSE_BLOCK ? s->n : from + QB_DENSE_BLOCK;
            work += (s->narrow ? tier->dense16 : tier->dense32)(s, beta[sweep], from, to);
            if (work >= QB_DENSE_QUANTUM) {
                if (!qb_anneal_charge(budget, work))
                    return QB_STOPPED;
                work = 0;
            }
        }
    return qb_anneal_charge(budget, work) ? QB_OK : QB_STOPPED;
}

/* 2 E(x) = sum_i x_i (field_i + linear_i). */
static double dense_best(void *opaque, uint32_t *replica)
{
    const qb_anneal_dense_state *s = opaque;
    int64_t twice = 0;
    for (uint32_t i = 0; i < s->n; i++)
        if (toward_of(s, i) != s->sense)
            twice += (int64_t)s->unit * field_of(s, i) + s->model->int_linear[i];
    *replica = 0;
    return (double)(twice / 2);
}

static void dense_energies(void *opaque, double *energy)
{
    uint32_t replica;
    *energy = dense_best(opaque, &replica);
}

static void dense_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    (void)replica;
    const qb_anneal_dense_state *s = opaque;
    for (uint32_t i = 0; i < s->n; i++)
        x[i] = toward_of(s, i) != s->sense;
}

const qb_anneal_kernel qb_anneal_dense = {
    .name = "dense",
    .replicas = 1,
    .open = dense_open,
    .close = dense_close,
    .start = dense_start,
    .run = dense_run,
    .best = dense_best,
    .energies = dense_energies,
    .get = dense_get,
};
