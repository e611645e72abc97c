/* Curves over the budget: step functions, their quartile bands, distribution functions, profiles. */
#ifndef QB_STATS_CURVE_H
#define QB_STATS_CURVE_H

#include <stddef.h>

/* A run's trajectory as a step function: value[k] holds from at[k] on, `before` before at[0].  Returns the
 * value at time t.  at [count] ascending.  O(log count). */
double qb_step_at(const double *at, const double *value, size_t count, double before, double t);

/* `count` times from `first` to `last`, log-spaced, both ends exact.  0 < first < last, count >= 2. */
void qb_log_grid(double first, double last, double *grid /* [count] */, size_t count);

/* Fraction of `total` trials whose time is at most t: the empirical distribution function with what never
 * happened counted in.  sorted [count] ascending, count <= total.  O(log count).
 * Source: Hoos and Stuetzle, "Stochastic local search" (2005), chapter 4. */
double qb_ecdf(const double *sorted, size_t count, size_t total, double t);

/* Performance ratios of one problem: ratio[s] = cost[s] / min cost; +inf where cost is +inf or NaN.  A cost
 * of zero is the best: ratio 1, and +inf for every cost above it.  All failed: all +inf. Source: Dolan and
 * More, "Benchmarking optimization software with performance profiles" (2002); ranks by profile change when a
 * solver is added (Gould and Scott 2016). */
void qb_performance_ratios(const double *cost /* [solvers] */, size_t solvers, double *ratio /* [solvers] */);

#endif
