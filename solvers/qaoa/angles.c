/* Angles before training, and training: on exact measures (qaoa_train.h), depth by depth where asked for, or
 * from counted shots (qaoa_shots.h). */
#include "solvers/qaoa/angles.h"

#include "solvers/kernels/qaoa_angles.h"
#include "solvers/kernels/qaoa_shots.h"

#include <math.h>
#include <string.h>

void angles_start(solver *s, uint32_t depth)
{
    const qaoa_params *p = s->params;
    const qb_cost *cost = qb_qaoa_cost(s->state);
    s->fitted_on = "none";
    if (!depth) {
        s->angles_from = "uniform";
    } else if (p->angles == GIVEN) {
        memcpy(s->gammas, p->gammas.value, depth * sizeof *s->gammas);
        memcpy(s->betas, p->betas.value, depth * sizeof *s->betas);
        s->angles_from = "given";
        s->fitted_on = p->fitted_on.text[0] ? p->fitted_on.text : "not stated";
    } else if (p->angles == RAMP || p->mixer != QB_MIXER_X || (trains(p) && p->start == START_RAMP)) {
        double scale = s->unit / qb_qaoa_unit(cost);
        qb_qaoa_ramp(cost, depth, p->ramp, s->gammas, s->betas);
        for (uint32_t l = 0; l < depth; l++)
            s->gammas[l] *= scale;
        s->angles_from = "ramp";
    } else {
        qb_qaoa_fixed(cost, depth, s->gammas, s->betas, &s->fitted_on);
        s->angles_from = "fixed";
    }
}

/* Trains `terms` variables of each kind of a circuit of `depth` layers; terms 0: the angles themselves. */
static qb_status train(solver *s, uint32_t depth, uint32_t terms, double *gammas, double *betas,
                       qb_budget *budget, qb_diag *diag)
{
    const qaoa_params *p = s->params;
    qb_qaoa_training training = {
        .optimiser = p->angles == COBYLA   ? QB_QAOA_COBYLA
                     : p->angles == BOBYQA ? QB_QAOA_BOBYQA
                                           : QB_QAOA_LBFGS,
        .objective = (qb_qaoa_objective)p->objective,
        .eta = s->sampler.eta,
        .alpha = p->alpha,
        .depth = depth,
        .terms = terms,
        .evaluations = (uint32_t)p->evaluations,
        .starts = (uint32_t)p->starts,
        .seed = s->seed,
        .unit = s->unit,
        .state = s->state,
        .path = &s->path,
    };
    double value;
    return qb_qaoa_train(&training, gammas, betas, budget, &value, &s->oracle_evaluations, diag);
}

/* Depth by depth: each optimum, interpolated, starts the next. */
static qb_status train_by_depth(solver *s, qb_budget *budget, qb_diag *diag)
{
    double gammas[DEPTH_MOST], betas[DEPTH_MOST];
    angles_start(s, 1);
    memcpy(gammas, s->gammas, sizeof *gammas);
    memcpy(betas, s->betas, sizeof *betas);
    qb_status status = QB_OK;
    for (uint32_t depth = 1; depth <= s->depth && !status; depth++) {
        if (depth > 1) {
            qb_qaoa_interpolate(depth - 1, s->gammas, depth, gammas);
            qb_qaoa_interpolate(depth - 1, s->betas, depth, betas);
        }
        status = train(s, depth, 0, gammas, betas, budget, diag);
        memcpy(s->gammas, gammas, depth * sizeof *gammas);
        memcpy(s->betas, betas, depth * sizeof *betas);
    }
    return status;
}

/* Depth by depth: each series starts the next, which has one more term, of amplitude 0. */
static qb_status train_series(solver *s, qb_budget *budget, qb_diag *diag)
{
    uint32_t most = s->params->terms ? (uint32_t)s->params->terms : s->depth;
    double u[DEPTH_MOST] = {0}, v[DEPTH_MOST] = {0};
    angles_start(s, 1);
    u[0] = s->gammas[0] / s->unit / sqrt(0.5); /* the one layer of a series of one term */
    v[0] = s->betas[0] / sqrt(0.5);
    qb_status status = QB_OK;
    for (uint32_t depth = 1; depth <= s->depth && !status; depth++) {
        uint32_t terms = depth < most ? depth : most;
        status = train(s, depth, terms, u, v, budget, diag);
        qb_qaoa_fourier(terms, u, v, s->unit, depth, s->gammas, s->betas);
    }
    return status;
}

/* ---------------------------------------------------------------------------------------------- from shots
 */

typedef struct device {
    solver *solver;
    qb_budget *budget;
} device;

static qb_status estimate(void *context, uint32_t depth, const double *gammas, const double *betas,
                          double *value)
{
    const device *d = context;
    return sampler_estimate(&d->solver->sampler, depth, gammas, betas, d->budget, value);
}

static qb_status train_from_shots(solver *s, qb_budget *budget, qb_diag *diag)
{
    device d = {s, budget};
    qb_qaoa_shot_training training = {.depth = s->depth,
                                      .evaluations = (uint32_t)s->params->evaluations,
                                      .unit = s->unit,
                                      .seed = s->seed,
                                      .estimate = estimate,
                                      .context = &d};
    qb_status status;
    if (s->params->angles == SHIFT) {
        status = qb_qaoa_frequencies(s->state, &training.gamma, &training.beta, diag);
        if (!status)
            status = qb_qaoa_shift(&training, s->gammas, s->betas, diag);
    } else {
        status = qb_qaoa_spsa(&training, s->gammas, s->betas);
    }
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for training from shots") : status;
}

static qb_status train_exactly(solver *s, qb_budget *budget, qb_diag *diag)
{
    qb_budget_simulation(budget, true);
    qb_status status = s->params->angles == INTERP ? train_by_depth(s, budget, diag)
                       : s->params->angles == FOURIER
                           ? train_series(s, budget, diag)
                           : train(s, s->depth, 0, s->gammas, s->betas, budget, diag);
    if (!status && s->params->landscape)
        status =
            portrait_landscape(s->state, s->unit, (uint32_t)s->params->landscape, &s->path, budget, diag);
    qb_budget_simulation(budget, false);
    return status;
}

qb_status angles_train(solver *s, qb_budget *budget, qb_diag *diag)
{
    bool exactly = trains_exactly(s->params);
    qb_status status = exactly ? train_exactly(s, budget, diag) : train_from_shots(s, budget, diag);
    s->angles_from = exactly ? "oracle-trained" : "shot-trained";
    s->fitted_on = "this instance";
    return status;
}
