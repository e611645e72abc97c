/* How an execution talks while it runs: a bar with ETA on a terminal, plain lines otherwise, JSON events for
 * programs. */
#ifndef QB_CLI_PROGRESS_H
#define QB_CLI_PROGRESS_H

#include "harness/run/plan.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct qb_progress {
    const qb_experiment *experiment;
    const qb_plan_instance *instance;
    bool quiet, terminal;
    FILE *events;         /* NULL: none */
    double last_line_s;   /* when the last plain line was written */
    unsigned last_tenth;  /* tenths done at the last plain line */
    uint64_t events_lost; /* writes to the events file that failed */
} qb_progress;

/* events_path NULL: no events.  Errors: QB_ENVIRONMENT. */
qb_status qb_progress_open(qb_progress *progress, const qb_experiment *experiment,
                           const qb_plan_instance *instance, bool quiet, const char *events_path,
                           qb_diag *diag);

/* A qb_plan_hooks.progress with a qb_progress as context. */
void qb_progress_show(void *context, const qb_plan_progress *now);

/* Ends the bar, closes the events file. */
void qb_progress_close(qb_progress *progress);

#endif
