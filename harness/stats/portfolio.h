/* Solvers together: the virtual best, and what each contributes to it.
 *
 * score [problems * solvers], row by problem, smaller is better, at most `fallback`, which is what nobody at
 * all scores.  NaN: that solver has nothing there.
 */
#ifndef QB_STATS_PORTFOLIO_H
#define QB_STATS_PORTFOLIO_H

#include <stddef.h>

/* Mean over problems of the least score; NaN without problems. */
double qb_virtual_best(const double *score, size_t problems, size_t solvers, double fallback);

/* How much worse the virtual best gets without each solver: contribution [solvers], >= 0. */
void qb_marginal_contribution(const double *score, size_t problems, size_t solvers, double fallback,
                              double *contribution);

/* Shapley's value of each solver in the game v(S) = mean over problems of fallback - min over S of score;
 * they add up to v(all).  Exact: on one problem, with merits m_1 <= ... <= m_n (merit = fallback - score),
 * the k-th gets sum over j <= k of (m_j - m_(j-1)) / (n - j + 1).  O(problems solvers log solvers).  value
 * [solvers]; all NaN without memory. Source: Shapley (1953); the formula is that of the airport game,
 * Littlechild and Owen, Management Science 20 (1973); Frechette et al., "Using the Shapley value to analyze
 * algorithm portfolios", AAAI (2016). */
void qb_shapley(const double *score, size_t problems, size_t solvers, double fallback, double *value);

#endif
