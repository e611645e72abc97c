#include "harness/stats/sample.h"

#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

void qb_sort(double *x, size_t count)
{
    gsl_sort(x, 1, count);
}

double qb_quantile_sorted(const double *sorted, size_t count, double p)
{
    if (!count)
        return NAN;
    double place = (double)(count - 1) * p;
    size_t k = (size_t)place;
    double share = place - (double)k;
    if (share == 0 || sorted[k] == sorted[k + 1])
        return sorted[k];
    if (isinf(sorted[k]) || isinf(sorted[k + 1]))
        return isinf(sorted[k + 1]) ? sorted[k + 1] : sorted[k];
    return (1 - share) * sorted[k] + share * sorted[k + 1];
}

double qb_median(double *x, size_t count)
{
    if (!count)
        return NAN;
    double middle[2] = {-INFINITY, gsl_stats_select(x, 1, count, count / 2)}; /* before it: none greater */
    if (count % 2)
        return middle[1];
    for (size_t k = 0; k < count / 2; k++)
        middle[0] = fmax(middle[0], x[k]);
    return qb_quantile_sorted(middle, 2, 0.5);
}

/* Neumaier's sum: the error of each addition is kept, whichever operand was larger. */
static double sum(const double *x, size_t count, double shift, int squared)
{
    double total = 0, error = 0;
    for (size_t k = 0; k < count; k++) {
        double term = squared ? (x[k] - shift) * (x[k] - shift) : x[k] - shift;
        double next = total + term;
        error += fabs(total) >= fabs(term) ? (total - next) + term : (term - next) + total;
        total = next;
    }
    return isfinite(error) ? total + error : total;
}

double qb_mean(const double *x, size_t count)
{
    return count ? sum(x, count, 0, 0) / (double)count : NAN;
}

double qb_variance(const double *x, size_t count)
{
    return count > 1 ? sum(x, count, qb_mean(x, count), 1) / (double)(count - 1) : NAN;
}

double qb_shifted_geometric_mean(const double *x, size_t count, double shift)
{
    double total = 0;
    for (size_t k = 0; k < count; k++) {
        if (!(x[k] + shift > 0))
            return NAN;
        total += log(x[k] + shift);
    }
    return count ? exp(total / (double)count) - shift : NAN;
}

qb_box qb_box_of(const double *sorted, size_t count)
{
    qb_box box = {NAN, NAN, NAN, NAN, NAN};
    if (!count)
        return box;
    box.lower_quartile = qb_quantile_sorted(sorted, count, 0.25);
    box.median = qb_quantile_sorted(sorted, count, 0.5);
    box.upper_quartile = qb_quantile_sorted(sorted, count, 0.75);
    double reach = 1.5 * (box.upper_quartile - box.lower_quartile);
    size_t first = 0, last = count - 1;
    while (first < last && sorted[first] < box.lower_quartile - reach)
        first++;
    while (last > first && sorted[last] > box.upper_quartile + reach)
        last--;
    box.low = sorted[first];
    box.high = sorted[last];
    return box;
}
