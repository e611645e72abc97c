/* Tabu search with path relinking over a hierarchy of elite populations.
 *
 * A short one-flip walk (solvers/kernels/tabu.h) from a random point gives a point of level 0; where it ends,
 * pairs of flips are tried, swaps among them, and one that gains is where it goes on.  A population of
 * `elite` points of one level is combined, pair by pair, until no pair is left that has not been tried: the
 * best point in the middle of the path between the two is where another walk departs, and what it finds may
 * replace the worst member.  Paths are greedy, from one end, or mixed, from both, as the density suggests.
 * The best of a population is one point of the next level.  Thus effort goes to ever better parents without
 * ever resting on a single population, and nothing depends on how long the run may last.
 *
 * Groups of which the lowering says that exactly so many bits are 1 are kept, where they are a good part of
 * the model: moves are then shifts within groups and exchanges between them (solvers/kernels/groups.h), and
 * their penalties bar no way, however heavy they are.  Integers that are said in bits, slack first of all,
 * are not searched for: they follow (solvers/kernels/integers.h).
 *
 * Source: Wang, Lu, Glover and Hao, "Path relinking for unconstrained binary quadratic programming", EJOR 223
 * (2012); Palubeckis, Ann. Oper. Res. 131 (2004); Glover and Hao, "Fast two-flip move evaluations for binary
 * unconstrained quadratic optimisation problems", Int. J. Metaheuristics 1 (2010).  Deviations: the
 * hierarchy, where those rebuild one population; walks a tenth as long, as many quick points beat few
 * polished ones; populations of 6 up to n = 3000, where those have 10: a level higher, sooner.
 */
#define _POSIX_C_SOURCE 200809L
#include "solvers/kernels/tabu.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/solver.h"
#include "solvers/tabu/elite.h"

#include <math.h>
#include <string.h>

#define LEVELS     10 /* of the hierarchy: 10 levels of 6 points are 6 10^7 walks */
#define PAIRS      16 /* candidates at most */
#define MIXED_FILL 32 /* paths are mixed where one coupling in so many is there */

#define TABU_PARAMS(X)                                                                                    \
    X(uint, patience, "0", 0, 1e12, "", "moves", "moves in vain that end a walk; 0: by rule from n")      \
    X(uint, tenure, "0", 0, 1e6, "", "moves", "moves for which a flipped bit is tabu; 0: by rule")        \
    X(uint, elite, "0", 0, 64, "", "points", "size of a population, 2 at least; 0: by rule from n")       \
    X(choice, relink, "auto", 0, 0, "auto|greedy|mixed", "", "how paths between elite points are walked") \
    X(uint, pairs, "0", 0, 1e9, "", "bits", "tried for a pair of flips that gains; 0: by rule")           \
    X(choice, form, "auto", 0, 0, "auto|flips|dense|sparse|groups", "",                                   \
      "moves and representation of the couplings")
QB_PARAMS_DECLARE(tabu_params, TABU_PARAMS)
static const qb_param tabu_table[] = QB_PARAMS_TABLE(TABU_PARAMS);

enum { TABU_BY_DENSITY, TABU_GREEDY, TABU_MIXED };

typedef struct state {
    const uint8_t *warm; /* [n] the first start, or NULL */
    uint32_t n, words;
    qb_tabu_rule rule;
    uint32_t pairs; /* candidates at the end of a walk */
    bool mixed;     /* paths are walked from both ends */
    qb_tabu *walk;
    elite level[LEVELS];
    uint64_t *point; /* [words] the start of a walk, and the best that it or a population has given */
    double value;    /* of what was given */
    qb_rng rng;
} state;

static void tabu_free(void *opaque)
{
    state *s = opaque;
    if (s) {
        qb_tabu_close(s->walk);
        qb_free(s->point);
        for (uint32_t k = 0; k < LEVELS; k++)
            elite_close(&s->level[k]);
    }
    qb_free(s);
}

/* The larger the model, the more a walk is worth: a few hundred moves up to n = 1000, then as n^2, up to n.
 */
static uint64_t walk_patience(uint64_t n)
{
    uint64_t square = n * n / 8192;
    return 250 + (square < n ? square : n);
}

