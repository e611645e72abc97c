/* The form "groups": the moves of groups.h in place of flips, so that every point keeps the model's groups.
 * Bits of integers, which follow, are 0 in its points and set in what is published.
 *
 * A move is open while all bits that it sets are, a flip of a bit of no group while that bit is; what closes
 * is a bit that the move clears.  On a path, open is what differs from the guide, and moves are those that
 * come nearer to it.
 *
 * Free bits (each flip, and where integers follow a swap with another bit by lot) and groups are looked at in
 * turn from a random one on, until LOOK moves have been priced: up to there the best move is the best of all
 * shifts of one-hot groups and, of permutations, of all exchanges. Work: a unit a coupling or field looked
 * at, and the nonzeros of what is flipped.
 */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "solvers/kernels/groups.h"
#include "solvers/kernels/tabu_core.h"

#include <math.h>

#define LOOK 8192

typedef struct grouped {
    qb_groups at;
    qb_groups_move best; /* what seek has found */
    uint32_t priced, ties;
} grouped;

static bool is_open(const qb_tabu *t, const qb_groups_move *m)
{
    uint32_t open = 0;
    for (uint32_t k = t->nearing ? 0 : m->bits / 2; k < m->bits; k++)
        open += qb_tabu_bit(t->open, m->bit[k]);
    return t->nearing ? 2 * open > m->bits : open == m->bits - m->bits / 2;
}

/* Ties are tossed up. */
static void consider(qb_tabu *t, qb_groups_move m)
{
    grouped *s = t->form;
    t->work += m.work;
    s->priced++;
    if (!m.bits || (s->best.bits && m.cost > s->best.cost) || !is_open(t, &m))
        return;
    s->ties = s->best.bits && m.cost == s->best.cost ? s->ties + 1 : 1;
    if (s->ties == 1 || qb_groups_lot(&t->rng, s->ties) == 0)
        s->best = m;
}

static bool looks_on(const grouped *s)
{
    return s->priced < LOOK || !s->best.bits;
}

/* What fills an integer's range leaves no room for flips: then one in for another is the way on. */
static void look_at_bit(qb_tabu *t, uint32_t i)
{
    grouped *s = t->form;
    consider(t, qb_groups_flip(&s->at, i));
    if (s->at.integers.count)
        consider(t, qb_groups_swap(&s->at, i, s->at.free[qb_groups_lot(&t->rng, s->at.singles)]));
}

/* From one of the ones on, that the lot names. */
static void look_at_shifts(qb_tabu *t, uint32_t g)
{
    grouped *s = t->form;
    const qb_qubo *q = t->model;
    const uint32_t *order = s->at.order + q->group_start[g];
    uint32_t ones = q->group_ones[g], all = qb_groups_length(&s->at, g);
    uint32_t first = ones > 1 ? qb_groups_lot(&t->rng, ones) : 0;
    for (uint32_t k = 0; k < ones && looks_on(s); k++) {
        uint32_t a = order[first + k < ones ? first + k : first + k - ones];
        for (uint32_t b = ones; b < all; b++)
            consider(t, qb_groups_shift(&s->at, a, order[b]));
    }
}

/* With the half of its peers that comes after it in their ring: so each pair is met once.  Where that is more
 * than the group is long, with so many in a row. */
static void look_at_exchanges(qb_tabu *t, uint32_t g)
{
    grouped *s = t->form;
    uint32_t peers = qb_groups_peers(&s->at, g), tries = peers / 2, length = qb_groups_length(&s->at, g);
    if (!tries)
        return;
    uint32_t next = s->at.kin[g].rank + 1;
    if (tries > length) {
        tries = length;
        next += qb_groups_lot(&t->rng, peers - tries);
    }
    for (uint32_t k = 0; k < tries; k++)
        consider(t, qb_groups_exchange(&s->at, g, qb_groups_peer(&s->at, g, (next + k) % peers)));
}

static uint32_t groups_seek(qb_tabu *t)
{
    grouped *s = t->form;
    uint32_t parts = s->at.singles + s->at.groups, part = qb_groups_lot(&t->rng, parts);
    s->best.bits = s->priced = 0;
    for (uint32_t k = 0; k < parts && looks_on(s); k++, part = part + 1 < parts ? part + 1 : 0)
        if (part < s->at.singles) {
            look_at_bit(t, s->at.free[part]);
        } else {
            look_at_shifts(t, part - s->at.singles);
            look_at_exchanges(t, part - s->at.singles);
        }
    t->gain = -s->best.cost;
    return s->best.bits ? s->best.bit[0] : QB_TABU_NONE;
}

static uint32_t groups_step(qb_tabu *t, uint32_t k, uint32_t release)
{
    grouped *s = t->form;
    t->work += qb_groups_make(&s->at, &s->best);
    t->value = -s->at.cost;
    for (uint32_t b = 0; b < s->best.bits; b++) {
        uint32_t i = s->best.bit[b];
        t->side[i / 64] ^= UINT64_C(1) << (i % 64);
        if (t->nearing)
            t->open[i / 64] ^= UINT64_C(1) << (i % 64);
    }
    if (!t->nearing)
        qb_tabu_clear(t->open, k);
    if (release != QB_TABU_NONE)
        qb_tabu_set(t->open, release);
    return groups_seek(t);
}

static void groups_go(qb_tabu *t, const uint64_t *point)
{
    grouped *s = t->form;
    qb_tabu_write_point(t, point, t->bytes);
    t->work += t->n + qb_groups_go(&s->at, t->bytes, &t->rng);
    t->value = -s->at.cost;
    qb_tabu_read_point(t, s->at.x, t->side);
}

static void groups_settle(const qb_tabu *t, uint8_t *x)
{
    const grouped *s = t->form;
    qb_groups_settle(&s->at, x);
}

static qb_status groups_open(qb_tabu *t, qb_budget *budget, qb_diag *diag)
{
    grouped *s = t->form = QB_NEW(grouped, 1);
    qb_status status = s ? qb_groups_open(t->model, budget, &s->at) : QB_NO_MEMORY;
    if (status == QB_REFUSED)
        return qb_fail(diag, status, "tabu search within groups needs a model that has some, or integers");
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "no memory for a tabu walk on %u variables", t->n)
                                  : status;
}

static void groups_close(qb_tabu *t)
{
    grouped *s = t->form;
    if (s)
        qb_groups_close(&s->at);
    qb_free(s);
    t->form = NULL;
}

static const char *groups_name(const qb_tabu *t)
{
    (void)t;
    return "groups";
}

const qb_integers *qb_tabu_integers(const qb_tabu *tabu)
{
    const grouped *s = tabu->ops == &qb_tabu_grouped ? tabu->form : NULL;
    return s ? &s->at.integers : NULL;
}

const qb_tabu_ops qb_tabu_grouped = {
    .open = groups_open,
    .close = groups_close,
    .step = groups_step,
    .seek = groups_seek,
    .name = groups_name,
    .go = groups_go,
    .settle = groups_settle,
};
