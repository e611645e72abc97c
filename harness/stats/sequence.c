#include "harness/stats/sequence.h"
#include "harness/stats/sample.h"

#include <math.h>

qb_interval qb_sequence_t(const double *x, size_t count, double confidence)
{
    if (count < 2)
        return (qb_interval){NAN, NAN};
    double n = (double)count, a = 1 + n, alpha = 1 - confidence;
    double k = exp(2 / n * (log(a) / 2 - log(alpha)));
    if (k >= a)
        return (qb_interval){-INFINITY, INFINITY};
    double t = sqrt((n - 1) * (k - 1) / (1 - k / a));
    double mean = qb_mean(x, count), reach = t * sqrt(qb_variance(x, count) / n);
    return (qb_interval){mean - reach, mean + reach};
}

#define BET 0.5 /* the paper's c: no bet may come near to losing all */

qb_interval qb_sequence_bounded(const double *x, size_t count, double least, double greatest,
                                double confidence)
{
    double width = greatest - least, bound = log(2 / (1 - confidence));
    double sum = 0.5, squares = 0.25, bets = 0, weighted = 0, penalty = 0;
    qb_interval hull = {0, 1};
    for (size_t k = 0; k < count; k++) {
        double t = (double)k + 1, value = (x[k] - least) / width;
        double mean = sum / t, variance = squares / t; /* of what came before, and one value at 1/2 */
        double bet = fmin(sqrt(2 * bound / (variance * t * log1p(t))), BET);
        double surprise = 4 * (value - mean) * (value - mean);
        bets += bet;
        weighted += bet * value;
        penalty += surprise * (-log1p(-bet) - bet) / 4;
        double centre = weighted / bets, reach = (bound + penalty) / bets;
        hull.low = fmax(hull.low, centre - reach);
        hull.high = fmin(hull.high, centre + reach);
        sum += value;
        squares += (value - sum / (t + 1)) * (value - sum / (t + 1));
    }
    return (qb_interval){least + width * hull.low, least + width * hull.high};
}
