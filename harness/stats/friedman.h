/* Friedman's test and Nemenyi's critical difference: descriptive, they never decide a verdict. */
#ifndef QB_STATS_FRIEDMAN_H
#define QB_STATS_FRIEDMAN_H

#include <stddef.h>

typedef struct qb_friedman {
    double statistic; /* chi-square with solvers - 1 degrees of freedom, corrected for ties */
    double p;
} qb_friedman;

/* Friedman's test that the solvers rank alike on all problems.  cost [problems * solvers], row by problem;
 * mean_rank [solvers] is filled (1 is best, the least cost).  Source: JASA 32 (1937). */
qb_friedman qb_friedman_test(const double *cost, size_t problems, size_t solvers, double *mean_rank);

/* Nemenyi's critical difference of mean ranks at `level` (0.05 or 0.1), for 2 to 20 solvers; NaN otherwise:
 *   q(level, solvers) sqrt(solvers (solvers + 1) / (6 problems)), q the studentised range / sqrt 2.
 * Source: Demsar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7 (2006). */
double qb_critical_difference(size_t problems, size_t solvers, double level);

#endif
