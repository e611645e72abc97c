#include "solvers/kernels/groups.h"
#include "harness/base/memory.h"

#include <stdlib.h>

#define SHARE       4    /* groups are kept where one bit in so many stands in one */
#define MATRIX_MOST 1024 /* variables */

bool qb_groups_suit(const qb_qubo *model, qb_budget *budget)
{
    uint32_t groups = model->groups + model->cardinalities;
    if (groups && (uint64_t)model->group_start[groups] * SHARE >= model->n)
        return true;
    qb_integers integers;
    bool some = !qb_integers_open(model, budget, &integers) && integers.count;
    qb_integers_close(&integers);
    return some;
}

void qb_groups_close(qb_groups *s)
{
    qb_free(s->x);
    qb_free(s->goal);
    qb_free(s->field);
    qb_free(s->free);
    qb_free(s->order);
    qb_free(s->at);
    qb_free(s->place);
    qb_free(s->peer);
    qb_free(s->kin);
    qb_free(s->matrix);
    qb_free(s->pull);
    qb_free(s->touched);
    qb_integers_close(&s->integers);
    *s = (qb_groups){0};
}

/* Where every bit stands; those that stand nowhere are free. */
static void place_bits(qb_groups *s)
{
    const qb_qubo *q = s->model;
    for (uint32_t i = 0; i < q->n; i++)
        s->place[i] = UINT32_MAX;
    for (uint32_t g = 0; g < s->groups; g++)
        for (uint32_t k = q->group_start[g]; k < q->group_start[g + 1]; k++) {
            uint32_t i = q->group_member[k];
            s->order[k] = i;
            s->at[i] = k;
            s->place[i] = k - q->group_start[g];
        }
    for (uint32_t i = 0; i < q->n; i++)
        if (s->place[i] == UINT32_MAX && s->integers.of[i] == s->integers.count)
            s->free[s->singles++] = i;
}

typedef struct sized {
    uint32_t length, group;
} sized;

static int by_length(const void *a, const void *b)
{
    const sized *left = a, *right = b;
    if (left->length != right->length)
        return left->length < right->length ? -1 : 1;
    return (left->group > right->group) - (left->group < right->group);
}

static qb_status find_peers(qb_groups *s)
{
    uint32_t count = s->model->groups;
    sized *list = QB_NEW(sized, count);
    if (!list)
        return QB_NO_MEMORY;
    for (uint32_t g = 0; g < count; g++)
        list[g] = (sized){qb_groups_length(s, g), g};
    qsort(list, count, sizeof *list, by_length);
    for (uint32_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && list[to].length == list[from].length; to++)
            s->peer[to] = list[to].group;
        for (uint32_t k = from; k < to; k++)
            s->kin[list[k].group] = (qb_groups_kin){from, to - from, k - from};
    }
    qb_free(list);
    return QB_OK;
}

/* A matrix that finds no memory is done without. */
static void fill_matrix(qb_groups *s)
{
    const qb_qubo *q = s->model;
    s->matrix = q->n <= MATRIX_MOST ? QB_NEW(double, (size_t)q->n * q->n) : NULL;
    for (uint32_t i = 0; s->matrix && i < q->n; i++)
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            s->matrix[(size_t)i * q->n + q->neighbour[k]] = qb_qubo_weight(q, k);
}

/* All integers are 0 in x: the field of the first bit of one is its curvature and its pull. */
static double pull_of(const qb_groups *s, uint32_t k)
{
    return s->field[s->integers.bit[s->integers.start[k]]] - s->integers.curvature[k];
}

/* All zero. */
static void restart(qb_groups *s)
{
    s->cost = 0;
    for (uint32_t i = 0; i < s->model->n; i++) {
        s->x[i] = 0;
        s->field[i] = s->sign * qb_qubo_linear(s->model, i);
    }
    for (uint32_t k = 0; k < s->integers.count; k++)
        s->cost += qb_integers_cost(&s->integers, k, pull_of(s, k));
}

qb_status qb_groups_open(const qb_qubo *model, qb_budget *budget, qb_groups *s)
{
    uint32_t groups = model->groups + model->cardinalities;
    *s = (qb_groups){
        .model = model,
        .sign = model->sense == QB_MINIMISE ? 1 : -1,
        .groups = groups,
        .x = QB_NEW(uint8_t, model->n),
        .goal = QB_NEW(uint8_t, model->n),
        .field = QB_NEW(double, model->n),
        .free = QB_NEW(uint32_t, model->n),
        .order = QB_NEW(uint32_t, groups ? model->group_start[groups] : 0),
        .at = QB_NEW(uint32_t, model->n),
        .place = QB_NEW(uint32_t, model->n),
        .peer = QB_NEW(uint32_t, model->groups),
        .kin = QB_NEW(qb_groups_kin, model->groups),
    };
    bool have = s->x && s->goal && s->field && s->free && s->order && s->at && s->place && s->peer && s->kin;
    qb_status status = have && !find_peers(s) ? qb_integers_open(model, budget, &s->integers) : QB_NO_MEMORY;
    if (status)
        return status;
    s->pull = QB_NEW(double, s->integers.count);
    s->touched = QB_NEW(uint32_t, 4 * (size_t)s->integers.count + 1);
    if (!s->pull || !s->touched)
        return QB_NO_MEMORY;
    if (!groups && !s->integers.count)
        return QB_REFUSED;
    place_bits(s);
    fill_matrix(s);
    restart(s);
    return QB_OK;
}

