#include "harness/stats/portfolio.h"

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
