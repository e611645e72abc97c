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

#endif
