/* The referee's part of a run: what was published is decoded, scored in the source problem, and held against
 * what was claimed.
 */
#ifndef QB_RUN_RUN_SCORE_H
#define QB_RUN_RUN_SCORE_H

#include "harness/run/run.h"

/* Fills solution, score, trajectory and bound of result, which owns them.  summary and points are what the
 * channel holds.  *lied: a claim or bound is false, and reason (the result's) says which.  *gap_closed: the
 * bound proves the answer.  Errors: QB_NO_MEMORY.  O(points x instance). */
qb_status qb_run_score(const qb_run_spec *spec, const qb_lowering *lowering, const qb_channel_point *point,
                       uint32_t points, const qb_channel_summary *summary, qb_run_result *result, bool *lied,
                       bool *gap_closed, qb_diag *diag);

#endif
