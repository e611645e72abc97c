/* Intervals: for a mean, for a proportion.
 *
 * confidence is two-sided, in (0, 1).  Bounds of a proportion lie in [0, 1].
 */
#ifndef QB_STATS_INTERVAL_H
#define QB_STATS_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct qb_interval {
    double low, high;
} qb_interval;

/* Student's t:  mean +- t(count - 1) sqrt(variance / count).  NaN bounds for fewer than two values.  Cost
 * O(count). */
qb_interval qb_interval_t(const double *x /* [count] */, size_t count, double confidence);

/* Bootstrap-t (studentised): quantiles of (mean* - mean) / se* over `resamples` resamples in place of
 * Student's.  Follows skewness that t ignores.  Resamples of equal values have no se* and are left out; data
 * that are constant but for rounding give the mean twice.  The same seed gives the same interval.  NaN bounds
 * for fewer than two values or no memory.  O(resamples * count).
 *
 * Source: Efron, "Nonparametric standard errors and confidence intervals", Canadian J. Statistics 9 (1981);
 * Davison and Hinkley, "Bootstrap methods and their application" (1997), section 2.4. */
qb_interval qb_interval_bootstrap(const double *x /* [count] */, size_t count, double confidence,
                                  uint32_t resamples, uint64_t seed);

/* What a verdict uses: on each side the wider of the two above, so that neither a skewed sample (where t is
 * too short) nor a tiny one (where the bootstrap is) narrows it. */
qb_interval qb_interval_mean(const double *x /* [count] */, size_t count, double confidence, uint64_t seed);

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
