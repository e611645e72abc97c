/* The plan: every run of an experiment, in the order in which they are executed.
 *
 * Runs are the product of instances, copies, entries, lowerings and repeats.  A block is one repeat of every
 * entry on one instance or copy: blocks come in a random order, and the runs in each, that the experiment's
 * seed decides, so that a drift of the machine favours nobody and is the same for those that are compared;
 * for a sequential decision instance by instance, the blocks of each together.  A shard K/N takes the runs
 * whose position leaves the remainder K - 1 when divided by N.
 */
#ifndef QB_RUN_PLAN_H
#define QB_RUN_PLAN_H

#include "harness/run/experiment.h"
#include "harness/run/run.h"
#include "harness/run/seed.h"

#include <signal.h>

/* An instance of the experiment, loaded; same index as experiment->instance.  Belongs to the caller. */
typedef struct qb_plan_instance {
    const qb_problem *problem;
    char sha256[QB_SHA256_HEX];      /* qb_problem_sha256 of it */
    const double *target;            /* [targets] source values at which trajectories are exact */
    const double *warm;              /* [columns] what every run starts from; NULL: nothing */
    char warm_sha256[QB_SHA256_HEX]; /* of it; "" without one */
    uint32_t targets;
} qb_plan_instance;

typedef struct qb_plan_run {
    uint32_t instance, entry, lowering, repeat;
    uint32_t copy; /* 0: the instance itself; k: the k-th noisy copy, over all perturbations in their order */
    uint64_t position; /* in the interleaved order of the whole experiment */
} qb_plan_run;

typedef struct qb_plan qb_plan;

/* Plans shard `shard` of `shards` (1/1: everything).  experiment and instance [experiment->instances] outlive
 * the plan.  Errors: QB_BAD_INPUT (more than 2^31 - 1 runs, the same problem twice, shard out of range),
 * QB_NO_MEMORY.  O(runs log runs).  Free with qb_plan_close. */
qb_status qb_plan_open(const qb_experiment *experiment, const qb_plan_instance *instance, uint32_t shard,
                       uint32_t shards, qb_plan **plan, qb_diag *diag);
void qb_plan_close(qb_plan *plan);

/* Drops the runs for which keep says no; the others keep their order and position.  O(runs). */
void qb_plan_keep(qb_plan *plan, bool (*keep)(const void *context, const qb_plan_run *run),
                  const void *context);

uint64_t qb_plan_count(const qb_plan *plan);
const qb_plan_run *qb_plan_at(const qb_plan *plan, uint64_t index);

/* The perturbation behind a run's copy, or NULL for the instance itself; number (from 1) within it. */
const qb_experiment_perturbation *qb_plan_perturbation(const qb_plan *plan, const qb_plan_run *run,
                                                       uint32_t *number);

/* Seed and key of a run (seed.h). */
qb_status qb_plan_seed(const qb_plan *plan, const qb_plan_run *run, uint64_t *seed);
qb_status qb_plan_key(const qb_plan *plan, const qb_plan_run *run, char key[QB_SHA256_HEX]);

typedef struct qb_plan_progress {
    uint64_t total, skipped, done, failed; /* skipped: were stored already; failed: of done, those that ended
                                              overran, out of memory, crashed or lied */
    uint32_t running;
    double elapsed_s, eta_s;     /* eta_s: NAN when unknown */
    const qb_plan_run *begun;    /* the run that has just begun, else NULL */
    const qb_plan_run *finished; /* the run that has just been recorded; NULL with `begun` and on a tick */
    const qb_run_result *result; /* its result, else NULL */
} qb_plan_progress;

/* What a plan asks of whoever executes it.  All are called from the thread that called qb_plan_execute. */
typedef struct qb_plan_hooks {
    void *context;
    /* Is a run of this key stored?  NULL: none is. */
    bool (*is_done)(void *context, const char *key);
    /* Expected wall seconds of a run, NAN when unknown.  NULL: unknown. */
    double (*expected)(void *context, const qb_plan_run *run);
    /* Keeps a finished run.  An error ends the execution and is returned. */
    qb_status (*record)(void *context, const qb_plan_run *run, const char *key, uint64_t seed,
                        const qb_run_result *result, qb_diag *diag);
    /* When a run has begun, after every recorded one, and a few times a second between.  NULL: nobody
     * watches.
     */
    void (*progress)(void *context, const qb_plan_progress *progress);
} qb_plan_hooks;

typedef struct qb_plan_options {
    uint32_t jobs;                     /* runs at a time, >= 1 */
    bool hyperthreads;                 /* a run may share its core with another: flagged "shared-core" */
    uint32_t flagged_repeats;          /* how often at most a run that is flagged for load is repeated */
    const volatile sig_atomic_t *stop; /* nonzero: start nothing new, finish what runs; NULL: never */
} qb_plan_options;

/* Executes what is not done yet, `jobs` runs at a time, each pinned to physical cores of its own (to hardware
 * threads of its own with `hyperthreads`), and records each as it ends.  A run that shared its processor with
 * other load is repeated at once, whatever came out, unless it failed by itself: the last attempt is the run,
 * and how many there were is kept.  A machine under load throughout gets as many repeats as a tenth of its
 * runs, and ten.  QB_OK when all is done, QB_STOPPED after *stop.  Errors: QB_BAD_INPUT (jobs times threads
 * beyond the cores), what record returned, QB_NO_MEMORY, QB_ENVIRONMENT. */
qb_status qb_plan_execute(qb_plan *plan, const qb_plan_options *options, const qb_plan_hooks *hooks,
                          qb_diag *diag);

/* What is left to do: runs, and the seconds they are expected to take with `jobs` at a time (what is unknown
 * counts with its time limit; NAN where there is none).  For --dry-run.  hooks->record is not called. */
qb_status qb_plan_estimate(const qb_plan *plan, const qb_plan_hooks *hooks, uint32_t jobs, uint64_t *left,
                           double *seconds, qb_diag *diag);

#endif
