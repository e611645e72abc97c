#define _GNU_SOURCE
#include "solvers/qaoa/sampler.h"

#include "harness/base/memory.h"
#include "solvers/kernels/anneal_math.h"
#include "solvers/qaoa/portrait.h"

#include <math.h>
#include <stdlib.h>

#define PORTRAIT_SHOTS  (1ull << 20) /* of more shots no portrait is made */
#define TRAINING_STREAM (1ull << 40) /* beyond those of sampling, also in trajectories */

void sampler_tell(const sampler *s, qb_budget *budget)
{
    qb_budget_detail(budget, "shots", (double)s->sampling.shots);
    qb_budget_detail(budget, "executions", (double)s->sampling.executions);
    qb_budget_detail(budget, "training_shots", (double)s->training.shots);
    qb_budget_detail(budget, "training_executions", (double)s->training.executions);
}

/* Offers one shot at its value in the model, which *value gets. */
static qb_status offer(sampler *s, uint64_t shot, bool is_sample, qb_budget *budget, double *value)
{
    const qb_qubo *qubo = s->qubo;
    uint8_t x[QB_COST_VARIABLES];
    for (uint32_t i = 0; i < qubo->n; i++)
        x[i] = shot >> i & 1;
    *value = qb_qubo_energy(qubo, x);
    qb_status status = is_sample ? qb_budget_sample(budget, x, *value, 1) : QB_OK;
    if (!qb_budget_spend(budget, qubo->n + qubo->nonzeros / 2))
        return QB_STOPPED;
    bool improves = !s->has_best || (qubo->sense == QB_MINIMISE ? *value < s->best : *value > s->best);
    if (status || !improves)
        return status;
    s->has_best = true;
    s->best = *value;
    return qb_budget_incumbent(budget, x, *value);
}

/* One execution's shots on their way to the budget. */
typedef struct execution {
    sampler *sampler;
    tally *tally;
    qb_budget *budget;
    double *value; /* [shots] what they are worth; NULL: not wanted */
    uint64_t used;
} execution;

/* Offers shots.  The device is charged for them before they are looked at. */
static qb_status use_shots(void *opaque, const uint64_t *x, uint64_t count)
{
    execution *r = opaque;
    sampler *s = r->sampler;
    if (!qb_budget_spend_device(r->budget, (double)count * s->shot_s))
        return QB_STOPPED;
    for (uint64_t i = 0; i < count; i++) {
        double worth;
        if (!qb_budget_spend_samples(r->budget, 1))
            return QB_STOPPED;
        r->tally->shots++;
        qb_status status = offer(s, x[i], r->tally == &s->sampling, r->budget, &worth);
        if (status)
            return status;
        if (r->value)
            r->value[r->used++] = worth;
    }
    return QB_OK;
}

/* Shots of the state as it is. */
static qb_status draw(execution *r, uint64_t stream, uint64_t shots)
{
    sampler *s = r->sampler;
    uint64_t *x = QB_NEW(uint64_t, shots);
    qb_budget_simulation(r->budget, true);
    qb_status status = x ? qb_qaoa_sample(s->state, s->seed, stream, shots, r->budget, x) : QB_NO_MEMORY;
    qb_budget_simulation(r->budget, false);
    if (!status)
        status = use_shots(r, x, shots);
    qb_free(x);
    return status;
}

/* An execution of the circuit, number r->tally->executions of `stream`. */
static qb_status execute(execution *r, uint64_t stream, uint64_t shots, uint32_t depth, const double *gammas,
                         const double *betas, qb_diag *diag)
{
    sampler *s = r->sampler;
    uint64_t number = stream + r->tally->executions++;
    qb_status status = s->noisy ? noisy_run(s->noisy, s->state, s->seed, number * s->noisy->trajectories,
                                            depth, gammas, betas, shots, use_shots, r, r->budget, diag)
                                : draw(r, number, shots);
    sampler_tell(s, r->budget);
    return status;
}

qb_status sampler_take(sampler *s, uint64_t shots, uint32_t depth, const double *gammas, const double *betas,
                       qb_budget *budget, qb_diag *diag)
{
    execution r = {s, &s->sampling, budget, NULL, 0};
    if (shots <= PORTRAIT_SHOTS)
        r.value = QB_NEW(double, shots); /* without it, no portrait */
    qb_status status = execute(&r, 0, shots, depth, gammas, betas, diag);
    for (uint64_t k = 0; k < r.used; k++)
        r.value[k] = s->qubo->scale * r.value[k] + s->qubo->offset;
    portrait_shots(r.value, r.used, budget);
    qb_free(r.value);
    return status == QB_NO_MEMORY ? qb_fail(diag, status, "out of memory for sampling") : status;
}

/* ---------------------------------------------------------------------------------------------- estimates */

static int ascending(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return (*p > *q) - (*p < *q);
}

/* The mean of the least `share` of the values, the last of them in part. */
static double mean_of_least(double *value, uint64_t count, double share)
{
    double left = share * (double)count, tail = left, sum = 0;
    qsort(value, count, sizeof *value, ascending);
    for (uint64_t i = 0; i < count && left > 0; i++) {
        sum += (left < 1 ? left : 1) * value[i];
        left -= 1;
    }
    return sum / tail;
}

static double gibbs_of(const double *value, uint64_t count, double eta)
{
    double least = value[0], sum = 0;
    for (uint64_t i = 1; i < count; i++)
        least = value[i] < least ? value[i] : least;
    for (uint64_t i = 0; i < count; i++)
        sum += qb_anneal_exp_minus(eta * (value[i] - least));
    return eta * least - qb_anneal_ln(sum / (double)count);
}

static double estimate_of(const sampler *s, double *value, uint64_t count)
{
    double sign = s->qubo->sense == QB_MINIMISE ? 1 : -1;
    for (uint64_t i = 0; i < count; i++)
        value[i] = sign * (s->qubo->scale * value[i] + s->qubo->offset);
    if (s->objective == QB_QAOA_GIBBS)
        return gibbs_of(value, count, s->eta);
    return mean_of_least(value, count, s->objective == QB_QAOA_CVAR ? s->alpha : 1);
}

qb_status sampler_estimate(sampler *s, uint32_t depth, const double *gammas, const double *betas,
                           qb_budget *budget, double *estimate)
{
    uint64_t shots = s->training_shots;
    execution r = {s, &s->training, budget, QB_NEW(double, shots), 0};
    qb_status status = r.value ? QB_OK : QB_NO_MEMORY;
    if (!status && !s->noisy) {
        qb_budget_simulation(budget, true);
        status = qb_qaoa_evolve(s->state, depth, gammas, betas, budget, NULL);
        qb_budget_simulation(budget, false);
    }
    if (!status)
        status = execute(&r, TRAINING_STREAM, shots, depth, gammas, betas, NULL);
    if (!status)
        *estimate = estimate_of(s, r.value, shots);
    qb_free(r.value);
    return status;
}
