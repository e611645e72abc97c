/* Tuning as an experiment of its own: the same ring, the same store, the same rows.
 *
 * Every challenger and baseline that has something to tune and was given no parameters gets
 * qb_halving.configurations: number 0 is its default, the others are drawn (parameter_grid.h).  Each is an
 * entry LABEL#NUMBER of an experiment derived from the real one: on its tuning split, with its budget a run,
 * without noise, with its first lowering.  A pair of instance and seed has the number
 *
 *   pair = repeat * instances + place of the instance among those of the split, by hash.
 *
 * What was spent is what these rows say, so the ledger is the store itself.
 */
#ifndef QB_RUN_TUNING_H
#define QB_RUN_TUNING_H

#include "harness/base/arena.h"
#include "harness/run/halving.h"
#include "harness/run/plan.h"

typedef struct qb_tuning {
    qb_experiment experiment;   /* the derived one: runs of it are planned and recorded as of any other */
    qb_plan_instance *instance; /* [experiment.instances] by place */
    uint32_t *instance_source;  /* [experiment.instances] index in the real experiment */
    uint32_t *entry_source;     /* [experiment.entries] index of its entry in the real experiment */
    bool *alive;                /* [experiment.entries]; configuration c of the t-th tuned one: t * n + c */
    uint32_t tuned;             /* how many entries are tuned */
    qb_halving halving;
    qb_arena arena;
} qb_tuning;

/* Does the experiment ask for tuning, and has any entry something to tune? */
bool qb_tuning_wanted(const qb_experiment *experiment);
bool qb_tuning_takes(const qb_experiment_entry *entry);

/* What the registered tuning budget buys.  Errors: QB_BAD_INPUT (a budget that is no time, too little). */
qb_status qb_tuning_schedule(const qb_experiment *experiment, qb_halving *halving, qb_diag *diag);

/* experiment and instance [experiment->instances] outlive it; nothing in them is changed.  Errors:
 * QB_BAD_INPUT (see above; no instance would be left to judge), QB_NO_MEMORY.  Free with qb_tuning_clear. */
qb_status qb_tuning_open(const qb_experiment *experiment, const qb_plan_instance *instance, qb_tuning *tuning,
                         qb_diag *diag);
void qb_tuning_clear(qb_tuning *tuning);

/* The plan of one rung (rung == halving.rungs: the check): what the entries that are alive still have to do
 * is in it, and what they have done before.  Close with qb_plan_close. */
qb_status qb_tuning_plan(const qb_tuning *tuning, uint32_t rung, qb_plan **plan, qb_diag *diag);

/* The real experiment with the parameters of the entries that won; winner [tuned] numbers configurations.
 * The copy points into the original and into tuning, both of which outlive it. */
qb_status qb_tuning_apply(qb_tuning *tuning, const qb_experiment *experiment, const uint32_t *winner,
                          qb_experiment *tuned, qb_diag *diag);

#endif
