/* Smaller budgets, replayed from the recorded trajectories: what each run would have had by then. */
#include "harness/store/evidence.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef struct replay {
    const qb_evidence *evidence;
    double budget;
} replay;

static double spent_by_run(const qb_evidence *e, const qb_evidence_run *run)
{
    const qb_budget_spent spent = {run->wall_s,      run->cpu_s, run->modelled_s,
                                   run->simulator_s, run->work,  run->samples};
    return qb_budget_counted(e->budget_kind, &spent);
}

/* The evidence was loaded for us alone; only its type says that nobody else changes it. */
static qb_evidence_run *writable(const qb_evidence *e, uint64_t k)
{
    return (qb_evidence_run *)(uintptr_t)&e->run[k];
}

/* A run that was still going forgets what it had later; one that had ended by then keeps everything. */
static void forget(const qb_evidence *e, uint64_t k, double budget)
{
    qb_evidence_run *run = writable(e, k);
    if (spent_by_run(e, run) <= budget)
        return;
    run->outcome = QB_RUN_BUDGET;
    run->has_solution = run->feasible = false;
    run->objective = run->bound = run->late_objective = NAN;
    run->first_s = run->last_s = run->primal_integral = NAN;
    run->cpu_s = fmin(run->cpu_s, e->budget_kind == QB_BUDGET_CPU_TIME ? budget : INFINITY);
    run->wall_s = fmin(run->wall_s, e->budget_kind == QB_BUDGET_WALL_TIME ? budget : INFINITY);
    run->overshoot_s = 0;
    double *crossing = (double *)(uintptr_t)run->crossing;
    for (uint32_t t = 0; t < e->instance[run->instance].targets; t++)
        if (!(crossing[t] <= budget))
            crossing[t] = NAN;
}

static bool improves(const qb_evidence *e, const qb_evidence_run *run, const qb_evidence_point *point)
{
    if (!run->has_solution || point->feasible != run->feasible)
        return !run->has_solution || point->feasible;
    return e->instance[run->instance].sense == QB_MINIMISE ? point->objective < run->objective
                                                           : point->objective > run->objective;
}

static qb_status remember(void *context, const qb_evidence_point *point)
{
    const replay *r = context;
    qb_evidence_run *run = writable(r->evidence, point->run);
    double spent = qb_evidence_spent(r->evidence, point);
    if (run->outcome != QB_RUN_BUDGET || spent > r->budget || !improves(r->evidence, run, point))
        return QB_OK;
    run->has_solution = true;
    run->feasible = point->feasible;
    run->objective = point->objective;
    if (point->feasible && isnan(run->first_s))
        run->first_s = spent;
    run->last_s = spent;
    return QB_OK;
}

void qb_evidence_leave_out(const qb_evidence *evidence, uint32_t entry)
{
    qb_evidence *e = (qb_evidence *)(uintptr_t)evidence;
    qb_evidence_entry *entries = (qb_evidence_entry *)(uintptr_t)e->entry;
    uint64_t kept = 0;
    for (uint64_t k = 0; k < e->runs; k++) {
        if (e->run[k].entry == entry)
            continue;
        qb_evidence_run *run = writable(e, kept++);
        *run = e->run[k];
        run->entry -= run->entry > entry;
    }
    e->runs = kept;
    e->entries--;
    for (uint32_t k = entry; k < e->entries; k++)
        entries[k] = entries[k + 1];
}

qb_status qb_evidence_shorten(qb_store *store, const qb_evidence *evidence, double budget, qb_diag *diag)
{
    replay r = {evidence, budget};
    qb_evidence *e = (qb_evidence *)(uintptr_t)evidence;
    if (!(budget > 0) || budget > e->budget)
        return qb_fail(diag, QB_BAD_INPUT, "a replayed budget is positive and at most the registered one");
    for (uint64_t k = 0; k < e->runs; k++)
        forget(e, k, budget);
    qb_status status = qb_evidence_points(store, e, NULL, remember, &r, diag);
    if (!status) {
        e->registered_budget = e->budget;
        e->budget = budget;
    }
    return status;
}
