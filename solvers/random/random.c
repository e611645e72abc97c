/* Uniform random sampling: the control that every method has to beat.
 *
 * Draws independent uniform points and evaluates each: n + nonzeros of work and one sample a point.  Its best
 * of N draws says how much of a result is mere sampling.
 */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "solvers/kernels/descent.h"
#include "solvers/solver.h"

typedef struct state {
    const qb_qubo *model;
    qb_rng rng;
    uint8_t *x; /* [n] */
} state;

static void random_free(void *opaque)
{
    state *s = opaque;
    if (s)
        qb_free(s->x);
    qb_free(s);
}

static qb_status random_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                             void **opaque, qb_diag *diag)
{
    (void)params;
    (void)budget;
    state *s = QB_NEW(state, 1);
    uint8_t *x = QB_NEW(uint8_t, model->qubo->n);
    if (!s || !x) {
        qb_free(s);
        qb_free(x);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a point of %u variables", model->qubo->n);
    }
    *s = (state){.model = model->qubo, .x = x};
    qb_rng_init(&s->rng, seed, 0);
    *opaque = s;
    return QB_OK;
}

static qb_status random_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    state *s = opaque;
    double energy;
    do {
        qb_descent_random_point(&s->rng, s->x, s->model->n);
        qb_status status = qb_descent_energy(s->model, s->x, budget, &energy);
        if (!status)
            status = qb_budget_incumbent(budget, s->x, energy);
        if (!status)
            status = qb_budget_sample(budget, s->x, energy, 1);
        if (status)
            return status;
        if (!qb_budget_spend_samples(budget, 1))
            return QB_STOPPED;
    } while (s->model->n); /* the empty model has one point */
    return QB_OK;
}

const qb_solver qb_solver_random = {
    .version = QB_SOLVER_VERSION,
    .name = "random",
    .family = "control",
    .summary = "independent uniform samples",
    .source = "the null control: Monte Carlo",
    .takes = QB_TAKES_QUBO,
    .execution = QB_NATIVE,
    .deterministic = true,
    .init = random_init,
    .solve = random_solve,
    .free = random_free,
};
