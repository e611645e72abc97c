/* Multi-start steepest descent: the control for "any local search would have done".
 *
 * Each start is uniform (the first is the warm start, where one is given); from it the best single flip is
 * taken until none improves (solvers/kernels/descent.h), the local optimum is published and counted as a
 * sample.
 */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "solvers/kernels/descent.h"
#include "solvers/solver.h"

#include <string.h>

typedef struct state {
    qb_descent descent;
    qb_rng rng;
    const uint8_t *warm; /* [n] or NULL: the first start */
} state;

static void greedy_free(void *opaque)
{
    state *s = opaque;
    if (s)
        qb_descent_close(&s->descent);
    qb_free(s);
}

static qb_status greedy_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                             void **opaque, qb_diag *diag)
{
    (void)params;
    (void)budget;
    state *s = QB_NEW(state, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the state");
    qb_status status = qb_descent_open(model->qubo, &s->descent, diag);
    if (status) {
        greedy_free(s);
        return status;
    }
    qb_rng_init(&s->rng, seed, 0);
    s->warm = model->warm_bits;
    *opaque = s;
    return QB_OK;
}

static qb_status greedy_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    state *s = opaque;
    qb_descent *d = &s->descent;
    for (const uint8_t *from = s->warm ? s->warm : d->x;; from = d->x) {
        if (from == d->x)
            qb_descent_random_point(&s->rng, d->x, d->model->n);
        qb_status status = qb_descent_start(d, from, budget);
        if (!status)
            status = qb_descent_run(d, budget);
        if (!status)
            status = qb_descent_publish(d, budget);
        if (status || !d->model->n) /* the empty model has one point */
            return status;
        if (!qb_budget_spend_samples(budget, 1))
            return QB_STOPPED;
    }
}

const qb_solver qb_solver_greedy = {
    .version = QB_SOLVER_VERSION,
    .name = "greedy",
    .family = "control",
    .summary = "steepest one-flip descent from random starts",
    .source = "the control of local search: Boros, Hammer and Tavares, J. Heuristics 13 (2007)",
    .takes = QB_TAKES_QUBO,
    .execution = QB_NATIVE,
    .deterministic = true,
    .init = greedy_init,
    .solve = greedy_solve,
    .free = greedy_free,
};
