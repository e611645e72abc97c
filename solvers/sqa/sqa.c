/* Simulated quantum annealing: restarts of path-integral Monte Carlo along a falling transverse field
 * (solvers/kernels/path_integral.h), at a constant temperature.
 *
 * One anneal starts with 32 random slices and takes `sweeps` sweeps, in which the transverse field falls
 * linearly to nothing and the slices grow together; through the second half the best slice is looked at
 * sixteen times.  It ends in a quench: the slices part, and each goes down to a local optimum.  Anneals
 * follow each other until the budget ends; left to itself the solver does not know how long that is, so each
 * is twice as long as the one before.  Under a budget of samples all are equally long, and each slice at the
 * end of one is a sample.
 *
 * Temperature and field come from the instance: with sigma the root mean square cost of a flip at a random
 * state (solvers/anneal), beta = 4 / sigma and gamma = 3/4 sigma, which is PT = J and gamma = 3 J on the
 * square lattice of +-J couplings, as in the source.
 *
 * Source: Martonak, Santoro and Tosatti, Phys. Rev. B 66 (2002) 094203.  The quench is ours.
 */
#include "harness/base/memory.h"
#include "solvers/kernels/path_integral.h"
#include "solvers/solver.h"

#include <math.h>

#define SQA_BETA          4.0  /* beta * sigma */
#define SQA_GAMMA         0.75 /* gamma / sigma */
#define SQA_FIRST_SWEEPS  32   /* length of the first anneal when it grows */
#define SQA_SAMPLE_SWEEPS 1024 /* of every one, under a budget of samples */
#define SQA_LOOKS         16   /* in the second half of an anneal */
#define SQA_QUENCH        2    /* sweeps at zero temperature that end an anneal */

#define SQA_PARAMS(X)                                                                                      \
    X(uint, sweeps, "0", 0, 1e9, "", "sweeps",                                                             \
      "length of an anneal; 0: doubles as the budget allows, 1024 under one of samples")                   \
    X(real, beta, "0", 0, 1e30, "", "1/objective", "inverse temperature of a slice; 0: from the instance") \
    X(real, gamma, "0", 0, 1e30, "", "objective", "transverse field at the start; 0: from the instance")

QB_PARAMS_DECLARE(sqa_params, SQA_PARAMS)
#define QB_PARAM_STRUCT_ sqa_params
static const qb_param table[] = QB_PARAMS_TABLE(SQA_PARAMS);

typedef struct sqa {
    const qb_model *model;
    const sqa_params *params;
    qb_path_integral path;
    double beta, gamma; /* per unit of E, in units of E */
    uint8_t *x;         /* [n] */
    double best;        /* E published; NaN before */
} sqa;

static void sqa_free(void *opaque)
{
    sqa *s = opaque;
    if (!s)
        return;
    qb_path_integral_close(&s->path);
    qb_free(s->x);
    qb_free(s);
}

static void set_scales(sqa *s)
{
    const qb_qubo *q = s->model->qubo;
    double couplings, fields;
    qb_replica_squares(q, &couplings, &fields);
    double sigma = couplings + fields > 0 ? 2 * sqrt((couplings + fields) / q->n) : 1;
    s->beta = s->params->beta > 0 ? s->params->beta * q->scale : SQA_BETA / sigma;
    s->gamma = s->params->gamma > 0 ? s->params->gamma / q->scale : SQA_GAMMA * sigma;
}

