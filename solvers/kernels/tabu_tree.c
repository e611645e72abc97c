/* The sparse form: compressed rows, gains in double, and a heap of maxima over the open ones: each node is
 * the greatest of a line of eight.  A change goes up only as far as it changes maxima, mostly not far; the
 * way down from the top tosses a coin among equals.
 *
 * Microseconds a move of the tabu solver, dense form / this one, on random models with AVX-512, 8-bit
 * couplings and doubles, by the density of couplings in percent:
 *
 *      n   8 bits: 0.25          0.5          1            double: 1      2            4
 *   1000   0.21 /  0.22   0.16 / 0.24   0.16 / 0.30    0.34 / 0.33   0.38 / 0.41   0.36 / 0.89
 *   3000   0.35 /  0.29   0.32 / 0.36   0.32 / 0.56    0.74 / 0.52   0.77 / 1.26   0.82 / 2.66
 *  10000   1.03 /  0.64   0.89 / 1.01   1.34 / 2.44    3.02 / 2.35   3.27 / 4.78
 *
 * So the two are even where about one coupling in 256 is there, of doubles one in 64. */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "solvers/kernels/tabu_core.h"

#include <math.h>

#define FAN          8  /* keys in a cache line */
#define DEPTH        12 /* levels at most: 8^11 > 2^32 */
#define UPDATE_COSTS 16 /* one key takes as long to bring up as so many, when all are */

typedef struct tree {
    double *gain;          /* [n] */
    double *far_gain;      /* [n] of the other end */
    double *level[DEPTH];  /* [0]: gain, or -INFINITY where the bit is closed; [k + 1]: of lines of [k] */
    uint32_t width[DEPTH]; /* of each level, a multiple of FAN; the last is one line */
    uint32_t depth;        /* levels */
    uint64_t luck;         /* not 0 */
} tree;

static double greater(double a, double b)
{
    return a > b ? a : b;
}

static double greatest_of(const double line[FAN])
{
    return greater(greater(greater(line[0], line[1]), greater(line[2], line[3])),
                   greater(greater(line[4], line[5]), greater(line[6], line[7])));
}

/* After a change of key i. */
static void rise(tree *s, uint32_t i)
{
    for (uint32_t k = 0; k + 1 < s->depth; k++) {
        i /= FAN;
        double most = greatest_of(s->level[k] + (size_t)FAN * i);
        if (s->level[k + 1][i] == most)
            return;
        s->level[k + 1][i] = most;
    }
}

static void rise_all(tree *s)
{
    for (uint32_t k = 0; k + 1 < s->depth; k++)
        for (uint32_t i = 0; i < s->width[k] / FAN; i++)
            s->level[k + 1][i] = greatest_of(s->level[k] + (size_t)FAN * i);
}

/* One of the places in the line that hold the value, by chance. */
static uint32_t place_of(tree *s, const double line[FAN], double value)
{
    uint32_t places = 0;
    for (uint32_t k = 0; k < FAN; k++)
        places |= (uint32_t)(line[k] == value) << k;
    s->luck ^= s->luck << 13; /* xorshift64 */
    s->luck ^= s->luck >> 7;
    s->luck ^= s->luck << 17;
    uint32_t passed = (uint32_t)((s->luck >> 32) * (uint32_t)__builtin_popcount(places) >> 32);
    for (; passed > 0; passed--)
        places &= places - 1;
    return (uint32_t)__builtin_ctz(places);
}

static uint32_t champion(qb_tabu *t)
{
    tree *s = t->form;
    uint32_t i = 0;
    t->gain = greatest_of(s->level[s->depth - 1]);
    if (t->gain == -INFINITY)
        return QB_TABU_NONE;
    for (uint32_t k = s->depth; k-- > 0;)
        i = FAN * i + place_of(s, s->level[k] + (size_t)FAN * i, t->gain);
    return i;
}

static void set_key(qb_tabu *t, uint32_t i)
{
    tree *s = t->form;
    s->level[0][i] = qb_tabu_bit(t->open, i) ? s->gain[i] : -INFINITY;
}

static uint32_t tree_seek(qb_tabu *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        set_key(t, i);
    rise_all(t->form);
    t->work += t->n;
    return champion(t);
}

static uint32_t tree_step(qb_tabu *t, uint32_t k, uint32_t release)
{
    tree *s = t->form;
    const qb_qubo *q = t->model;
    uint64_t begin = q->start[k], end = q->start[k + 1];
    bool few = (end - begin + 2) * UPDATE_COSTS < t->n;
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
            rise(s, j);
    }
    set_key(t, k);
    if (release != QB_TABU_NONE)
        set_key(t, release);
    if (few) {
        rise(s, k);
        if (release != QB_TABU_NONE)
            rise(s, release);
    } else
        rise_all(s);
    t->work += 1 + end - begin;
    return champion(t);
}

/* All keys closed. */
static bool open_levels(tree *s, uint32_t keys)
{
    do {
        uint32_t k = s->depth++;
        s->width[k] = (keys / FAN + (keys % FAN != 0 || keys == 0)) * FAN;
        s->level[k] = QB_NEW(double, s->width[k]);
        for (uint32_t i = 0; s->level[k] && i < s->width[k]; i++)
            s->level[k][i] = -INFINITY;
        if (!s->level[k])
            return false;
        keys = s->width[k] / FAN;
    } while (keys > 1);
    return true;
}

static qb_status tree_open(qb_tabu *t, qb_budget *budget, qb_diag *diag)
{
    tree *s = t->form = QB_NEW(tree, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a tabu walk");
    s->gain = QB_NEW(double, t->n);
    s->far_gain = QB_NEW(double, t->n);
    if (!s->gain || !s->far_gain || !open_levels(s, t->n))
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a tabu walk on %u variables", t->n);
    s->luck = qb_rng_next(&t->rng) | 1;
    for (uint32_t i = 0; i < t->n; i++)
        s->gain[i] = s->far_gain[i] = t->sign * qb_qubo_linear(t->model, i);
    return qb_budget_spend(budget, t->n) ? QB_OK : QB_STOPPED;
}

static void tree_close(qb_tabu *t)
{
    tree *s = t->form;
    if (s) {
        qb_free(s->gain);
        qb_free(s->far_gain);
        for (uint32_t k = 0; k < s->depth; k++)
            qb_free(s->level[k]);
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
