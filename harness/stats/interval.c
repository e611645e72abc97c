#include "harness/stats/interval.h"
#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/stats/sample.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define RESAMPLES 9999 /* with this many the k-th order statistic is the exact quantile k / 10000 */

static const qb_interval unknown = {NAN, NAN};

qb_interval qb_interval_t(const double *x, size_t count, double confidence)
{
    if (count < 2)
        return unknown;
    double mean = qb_mean(x, count), error = sqrt(qb_variance(x, count) / (double)count);
    double reach = gsl_cdf_tdist_Qinv((1 - confidence) / 2, (double)(count - 1)) * error;
    return (qb_interval){mean - reach, mean + reach};
}

/* (mean* - mean) / se* of one resample; false when all its values are equal: it has no se*. */
static bool studentise(const double *x, size_t count, double mean, qb_rng *rng, double *t)
{
    double sum = 0, squares = 0, n = (double)count;
    for (size_t k = 0; k < count; k++) {
        double d = x[qb_rng_below(rng, count)] - mean; /* about the mean: no cancellation below */
        sum += d;
        squares += d * d;
    }
    double variance = (squares - sum * sum / n) / (n - 1);
    *t = sum / n / sqrt(variance / n);
    return variance > 1e-14 * squares;
}

qb_interval qb_interval_bootstrap(const double *x, size_t count, double confidence, uint32_t resamples,
                                  uint64_t seed)
{
    double *t = count < 2 ? NULL : QB_NEW(double, resamples);
    if (!t)
        return unknown;
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    double mean = qb_mean(x, count), error = sqrt(qb_variance(x, count) / (double)count);
    uint32_t used = 0;
    for (uint32_t b = 0; b < resamples; b++)
        used += studentise(x, count, mean, &rng, &t[used]);
    qb_sort(t, used);
    size_t rank = (size_t)floor((1 - confidence) / 2 * (used + 1.0));
    qb_interval interval = {mean, mean};
    if (error > 1e-12 * fabs(mean) && rank) {         /* less is rounding: the data are one value */
        interval.low = mean - t[used - rank] * error; /* the upper tail bounds from below */
        interval.high = mean - t[rank - 1] * error;
    }
    qb_free(t);
    return interval;
}

qb_interval qb_interval_mean(const double *x, size_t count, double confidence, uint64_t seed)
{
    qb_interval t = qb_interval_t(x, count, confidence);
    qb_interval b = qb_interval_bootstrap(x, count, confidence, RESAMPLES, seed);
    return (qb_interval){fmin(t.low, b.low), fmax(t.high, b.high)};
}
