/* Is a run the same as another?  For replays under a work budget, where it has to be. */
#ifndef QB_RUN_RUN_COMPARE_H
#define QB_RUN_RUN_COMPARE_H

#include "harness/run/run.h"

/* Compares what a work budget determines: outcome, work, samples, the objective, feasibility and work of
 * every point, and the solution [columns] where both have one.  Times are not compared.  On false
 * `difference` says what comes first, as "point 3: work 120 before, 124 now". */
bool qb_run_is_same(const qb_run_result *before, const qb_run_result *now, uint32_t columns,
                    qb_diag *difference);

#endif
