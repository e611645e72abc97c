#define _GNU_SOURCE
#include "harness/stats/friedman.h"
#include "harness/base/memory.h"
#include "harness/stats/ranks.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

qb_friedman qb_friedman_test(const double *cost, size_t problems, size_t solvers, double *mean_rank)
{
    qb_friedman result = {NAN, NAN};
    double *rank = QB_NEW(double, solvers);
    if (!rank)
        return result;
    double squares = 0, n = (double)problems, m = (double)solvers;
    for (size_t s = 0; s < solvers; s++)
        mean_rank[s] = 0;
    for (size_t p = 0; p < problems; p++) {
        if (!qb_mid_ranks(cost + p * solvers, solvers, rank)) {
            qb_free(rank);
            return result;
        }
        for (size_t s = 0; s < solvers; s++) {
            mean_rank[s] += rank[s] / n;
            squares += rank[s] * rank[s];
        }
    }
    qb_free(rank);
    double between = 0, middle = (m + 1) / 2;
    for (size_t s = 0; s < solvers; s++)
        between += n * n * (mean_rank[s] - middle) * (mean_rank[s] - middle);
    double within = squares - n * m * middle * middle; /* less than without ties: that is the correction */
    if (!(within > 0) || solvers < 2)
        return (qb_friedman){0, 1};
    result.statistic = (m - 1) * between / within;
    result.p = gsl_cdf_chisq_Q(result.statistic, m - 1);
    return result;
}

/* P(range of `solvers` standard normals <= q) = solvers * integral of phi(z) (Phi(z) - Phi(z -
 * q))^(solvers-1)
 */
static double range_cdf(double q, size_t solvers)
{
    enum { STEPS = 4000 };
    double low = -8.5, high = 8.5 + q, width = (high - low) / STEPS, sum = 0;
    for (int k = 0; k <= STEPS; k++) { /* Simpson */
        double z = low + k * width;
        double inside = gsl_cdf_ugaussian_P(z) - gsl_cdf_ugaussian_P(z - q);
        double f = exp(-z * z / 2) / sqrt(2 * M_PI) * pow(inside, (double)(solvers - 1));
        sum += f * (k == 0 || k == STEPS ? 1 : k % 2 ? 4 : 2);
    }
    return (double)solvers * sum * width / 3;
}

double qb_critical_difference(size_t problems, size_t solvers, double level)
{
    if (solvers < 2 || solvers > 20 || !problems || !(level > 0) || !(level < 1))
        return NAN;
    double low = 0, high = 20;
    for (int k = 0; k < 60; k++) {
        double middle = (low + high) / 2;
        if (range_cdf(middle, solvers) < 1 - level)
            low = middle;
        else
            high = middle;
    }
    double m = (double)solvers;
    return low / M_SQRT2 * sqrt(m * (m + 1) / (6 * (double)problems));
}
