#define _GNU_SOURCE
#include "harness/stats/rank.h"
#include "harness/base/memory.h"
#include "harness/stats/sample.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stdint.h>

#define EXACT 50 /* 2^50 sign patterns are counted exactly in doubles */

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

/* ---- Wilcoxon */

/* P(S <= s) and P(S >= s) of the sum S of a random subset of ranks [count], doubled to be integers. */
static double exact_p(const double *rank, size_t count, double statistic)
{
    size_t total = 0, reached = 0, observed = (size_t)llround(2 * statistic);
    for (size_t k = 0; k < count; k++)
        total += (size_t)llround(2 * rank[k]);
    double *ways = QB_NEW(double, total + 1);
    if (!ways)
        return NAN;
    ways[0] = 1;
    for (size_t k = 0; k < count; k++) {
        size_t r = (size_t)llround(2 * rank[k]);
        for (size_t s = reached + 1; s-- > 0;) /* downwards: each rank once */
            ways[s + r] += ways[s];
        reached += r;
    }
    double below = 0, above = 0;
    for (size_t s = 0; s <= total; s++) {
        below += s <= observed ? ways[s] : 0;
        above += s >= observed ? ways[s] : 0;
    }
    qb_free(ways);
    return fmin(1, 2 * fmin(below, above) / ldexp(1, (int)count));
}

static double normal_p(const double *rank, size_t count, double statistic)
{
    double mean = 0, variance = 0;
    for (size_t k = 0; k < count; k++) {
        mean += rank[k] / 2;
        variance += rank[k] * rank[k] / 4;
    }
    double distance = fmax(0, fabs(statistic - mean) - 0.5);
    return fmin(1, 2 * gsl_cdf_ugaussian_Q(distance / sqrt(variance)));
}

qb_signed_rank qb_wilcoxon(const double *difference, size_t count)
{
    qb_signed_rank result = {0, NAN};
    double *size = QB_NEW(double, count), *rank = QB_NEW(double, count);
    if (size && rank) {
        for (size_t k = 0; k < count; k++)
            size[k] = fabs(difference[k]);
        if (qb_mid_ranks(size, count, rank)) {
            size_t nonzero = 0;
            for (size_t k = 0; k < count; k++) { /* Pratt: zeros go after they have been ranked */
                if (difference[k] > 0)
                    result.statistic += rank[k];
                if (difference[k] != 0)
                    rank[nonzero++] = rank[k];
            }
            result.p = !nonzero           ? 1
                       : nonzero <= EXACT ? exact_p(rank, nonzero, result.statistic)
                                          : normal_p(rank, nonzero, result.statistic);
        }
    }
    qb_free(size);
    qb_free(rank);
    return result;
}

/* ---- Hodges and Lehmann, Vargha and Delaney */

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

double qb_a12(double *x, size_t nx, double *y, size_t ny)
{
    if (!nx || !ny)
        return NAN;
    qb_sort(x, nx);
    qb_sort(y, ny);
    double wins = 0;
    size_t below = 0, upto = 0; /* how many of y are less than, and at most, x[k] */
    for (size_t k = 0; k < nx; k++) {
        while (below < ny && y[below] < x[k])
            below++;
        while (upto < ny && y[upto] <= x[k])
            upto++;
        wins += (double)below + (double)(upto - below) / 2;
    }
    return wins / ((double)nx * (double)ny);
}

/* ---- Friedman and Nemenyi */

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
