/* What each solver is worth to all of them together; the table is portfolio.h's. */
#ifndef QB_STATS_SHAPLEY_H
#define QB_STATS_SHAPLEY_H

#include <stddef.h>

/* Shapley's value of each solver in the game v(S) = mean over problems of fallback - min over S of score;
 * they add up to v(all).  Exact: on one problem, with merits m_1 <= ... <= m_n (merit = fallback - score),
 * the k-th gets sum over j <= k of (m_j - m_(j-1)) / (n - j + 1).  O(problems solvers log solvers).  value
 * [solvers]; all NaN without memory. Source: Shapley (1953); the formula is that of the airport game,
 * Littlechild and Owen, Management Science 20 (1973); Frechette et al., "Using the Shapley value to analyze
 * algorithm portfolios", AAAI (2016). */
void qb_shapley(const double *score, size_t problems, size_t solvers, double fallback, double *value);

#endif
