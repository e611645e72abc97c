#include "tests/run/misbehaving/misbehaving.h"

static qb_status exhausted(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 0, 0);
    qb_budget_spend(budget, 10);
    misbehaving_publish(model, budget, 3, -3);
    qb_budget_detail(budget, "answer", 42);
    return QB_OK;
}
MISBEHAVING(ending_exhausted, QB_TAKES_QUBO, exhausted)

static qb_status optimal(const qb_model *model, qb_budget *budget)
{
    uint32_t n = model->qubo->n;
    misbehaving_publish(model, budget, n, -(double)n);
    qb_budget_bound(budget, -(double)n - 0.5); /* closed to less than a step */
    return QB_OK;
}
MISBEHAVING(ending_optimal, QB_TAKES_QUBO, optimal)

static qb_status target(const qb_model *model, qb_budget *budget)
{
    for (uint32_t ones = 0; ones <= model->qubo->n; ones++)
        if (!qb_budget_spend(budget, 1) ||
            misbehaving_publish(model, budget, ones, -(double)ones) == QB_STOPPED)
            return QB_STOPPED;
    return QB_OK;
}
MISBEHAVING(ending_target, QB_TAKES_QUBO, target)

static qb_status infeasible(const qb_model *model, qb_budget *budget)
{
    (void)model;
    qb_budget_infeasible(budget);
    return QB_OK;
}
MISBEHAVING(ending_infeasible, QB_TAKES_QUBO, infeasible)

static qb_status refused(const qb_model *model, qb_budget *budget)
{
    (void)model;
    (void)budget;
    return QB_REFUSED;
}
MISBEHAVING(ending_refused, QB_TAKES_QUBO, refused)

static qb_status no_memory(const qb_model *model, qb_budget *budget)
{
    (void)model;
    (void)budget;
    return QB_NO_MEMORY;
}
MISBEHAVING(ending_no_memory, QB_TAKES_QUBO, no_memory)

static qb_status internal(const qb_model *model, qb_budget *budget)
{
    (void)model;
    (void)budget;
    return QB_INTERNAL;
}
MISBEHAVING(ending_internal, QB_TAKES_QUBO, internal)

/* Simulates a device that is never done. */
static qb_status simulated(const qb_model *model, qb_budget *budget)
{
    misbehaving_publish(model, budget, 1, -1);
    qb_budget_simulation(budget, true);
    while (qb_budget_spend(budget, 100))
        ;
    qb_budget_simulation(budget, false);
    return QB_STOPPED;
}
MISBEHAVING(ending_simulated, QB_TAKES_QUBO, simulated)
