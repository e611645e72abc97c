/* The kernel "groups": the moves of groups.h, which keep every group, by lot, each accepted with probability
 * min(1, exp(-beta cost)).  Proposals are symmetric, so that at fixed beta the Boltzmann distribution over
 * the states that keep the groups, integers at their best, is sampled.  A sweep attempts every free bit
 * (where integers follow, also its swap with another one by lot), and in each group as many moves as it has
 * members, every second of them an exchange where the group has a peer.
 *
 * The work of an attempt is what it looks at.  Memory: that of groups.h.
 *
 * Source: Kirkpatrick, Gelatt and Vecchi, Science 220 (1983), who annealed tours by moves that leave them
 * tours.
 */
#include "harness/base/memory.h"
#include "solvers/kernels/anneal_kernel.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/kernels/groups.h"

#include <math.h>
#include <string.h>

#define COLD 38 /* > 54 ln 2 */

typedef struct groups_state {
    qb_groups at;
    qb_rng rng, start; /* of attempts, and of starts */
} groups_state;

static void groups_close(void *opaque)
{
    groups_state *s = opaque;
    if (s)
        qb_groups_close(&s->at);
    qb_free(s);
}

static qb_status groups_open(const qb_qubo *model, uint64_t seed, qb_budget *budget, void **state,
                             qb_anneal_walk *walk, qb_diag *diag)
{
    groups_state *s = *state = QB_NEW(groups_state, 1);
    qb_status status = s ? qb_groups_open(model, budget, &s->at) : QB_NO_MEMORY;
    if (status == QB_REFUSED)
        return qb_fail(diag, status, "annealing within groups needs a model that has some, or integers");
    if (status)
        return status;
    qb_rng_init(&s->start, seed, 2);
    qb_rng_init(&s->rng, seed, 1);
    *walk = (qb_anneal_walk){s->at.singles + s->at.groups, 1, QB_ANNEAL_QUANTUM};
    return QB_OK;
}

static void groups_start(void *opaque, const uint8_t *x)
{
    groups_state *s = opaque;
    (void)qb_groups_go(&s->at, x, &s->start);
}

/* No lot of 54 bits passes a threshold beyond COLD: most attempts are decided without drawing one. */
static bool accepts(groups_state *s, double cost, double beta)
{
    if (cost <= 0 || cost * beta > COLD)
        return cost <= 0;
    return cost <= -qb_anneal_ln(qb_rng_uniform(&s->rng) + 0x1p-54) / beta;
}

static qb_groups_move propose_shift(groups_state *s, uint32_t g)
{
    const qb_qubo *q = s->at.model;
    uint32_t from = q->group_start[g], ones = q->group_ones[g], all = qb_groups_length(&s->at, g);
    uint32_t a = s->at.order[from + (ones > 1 ? qb_groups_lot(&s->rng, ones) : 0)];
    uint32_t b = s->at.order[from + ones + qb_groups_lot(&s->rng, all - ones)];
    return qb_groups_shift(&s->at, a, b);
}

/* The k-th attempt in group g. */
static qb_groups_move propose_in(groups_state *s, uint32_t g, uint32_t k)
{
    uint32_t peers = qb_groups_peers(&s->at, g);
    if (peers <= 1 || k % 2 == 0)
        return propose_shift(s, g);
    return qb_groups_exchange(&s->at, g, qb_groups_peer(&s->at, g, qb_groups_lot(&s->rng, peers)));
}

static uint64_t attempt(groups_state *s, const qb_groups_move *p, double beta)
{
    return p->work + (accepts(s, p->cost, beta) ? qb_groups_make(&s->at, p) : 0);
}

static uint64_t sweep_bit(groups_state *s, uint32_t i, double beta)
{
    qb_groups_move p = qb_groups_flip(&s->at, i);
    uint64_t work = attempt(s, &p, beta);
    if (!s->at.integers.count)
        return work;
    p = qb_groups_swap(&s->at, i, s->at.free[qb_groups_lot(&s->rng, s->at.singles)]);
    return work + attempt(s, &p, beta);
}

static uint64_t sweep_part(groups_state *s, uint32_t part, double beta)
{
    if (part < s->at.singles)
        return sweep_bit(s, s->at.free[part], beta);
    uint64_t work = 0;
    for (uint32_t k = 0, g = part - s->at.singles; k < qb_groups_length(&s->at, g); k++) {
        qb_groups_move p = propose_in(s, g, k);
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
    uint64_t parts = s->at.singles + (uint64_t)s->at.groups;
    for (uint32_t k = 0; k < most; k++) {
        uint32_t part = (uint32_t)(k * parts / most);
        cost[k] = fabs(part < s->at.singles ? qb_groups_flip(&s->at, s->at.free[part]).cost
                                            : propose_in(s, part - s->at.singles, k).cost);
    }
    return most;
}

static void groups_get(const void *opaque, uint32_t replica, uint8_t *x)
{
    const groups_state *s = opaque;
    (void)replica;
    memcpy(x, s->at.x, s->at.model->n);
    qb_groups_settle(&s->at, x);
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
