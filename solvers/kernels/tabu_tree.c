/* The sparse form: compressed rows, gains in double, a winner tree over the open ones. */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "solvers/kernels/tabu_core.h"

#include <math.h>

typedef struct tree {
    double *gain;     /* [n] */
    double *far_gain; /* [n] of the other end */
    double *key;      /* [n + 1] gain, or -INFINITY where the bit is closed; the last for the empty leaves */
    uint32_t leaves;  /* least power of two >= max(n, 1) */
    uint32_t *winner; /* [2 * leaves] */
    uint64_t luck;    /* not 0 */
} tree;

static void play(tree *s, uint32_t node)
{
    uint32_t left = s->winner[2 * node], right = s->winner[2 * node + 1];
    s->luck ^= s->luck << 13; /* xorshift64: ties are tossed up */
    s->luck ^= s->luck >> 7;
    s->luck ^= s->luck << 17;
    bool wins = s->key[right] > s->key[left] || (s->key[right] == s->key[left] && s->luck & 1);
    s->winner[node] = wins ? right : left;
}

static void replay_path(tree *s, uint32_t i)
{
    for (uint32_t node = (s->leaves + i) / 2; node >= 1; node /= 2)
        play(s, node);
}

static void replay_all(tree *s)
{
    for (uint32_t node = s->leaves - 1; node >= 1; node--)
        play(s, node);
}

static uint32_t champion(qb_tabu *t)
{
    const tree *s = t->form;
    uint32_t first = s->winner[1];
    t->gain = s->key[first];
    return t->gain > -INFINITY ? first : QB_TABU_NONE;
}

static void set_key(qb_tabu *t, uint32_t i)
{
    tree *s = t->form;
    s->key[i] = qb_tabu_bit(t->open, i) ? s->gain[i] : -INFINITY;
}

static uint32_t tree_seek(qb_tabu *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        set_key(t, i);
    replay_all(t->form);
    t->work += t->n;
    return champion(t);
}

static uint32_t tree_step(qb_tabu *t, uint32_t k, uint32_t release)
{
    tree *s = t->form;
    const qb_qubo *q = t->model;
    uint64_t begin = q->start[k], end = q->start[k + 1];
    uint32_t depth = (uint32_t)__builtin_ctz(s->leaves);
    bool few = (end - begin + 2) * depth < t->n;
    double toward = qb_tabu_bit(t->side, k) ? -t->sign : t->sign;

    t->value += s->gain[k];
    s->gain[k] = -s->gain[k];
    t->side[k / 64] ^= UINT64_C(1) << (k % 64);
    qb_tabu_clear(t->open, k);
    if (release != QB_TABU_NONE)
        qb_tabu_set(t->open, release);
    for (uint64_t e = begin; e < end; e++) {
        uint32_t j = q->neighbour[e];
        double change = toward * qb_qubo_weight(q, e);
        s->gain[j] += qb_tabu_bit(t->side, j) ? -change : change;
        set_key(t, j);
        if (few)
            replay_path(s, j);
    }
    set_key(t, k);
    if (release != QB_TABU_NONE)
        set_key(t, release);
    if (few) {
        replay_path(s, k);
        if (release != QB_TABU_NONE)
            replay_path(s, release);
    } else
        replay_all(s);
    t->work += 1 + end - begin;
    return champion(t);
}

static qb_status tree_open(qb_tabu *t, qb_budget *budget, qb_diag *diag)
{
    tree *s = t->form = QB_NEW(tree, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a tabu walk");
    for (s->leaves = 1; s->leaves < t->n;)
        s->leaves *= 2;
    s->gain = QB_NEW(double, t->n);
    s->far_gain = QB_NEW(double, t->n);
    s->key = QB_NEW(double, (size_t)t->n + 1);
    s->winner = QB_NEW(uint32_t, 2 * (size_t)s->leaves);
    if (!s->gain || !s->far_gain || !s->key || !s->winner)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a tabu walk on %u variables", t->n);
    s->luck = qb_rng_next(&t->rng) | 1;
    s->key[t->n] = -INFINITY;
    for (uint32_t i = 0; i < t->n; i++)
        s->gain[i] = s->far_gain[i] = t->sign * qb_qubo_linear(t->model, i);
    for (uint32_t i = 0; i < s->leaves; i++)
        s->winner[s->leaves + i] = i < t->n ? i : t->n;
    return qb_budget_spend(budget, t->n) ? QB_OK : QB_STOPPED;
}

static void tree_close(qb_tabu *t)
{
    tree *s = t->form;
    if (s) {
        qb_free(s->gain);
        qb_free(s->far_gain);
        qb_free(s->key);
        qb_free(s->winner);
    }
    qb_free(s);
    t->form = NULL;
}

static const char *tree_name(const qb_tabu *t)
{
    (void)t;
    return "sparse tree";
}

static void tree_exchange(qb_tabu *t)
{
    tree *s = t->form;
    double *gain = s->gain;
    s->gain = s->far_gain;
    s->far_gain = gain;
}

const qb_tabu_ops qb_tabu_tree = {
    .open = tree_open,
    .close = tree_close,
    .step = tree_step,
    .seek = tree_seek,
    .name = tree_name,
    .exchange = tree_exchange,
};
