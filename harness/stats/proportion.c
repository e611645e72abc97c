#include "harness/stats/proportion.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* The point of Beta(a, b) with this much below it, or above it.  By halving: GSL's own inverse gives up, and
 * ends the program, from some 250 trials on. */
static double beta_quantile(double tail, double a, double b, bool above)
{
    double low = 0, high = 1;
    for (int k = 0; k < 200; k++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break; /* neighbours: no number lies between them */
        double mass = above ? gsl_cdf_beta_Q(middle, a, b) : gsl_cdf_beta_P(middle, a, b);
        if ((mass < tail) == above)
            high = middle;
        else
            low = middle;
        if (high - low <= 1e-15 * low)
            break;
    }
    return low + (high - low) / 2;
}

qb_interval qb_interval_clopper_pearson(uint64_t successes, uint64_t trials, double confidence)
{
    double tail = (1 - confidence) / 2, s = (double)successes, n = (double)trials;
    return (qb_interval){successes ? beta_quantile(tail, s, n - s + 1, false) : 0,
                         successes < trials ? beta_quantile(tail, s + 1, n - s, true) : 1};
}

qb_interval qb_interval_jeffreys(uint64_t successes, uint64_t trials, double confidence)
{
    double tail = (1 - confidence) / 2, s = (double)successes, n = (double)trials;
    if (!trials)
        return (qb_interval){0, 1};
    return (qb_interval){successes ? beta_quantile(tail, s + 0.5, n - s + 0.5, false) : 0,
                         successes < trials ? beta_quantile(tail, s + 0.5, n - s + 0.5, true) : 1};
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
