/* Confidence sequences: intervals that hold at every number of values at once.
 *
 * With probability `confidence` the mean lies in the interval of the first n values for all n >= 2 together.
 * So one may look as often as one likes, and stop when the interval says enough; an ordinary interval that is
 * looked at often misses more often than it says.  The price is width: about 1.6 times that of Student's t at
 * 20 values.  Both are for values that come one after another from one distribution.
 */
#ifndef QB_STATS_SEQUENCE_H
#define QB_STATS_SEQUENCE_H

#include "harness/stats/interval.h"

/* For values that are about normal, of unknown mean and variance:
 *
 *   mean +- sqrt(nu (K - 1) / (1 - K / A)) s / sqrt(n)
 *   with A = 1 + n,  K = (sqrt(A) / alpha)^(2 / n),  nu = n - 1
 *
 * which is where the Bayes factor of "effect size ~ N(0, 1)" against "effect size 0", a martingale in the
 * scale-free statistic t, stays below 1 / alpha (Ville's inequality).  Infinite while K >= A (5 values at
 * 95 %); NaN for fewer than two values.  Order does not matter.  O(count).
 *
 * Source: Lai, "On confidence sequences", Annals of Statistics 4 (1976); Wang and Ramdas, "Anytime-valid
 * t-tests and confidence sequences for Gaussian means with unknown variance", Sequential Analysis (2025); the
 * Bayes factor is that of Gonen et al., American Statistician 59 (2005). */
qb_interval qb_sequence_t(const double *x /* [count] */, size_t count, double confidence);

/* For values in [least, greatest], whatever their distribution: predictable plug-in empirical Bernstein, the
 * intersection over all beginnings of x, in their order.  Wider than the above.  [least, greatest] without
 * values.  O(count).
 *
 * Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", J. Royal
 * Statistical Society B 86 (2024), theorem 2. */
qb_interval qb_sequence_bounded(const double *x /* [count] */, size_t count, double least, double greatest,
                                double confidence);

#endif
