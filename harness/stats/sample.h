/* Order statistics and moments of one sample.
 *
 * Pure functions: numbers in, numbers out.  NaN values must have been left out by the caller; +-infinity may
 * take part in order statistics (a failed run is worse than any other).  An empty sample gives NaN.
 */
#ifndef QB_STATS_SAMPLE_H
#define QB_STATS_SAMPLE_H

#include <stddef.h>

/* Sorts ascending, in place.  O(count log count). */
void qb_sort(double *x /* [count] */, size_t count);

/* The p-quantile of sorted data, p in [0, 1]: linear between the order statistics around (count - 1) p
 * (definition 7).  Between a finite and an infinite one the infinite one counts.  O(1).
 * Source: Hyndman and Fan, "Sample quantiles in statistical packages", American Statistician 50 (1996). */
double qb_quantile_sorted(const double *sorted /* [count] */, size_t count, double p);

/* The median, qb_quantile_sorted at 1/2; x is reordered.  O(count) on average. */
double qb_median(double *x /* [count] */, size_t count);

/* Mean and unbiased variance (count - 1); compensated, two passes.  The variance of one value is NaN. */
double qb_mean(const double *x /* [count] */, size_t count);
double qb_variance(const double *x /* [count] */, size_t count);

/* Shifted geometric mean: exp(mean(log(x + shift))) - shift, x + shift > 0; NaN otherwise.
 * Source: Achterberg, "Constraint integer programming" (2007), appendix A.3. */
double qb_shifted_geometric_mean(const double *x /* [count] */, size_t count, double shift);

/* What a box plot shows: quartiles, and whiskers at the furthest values within 1.5 interquartile ranges of
 * the box (Tukey, "Exploratory data analysis", 1977). */
typedef struct qb_box {
    double low, lower_quartile, median, upper_quartile, high;
} qb_box;

qb_box qb_box_of(const double *sorted /* [count] */, size_t count);

#endif
