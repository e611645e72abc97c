#include "harness/stats/shapley.h"
#include "harness/base/memory.h"

#include <gsl/gsl_sort_double.h>
#include <math.h>

void qb_shapley(const double *score, size_t problems, size_t solvers, double fallback, double *value)
{
    double *merit = QB_NEW(double, solvers);
    size_t *order = QB_NEW(size_t, solvers);
    for (size_t s = 0; s < solvers; s++)
        value[s] = merit && order ? 0 : NAN;
    for (size_t p = 0; merit && order && p < problems; p++) {
        const double *row = score + p * solvers;
        for (size_t s = 0; s < solvers; s++)
            merit[s] = row[s] < fallback ? fallback - row[s] : 0;
        gsl_sort_index(order, merit, 1, solvers);
        double share = 0, before = 0;
        for (size_t k = 0; k < solvers; k++) {
            share += (merit[order[k]] - before) / (double)(solvers - k);
            before = merit[order[k]];
            value[order[k]] += share / (double)problems;
        }
    }
    qb_free(merit);
    qb_free(order);
}
