#include "harness/stats/fit.h"
#include "harness/base/memory.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>
#include <math.h>

const char *qb_growth_name(qb_growth growth)
{
    static const char *const name[] = {
        [QB_POLYNOMIAL] = "polynomial", [QB_STRETCHED] = "stretched", [QB_EXPONENTIAL] = "exponential"};
    return name[growth];
}

static double abscissa(qb_growth growth, double size)
{
    return growth == QB_POLYNOMIAL ? log(size) : growth == QB_STRETCHED ? sqrt(size) : size;
}

/* Range of sizes; false where there is too little to fit. */
static bool examine(const double *size, const double *time, size_t points, qb_scaling *s)
{
    s->smallest = INFINITY;
    s->largest = -INFINITY;
    for (size_t k = 0; k < points; k++) {
        if (!(size[k] > 0) || !(time[k] > 0) || !isfinite(size[k]) || !isfinite(time[k]))
            return false;
        s->smallest = fmin(s->smallest, size[k]);
        s->largest = fmax(s->largest, size[k]);
    }
    bool third = false;
    for (size_t k = 0; k < points; k++)
        third = third || (size[k] != s->smallest && size[k] != s->largest);
    return points >= 4 && third;
}

bool qb_scaling_fit(qb_growth growth, const double *size, const double *time, size_t points,
                    double confidence, qb_scaling *scaling)
{
    qb_scaling s = {.growth = growth, .points = points};
    if (!examine(size, time, points, &s))
        return false;
    double *x = QB_NEW(double, points), *y = QB_NEW(double, points);
    if (x && y) {
        double cov00, cov01, cov11, rss, n = (double)points;
        for (size_t k = 0; k < points; k++) {
            x[k] = abscissa(growth, size[k]);
            y[k] = log(time[k]);
        }
        gsl_fit_linear(x, 1, y, 1, points, &s.a, &s.b, &cov00, &cov01, &cov11, &rss);
        double reach = gsl_cdf_tdist_Qinv((1 - confidence) / 2, n - 2) * sqrt(cov11);
        s.b_interval = (qb_interval){s.b - reach, s.b + reach};
        /* three parameters: a, b and the variance; an exact fit is told apart by its rounding */
        s.aicc = n * log(fmax(rss, 1e-300) / n) + 6 + (n > 4 ? 24 / (n - 4) : INFINITY);
    }
    bool fitted = x && y;
    qb_free(x);
    qb_free(y);
    if (fitted)
        *scaling = s;
    return fitted;
}

bool qb_scaling_best(const double *size, const double *time, size_t points, double confidence,
                     qb_scaling *scaling)
{
    bool found = false;
    for (qb_growth growth = QB_POLYNOMIAL; growth <= QB_EXPONENTIAL; growth++) {
        qb_scaling s;
        if (qb_scaling_fit(growth, size, time, points, confidence, &s) &&
            (!found || s.aicc < scaling->aicc)) {
            *scaling = s;
            found = true;
        }
    }
    return found;
}

double qb_scaling_at(const qb_scaling *scaling, double size)
{
    if (!(size >= scaling->smallest && size <= scaling->largest))
        return NAN;
    return exp(scaling->a + scaling->b * abscissa(scaling->growth, size));
}
