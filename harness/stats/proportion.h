/* Intervals for a proportion.
 *
 * confidence is two-sided, in (0, 1).  Bounds lie in [0, 1].
 */
#ifndef QB_STATS_PROPORTION_H
#define QB_STATS_PROPORTION_H

#include "harness/stats/interval.h"

/* A proportion from `successes` of `trials`.
 *
 * Clopper-Pearson: never covers less than it says.  Source: Biometrika 26 (1934).
 * Jeffreys: equal-tailed posterior under Beta(1/2, 1/2), with the bound 0 (1) at zero (all) successes.
 * Wilson: inverts the normal test.  Source of both recommendations: Brown, Cai and DasGupta, "Interval
 * estimation for a binomial proportion", Statistical Science 16 (2001).  trials = 0 gives [0, 1]. */
qb_interval qb_interval_clopper_pearson(uint64_t successes, uint64_t trials, double confidence);
qb_interval qb_interval_jeffreys(uint64_t successes, uint64_t trials, double confidence);
qb_interval qb_interval_wilson(uint64_t successes, uint64_t trials, double confidence);

#endif
