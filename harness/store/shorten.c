/* Smaller budgets, replayed from the recorded trajectories: what each run would have had by then. */
#include "harness/base/memory.h"
#include "harness/store/evidence.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef struct replay {
    const qb_evidence *evidence;
    double budget;
    qb_evidence_by *by; /* [runs] */
} replay;

static double spent_by_run(const qb_evidence *e, const qb_evidence_run *run)
{
    const qb_budget_spent spent = {run->wall_s,      run->cpu_s, run->modelled_s,
                                   run->simulator_s, run->work,  run->samples};
    return qb_budget_counted(e->budget_kind, &spent);
}

static bool improves(const qb_evidence *e, uint64_t run, const qb_evidence_by *by,
                     const qb_evidence_point *point)
{
    if (!by->has_solution || point->feasible != by->feasible)
        return !by->has_solution || point->feasible;
    return e->instance[e->run[run].instance].sense == QB_MINIMISE ? point->objective < by->objective
                                                                  : point->objective > by->objective;
}

static qb_status remember(void *context, const qb_evidence_point *point)
{
    const replay *r = context;
    qb_evidence_by *by = &r->by[point->run];
    double spent = qb_evidence_spent(r->evidence, point);
    if (spent > r->budget || !improves(r->evidence, point->run, by, point))
        return QB_OK;
    by->has_solution = true;
    by->feasible = point->feasible;
    by->objective = point->objective;
    if (point->feasible && isnan(by->first_s))
        by->first_s = spent;
    by->last_s = spent;
    return QB_OK;
}

qb_status qb_evidence_replay(qb_store *store, const qb_evidence *e, const bool *take, double budget,
                             qb_evidence_by *by, qb_diag *diag)
{
    replay r = {e, budget, by};
    if (!(budget > 0) || budget > e->budget)
        return qb_fail(diag, QB_BAD_INPUT, "a replayed budget is positive and at most the registered one");
    bool *cut = QB_NEW(bool, e->runs);
    if (!cut)
        return qb_fail(diag, QB_NO_MEMORY, "no memory to replay runs");
    for (uint64_t k = 0; k < e->runs; k++) {
        const qb_evidence_run *run = &e->run[k];
        cut[k] = (!take || take[k]) && spent_by_run(e, run) > budget;
        by[k] = cut[k] ? (qb_evidence_by){.objective = NAN, .first_s = NAN, .last_s = NAN}
                       : (qb_evidence_by){.ended = true,
                                          .has_solution = run->has_solution,
                                          .feasible = run->feasible,
                                          .objective = run->objective,
                                          .first_s = run->first_s,
                                          .last_s = run->last_s};
    }
    qb_status status = qb_evidence_points(store, e, cut, remember, &r, diag);
    qb_free(cut);
    return status;
}

/* The evidence was loaded for us alone; only its type says that nobody else changes it. */
static qb_evidence_run *writable(const qb_evidence *e, uint64_t k)
{
    return (qb_evidence_run *)(uintptr_t)&e->run[k];
}

/* A run that was still going forgets what it had later. */
static void cut_short(const qb_evidence *e, uint64_t k, const qb_evidence_by *by, double budget)
{
    qb_evidence_run *run = writable(e, k);
    run->outcome = QB_RUN_BUDGET;
    run->has_solution = by->has_solution;
    run->feasible = by->feasible;
    run->objective = by->objective;
    run->first_s = by->first_s;
    run->last_s = by->last_s;
    run->bound = run->late_objective = run->primal_integral = NAN;
    run->cpu_s = fmin(run->cpu_s, e->budget_kind == QB_BUDGET_CPU_TIME ? budget : INFINITY);
    run->wall_s = fmin(run->wall_s, e->budget_kind == QB_BUDGET_WALL_TIME ? budget : INFINITY);
    run->overshoot_s = 0;
    double *crossing = (double *)(uintptr_t)run->crossing;
    for (uint32_t t = 0; t < e->instance[run->instance].targets; t++)
        if (!(crossing[t] <= budget))
            crossing[t] = NAN;
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
    qb_evidence *e = (qb_evidence *)(uintptr_t)evidence;
    qb_evidence_by *by = QB_NEW(qb_evidence_by, e->runs);
    qb_status status = by ? qb_evidence_replay(store, e, NULL, budget, by, diag)
                          : qb_fail(diag, QB_NO_MEMORY, "no memory to replay runs");
    for (uint64_t k = 0; k < e->runs && !status; k++)
        if (!by[k].ended)
            cut_short(e, k, &by[k], budget);
    if (!status) {
        e->registered_budget = e->budget;
        e->budget = budget;
    }
    qb_free(by);
    return status;
}
