/* Intervals for a mean.  confidence is two-sided, in (0, 1). */
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
 * for fewer than two values or no memory.  O(resamples * count): see resample.h.
 *
 * Source: Efron, "Nonparametric standard errors and confidence intervals", Canadian J. Statistics 9 (1981);
 * Davison and Hinkley, "Bootstrap methods and their application" (1997), section 2.4. */
qb_interval qb_interval_bootstrap(const double *x /* [count] */, size_t count, double confidence,
                                  uint32_t resamples, uint64_t seed);

/* What a verdict uses: on each side the wider of the two above, so that neither a skewed sample (where t is
 * too short) nor a tiny one (where the bootstrap is) narrows it. */
qb_interval qb_interval_mean(const double *x /* [count] */, size_t count, double confidence, uint64_t seed);

#endif
