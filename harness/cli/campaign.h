/* Executing a registered plan: what the plan asks of us, answered from the store. */
#ifndef QB_CLI_CAMPAIGN_H
#define QB_CLI_CAMPAIGN_H

#include "harness/cli/progress.h"
#include "harness/cli/registration.h"

typedef struct qb_campaign {
    const qb_registration *registration;
    qb_plan *plan;
    qb_store *store; /* NULL: nothing is stored yet */
    qb_progress progress;
    bool quiet, hyperthreads, mix_builds, mix_machines; /* hyperthreads: as in qb_plan_options */
    const char *events;                                 /* file, or NULL */
    uint32_t jobs, flagged_repeats;                     /* as in qb_plan_options */
} qb_campaign;

/* Hooks with the campaign as context; it outlives them. */
qb_plan_hooks qb_campaign_hooks(qb_campaign *campaign);

/* Runs what the store does not hold yet; refuses to continue rows of another build or machine as
 * QB_BAD_INPUT, unless they may be mixed.  QB_STOPPED after the first interrupt or termination signal, which
 * lets what runs finish; the second one ends the process. */
qb_status qb_campaign_run(qb_campaign *campaign, qb_diag *diag);

#endif
