#include "harness/stats/ranks.h"
#include "harness/base/memory.h"

#include <gsl/gsl_sort_double.h>

bool qb_mid_ranks(const double *x, size_t count, double *rank)
{
    size_t *order = QB_NEW(size_t, count);
    if (!order)
        return false;
    gsl_sort_index(order, x, 1, count);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && x[order[end]] == x[order[first]];)
            end++;
        for (size_t k = first; k < end; k++)
            rank[order[k]] = (double)(first + 1 + end) / 2;
    }
    qb_free(order);
    return true;
}
