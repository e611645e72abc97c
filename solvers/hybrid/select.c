#include "solvers/hybrid/select.h"

#include "harness/base/memory.h"
#include "solvers/kernels/rows.h"

#include <stdlib.h>

/* Where points keep groups: which group each variable is of. */
static qb_status list_groups(selection *s)
{
    const qb_qubo *q = s->model;
    uint32_t groups = q->groups + q->cardinalities;
    s->group = QB_NEW(uint32_t, q->n);
    if (!s->group)
        return QB_NO_MEMORY;
    for (uint32_t i = 0; i < q->n; i++) {
        s->group[i] = groups;
        s->available -= s->integers->of[i] != s->integers->count;
    }
    for (uint32_t g = 0; g < groups; g++)
        for (uint32_t k = q->group_start[g]; k < q->group_start[g + 1]; k++)
            s->group[q->group_member[k]] = g;
    return QB_OK;
}

qb_status selection_open(const qb_qubo *model, selection_rule rule, const qb_integers *integers, qb_rng *rng,
                         selection *s)
{
    *s = (selection){.model = model, .rule = rule, .rng = rng, .integers = integers, .available = model->n};
    s->taken = QB_NEW(uint64_t, model->n);
    if (rule == SELECT_IMPACT)
        s->rank = QB_NEW(selection_rank, model->n);
    if (rule == SELECT_CHAIN)
        s->front = (selection_front){.variable = QB_NEW(uint32_t, model->n),
                                     .gain = QB_NEW(double, model->n),
                                     .seen = QB_NEW(uint64_t, model->n)};
    bool has_front = s->front.variable && s->front.gain && s->front.seen;
    if (!s->taken || (!s->rank && rule == SELECT_IMPACT) || (!has_front && rule == SELECT_CHAIN))
        return QB_NO_MEMORY;
    return integers ? list_groups(s) : QB_OK;
}

void selection_close(selection *s)
{
    qb_free(s->group);
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

/* ------------------------------------------------------------------------------------------- a growing part
 */

static bool has_room(const selection *s, const selection_part *part)
{
    return part->count < s->room.variables && 2 * part->states <= s->room.states;
}

/* Unless this step has it already, or it follows. */
static bool can_take(const selection *s, uint32_t i)
{
    return s->taken[i] != s->steps && !(s->integers && s->integers->of[i] != s->integers->count);
}

static bool take(selection *s, uint32_t i)
{
    bool can = can_take(s, i);
    s->left -= can;
    s->taken[i] = s->steps;
    return can;
}

/* Takes any of those that are left. */
static uint32_t take_any(selection *s)
{
    for (;;) {
        uint32_t i = (uint32_t)qb_rng_below(s->rng, s->model->n);
        if (take(s, i))
            return i;
    }
}

/* In how many ways `ones` of `members` can be 1. */
static double ways(uint32_t members, uint32_t ones)
{
    double w = 1;
    for (uint32_t k = 1; k <= ones; k++)
        w = w * (members - ones + k) / k;
    return w;
}

/* Adds a member of the last group, if there is room for it. */
static bool add_member(selection *s, uint32_t i, const uint8_t *x, selection_part *part, double states)
{
    uint32_t g = part->groups, ones = part->ones[g] + x[i];
    if (part->count == s->room.variables || states * ways(part->size[g] + 1, ones) > s->room.states)
        return false;
    part->member[part->count++] = i;
    part->size[g]++;
    part->ones[g] = ones;
    return true;
}

/* i, a member that is otherwise than i, then the rest. */
static bool add_members(selection *s, uint32_t i, const uint8_t *x, selection_part *part, double states)
{
    const qb_qubo *q = s->model;
    const uint32_t *member = q->group_member + q->group_start[s->group[i]];
    uint32_t length = q->group_start[s->group[i] + 1] - q->group_start[s->group[i]];
    uint32_t from = (uint32_t)qb_rng_below(s->rng, length), other = 0;
    while (x[member[(from + other) % length]] == x[i])
        other++;
    other = (from + other) % length;
    bool fits = add_member(s, i, x, part, states) && add_member(s, member[other], x, part, states);
    for (uint32_t k = 0; k < length && fits; k++) {
        uint32_t j = member[(from + k) % length];
        if (j != i && j != member[other])
            fits = add_member(s, j, x, part, states);
    }
    for (uint32_t k = part->first[part->groups]; k < part->count; k++)
        (void)take(s, part->member[k]);
    return fits;
}

/* Adds variable i, which has been taken, and its group; false: the part is complete without. */
static bool join(selection *s, uint32_t i, const uint8_t *x, selection_part *part)
{
    if (!s->integers || s->group[i] == s->model->groups + s->model->cardinalities) {
        part->member[part->count++] = i;
        part->states *= 2;
        return true;
    }
    uint32_t g = part->groups;
    part->first[g] = part->count;
    part->size[g] = part->ones[g] = 0;
    bool is_whole = add_members(s, i, x, part, part->states);
    if (part->size[g] < 2 || (!is_whole && part->first[g] > 0)) {
        part->count = part->first[g];
        return false;
    }
    part->states *= ways(part->size[g], part->ones[g]);
    part->groups++;
    return is_whole;
}

/* ---------------------------------------------------------------------------------------------- the rules */

static int by_falling_gain(const void *a, const void *b)
{
    const selection_rank *p = a, *q = b;
    if (p->gain != q->gain)
        return p->gain < q->gain ? 1 : -1;
    return (p->tie > q->tie) - (p->tie < q->tie);
}

static bool take_window(selection *s, const uint8_t *x, const double *gain, selection_part *part,
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
            return false;
    }
    for (uint32_t looked = 0; looked < n && has_room(s, part); looked++) {
        uint32_t i = s->rank[s->next].variable;
        if (take(s, i) && !join(s, i, x, part))
            break;
        s->next = s->next + 1 < n ? s->next + 1 : 0;
    }
    return qb_budget_spend(budget, part->count);
}

