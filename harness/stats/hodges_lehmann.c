#include "harness/stats/hodges_lehmann.h"
#include "harness/base/memory.h"
#include "harness/stats/sample.h"

#include <math.h>

double qb_hodges_lehmann(const double *x, size_t count)
{
    size_t pairs = count * (count + 1) / 2, k = 0;
    double *mean = count && count <= 20000 ? QB_NEW(double, pairs) : NULL;
    if (!mean)
        return NAN;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count; j++)
            mean[k++] = x[i] / 2 + x[j] / 2;
    double median = qb_median(mean, pairs);
    qb_free(mean);
    return median;
}
