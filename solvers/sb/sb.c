/* Simulated bifurcation: restarts of 32 oscillator networks in step (solvers/kernels/bifurcation.h).
 *
 * One evolution starts near the origin and takes `steps` steps, through its second half of which the best
 * replica is looked at sixteen times.  Evolutions follow each other until the budget ends; left to itself the
 * solver does not know how long that is, so each is twice as long as the one before.  Under a budget of
 * samples all are equally long, and each replica at the end of one is a sample.  Nothing repairs or refines
 * what the oscillators say.
 *
 * Source: Goto, Endo, Suzuki et al., Science Advances 7 (2021) eabe7953.
 */
#include "harness/base/memory.h"
#include "solvers/kernels/bifurcation.h"
#include "solvers/solver.h"

#include <math.h>

#define SB_FIRST_STEPS  64   /* length of the first evolution when it grows */
#define SB_SAMPLE_STEPS 1024 /* of every one, under a budget of samples */
#define SB_LOOKS        16   /* in the second half of an evolution */

#define SB_PARAMS(X)                                                                        \
    X(choice, variant, "discrete", 0, 0, "discrete|ballistic", "",                          \
      "what a spin sees of its neighbours: the "                                            \
      "sign of their positions, or the positions")                                          \
    X(uint, steps, "0", 0, 1e9, "", "steps",                                                \
      "length of an evolution; 0: doubles as the budget allows, 1024 under one of samples") \
    X(real, dt, "0", 0, 10, "", "", "length of a step; 0: as large as is safe")             \
    X(real, coupling, "0.5", 0, 1e6, "", "", "scale of the forces between spins")

QB_PARAMS_DECLARE(sb_params, SB_PARAMS)
#define QB_PARAM_STRUCT_ sb_params
static const qb_param table[] = QB_PARAMS_TABLE(SB_PARAMS);

typedef struct sb {
    const qb_qubo *model;
    const sb_params *params;
    qb_bifurcation oscillators;
    uint8_t *x;  /* [n] */
    double best; /* E published; NaN before */
} sb;

static void sb_free(void *opaque)
{
    sb *s = opaque;
    if (!s)
        return;
    qb_bifurcation_close(&s->oscillators);
    qb_free(s->x);
    qb_free(s);
}

static qb_status sb_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                         void **state, qb_diag *diag)
{
    const qb_qubo *q = model->qubo;
    sb *s = QB_NEW(sb, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for oscillators of %u variables", q->n);
    *s = (sb){.model = q, .params = params, .best = NAN};
    bool discrete = s->params->variant == 0;
    qb_status status = qb_bifurcation_open(q, discrete, s->params->dt, s->params->coupling, seed,
                                           &s->oscillators, budget, diag);
    s->x = QB_NEW(uint8_t, q->n);
    if (!status && !s->x)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for oscillators of %u variables", q->n);
    if (!status && !qb_budget_spend(budget, q->n + q->nonzeros))
        status = QB_STOPPED;
    if (status) {
        sb_free(s);
        return status;
    }
    qb_budget_detail(budget, "replicas", QB_REPLICAS);
    qb_budget_detail(budget, "dt", (double)s->oscillators.dt);
    qb_budget_detail(budget, "force_scale", s->oscillators.scale);
    *state = s;
    return QB_OK;
}

static qb_status look(sb *s, qb_budget *budget)
{
    return qb_replica_publish(s->model, s->oscillators.x, &s->best, s->x, budget);
}

static qb_status return_all(sb *s, qb_budget *budget)
{
    return qb_replica_return(s->model, s->oscillators.x, &s->best, s->x, budget);
}

static qb_status evolve(sb *s, uint64_t steps, qb_budget *budget)
{
    uint64_t at = steps / 2, part = (steps - at + SB_LOOKS - 1) / SB_LOOKS;
    qb_bifurcation_start(&s->oscillators);
    qb_status status = qb_bifurcation_run(&s->oscillators, 0, at, steps, budget);
    while (!status && at < steps) {
        uint64_t next = steps - at > part ? at + part : steps;
        status = qb_bifurcation_run(&s->oscillators, at, next, steps, budget);
        if (!status)
            status = look(s, budget);
        at = next;
    }
    return status ? status : return_all(s, budget);
}

static qb_status sb_solve(void *state, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    sb *s = state;
    bool grows = !s->params->steps && !qb_budget_limits_samples(budget);
    uint64_t steps = s->params->steps ? s->params->steps : grows ? SB_FIRST_STEPS : SB_SAMPLE_STEPS;

    /* Something to show before the first evolution ends. */
    qb_bifurcation_start(&s->oscillators);
    qb_status status = look(s, budget);
    if (!s->model->n)
        return status ? status : return_all(s, budget);
    while (!status) {
        status = evolve(s, steps, budget);
        if (grows && steps < UINT32_MAX)
            steps *= 2;
    }
    return status;
}

const qb_solver qb_solver_sb = {
    .version = QB_SOLVER_VERSION,
    .name = "sb",
    .family = "simulated bifurcation",
    .summary = "classical oscillators driven through a bifurcation, 32 replicas in step",
    .source = "Goto, Endo, Suzuki et al., Science Advances 7 (2021) eabe7953",
    .takes = QB_TAKES_QUBO,
    .execution = QB_NATIVE,
    .deterministic = true,
    .params = table,
    .param_count = sizeof table / sizeof *table,
    .params_size = sizeof(sb_params),
    .init = sb_init,
    .solve = sb_solve,
    .free = sb_free,
};