/* Takes neighbours of i, from a random one on, while there is room; false: the part is complete. */
static bool take_neighbours(selection *s, uint32_t i, const uint8_t *x, selection_part *part,
                            qb_budget *budget)
{
    const qb_qubo *q = s->model;
    uint64_t degree = q->start[i + 1] - q->start[i], first = degree ? qb_rng_below(s->rng, degree) : 0, k;
    bool goes_on = true;
    for (k = 0; k < degree && goes_on && has_room(s, part); k++) {
        uint32_t j = q->neighbour[q->start[i] + (first + k) % degree];
        goes_on = !take(s, j) || join(s, j, x, part);
    }
    return qb_budget_spend(budget, 1 + k) && goes_on;
}

static bool take_tree(selection *s, const uint8_t *x, selection_part *part, qb_budget *budget)
{
    bool goes_on = true;
    for (uint32_t grown = 0; goes_on && has_room(s, part);) {
        if (grown < part->count)
            goes_on = take_neighbours(s, part->member[grown++], x, part, budget);
        else /* the start, or a component is exhausted */
            goes_on = s->left && join(s, take_any(s), x, part);
    }
    return !qb_budget_is_over(budget);
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
    (void)qb_rows_spend(budget, q, i);
}

/* Takes the best of the chain's neighbours, any of equal ones; false: none is left. */
static bool take_best(selection *s, uint32_t *best, qb_budget *budget)
{
    selection_front *f = &s->front;
    uint32_t left = 0;
    uint64_t ties = 0;
    for (uint32_t k = 0; k < f->size; k++) {
        uint32_t j = f->variable[k];
        if (!can_take(s, j))
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

static bool take_chain(selection *s, const uint8_t *x, const double *gain, selection_part *part,
                       qb_budget *budget)
{
    s->front.size = 0;
    while (has_room(s, part) && s->left) {
        uint32_t i = 0;
        if (!take_best(s, &i, budget))
            i = take_any(s);
        if (!join(s, i, x, part))
            break;
        extend_chain(s, i, x, gain, budget);
        if (qb_budget_is_over(budget))
            return false;
    }
    return true;
}

static bool take_random(selection *s, const uint8_t *x, selection_part *part, qb_budget *budget)
{
    while (has_room(s, part) && s->left && join(s, take_any(s), x, part))
        continue;
    return qb_budget_spend(budget, part->count);
}

static bool take_by_rule(selection *s, const uint8_t *x, const double *gain, selection_part *part,
                         qb_budget *budget)
{
    switch (s->rule) {
    case SELECT_IMPACT:
        return take_window(s, x, gain, part, budget);
    case SELECT_NEIGHBOURHOOD:
        return take_tree(s, x, part, budget);
    case SELECT_CHAIN:
        return take_chain(s, x, gain, part, budget);
    case SELECT_RANDOM:
        break;
    }
    return take_random(s, x, part, budget);
}

qb_status selection_take(selection *s, const uint8_t *x, const double *gain, selection_room room,
                         selection_part *part, qb_budget *budget)
{
    s->steps++;
    s->room = room;
    s->left = s->available;
    part->count = part->groups = 0;
    part->states = 1;
    return take_by_rule(s, x, gain, part, budget) ? QB_OK : QB_STOPPED;
}
