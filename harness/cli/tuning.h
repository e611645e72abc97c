/* Tuning before an experiment: rung by rung, each of them a plan that is executed like any other. */
#ifndef QB_CLI_TUNING_H
#define QB_CLI_TUNING_H

#include "harness/cli/campaign.h"
#include "harness/run/tuning.h"

/* Tunes what the campaign's registered experiment asks for, and gives it with the parameters that won.
 * Resumes: what the store holds is not run again, and decides the same.  may_run false: only what is stored
 * counts, and QB_BAD_INPUT says that something is missing.  tuned points into `tuning`; free that with
 * qb_tuning_clear after it.  Errors: as qb_tuning_open and qb_campaign_run. */
qb_status qb_cli_tune(const qb_campaign *campaign, bool may_run, qb_tuning *tuning, qb_experiment *tuned,
                      qb_diag *diag);

#endif
