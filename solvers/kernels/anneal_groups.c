/* The kernel "groups": states in which every group of the model has as many ones as it should.
 *
 *   bits of no group        a flip
 *   a group                 one of its ones moves to one of its zeros, by lot
 *   two groups of one each, of the same length
 *                           their ones, at places p and q, exchange places: what swaps two of a permutation
 *
 * each accepted with probability min(1, exp(-beta cost)).  Proposals are symmetric, so that at fixed beta the
 * Boltzmann distribution over these states is sampled.  The penalties that keep the groups are never paid,
 * whatever their weight.  A sweep attempts every free bit, and in each group as many moves as it has members,
 * every second of them an exchange where the group has a peer.
 *
 * Fields are doubles and exact for integral models.  The work of an attempt is what it looks at; couplings
 * are found by bisection.  Memory: O(n).
 *
 * Source: Kirkpatrick, Gelatt and Vecchi, Science 220 (1983), who annealed tours by moves that leave them
 * tours.
 */
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_math.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLD 38 /* > 54 ln 2 */

typedef struct groups_state {
    const qb_qubo *model;
    double sign; /* of E in the cost */
    uint32_t groups, singles;
    uint8_t *x;        /* [n] */
    double *field;     /* [n] the cost of x_i = 1 less that of x_i = 0 */
    uint32_t *free;    /* [singles] bits of no group */
    uint32_t *order;   /* [members] each group's, its ones first */
    uint32_t *at;      /* [n] where a bit stands in order */
    uint32_t *place;   /* [n] and in the model's own order, from the group's first */
    uint32_t *peer;    /* [model->groups] one-hot groups by length */
    uint32_t *kin[2];  /* [model->groups] from where to where in `peer` a group's own length is */
    qb_rng rng, start; /* of attempts, and of starts */
} groups_state;

static void groups_close(void *opaque)
{
    groups_state *s = opaque;
    if (!s)
        return;
    qb_free(s->x);
    qb_free(s->field);
    qb_free(s->free);
    qb_free(s->order);
    qb_free(s->at);
    qb_free(s->place);
    qb_free(s->peer);
    qb_free(s->kin[0]);
    qb_free(s->kin[1]);
    qb_free(s);
}

static uint32_t length_of(const qb_qubo *q, uint32_t g)
{
    return q->group_start[g + 1] - q->group_start[g];
}

/* Where every bit stands; those that stand nowhere are free. */
static void place_bits(groups_state *s)
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
        if (s->place[i] == UINT32_MAX)
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

static qb_status find_peers(groups_state *s)
{
    uint32_t count = s->model->groups;
    sized *list = QB_NEW(sized, count);
    if (!list)
        return QB_NO_MEMORY;
    for (uint32_t g = 0; g < count; g++)
        list[g] = (sized){length_of(s->model, g), g};
    qsort(list, count, sizeof *list, by_length);
    for (uint32_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && list[to].length == list[from].length; to++)
            s->peer[to] = list[to].group;
        for (uint32_t k = from; k < to; k++) {
            s->kin[0][list[k].group] = from;
            s->kin[1][list[k].group] = to;
        }
    }
    qb_free(list);
    return QB_OK;
}

static qb_status groups_open(const qb_qubo *model, uint64_t seed, void **state, qb_anneal_walk *walk,
                             qb_diag *diag)
{
    uint32_t groups = model->groups + model->cardinalities;
    if (!groups)
        return qb_fail(diag, QB_REFUSED, "annealing within groups needs a model that has some");
    groups_state *s = *state = QB_NEW(groups_state, 1);
    if (!s)
        return QB_NO_MEMORY;
    *s = (groups_state){
        .model = model,
        .sign = model->sense == QB_MINIMISE ? 1 : -1,
        .groups = groups,
        .x = QB_NEW(uint8_t, model->n),
        .field = QB_NEW(double, model->n),
        .free = QB_NEW(uint32_t, model->n),
        .order = QB_NEW(uint32_t, model->group_start[groups]),
        .at = QB_NEW(uint32_t, model->n),
        .place = QB_NEW(uint32_t, model->n),
        .peer = QB_NEW(uint32_t, model->groups),
        .kin = {QB_NEW(uint32_t, model->groups), QB_NEW(uint32_t, model->groups)},
    };
    bool have =
        s->x && s->field && s->free && s->order && s->at && s->place && s->peer && s->kin[0] && s->kin[1];
    if (!have || find_peers(s))
        return QB_NO_MEMORY;
    place_bits(s);
    qb_rng_init(&s->start, seed, 2);
    qb_rng_init(&s->rng, seed, 1);
    *walk = (qb_anneal_walk){s->singles + groups, 1, QB_ANNEAL_QUANTUM};
    return QB_OK;
}

