#include "solvers/hybrid/select.h"

#include "harness/base/memory.h"

#include <stdlib.h>

qb_status selection_open(const qb_qubo *model, selection_rule rule, qb_rng *rng, selection *s)
{
    *s = (selection){.model = model, .rule = rule, .rng = rng};
    s->taken = QB_NEW(uint64_t, model->n);
    if (rule == SELECT_IMPACT)
        s->rank = QB_NEW(selection_rank, model->n);
    if (rule == SELECT_CHAIN)
        s->front = (selection_front){.variable = QB_NEW(uint32_t, model->n),
                                     .gain = QB_NEW(double, model->n),
                                     .seen = QB_NEW(uint64_t, model->n)};
    bool has_front = s->front.variable && s->front.gain && s->front.seen;
    return s->taken && (s->rank || rule != SELECT_IMPACT) && (has_front || rule != SELECT_CHAIN)
               ? QB_OK
               : QB_NO_MEMORY;
}

void selection_close(selection *s)
{
    qb_free(s->taken);
    qb_free(s->rank);
    qb_free(s->front.variable);
    qb_free(s->front.gain);
    qb_free(s->front.seen);
}

void selection_reset(selection *s)
{
    s->is_ranked = false;
}

static int by_falling_gain(const void *a, const void *b)
{
    const selection_rank *p = a, *q = b;
    if (p->gain != q->gain)
        return p->gain < q->gain ? 1 : -1;
    return (p->tie > q->tie) - (p->tie < q->tie);
}

static qb_status take_window(selection *s, const double *gain, uint32_t count, uint32_t *member,
                             qb_budget *budget)
{
    uint32_t n = s->model->n;
    if (!s->is_ranked) {
        for (uint32_t i = 0; i < n; i++)
            s->rank[i] = (selection_rank){gain[i], qb_rng_next(s->rng), i};
        qsort(s->rank, n, sizeof *s->rank, by_falling_gain);
        s->is_ranked = true;
        s->next = 0;
        if (!qb_budget_spend(budget, n))
            return QB_STOPPED;
    }
    for (uint32_t k = 0; k < count; k++) {
        member[k] = s->rank[s->next].variable;
        s->next = s->next + 1 < n ? s->next + 1 : 0;
    }
    return qb_budget_spend(budget, count) ? QB_OK : QB_STOPPED;
}

/* Takes variable i, unless this step has it already. */
static bool take(selection *s, uint32_t i)
{
    bool is_new = s->taken[i] != s->steps;
    s->taken[i] = s->steps;
    return is_new;
}

static uint32_t take_any(selection *s)
{
    for (;;) {
        uint32_t i = (uint32_t)qb_rng_below(s->rng, s->model->n);
        if (take(s, i))
            return i;
    }
}

/* Takes neighbours of i, from a random one on, while there is room; returns how many. */
static uint32_t take_neighbours(selection *s, uint32_t i, uint32_t room, uint32_t *member, qb_budget *budget)
{
    const qb_qubo *q = s->model;
    uint64_t degree = q->start[i + 1] - q->start[i], first = degree ? qb_rng_below(s->rng, degree) : 0, k;
    uint32_t count = 0;
    for (k = 0; k < degree && count < room; k++) {
        uint32_t j = q->neighbour[q->start[i] + (first + k) % degree];
        if (take(s, j))
            member[count++] = j;
    }
    (void)qb_budget_spend(budget, 1 + k);
    return count;
}

static qb_status take_tree(selection *s, uint32_t count, uint32_t *member, qb_budget *budget)
{
    uint32_t size = 0, grown = 0;
    while (size < count && !qb_budget_is_over(budget)) {
        if (grown == size) /* the start, or a component is exhausted */
            member[size++] = take_any(s);
        else {
            size += take_neighbours(s, member[grown], count - size, member + size, budget);
            grown++;
        }
    }
    return size == count ? QB_OK : QB_STOPPED;
}

/* Variable i joins the chain: its neighbours gain what its flip changes. */
static void extend_chain(selection *s, uint32_t i, const uint8_t *x, const double *gain, qb_budget *budget)
{
    const qb_qubo *q = s->model;
    selection_front *f = &s->front;
    double sign = q->sense == QB_MAXIMISE ? 1 : -1;
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++) {
        uint32_t j = q->neighbour[k];
        if (f->seen[j] != s->steps) {
            f->seen[j] = s->steps;
            f->gain[j] = gain[j];
            f->variable[f->size++] = j;
        }
        f->gain[j] += (x[i] == x[j] ? sign : -sign) * qb_qubo_weight(q, k);
    }
    (void)qb_budget_spend(budget, 1 + q->start[i + 1] - q->start[i]);
}

/* Takes the best of the chain's neighbours, any of equal ones; false: none is left. */
static bool take_best(selection *s, uint32_t *best, qb_budget *budget)
{
    selection_front *f = &s->front;
    uint32_t left = 0;
    uint64_t ties = 0;
    for (uint32_t k = 0; k < f->size; k++) {
        uint32_t j = f->variable[k];
        if (s->taken[j] == s->steps)
            continue;
        f->variable[left++] = j;
        if (ties && f->gain[j] < f->gain[*best])
            continue;
        ties = ties && f->gain[j] == f->gain[*best] ? ties + 1 : 1;
        if (ties == 1 || !qb_rng_below(s->rng, ties))
            *best = j;
    }
    (void)qb_budget_spend(budget, f->size);
    f->size = left;
    return left && take(s, *best);
}

static qb_status take_chain(selection *s, const uint8_t *x, const double *gain, uint32_t count,
                            uint32_t *member, qb_budget *budget)
{
    s->front.size = 0;
    for (uint32_t size = 0; size < count; size++) {
        if (!take_best(s, &member[size], budget))
            member[size] = take_any(s);
        extend_chain(s, member[size], x, gain, budget);
        if (qb_budget_is_over(budget))
            return QB_STOPPED;
    }
    return QB_OK;
}

qb_status selection_take(selection *s, const uint8_t *x, const double *gain, uint32_t count, uint32_t *member,
                         qb_budget *budget)
{
    s->steps++;
    switch (s->rule) {
    case SELECT_IMPACT:
        return take_window(s, gain, count, member, budget);
    case SELECT_NEIGHBOURHOOD:
        return take_tree(s, count, member, budget);
    case SELECT_CHAIN:
        return take_chain(s, x, gain, count, member, budget);
    case SELECT_RANDOM:
        break;
    }
    for (uint32_t k = 0; k < count; k++)
        member[k] = take_any(s);
    return qb_budget_spend(budget, count) ? QB_OK : QB_STOPPED;
}
