/* The referee's part of a run: what was published is decoded, scored in the source problem, and held against
 * what was claimed.
 */
#ifndef QB_RUN_RUN_SCORE_H
#define QB_RUN_RUN_SCORE_H

#include "harness/run/run.h"

/* The work that the repair stage may take over a run: a tenth of the budget, where that is a time at
 * 3 * 10^7 row entries a second. */
static inline double qb_run_repair_work(qb_budget_kind kind, double budget)
{
    return kind == QB_BUDGET_WORK ? budget / 10 : kind == QB_BUDGET_SAMPLES ? 3e7 : 3e6 * budget;
}

/* Is a stamp within the run's limit? */
bool qb_run_is_within(const qb_run_spec *spec, const qb_run_point *point);

/* The stamps of a published point; objective and feasible are not known yet. */
static inline qb_run_point qb_run_point_of(const qb_channel_point *p)
{
    return (qb_run_point){.wall_s = p->wall_s,
                          .cpu_s = p->cpu_s,
                          .work = p->work,
                          .samples = p->samples,
                          .device_s = p->device_s,
                          .simulator_s = p->simulator_s};
}

/* What a run has proven about its source problem. */
typedef enum qb_run_proof { QB_PROVES_NOTHING, QB_PROVES_OPTIMAL, QB_PROVES_INFEASIBLE } qb_run_proof;

/* warm: what the run started from, or NULL; it is the answer until a point is better.
 *
 * Fills solution, score, trajectory and bound of result, which owns them.  summary and points are what the
 * channel holds.  *lied is set where a claim or bound is false, or the solver asked for a limit that it had
 * declared not to need, and reason (the result's) says which.
 * Errors: QB_NO_MEMORY.  O(points x instance). */
qb_status qb_run_score(const qb_run_spec *spec, const qb_lowering *lowering, const double *warm,
                       const qb_channel_point *point, uint32_t points, const qb_channel_summary *summary,
                       qb_run_result *result, bool *lied, qb_run_proof *proof, qb_diag *diag);

/* The same for kept samples, which are no incumbents: fills sample and sample_x of result.  *lied is set
 * where a sample is not worth what was claimed. */
qb_status qb_run_score_samples(const qb_run_spec *spec, const qb_lowering *lowering,
                               const qb_channel_sample *kept, uint32_t count, qb_run_result *result,
                               bool *lied, qb_diag *diag);

#endif
