#include "harness/stats/portfolio.h"
#include "harness/base/memory.h"

#include <gsl/gsl_sort_double.h>
#include <math.h>

/* The least score of a row, leaving one solver out (solvers: none). */
static double least(const double *row, size_t solvers, size_t without, double fallback)
{
    double best = fallback;
    for (size_t s = 0; s < solvers; s++)
        if (s != without && row[s] < best)
            best = row[s];
    return best;
}

static double mean_least(const double *score, size_t problems, size_t solvers, size_t without,
                         double fallback)
{
    double total = 0;
    for (size_t p = 0; p < problems; p++)
        total += least(score + p * solvers, solvers, without, fallback);
    return problems ? total / (double)problems : NAN;
}

double qb_virtual_best(const double *score, size_t problems, size_t solvers, double fallback)
{
    return mean_least(score, problems, solvers, solvers, fallback);
}

void qb_marginal_contribution(const double *score, size_t problems, size_t solvers, double fallback,
                              double *contribution)
{
    double together = qb_virtual_best(score, problems, solvers, fallback);
    for (size_t s = 0; s < solvers; s++)
        contribution[s] = mean_least(score, problems, solvers, s, fallback) - together;
}

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
