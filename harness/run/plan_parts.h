/* The plan's inside, shared by its files. */
#ifndef QB_RUN_PLAN_PARTS_H
#define QB_RUN_PLAN_PARTS_H

#include "harness/run/plan.h"

struct qb_plan {
    const qb_experiment *experiment;
    const qb_plan_instance *instance;
    uint64_t count;
    qb_plan_run *run; /* [count] */
};

/* What makes a run this run; the copy's name goes into the caller's buffer. */
qb_run_identity qb_plan_identity(const qb_plan *plan, const qb_plan_run *run, char copy[QB_COPY_TEXT]);

/* ---- Instances and their noisy copies as runs share them (copies.c): made when the first run needs them,
 * kept while there is room. */

typedef struct qb_copies qb_copies;

/* NULL when memory is out. */
qb_copies *qb_copies_open(const qb_plan *plan);
void qb_copies_close(qb_copies *copies);

/* The problem that a run solves; release it afterwards.  Thread-safe. */
qb_status qb_copies_acquire(qb_copies *copies, const qb_plan_run *run, const qb_problem **problem,
                            qb_run_image **image, qb_diag *diag);
void qb_copies_release(qb_copies *copies, const qb_plan_run *run);

/* ---- How long the rest will take (forecast.c).  Runs of one instance and entry are taken to cost the same:
 * what was measured since the start, else what the store knows, else the limit where that is a time. */

typedef struct qb_forecast qb_forecast;

qb_forecast *qb_forecast_open(const qb_plan *plan, const qb_plan_hooks *hooks);
void qb_forecast_close(qb_forecast *forecast);
void qb_forecast_add(qb_forecast *forecast, const qb_plan_run *run);                    /* to be done */
void qb_forecast_finish(qb_forecast *forecast, const qb_plan_run *run, double seconds); /* done */
double qb_forecast_seconds(const qb_forecast *forecast, uint32_t jobs);                 /* NAN: unknown */

#endif