/* Tenure as in Glover, Lu and Hao (2010). */
static qb_tabu_rule make_rule(const tabu_params *p, uint32_t n)
{
    uint32_t tenure = p->tenure ? (uint32_t)p->tenure : n / 100 + 10;
    return (qb_tabu_rule){
        .patience = p->patience ? p->patience : walk_patience(n),
        .tenure = tenure,
        .spread = tenure < 10 ? tenure : 10,
    };
}

/* The larger the model, the more points a population loses before it has a good one.  6 and 10 are even at
 * n = 3000; at 5000, on three generated dense models, 10 took 0.47 to 0.61 of the moves that 6 took. */
static uint32_t elite_size(const tabu_params *p, uint32_t n)
{
    uint32_t size = n / 500 < 6 ? 6 : n / 500 > 10 ? 10 : n / 500;
    return p->elite ? (uint32_t)p->elite : size;
}

/* What a pair gains beyond its two flips is its coupling: the more couplings a variable has, the more pairs
 * are worth a look, but never more than a small part of a walk. */
static uint32_t pair_candidates(const tabu_params *p, const qb_qubo *q)
{
    uint64_t couplings = q->n ? q->nonzeros / q->n : 0, rule = 1 + couplings / 4;
    return p->pairs ? (uint32_t)p->pairs : rule < PAIRS ? (uint32_t)rule : PAIRS;
}

/* Both ends of a path take turns where a step costs about as much as the search of all gains that a turn
 * begins with. */
static bool choose_mixed(const tabu_params *p, const qb_qubo *q)
{
    bool dense = q->nonzeros * MIXED_FILL >= (uint64_t)q->n * q->n;
    return p->relink == TABU_BY_DENSITY ? dense : p->relink == TABU_MIXED;
}

static qb_status allocate(state *s, uint32_t capacity, qb_diag *diag)
{
    s->point = QB_NEW(uint64_t, s->words);
    qb_status status = s->point ? QB_OK : QB_NO_MEMORY;
    for (uint32_t k = 0; k < LEVELS && !status; k++)
        status = elite_open(&s->level[k], capacity, s->words, 1 + s->n / 1000);
    return status ? qb_fail(diag, status, "no memory for populations of %u points", capacity) : QB_OK;
}

static void say_details(const state *s, qb_budget *budget)
{
    qb_budget_detail_text(budget, "kernel", qb_tabu_form_name(s->walk));
    qb_budget_detail(budget, "moves", (double)qb_tabu_moves(s->walk));
}

/* All zero is an answer, should there be no time for a better one; but what may be refused has none. */
static qb_status offer_zero(const qb_qubo *q, qb_tabu_form form, qb_budget *budget)
{
    bool may_refuse = form == QB_TABU_DENSE || form == QB_TABU_GROUPS || !isfinite(q->magnitude);
    if (may_refuse || qb_budget_limits_samples(budget))
        return QB_OK;
    uint8_t *zero = QB_NEW(uint8_t, q->n);
    qb_status status = zero ? qb_budget_incumbent(budget, zero, 0) : QB_NO_MEMORY;
    qb_free(zero);
    return status;
}

