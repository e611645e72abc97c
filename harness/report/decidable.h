/* Whether a registration can be decided at all, whatever its runs will say.  Private to the report. */
#ifndef QB_REPORT_DECIDABLE_H
#define QB_REPORT_DECIDABLE_H

#include "harness/run/experiment.h"
#include "harness/store/evidence.h"

#define QB_OBSTACLE 320

/* Entries of that role. */
uint32_t qb_count_role(const qb_experiment *experiment, qb_role role);

/* Instances less those for tuning. */
uint32_t qb_judged_instances(const qb_experiment *experiment);

/* Fills why with what keeps the registered rule from ever deciding; empty: nothing does, or no rule was
 * registered.  evidence: earlier runs of this experiment, or NULL.  A claim about a device takes nothing that
 * no device offers, and needs its optimistic bound with a sham and a classical control of as many shots; or
 * runs on hardware that were imported.  O(entries^2). */
void qb_find_obstacle(const qb_experiment *experiment, const qb_evidence *evidence, char why[QB_OBSTACLE]);

#endif
