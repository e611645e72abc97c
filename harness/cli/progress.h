/* How an execution talks while it runs: a bar with ETA on a terminal, plain lines otherwise, JSON events for
 * programs.
 *
 * Events are one JSON object a line: "begin" of an execution, "start" of a run, "run" when a run is stored,
 * "progress" once a second while nothing else happens, "end" with what became of it ("done", "interrupted",
 * "failed").  Each has the experiment's name and the counts done, total, failed, running and eta_s (null when
 * unknown). */
#ifndef QB_CLI_PROGRESS_H
#define QB_CLI_PROGRESS_H

#include "harness/run/plan.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct qb_progress {
    const qb_experiment *experiment;
    const qb_plan_instance *instance;
    bool quiet, terminal;
    FILE *events;          /* NULL: none */
    double last_line_s;    /* when the last plain line was written, */
    double last_event_s;   /* and the last event */
    unsigned last_tenth;   /* tenths done at the last plain line */
    uint64_t events_lost;  /* writes to the events file that failed */
    qb_plan_progress last; /* as it was told last */
} qb_progress;

/* events_path NULL: no events.  total: runs of the plan.  Errors: QB_ENVIRONMENT. */
qb_status qb_progress_open(qb_progress *progress, const qb_experiment *experiment,
                           const qb_plan_instance *instance, uint64_t total, bool quiet,
                           const char *events_path, qb_diag *diag);

/* A qb_plan_hooks.progress with a qb_progress as context. */
void qb_progress_show(void *context, const qb_plan_progress *now);

/* Ends the bar, closes the events file; status: how the execution ended. */
void qb_progress_close(qb_progress *progress, qb_status status);

#endif
