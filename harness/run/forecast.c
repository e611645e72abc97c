#include "harness/base/memory.h"
#include "harness/run/plan_parts.h"

#include <math.h>

/* All runs of one instance and entry. */
typedef struct cell {
    bool asked;
    double known; /* seconds, from the store or the limit; NAN: unknown */
    double sum;   /* measured */
    uint64_t measured, left;
} cell;

struct qb_forecast {
    const qb_plan *plan;
    const qb_plan_hooks *hooks;
    uint64_t cells;
    cell *cell; /* [instances * entries] */
};

qb_forecast *qb_forecast_open(const qb_plan *plan, const qb_plan_hooks *hooks)
{
    qb_forecast *f = QB_NEW(qb_forecast, 1);
    if (!f)
        return NULL;
    *f = (qb_forecast){plan, hooks, (uint64_t)plan->experiment->instances * plan->experiment->entries, NULL};
    f->cell = QB_NEW(cell, f->cells);
    if (!f->cell) {
        qb_free(f);
        return NULL;
    }
    return f;
}

void qb_forecast_close(qb_forecast *forecast)
{
    if (!forecast)
        return;
    qb_free(forecast->cell);
    qb_free(forecast);
}

static cell *cell_of(const qb_forecast *f, const qb_plan_run *run)
{
    return &f->cell[(uint64_t)run->instance * f->plan->experiment->entries + run->entry];
}

static double ask(const qb_forecast *f, const qb_plan_run *run)
{
    const qb_experiment *x = f->plan->experiment;
    double known = f->hooks->expected ? f->hooks->expected(f->hooks->context, run) : NAN;
    bool timed = x->budget.kind == QB_BUDGET_CPU_TIME || x->budget.kind == QB_BUDGET_WALL_TIME;
    return isnan(known) && timed ? x->budget.limit : known;
}

void qb_forecast_add(qb_forecast *forecast, const qb_plan_run *run)
{
    cell *c = cell_of(forecast, run);
    if (!c->asked)
        c->known = ask(forecast, run);
    c->asked = true;
    c->left++;
}

void qb_forecast_finish(qb_forecast *forecast, const qb_plan_run *run, double seconds)
{
    cell *c = cell_of(forecast, run);
    c->sum += seconds;
    c->measured++;
    c->left--;
}

double qb_forecast_seconds(const qb_forecast *forecast, uint32_t jobs)
{
    double sum = 0, measured_sum = 0;
    uint64_t unknown = 0, measured = 0;
    for (uint64_t k = 0; k < forecast->cells; k++) {
        const cell *c = &forecast->cell[k];
        measured_sum += c->sum;
        measured += c->measured;
        if (c->left && c->measured)
            sum += (double)c->left * c->sum / (double)c->measured;
        else if (c->left && !isnan(c->known))
            sum += (double)c->left * c->known;
        else
            unknown += c->left;
    }
    if (unknown) /* as long as the others took; NAN when there are none */
        sum += measured ? (double)unknown * measured_sum / (double)measured : NAN;
    return sum / jobs;
}
