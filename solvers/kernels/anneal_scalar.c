#include "solvers/kernels/anneal_scalar.h"
#include "harness/base/memory.h"

#include <string.h>

static void scalar_close(void *opaque)
{
    qb_anneal_scalar_state *s = opaque;
    if (!s)
        return;
    qb_free(s->toward);
    qb_free(s->int_field);
    qb_free(s->real_field);
    qb_free(s);
}

static qb_status scalar_open(const qb_qubo *model, uint64_t seed, void **state, qb_diag *diag)
{
    qb_anneal_scalar_state *s = QB_NEW(qb_anneal_scalar_state, 1);
    if (s) {
        s->model = model;
        s->sense = model->sense == QB_MINIMISE ? 1 : -1;
        s->toward = QB_NEW(int8_t, model->n);
        if (model->integral)
            s->int_field = QB_NEW(int32_t, model->n);
        else
            s->real_field = QB_NEW(double, model->n);
    }
    if (!s || !s->toward || !(s->int_field || s->real_field)) {
        scalar_close(s);
        return qb_fail(diag, QB_NO_MEMORY, "no memory to anneal %u variables", model->n);
    }
    qb_rng_init(&s->start, seed, 0);
    qb_lanes_rng_init(&s->rng, seed, 1);
    *state = s;
    return QB_OK;
}

static void scalar_fill(qb_anneal_scalar_state *s)
{
    const qb_qubo *q = s->model;
    if (q->integral) {
        memcpy(s->int_field, q->int_linear, q->n * sizeof *s->int_field);
        for (uint32_t i = 0; i < q->n; i++)
            if (s->toward[i] != s->sense) /* x_i = 1 */
                for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
                    s->int_field[q->neighbour[k]] += q->int_weight[k];
    } else {
        memcpy(s->real_field, q->real_linear, q->n * sizeof *s->real_field);
        for (uint32_t i = 0; i < q->n; i++)
            if (s->toward[i] != s->sense)
                for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
                    s->real_field[q->neighbour[k]] += q->real_weight[k];
    }
}

static void scalar_start(void *opaque, const uint8_t *x)
{
    qb_anneal_scalar_state *s = opaque;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < s->model->n; i++) {
        bits = i % 64 ? bits >> 1 : qb_rng_next(&s->start);
        bool one = x ? x[i] : bits & 1;
        s->toward[i] = (int8_t)(one ? -s->sense : s->sense);
    }
    scalar_fill(s);
}

static qb_status scalar_run(void *opaque, const double *beta, uint32_t sweeps, qb_budget *budget)
{
    qb_anneal_scalar_state *s = opaque;
    const qb_anneal_tier *tier = qb_anneal_tier_selected();
    uint32_t n = s->model->n;
    uint64_t work = 0;
    for (uint32_t sweep = 0; sweep < sweeps; sweep++)
        for (uint32_t from = 0, to; from < n; from = to) {
            to = n - from < QB_ANNEAL_SPAN ? n : from + QB_ANNEAL_SPAN;
            work += (s->model->integral ? tier->scalar_int : tier->scalar_real)(s, beta[sweep], from, to);
            if (work >= QB_ANNEAL_QUANTUM) {
                if (!qb_anneal_charge(budget, work))
                    return QB_STOPPED;
                work = 0;
            }
        }
    return qb_anneal_charge(budget, work) ? QB_OK : QB_STOPPED;
}

static void scalar_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    (void)replica;
    const qb_anneal_scalar_state *s = opaque;
    for (uint32_t i = 0; i < s->model->n; i++)
        x[i] = s->toward[i] != s->sense;
}

/* 2 E(x) = sum_i x_i (field_i + linear_i). */
static void scalar_energies(void *opaque, double *energy)
{
    const qb_anneal_scalar_state *s = opaque;
    const qb_qubo *q = s->model;
    int64_t exact = 0;
    double sum = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        if (s->toward[i] == s->sense)
            continue;
        if (q->integral)
            exact += (int64_t)s->int_field[i] + q->int_linear[i];
        else
            sum += s->real_field[i] + q->real_linear[i];
    }
    *energy = q->integral ? (double)(exact / 2) : sum / 2;
}

static double scalar_best(void *opaque, uint32_t *replica)
{
    double energy;
    scalar_energies(opaque, &energy);
    *replica = 0;
    return energy;
}

const qb_anneal_kernel qb_anneal_scalar = {
    .name = "scalar",
    .replicas = 1,
    .open = scalar_open,
    .close = scalar_close,
    .start = scalar_start,
    .run = scalar_run,
    .best = scalar_best,
    .energies = scalar_energies,
    .get = scalar_get,
};
