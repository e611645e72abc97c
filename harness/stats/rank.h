/* Rank statistics: descriptive, they never decide a verdict. */
#ifndef QB_STATS_RANK_H
#define QB_STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct qb_signed_rank {
    double statistic; /* sum of the ranks of positive differences */
    double p;         /* two-sided; 1 when nothing differs, NaN without memory */
} qb_signed_rank;

/* Wilcoxon's signed-rank test of paired differences, zeros after Pratt: they take part in the ranking and are
 * then left out.  Ties get mid-ranks.  The p-value is exact (all sign patterns, by dynamic programming over
 * doubled ranks) up to 50 values that are not zero, normal with continuity correction beyond.
 * O(count log count + min(count, 50) count^2).
 * Source: Wilcoxon, Biometrics Bulletin 1 (1945); Pratt, JASA 54 (1959). */
qb_signed_rank qb_wilcoxon(const double *difference /* [count] */, size_t count);

/* Hodges and Lehmann's estimate of the centre: the median of the count (count + 1) / 2 means of pairs (Walsh
 * averages).  NaN for an empty sample or without memory.  O(count^2 log count), count <= 20000.
 * Source: Annals of Mathematical Statistics 34 (1963). */
double qb_hodges_lehmann(const double *x /* [count] */, size_t count);

/* Vargha and Delaney's A12: the probability that a value of x is greater than one of y, ties by half.  NaN
 * when either is empty.  x and y are sorted in place.  O((nx + ny) log). Source: J. Educational and
 * Behavioral Statistics 25 (2000). */
double qb_a12(double *x /* [nx] */, size_t nx, double *y /* [ny] */, size_t ny);

/* Mid-ranks 1 .. count of x, ascending: rank [count].  False without memory. */
bool qb_mid_ranks(const double *x /* [count] */, size_t count, double *rank);

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
