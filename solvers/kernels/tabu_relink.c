#define _POSIX_C_SOURCE 200809L
#include "solvers/kernels/tabu.h"

#include "solvers/kernels/tabu_core.h"

#include <math.h>

#define RELINK_TURNS 16 /* of a mixed path: each takes so large a part of it */

uint32_t qb_tabu_distance(const qb_tabu *tabu, const uint64_t *a, const uint64_t *b)
{
    uint32_t distance = 0;
    for (uint32_t w = 0; w < tabu->words; w++)
        distance += (uint32_t)__builtin_popcountll(a[w] ^ b[w]);
    return distance;
}

/* A path in the making: of `whole` steps, `near` taken from the current end and `far` from the other one. */
typedef struct path {
    const uint64_t *guide;
    uint32_t whole, margin, near, far;
} path;

/* Opens what differs from the guide. */
static path begin(qb_tabu *t, const uint64_t *guide)
{
    path p = {.guide = guide, .whole = qb_tabu_distance(t, t->side, guide)};
    t->nearing = true;
    p.margin = (p.whole + 2) / 3;
    for (uint32_t w = 0; w < t->words; w++)
        t->open[w] = t->side[w] ^ guide[w];
    t->best_value = -INFINITY;
    return p;
}

/* The current end takes up to `steps` steps towards the other.  Keeps the best point that is far enough from
 * both.  false when the budget ends. */
static bool advance(qb_tabu *t, path *p, uint32_t steps, qb_budget *budget)
{
    uint32_t next = t->ops->seek(t);
    for (; steps > 0 && p->near + p->far < p->whole; steps--) {
        next = t->ops->step(t, next, QB_TABU_NONE);
        t->moves++;
        p->near = t->ops->go ? p->whole - qb_tabu_distance(t, t->side, p->guide) : p->near + 1;
        if (p->near >= p->margin && p->whole - p->near >= p->margin && t->value > t->best_value)
            qb_tabu_note_best(t);
        if (!qb_tabu_charge(t, budget))
            return false;
    }
    return true;
}

static qb_status arrive(qb_tabu *t)
{
    if (t->best_value == -INFINITY)
        qb_tabu_note_best(t);
    return QB_OK;
}

qb_status qb_tabu_relink(qb_tabu *tabu, const uint64_t *guide, qb_budget *budget)
{
    path p = begin(tabu, guide);
    return advance(tabu, &p, p.whole, budget) ? arrive(tabu) : QB_STOPPED;
}

/* The other end becomes the current one. */
static void exchange(qb_tabu *t, path *p)
{
    uint64_t *side = t->side;
    double value = t->value;
    uint32_t near = p->near;
    t->side = t->far_side;
    t->far_side = side;
    t->value = t->far_value;
    t->far_value = value;
    p->near = p->far;
    p->far = near;
    t->ops->exchange(t);
}

qb_status qb_tabu_relink_mixed(qb_tabu *tabu, const uint64_t *guide, qb_budget *budget)
{
    if (!tabu->ops->exchange)
        return qb_tabu_relink(tabu, guide, budget);
    path p = {0};
    exchange(tabu, &p);
    qb_status status = qb_tabu_go(tabu, guide, budget);
    exchange(tabu, &p);
    if (status)
        return status;
    p = begin(tabu, guide);
    uint32_t turn = (p.whole + RELINK_TURNS - 1) / RELINK_TURNS;
    while (p.near + p.far < p.whole) {
        if (!advance(tabu, &p, turn, budget))
            return QB_STOPPED;
        exchange(tabu, &p);
    }
    return arrive(tabu);
}