static void trade_places(qb_groups *s, uint32_t i, uint32_t j)
{
    uint32_t at = s->at[i];
    s->order[s->at[j]] = i;
    s->order[at] = j;
    s->at[i] = s->at[j];
    s->at[j] = at;
}

/* The bits' ties meet in `pull`, since a move of several may touch an integer more than once. */
void qb_groups_follow(const qb_groups *s, qb_groups_move *move)
{
    const qb_integers *t = &s->integers;
    uint32_t touched = 0;
    for (uint32_t b = 0; b < move->bits; b++) {
        uint32_t i = move->bit[b];
        for (uint32_t k = t->tie_start[i]; k < t->tie_start[i + 1]; k++) {
            double pull = s->x[i] ? -t->tie[k].pull : t->tie[k].pull;
            s->touched[touched] = t->tie[k].integer;
            touched += s->pull[t->tie[k].integer] == 0;
            s->pull[t->tie[k].integer] += pull;
        }
    }
    for (uint32_t k = 0; k < touched; k++) {
        uint32_t integer = s->touched[k];
        double pull = pull_of(s, integer);
        move->cost +=
            qb_integers_cost(t, integer, pull + s->pull[integer]) - qb_integers_cost(t, integer, pull);
        s->pull[integer] = 0;
    }
    move->work += touched;
}

static uint64_t flip(qb_groups *s, uint32_t i)
{
    const qb_qubo *q = s->model;
    double toward = s->x[i] ? -s->sign : s->sign;
    s->cost += qb_groups_flip(s, i).cost;
    s->x[i] ^= 1;
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        s->field[q->neighbour[k]] += toward * qb_qubo_weight(q, k);
    return q->start[i + 1] - q->start[i];
}

/* The ones of a group come first, as x has them; of those that are too many or missing the lot decides. */
static void arrange(qb_groups *s, uint32_t g, const uint8_t *x, qb_rng *rng)
{
    const qb_qubo *q = s->model;
    uint32_t from = q->group_start[g], to = q->group_start[g + 1], front = from,
             last = from + q->group_ones[g];
    for (uint32_t k = from; k < to; k++)
        if (x[s->order[k]])
            trade_places(s, s->order[k], s->order[front++]);
    for (uint32_t k = front < last ? front : from, end = front > last ? front : to; front != last && k < last;
         k++)
        trade_places(s, s->order[k], s->order[k + qb_groups_lot(rng, end - k)]);
    for (uint32_t k = from; k < to; k++)
        s->goal[s->order[k]] = k < last;
}

uint64_t qb_groups_go(qb_groups *s, const uint8_t *x, qb_rng *rng)
{
    uint64_t work = 0;
    uint32_t differ = 0, ones = 0;
    for (uint32_t k = 0; k < s->singles; k++)
        s->goal[s->free[k]] = x[s->free[k]];
    for (uint32_t g = 0; g < s->groups; g++)
        arrange(s, g, x, rng);
    for (uint32_t i = 0; i < s->model->n; i++) {
        differ += s->x[i] != s->goal[i];
        ones += s->goal[i];
    }
    if (ones < differ)
        restart(s);
    for (uint32_t i = 0; i < s->model->n; i++)
        if (s->x[i] != s->goal[i])
            work += flip(s, i);
    return work;
}

/* a and c are the ones of two groups, b stands in a's group where c does in its own, d the other way. */
qb_groups_move qb_groups_exchange(const qb_groups *s, uint32_t g, uint32_t h)
{
    const qb_qubo *q = s->model;
    uint32_t a = s->order[q->group_start[g]], c = s->order[q->group_start[h]];
    if (s->place[a] == s->place[c])
        return (qb_groups_move){.work = 1};
    uint32_t b = q->group_member[q->group_start[g] + s->place[c]];
    uint32_t d = q->group_member[q->group_start[h] + s->place[a]];
    double cost = s->field[b] + s->field[d] - s->field[a] - s->field[c] + qb_groups_coupling(s, a, c) +
                  qb_groups_coupling(s, b, d) - qb_groups_coupling(s, a, b) - qb_groups_coupling(s, a, d) -
                  qb_groups_coupling(s, c, b) - qb_groups_coupling(s, c, d);
    return qb_groups_priced(s, (qb_groups_move){.bit = {a, b, c, d}, .bits = 4, .work = 10, .cost = cost});
}

uint64_t qb_groups_make(qb_groups *s, const qb_groups_move *move)
{
    uint64_t work = 0;
    for (uint32_t k = 0; k + 1 < move->bits; k += 2)
        if (s->place[move->bit[k]] != UINT32_MAX)
            trade_places(s, move->bit[k], move->bit[k + 1]);
    for (uint32_t k = 0; k < move->bits; k++)
        work += flip(s, move->bit[k]);
    return work;
}
