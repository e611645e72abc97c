/* What the baselines come to together.  A challenger is judged against the single best of them; beside it
 * stand what nobody could have known in advance, and what knowing it would have cost.  Private to the report.
 */
#ifndef QB_REPORT_BASELINES_H
#define QB_REPORT_BASELINES_H

#include "harness/report/digest.h"

/* Mean score of the best baseline of each instance, chosen on the even repeats and judged on the odd ones;
 * NAN: there is none.  take [instances]: which take part; NULL: all.  *single_mean, where not NULL: of the
 * entry `single` on the same runs.  O(runs). */
double qb_baselines_virtual_best(const qb_digest *digest, const bool *take, uint32_t single,
                                 double *single_mean);

/* Mean score of all k baselines side by side, each with a k-th of the budget, replayed from the trajectories;
 * NAN where that cannot be replayed, as one of them sees its limit.  Errors: QB_NO_MEMORY, what the store
 * says.  O(points). */
qb_status qb_baselines_portfolio(qb_store *store, const qb_digest *digest, const bool *take, double *mean,
                                 qb_diag *diag);

#endif
