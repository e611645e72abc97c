#include "harness/stats/planning.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>

size_t qb_instances_needed(double deviation, double distance, double confidence)
{
    size_t low = 1, high = 1000000;
    if (!(distance > 0) || !(deviation >= 0))
        return SIZE_MAX;
    while (high - low > 1) { /* the reach falls with n */
        size_t n = low + (high - low) / 2;
        double reach =
            gsl_cdf_tdist_Qinv((1 - confidence) / 2, (double)(n - 1)) * deviation / sqrt((double)n);
        if (reach <= distance)
            high = n;
        else
            low = n;
    }
    return high == 1000000 ? SIZE_MAX : high;
}

size_t qb_seeds_needed(double deviation, double within, size_t seeds, size_t instances, double distance,
                       double confidence)
{
    if (instances < 2 || !(within > 0) || !(distance > 0) || !(deviation >= 0))
        return 0;
    double t = gsl_cdf_tdist_Qinv((1 - confidence) / 2, (double)(instances - 1));
    double allowed = distance * sqrt((double)instances) / t; /* of the d_i */
    double own = fmax(0, deviation * deviation - within);
    double needed = within * (double)seeds / (allowed * allowed - own);
    return allowed * allowed > own && needed < 1e9 ? (size_t)ceil(needed) : 0;
}

double qb_detectable_effect(double deviation, size_t instances, double confidence, double power)
{
    if (instances < 2)
        return NAN;
    double freedom = (double)(instances - 1);
    double reach = gsl_cdf_tdist_Qinv((1 - confidence) / 2, freedom) + gsl_cdf_tdist_Pinv(power, freedom);
    return reach * deviation / sqrt((double)instances);
}

double qb_attainable_p(size_t instances, size_t comparisons)
{
    return fmin(1, (double)comparisons * ldexp(2, -(int)instances));
}