static qb_status sqa_init(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                          void **state, qb_diag *diag)
{
    const qb_qubo *q = model->qubo;
    sqa *s = QB_NEW(sqa, 1);
    if (!s)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for slices of %u variables", q->n);
    *s = (sqa){.model = model, .params = params, .best = NAN};
    set_scales(s);
    qb_status status = qb_path_integral_open(q, seed, &s->path, diag);
    s->x = QB_NEW(uint8_t, q->n);
    if (!status && !s->x)
        status = qb_fail(diag, QB_NO_MEMORY, "no memory for slices of %u variables", q->n);
    if (!status && !qb_budget_spend(budget, q->n + q->nonzeros))
        status = QB_STOPPED;
    if (status) {
        sqa_free(s);
        return status;
    }
    qb_budget_detail(budget, "slices", QB_REPLICAS);
    qb_budget_detail(budget, "beta", s->beta / q->scale);
    qb_budget_detail(budget, "gamma", s->gamma * q->scale);
    *state = s;
    return QB_OK;
}

static qb_status look(sqa *s, qb_budget *budget)
{
    return qb_replica_publish(s->model->qubo, s->path.spin, &s->best, s->x, budget);
}

static qb_status return_all(sqa *s, qb_budget *budget)
{
    return qb_replica_return(s->model->qubo, s->path.spin, &s->best, s->x, budget);
}

static qb_status run_sweeps(sqa *s, uint64_t from, uint64_t to, uint64_t sweeps, qb_budget *budget)
{
    qb_status status = QB_OK;
    for (uint64_t k = from; k < to && !status; k++) {
        double gamma = s->gamma * (1 - (double)k / (double)sweeps);
        status = qb_path_integral_run(&s->path, s->beta, gamma, 1, budget);
    }
    return status;
}

static qb_status quench(sqa *s, qb_budget *budget)
{
    qb_status status = qb_path_integral_refresh(&s->path, budget);
    if (!status)
        status = qb_path_integral_run(&s->path, INFINITY, 0, SQA_QUENCH, budget);
    return status ? status : look(s, budget);
}

/* One anneal from random slices. */
static qb_status anneal(sqa *s, uint64_t sweeps, qb_budget *budget)
{
    uint64_t at = sweeps / 2, part = (sweeps - at + SQA_LOOKS - 1) / SQA_LOOKS;
    qb_status status = qb_path_integral_start(&s->path, NULL, budget);
    if (!status)
        status = run_sweeps(s, 0, at, sweeps, budget);
    while (!status && at < sweeps) {
        uint64_t next = sweeps - at > part ? at + part : sweeps;
        status = run_sweeps(s, at, next, sweeps, budget);
        if (!status)
            status = look(s, budget);
        at = next;
    }
    if (!status)
        status = quench(s, budget);
    return status ? status : return_all(s, budget);
}

static qb_status sqa_solve(void *state, qb_budget *budget, qb_diag *diag)
{
    (void)diag;
    sqa *s = state;
    bool grows = !s->params->sweeps && !qb_budget_limits_samples(budget);
    uint64_t sweeps = s->params->sweeps ? s->params->sweeps : grows ? SQA_FIRST_SWEEPS : SQA_SAMPLE_SWEEPS;

    /* Something to show before the first anneal ends: a local optimum, near the warm start if there is one.
     */
    qb_status status = qb_path_integral_start(&s->path, s->model->warm_bits, budget);
    if (!status)
        status = look(s, budget);
    if (!status)
        status = quench(s, budget);
    if (!s->model->qubo->n)
        return status ? status : return_all(s, budget);
    while (!status) {
        status = anneal(s, sweeps, budget);
        if (grows && sweeps < UINT32_MAX)
            sweeps *= 2;
    }
    return status;
}

const qb_solver qb_solver_sqa = {
    .version = QB_SOLVER_VERSION,
    .name = "sqa",
    .family = "simulated quantum annealing",
    .summary = "path-integral Monte Carlo along a falling transverse field, 32 slices in step",
    .source = "Martonak, Santoro and Tosatti, Phys. Rev. B 66 (2002) 094203",
    .takes = QB_TAKES_QUBO,
    .execution = QB_NATIVE,
    .deterministic = true,
    .params = table,
    .param_count = sizeof table / sizeof *table,
    .params_size = sizeof(sqa_params),
    .init = sqa_init,
    .solve = sqa_solve,
    .free = sqa_free,
};
