#include "harness/stats/proportion.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

qb_interval qb_interval_clopper_pearson(uint64_t successes, uint64_t trials, double confidence)
{
    double tail = (1 - confidence) / 2, s = (double)successes, n = (double)trials;
    return (qb_interval){successes ? gsl_cdf_beta_Pinv(tail, s, n - s + 1) : 0,
                         successes < trials ? gsl_cdf_beta_Qinv(tail, s + 1, n - s) : 1};
}

qb_interval qb_interval_jeffreys(uint64_t successes, uint64_t trials, double confidence)
{
    double tail = (1 - confidence) / 2, s = (double)successes, n = (double)trials;
    if (!trials)
        return (qb_interval){0, 1};
    return (qb_interval){successes ? gsl_cdf_beta_Pinv(tail, s + 0.5, n - s + 0.5) : 0,
                         successes < trials ? gsl_cdf_beta_Qinv(tail, s + 0.5, n - s + 0.5) : 1};
}

qb_interval qb_interval_wilson(uint64_t successes, uint64_t trials, double confidence)
{
    if (!trials)
        return (qb_interval){0, 1};
    double z = gsl_cdf_ugaussian_Qinv((1 - confidence) / 2), n = (double)trials, p = (double)successes / n;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double reach = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (qb_interval){fmax(0, middle - reach), fmin(1, middle + reach)};
}
