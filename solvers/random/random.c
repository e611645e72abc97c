/* Uniform random sampling: the control that every method has to beat.
 *
 * Draws independent uniform points and evaluates each: n + nonzeros of work and one sample a point.  Its best
 * of N draws says how much of a result is mere sampling.  With as many shots as a quantum circuit draws it is
 * the classical sampler that a claim about a device has to beat.
 */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/memory.h"
#include "solvers/kernels/descent.h"
#include "solvers/solver.h"

#define RANDOM_PARAMS(X) \
    X(uint, shots, "0", 0, 1e15, "", "samples", "samples at most; 0: as many as the budget allows")
QB_PARAMS_DECLARE(random_params, RANDOM_PARAMS)
static const qb_param random_table[] = QB_PARAMS_TABLE(RANDOM_PARAMS);

typedef struct state {
    const qb_qubo *model;
    uint64_t shots; /* at most */
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
    const random_params *p = params;
    (void)budget;
    state *s = QB_NEW(state, 1);
    uint8_t *x = QB_NEW(uint8_t, model->qubo->n);
    if (!s || !x) {
        qb_free(s);
        qb_free(x);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a point of %u variables", model->qubo->n);
    }
    *s = (state){.model = model->qubo, .shots = p->shots ? p->shots : UINT64_MAX, .x = x};
    qb_rng_init(&s->rng, seed, 0);
    *opaque = s;
    return QB_OK;
}

static qb_status random_solve(void *opaque, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    state *s = opaque;
    double energy;
    for (uint64_t shot = 0; shot < s->shots; shot++) {
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
        if (!s->model->n) /* one point, which is known now */
            break;
    }
    return QB_OK;
}

static qb_device_use random_device_use(const void *params)
{
    const random_params *p = params;
    return (qb_device_use){.shots = p->shots ? p->shots : UINT64_MAX};
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
    .params = random_table,
    .param_count = sizeof random_table / sizeof *random_table,
    .params_size = sizeof(random_params),
    .device_use = random_device_use,
    .init = random_init,
    .solve = random_solve,
    .free = random_free,
};
