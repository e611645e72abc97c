#include "harness/stats/running_time.h"

#include <math.h>

double qb_expected_running_time(const double *spent, const bool *success, size_t count)
{
    double total = 0;
    size_t successes = 0;
    for (size_t k = 0; k < count; k++) {
        total += spent[k];
        successes += success[k];
    }
    return successes ? total / (double)successes : INFINITY;
}

double qb_penalised_average(const double *spent, const bool *success, size_t count, double limit,
                            double factor)
{
    double total = 0;
    for (size_t k = 0; k < count; k++)
        total += success[k] ? spent[k] : factor * limit;
    return count ? total / (double)count : NAN;
}
