#define _POSIX_C_SOURCE 200809L
#include "solvers/kernels/descent.h"

#include "harness/base/memory.h"
#include "solvers/kernels/rows.h"

#include <math.h>
#include <string.h>

#define ROUNDING 1e-12 /* of the greatest row sum: what accumulated rounding may look like */

static double row_sum(const qb_qubo *q, uint32_t i)
{
    double sum = fabs(qb_qubo_linear(q, i));
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        sum += fabs(qb_qubo_weight(q, k));
    return sum;
}

qb_status qb_descent_open(const qb_qubo *model, qb_descent *descent, qb_diag *diag)
{
    if (!isfinite(model->magnitude))
        return qb_fail(diag, QB_REFUSED, "the sum of all coefficients overflows");
    qb_descent d = {.model = model, .sign = model->sense == QB_MAXIMISE ? 1 : -1, .leaves = 1};
    while (d.leaves < model->n)
        d.leaves *= 2;
    if (!model->integral)
        for (uint32_t i = 0; i < model->n; i++)
            d.threshold = fmax(d.threshold, ROUNDING * row_sum(model, i));
    d.x = QB_NEW(uint8_t, model->n);
    d.gain = QB_NEW(double, (size_t)model->n + 1);
    d.winner = QB_NEW(uint32_t, 2 * (size_t)d.leaves);
    if (!d.x || !d.gain || !d.winner) {
        qb_descent_close(&d);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a descent on %u variables", model->n);
    }
    d.gain[model->n] = -INFINITY;
    for (uint32_t i = 0; i < d.leaves; i++)
        d.winner[d.leaves + i] = i < model->n ? i : model->n;
    *descent = d;
    return QB_OK;
}

void qb_descent_close(qb_descent *descent)
{
    qb_free(descent->x);
    qb_free(descent->gain);
    qb_free(descent->winner);
    *descent = (qb_descent){0};
}

static uint32_t better(const qb_descent *d, uint32_t node)
{
    uint32_t left = d->winner[2 * node], right = d->winner[2 * node + 1];
    return d->gain[right] > d->gain[left] ? right : left;
}

static void rebuild(qb_descent *d)
{
    for (uint32_t node = d->leaves - 1; node >= 1; node--)
        d->winner[node] = better(d, node);
}

/* The gain of leaf i has changed: its matches are played again, all the way up, as i may have won any. */
static void repair(qb_descent *d, uint32_t i)
{
    for (uint32_t node = (d->leaves + i) / 2; node >= 1; node /= 2)
        d->winner[node] = better(d, node);
}

qb_status qb_descent_start(qb_descent *descent, const uint8_t *x, qb_budget *budget)
{
    const qb_qubo *q = descent->model;
    double value = 0;
    if (x != descent->x && q->n)
        memcpy(descent->x, x, q->n);
    x = descent->x;
    for (uint32_t i = 0; i < q->n; i++) {
        uint64_t begin = q->start[i], end = q->start[i + 1];
        double linear = qb_qubo_linear(q, i), pull = 0;
        for (uint64_t k = begin; k < end; k++)
            if (x[q->neighbour[k]])
                pull += qb_qubo_weight(q, k);
        value += x[i] ? linear + 0.5 * pull : 0;
        descent->gain[i] = descent->sign * (x[i] ? -(linear + pull) : linear + pull);
        if (!qb_budget_spend(budget, 1 + end - begin))
            return QB_STOPPED;
    }
    descent->value = descent->sign * value;
    rebuild(descent);
    return QB_OK;
}

void qb_descent_flip(qb_descent *descent, uint32_t i)
{
    const qb_qubo *q = descent->model;
    uint64_t begin = q->start[i], end = q->start[i + 1];
    uint8_t *x = descent->x;
    double *gain = descent->gain;
    uint32_t depth = (uint32_t)__builtin_ctz(descent->leaves);
    bool few = (end - begin + 1) * depth < q->n;
    descent->value += gain[i];
    gain[i] = -gain[i];
    for (uint64_t k = begin; k < end; k++) {
        uint32_t j = q->neighbour[k];
        double change = descent->sign * qb_qubo_weight(q, k); /* with the sign of both steps, 1 - 2 x */
        gain[j] += x[i] == x[j] ? change : -change;
    }
    x[i] ^= 1;
    if (!few)
        rebuild(descent);
    else {
        repair(descent, i);
        for (uint64_t k = begin; k < end; k++)
            repair(descent, q->neighbour[k]);
    }
}

qb_status qb_descent_run(qb_descent *descent, qb_budget *budget)
{
    const qb_qubo *q = descent->model;
    for (;;) {
        uint32_t best = descent->winner[1];
        if (!(descent->gain[best] > descent->threshold))
            return QB_OK;
        if (!qb_rows_spend(budget, q, best))
            return QB_STOPPED;
        qb_descent_flip(descent, best);
    }
}

static qb_status sum_exactly(const qb_qubo *q, const uint8_t *x, qb_budget *budget, double *energy)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        if (!qb_rows_spend(budget, q, i))
            return QB_STOPPED;
        if (!x[i])
            continue;
        sum += q->int_linear[i];
        for (uint64_t k = q->start[i]; k < q->start[i + 1] && q->neighbour[k] < i; k++)
            if (x[q->neighbour[k]])
                sum += q->int_weight[k];
    }
    *energy = (double)sum;
    return QB_OK;
}

/* Neumaier's sum. */
static void add(double term, double *sum, double *lost)
{
    double t = *sum + term;
    *lost += fabs(*sum) >= fabs(term) ? (*sum - t) + term : (term - t) + *sum;
    *sum = t;
}

static qb_status sum_compensated(const qb_qubo *q, const uint8_t *x, qb_budget *budget, double *energy)
{
    double sum = 0, lost = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        if (!qb_rows_spend(budget, q, i))
            return QB_STOPPED;
        if (!x[i])
            continue;
        add(q->real_linear[i], &sum, &lost);
        for (uint64_t k = q->start[i]; k < q->start[i + 1] && q->neighbour[k] < i; k++)
            if (x[q->neighbour[k]])
                add(q->real_weight[k], &sum, &lost);
    }
    *energy = sum + lost;
    return QB_OK;
}

qb_status qb_descent_energy(const qb_qubo *model, const uint8_t *x, qb_budget *budget, double *energy)
{
    return model->integral ? sum_exactly(model, x, budget, energy)
                           : sum_compensated(model, x, budget, energy);
}

qb_status qb_descent_publish(qb_descent *descent, qb_budget *budget)
{
    const qb_qubo *q = descent->model;
    double energy = descent->sign * descent->value;
    if (!q->integral || q->magnitude >= 0x1p53) { /* what was added up on the way is not exact */
        qb_status status = qb_descent_energy(q, descent->x, budget, &energy);
        if (status)
            return status;
    }
    qb_status status = qb_budget_incumbent(budget, descent->x, energy);
    return status ? status : qb_budget_sample(budget, descent->x, energy, 1);
}

void qb_descent_random_point(qb_rng *rng, uint8_t *x, uint32_t n)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < n; i++, bits >>= 1) {
        if (i % 64 == 0)
            bits = qb_rng_next(rng);
        x[i] = bits & 1;
    }
}
