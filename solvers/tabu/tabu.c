/* One-flip tabu search with perturbation restarts.
 *
 * The walk itself is solvers/kernels/tabu.h.  From a random point (or the warm start) walk until the walk has
 * gone stale; go back to its best point, flip a random tenth of the bits, walk again; keep the better of the
 * two.  After a number of restarts in vain, start anew.
 *
 * Source: Glover, Lu and Hao, "Diversification-driven tabu search for unconstrained binary quadratic
 * problems", 4OR 8 (2010); Palubeckis, "Multistart tabu search strategies for the unconstrained binary
 * quadratic optimization problem", Ann. Oper. Res. 131 (2004).
 */
#define _POSIX_C_SOURCE 200809L
#include "solvers/kernels/tabu.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "solvers/solver.h"

#include <string.h>

#define TABU_PARAMS(X)                                                                                   \
    X(uint, patience, "0", 0, 1e12, "", "moves", "moves in vain that end a walk; 0: by rule from n")     \
    X(uint, tenure, "0", 0, 1e6, "", "moves", "moves for which a flipped bit is tabu; 0: by rule")       \
    X(uint, restarts, "20", 1, 1e6, "", "walks", "walks in vain from the best point before a new start") \
    X(choice, form, "auto", 0, 0, "auto|dense|sparse", "", "representation of the couplings")
QB_PARAMS_DECLARE(tabu_params, TABU_PARAMS)
static const qb_param tabu_table[] = QB_PARAMS_TABLE(TABU_PARAMS);

typedef struct state {
    const qb_qubo *model;
    const uint8_t *warm; /* [n] or NULL */
    qb_tabu_rule rule;
    uint64_t restarts;
    qb_tabu *walk;
    uint64_t *home; /* [words] the point that restarts depart from */
    double home_value;
    qb_rng rng;
} state;

static void tabu_free(void *opaque)
{
    state *s = opaque;
    if (s) {
        qb_tabu_close(s->walk);
        qb_free(s->home);
    }
    qb_free(s);
}

/* Tenure and patience as in Glover, Lu and Hao: n / 100 and 20 n. */
static qb_tabu_rule make_rule(const tabu_params *p, uint32_t n)
{
    uint32_t tenure = p->tenure ? (uint32_t)p->tenure : n / 100 + 10;
    return (qb_tabu_rule){
        .patience = p->patience ? p->patience : 20 * (uint64_t)n + 1000,
        .tenure = tenure,
        .spread = tenure / 2 < 10 ? tenure / 2 : 10,
    };
}

static qb_status tabu_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                           void **opaque, qb_diag *diag)
{
    const tabu_params *p = params;
    state *s = QB_NEW(state, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the state");
    s->model = model->qubo;
    s->warm = model->warm_bits;
    s->rule = make_rule(p, s->model->n);
    s->restarts = p->restarts;
    qb_rng_init(&s->rng, seed, 0);
    qb_status status =
        qb_tabu_open(s->model, (qb_tabu_form)p->form, model->memory_bytes, seed, budget, &s->walk, diag);
    if (!status) {
        s->home = QB_NEW(uint64_t, qb_tabu_words(s->walk));
        status = s->home ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "no memory for a point");
    }
    if (status) {
        tabu_free(s);
        return status;
    }
    qb_budget_detail_text(budget, "kernel", qb_tabu_form_name(s->walk));
    *opaque = s;
    return QB_OK;
}

/* The warm start, once; then uniform points. */
static void choose_start(state *s, uint64_t *point)
{
    uint32_t n = s->model->n, words = qb_tabu_words(s->walk);
    if (s->warm)
        qb_tabu_read_point(s->walk, s->warm, point);
    else {
        for (uint32_t w = 0; w < words; w++)
            point[w] = qb_rng_next(&s->rng);
        if (n % 64)
            point[words - 1] &= (UINT64_C(1) << n % 64) - 1;
    }
    s->warm = NULL;
}

static qb_status perturb(state *s, qb_budget *budget)
{
    qb_status status = qb_tabu_go(s->walk, s->home, budget);
    for (uint32_t k = 0; k <= s->model->n / 10 && !status; k++)
        status = qb_tabu_flip(s->walk, (uint32_t)qb_rng_below(&s->rng, s->model->n), budget);
    return status;
}

static void settle(state *s)
{
    memcpy(s->home, qb_tabu_best(s->walk), qb_tabu_words(s->walk) * sizeof *s->home);
    s->home_value = qb_tabu_best_value(s->walk);
}

/* From a fresh start until restarts are in vain. */
static qb_status search(state *s, qb_budget *budget)
{
    choose_start(s, s->home);
    qb_status status = qb_tabu_go(s->walk, s->home, budget);
    if (!status)
        status = qb_tabu_walk(s->walk, &s->rule, budget);
    if (status || !s->model->n)
        return status;
    settle(s);
    for (uint64_t vain = 0; vain < s->restarts; vain++) {
        status = perturb(s, budget);
        if (!status)
            status = qb_tabu_walk(s->walk, &s->rule, budget);
        if (status)
            return status;
        if (qb_tabu_best_value(s->walk) > s->home_value) {
            settle(s);
            vain = 0;
        }
        if (!qb_budget_spend_samples(budget, 1))
            return QB_STOPPED;
    }
    return QB_OK;
}

static qb_status tabu_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    state *s = opaque;
    qb_status status;
    do
        status = search(s, budget);
    while (!status && s->model->n);
    return status;
}

const qb_solver qb_solver_tabu = {
    .version = QB_SOLVER_VERSION,
    .name = "tabu",
    .family = "tabu search",
    .summary = "one-flip tabu search with restarts",
    .source = "Glover, Lu and Hao, 4OR 8 (2010); Palubeckis, Ann. Oper. Res. 131 (2004)",
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