static qb_status tabu_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                           void **opaque, qb_diag *diag)
{
    const tabu_params *p = params;
    if (p->elite == 1)
        return qb_fail(diag, QB_BAD_INPUT, "elite=1: a population needs two points to combine");
    state *s = QB_NEW(state, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the state");
    s->n = model->qubo->n;
    s->warm = model->warm_bits;
    s->rule = make_rule(p, s->n);
    s->pairs = pair_candidates(p, model->qubo);
    s->mixed = choose_mixed(p, model->qubo);
    qb_rng_init(&s->rng, seed, 0);
    qb_tabu_form form = (qb_tabu_form)p->form;
    qb_status status = offer_zero(model->qubo, form, budget);
    if (!status)
        status = qb_tabu_open(model->qubo, form, model->memory_bytes, seed, budget, &s->walk, diag);
    if (!status) {
        s->words = qb_tabu_words(s->walk);
        status = allocate(s, elite_size(p, s->n), diag);
    }
    if (status) {
        tabu_free(s);
        return status;
    }
    say_details(s, budget); /* now too, in case that the run is killed */
    *opaque = s;
    return QB_OK;
}

static void choose_start(state *s)
{
    if (s->warm) {
        qb_tabu_read_point(s->walk, s->warm, s->point);
        s->warm = NULL;
        return;
    }
    for (uint32_t w = 0; w < s->words; w++)
        s->point[w] = qb_rng_next(&s->rng);
    if (s->n % 64)
        s->point[s->words - 1] &= (UINT64_C(1) << s->n % 64) - 1;
}

static void take_best(state *s)
{
    memcpy(s->point, qb_tabu_best(s->walk), s->words * sizeof *s->point);
    s->value = qb_tabu_best_value(s->walk);
}

/* Walks from s->point, on from every pair of flips that gains where a walk has ended; the best replaces the
 * point. */
static qb_status improve(state *s, qb_budget *budget)
{
    bool gained = true;
    qb_status status = qb_tabu_go(s->walk, s->point, budget);
    while (!status && gained) {
        status = qb_tabu_walk(s->walk, &s->rule, budget);
        take_best(s);
        if (!status)
            status = qb_tabu_go(s->walk, s->point, budget);
        if (!status)
            status = qb_tabu_pair(s->walk, s->pairs, &gained, budget);
    }
    return status ? status : qb_tabu_return(s->walk, s->point, s->value, budget);
}

/* A walk from the middle of the path between two members, in one direction, the other, or both. */
static qb_status combine(state *s, const elite *e, uint32_t a, uint32_t b, qb_budget *budget)
{
    bool backward = qb_rng_next(&s->rng) >> 63;
    const uint64_t *from = elite_point(e, backward ? b : a), *guide = elite_point(e, backward ? a : b);
    qb_status status = qb_tabu_go(s->walk, from, budget);
    if (!status)
        status =
            s->mixed ? qb_tabu_relink_mixed(s->walk, guide, budget) : qb_tabu_relink(s->walk, guide, budget);
    take_best(s);
    return status ? status : improve(s, budget);
}

static qb_status mature(state *s, uint32_t level, qb_budget *budget);

/* A new point of `level` in s->point. */
static qb_status breed(state *s, uint32_t level, qb_budget *budget)
{
    if (level > 0) {
        elite_clear(&s->level[level - 1]);
        return mature(s, level - 1, budget);
    }
    choose_start(s);
    return improve(s, budget);
}

/* Fills the population of `level`, combines it, and leaves its best in s->point. */
static qb_status mature(state *s, uint32_t level, qb_budget *budget)
{
    elite *e = &s->level[level];
    qb_status status = QB_OK;
    for (uint32_t tries = e->capacity - e->size; tries > 0 && !status; tries--) {
        status = breed(s, level, budget);
        if (!status)
            (void)elite_offer(e, s->point, s->value);
    }
    uint32_t a, b;
    while (!status && elite_pair(e, &s->rng, &a, &b)) {
        status = combine(s, e, a, b, budget);
        if (!status)
            (void)elite_offer(e, s->point, s->value);
    }
    if (!status) {
        uint32_t best = elite_best(e);
        memcpy(s->point, elite_point(e, best), s->words * sizeof *s->point);
        s->value = e->value[best];
    }
    return status;
}

/* Each level starts with the best of the one below; the last one starts over for ever. */
static qb_status tabu_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    state *s = opaque;
    qb_status status = breed(s, 0, budget);
    for (uint32_t level = 0; !status; level += level + 1 < LEVELS) {
        elite_clear(&s->level[level]);
        (void)elite_offer(&s->level[level], s->point, s->value);
        status = mature(s, level, budget);
    }
    say_details(s, budget);
    return status;
}

const qb_solver qb_solver_tabu = {
    .version = QB_SOLVER_VERSION,
    .name = "tabu",
    .family = "tabu search",
    .summary =
        "tabu search by flips or within groups, slack following, path relinking over elite populations",
    .source = "Wang, Lu, Glover and Hao, EJOR 223 (2012); Palubeckis, Ann. Oper. Res. 131 (2004)",
    .takes = QB_TAKES_QUBO,
    .execution = QB_NATIVE,
    .deterministic = true,
    .params = tabu_table,
    .param_count = sizeof tabu_table / sizeof *tabu_table,
    .params_size = sizeof(tabu_params),
    .init = tabu_init,
    .solve = tabu_solve,
    .free = tabu_free,
};
