/* The budget, as the harness sees it: limits, clocks, targets, and the channel it publishes into.
 *
 * The channel is a flat block of memory (channel.h), shared with the parent process in a real run, private in
 * a test. Stamps are taken by qb_budget_incumbent itself, after the solution has been copied.
 */
#ifndef QB_BASE_BUDGET_HOST_H
#define QB_BASE_BUDGET_HOST_H

#include "harness/base/budget.h"
#include "harness/base/channel.h"
#include "harness/base/clock.h"
#include "harness/base/credit.h"

typedef enum qb_budget_kind {
    QB_BUDGET_CPU_TIME,  /* seconds of CPU, all threads */
    QB_BUDGET_WALL_TIME, /* seconds */
    QB_BUDGET_WORK,      /* units of work */
    QB_BUDGET_SAMPLES,   /* returned samples */
    QB_BUDGET_DEVICE,    /* modelled device seconds plus CPU seconds outside of simulation */
} qb_budget_kind;

/* "cpu-time", "wall-time", "work", "samples", "device-time" */
const char *qb_budget_kind_name(qb_budget_kind kind);

/* What a run, or a part of it, has spent. */
typedef struct qb_budget_spent {
    double wall_s, cpu_s, device_s, simulator_s; /* as in qb_channel_point */
    uint64_t work, samples;
} qb_budget_spent;

/* The part of it that a budget of that kind counts, in the unit of its limit. */
double qb_budget_counted(qb_budget_kind kind, const qb_budget_spent *spent);

#define QB_BUDGET_TARGETS 100 /* at most: with them the trajectory still fits QB_CHANNEL_POINTS */

typedef struct qb_budget_setup {
    qb_budget_kind kind;
    double limit;         /* seconds, units or samples, > 0 */
    double wall_backstop; /* seconds after which the run ends whatever its kind; INFINITY for none */
    double
        simulator_limit; /* of a device budget: CPU seconds that simulating the device may take; 0: no cap */
    double charged;      /* seconds of wall and CPU time that the run has spent before it starts, >= 0 */
    uint32_t threads;    /* >= 1: bounds how fast CPU time can pass */
    qb_clock clock;
    uint32_t variables;    /* of the model */
    bool mip;              /* solutions are double [variables], else bits */
    bool maximise;         /* the model's sense */
    const double *targets; /* [target_count] in the model's scale; the trajectory is exact at these */
    uint32_t target_count; /* <= QB_BUDGET_TARGETS */
    bool stop_at_target;   /* stop when targets[0] is reached */
    bool tells_limit;      /* may the solver ask what is left? */
    /* gets the record whenever it has changed; NULL: the solver's clocks are never held */
    void (*credits)(void *context, const qb_credit *credit);
    void *credits_context;
    qb_channel *channel; /* formatted by qb_channel_format for the same variables */
} qb_budget_setup;

/* Checks the setup (QB_BAD_INPUT) and starts the clocks.  Ownership: the caller frees with qb_budget_close.
 * setup's arrays are copied. */
qb_status qb_budget_open(const qb_budget_setup *setup, qb_budget **budget, qb_diag *diag);

/* Replaces the targets, at most as many as at the start, where the model's scale has changed under way. */
void qb_budget_set_targets(qb_budget *budget, const double *targets /* [count] */, uint32_t count);

/* From now on only what is strictly better than this claim is credited: the run was given a solution of that
 * value to start from. */
void qb_budget_set_floor(qb_budget *budget, double claim);

/* How much of the limit is spent, in [0, 1]; reads the clocks where the limit is about time. */
double qb_budget_share(qb_budget *budget);

/* Marks the end of `init`: what was spent so far is setup time, and the stage "solve" begins. */
void qb_budget_mark_setup(qb_budget *budget);

/* Writes the final spend (wall, cpu, work) into the channel; `outcome` is what solve returned. */
void qb_budget_finish(qb_budget *budget, qb_status outcome, const char *reason);

/* Asks the run to stop at its next spend; async-signal-safe (the SIGTERM handler calls it). */
void qb_budget_request_stop(qb_budget *budget);

void qb_budget_close(qb_budget *budget);

#endif
