#include "harness/stats/multiple.h"
#include "harness/base/memory.h"

#include <gsl/gsl_sort_double.h>
#include <math.h>

bool qb_holm(const double *p, size_t count, double *adjusted)
{
    size_t *order = QB_NEW(size_t, count);
    if (!order)
        return false;
    gsl_sort_index(order, p, 1, count);
    double so_far = 0;
    for (size_t k = 0; k < count; k++) {
        so_far = fmax(so_far, fmin(1, (double)(count - k) * p[order[k]]));
        adjusted[order[k]] = so_far;
    }
    qb_free(order);
    return true;
}

double qb_holm_confidence(size_t count, size_t k, double confidence)
{
    return 1 - (1 - confidence) / (double)(count - k);
}
