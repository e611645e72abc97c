#include "solvers/hybrid/select.h"

#include "harness/base/memory.h"

#include <stdlib.h>

qb_status selection_open(const qb_qubo *model, selection_rule rule, qb_rng *rng, selection *s)
{
    *s = (selection){.model = model, .rule = rule, .rng = rng};
    s->taken = QB_NEW(uint64_t, model->n);
    if (rule == SELECT_IMPACT)
        s->rank = QB_NEW(selection_rank, model->n);
    return s->taken && (s->rank || rule != SELECT_IMPACT) ? QB_OK : QB_NO_MEMORY;
}

void selection_close(selection *s)
{
    qb_free(s->taken);
    qb_free(s->rank);
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

qb_status selection_take(selection *s, const double *gain, uint32_t count, uint32_t *member,
                         qb_budget *budget)
{
    s->steps++;
    switch (s->rule) {
    case SELECT_IMPACT:
        return take_window(s, gain, count, member, budget);
    case SELECT_NEIGHBOURHOOD:
        return take_tree(s, count, member, budget);
    case SELECT_RANDOM:
        break;
    }
    for (uint32_t k = 0; k < count; k++)
        member[k] = take_any(s);
    return qb_budget_spend(budget, count) ? QB_OK : QB_STOPPED;
}