/* Uniform below bound, to 2^-32; for lots drawn by the million. */
static uint32_t lot(qb_rng *rng, uint32_t bound)
{
    return (uint32_t)((qb_rng_next(rng) >> 32) * bound >> 32);
}

static void trade_places(groups_state *s, uint32_t i, uint32_t j)
{
    uint32_t at = s->at[i];
    s->order[s->at[j]] = i;
    s->order[at] = j;
    s->at[i] = s->at[j];
    s->at[j] = at;
}

/* The ones of a group come first, as x has them; of those that are too many or missing the lot decides. */
static void start_group(groups_state *s, uint32_t g, const uint8_t *x)
{
    const qb_qubo *q = s->model;
    uint32_t from = q->group_start[g], to = q->group_start[g + 1], front = from,
             last = from + q->group_ones[g];
    for (uint32_t k = from; k < to; k++)
        if (x[s->order[k]])
            trade_places(s, s->order[k], s->order[front++]);
    for (uint32_t k = front < last ? front : from, end = front > last ? front : to; front != last && k < last;
         k++)
        trade_places(s, s->order[k], s->order[k + lot(&s->start, end - k)]);
    for (uint32_t k = from; k < to; k++)
        s->x[s->order[k]] = k < last;
}

static void groups_start(void *opaque, const uint8_t *x)
{
    groups_state *s = opaque;
    const qb_qubo *q = s->model;
    for (uint32_t k = 0; k < s->singles; k++)
        s->x[s->free[k]] = x[s->free[k]];
    for (uint32_t g = 0; g < s->groups; g++)
        start_group(s, g, x);
    for (uint32_t i = 0; i < q->n; i++) {
        s->field[i] = s->sign * qb_qubo_linear(q, i);
        for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
            if (s->x[q->neighbour[k]])
                s->field[i] += s->sign * qb_qubo_weight(q, k);
    }
}

static uint64_t flip(groups_state *s, uint32_t i)
{
    const qb_qubo *q = s->model;
    double toward = s->x[i] ? -s->sign : s->sign;
    s->x[i] ^= 1;
    for (uint64_t k = q->start[i]; k < q->start[i + 1]; k++)
        s->field[q->neighbour[k]] += toward * qb_qubo_weight(q, k);
    return q->start[i + 1] - q->start[i];
}

/* No lot of 54 bits passes a threshold beyond COLD: most attempts are decided without drawing one. */
static bool accepts(groups_state *s, double cost, double beta)
{
    if (cost <= 0 || cost * beta > COLD)
        return cost <= 0;
    return cost <= -qb_anneal_ln(qb_rng_uniform(&s->rng) + 0x1p-54) / beta;
}

static double coupling(const groups_state *s, uint32_t i, uint32_t j)
{
    return s->sign * qb_qubo_coupling(s->model, i, j);
}

/* Bits to flip together. */
typedef struct proposal {
    uint32_t bit[4], bits, work; /* work: what it took to price it */
    double cost;
} proposal;

static proposal propose_flip(const groups_state *s, uint32_t i)
{
    return (proposal){.bit = {i}, .bits = 1, .work = 1, .cost = s->x[i] ? -s->field[i] : s->field[i]};
}

