#include "harness/stats/wilcoxon.h"
#include "harness/base/memory.h"
#include "harness/stats/ranks.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define EXACT 50 /* 2^50 sign patterns are counted exactly in doubles */

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
