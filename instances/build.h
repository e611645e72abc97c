/* From a reader's draft to a problem whose solutions can be scored. */
#ifndef QB_INSTANCES_BUILD_H
#define QB_INSTANCES_BUILD_H

#include "harness/model/problem.h"

#define QB_BUILD_SUMS INT64_MIN /* no sum is too large: something else is wrong */

/* As qb_problem_build, but numbers that the referee could not add up (referee.h) are QB_BAD_INPUT too; then
 * *sum is the row, or -1 for the objective, else QB_BUILD_SUMS. */
qb_status qb_instance_build(const qb_draft *draft, qb_problem *problem, int64_t *sum, qb_diag *diag);

#endif
