#include "harness/stats/interval.h"
#include "harness/base/memory.h"
#include "harness/stats/resample.h"
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
static bool studentise(const qb_resample *about_mean, size_t count, double *t)
{
    double n = (double)count, sum = about_mean->sum, squares = about_mean->squares;
    double variance = (squares - sum * sum / n) / (n - 1); /* about the mean: no cancellation */
    *t = sum / n / sqrt(variance / n);
    return variance > 1e-14 * squares;
}

/* The resamples of x - mean. */
static qb_resampler *open_centred(const double *x, size_t count, double mean, uint64_t seed)
{
    double *centred = QB_NEW(double, count);
    for (size_t k = 0; centred && k < count; k++)
        centred[k] = x[k] - mean;
    qb_resampler *resampler = centred ? qb_resampler_open(centred, count, seed) : NULL;
    qb_free(centred);
    return resampler;
}

qb_interval qb_interval_bootstrap(const double *x, size_t count, double confidence, uint32_t resamples,
                                  uint64_t seed)
{
    double mean = qb_mean(x, count), error = sqrt(qb_variance(x, count) / (double)count);
    double *t = count < 2 ? NULL : QB_NEW(double, resamples);
    qb_resampler *resampler = t ? open_centred(x, count, mean, seed) : NULL;
    if (!resampler) {
        qb_free(t);
        return unknown;
    }
    uint32_t used = 0;
    for (uint32_t b = 0; b < resamples; b++) {
        qb_resample one = qb_resampler_next(resampler);
        used += studentise(&one, count, &t[used]);
    }
    qb_resampler_close(resampler);
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