static proposal propose_move(groups_state *s, uint32_t g)
{
    const qb_qubo *q = s->model;
    uint32_t from = q->group_start[g], ones = q->group_ones[g], all = length_of(q, g);
    uint32_t a = s->order[from + (ones > 1 ? lot(&s->rng, ones) : 0)];
    uint32_t b = s->order[from + ones + lot(&s->rng, all - ones)];
    double cost = s->field[b] - s->field[a] - coupling(s, a, b);
    return (proposal){.bit = {a, b}, .bits = 2, .work = 2, .cost = cost};
}

/* a and c are the ones of two groups, b stands in a's group where c does in its own, d the other way. */
static proposal propose_exchange(groups_state *s, uint32_t g)
{
    const qb_qubo *q = s->model;
    uint32_t first = s->kin[0][g], h = s->peer[first + lot(&s->rng, s->kin[1][g] - first)];
    uint32_t a = s->order[q->group_start[g]], c = s->order[q->group_start[h]];
    if (s->place[a] == s->place[c])
        return (proposal){.work = 1};
    uint32_t b = q->group_member[q->group_start[g] + s->place[c]];
    uint32_t d = q->group_member[q->group_start[h] + s->place[a]];
    double cost = s->field[b] + s->field[d] - s->field[a] - s->field[c] + coupling(s, a, c) +
                  coupling(s, b, d) - coupling(s, a, b) - coupling(s, a, d) - coupling(s, c, b) -
                  coupling(s, c, d);
    return (proposal){.bit = {a, b, c, d}, .bits = 4, .work = 10, .cost = cost};
}

/* The k-th attempt in group g. */
static proposal propose_in(groups_state *s, uint32_t g, uint32_t k)
{
    bool exchanges = g < s->model->groups && s->kin[1][g] - s->kin[0][g] > 1;
    return exchanges && k % 2 ? propose_exchange(s, g) : propose_move(s, g);
}

static uint64_t attempt(groups_state *s, const proposal *p, double beta)
{
    uint64_t work = p->work;
    if (!accepts(s, p->cost, beta))
        return work;
    for (uint32_t k = 0; k + 1 < p->bits; k += 2)
        trade_places(s, p->bit[k], p->bit[k + 1]);
    for (uint32_t k = 0; k < p->bits; k++)
        work += flip(s, p->bit[k]);
    return work;
}

static uint64_t sweep_part(groups_state *s, uint32_t part, double beta)
{
    if (part < s->singles) {
        proposal p = propose_flip(s, s->free[part]);
        return attempt(s, &p, beta);
    }
    uint64_t work = 0;
    for (uint32_t k = 0, g = part - s->singles; k < length_of(s->model, g); k++) {
        proposal p = propose_in(s, g, k);
        work += attempt(s, &p, beta);
    }
    return work;
}

static uint64_t groups_attempt(void *opaque, double beta, uint32_t from, uint32_t to)
{
    uint64_t work = 0;
    for (uint32_t part = from; part < to; part++)
        work += sweep_part(opaque, part, beta);
    return work;
}

/* Parts of a sweep in turn, evenly spaced: an attempt in each. */
static uint32_t groups_costs(void *opaque, double *cost, uint32_t most)
{
    groups_state *s = opaque;
    uint64_t parts = s->singles + (uint64_t)s->groups;
    for (uint32_t k = 0; k < most; k++) {
        uint32_t part = (uint32_t)(k * parts / most);
        cost[k] = fabs(part < s->singles ? propose_flip(s, s->free[part]).cost
                                         : propose_in(s, part - s->singles, k).cost);
    }
    return most;
}

static void groups_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    const groups_state *s = opaque;
    (void)replica;
    memcpy(x, s->x, s->model->n);
}

const qb_anneal_kernel qb_anneal_groups = {
    .name = "groups",
    .replicas = 1,
    .open = groups_open,
    .close = groups_close,
    .start = groups_start,
    .attempt = groups_attempt,
    .get = groups_get,
    .costs = groups_costs,
};
