#include "harness/stats/kaplan_meier.h"
#include "harness/base/memory.h"
#include "harness/stats/sample.h"

#include <math.h>
#include <stdlib.h>

typedef struct moment {
    double time;
    bool event;
} moment;

/* By time; at equal times events first: a run cut off there was still at risk. */
static int by_time(const void *a, const void *b)
{
    const moment *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (int)y->event - (int)x->event;
}

bool qb_kaplan_meier(double *time, bool *event, size_t count, double *survival)
{
    moment *m = QB_NEW(moment, count);
    if (!m)
        return false;
    for (size_t k = 0; k < count; k++)
        m[k] = (moment){time[k], event[k]};
    if (count)
        qsort(m, count, sizeof *m, by_time);
    double alive = 1;
    for (size_t k = 0; k < count; k++) {
        if (m[k].event) /* one at a time gives the same product as all events of a time together */
            alive *= 1 - 1 / (double)(count - k);
        time[k] = m[k].time;
        event[k] = m[k].event;
        survival[k] = alive;
    }
    qb_free(m);
    return true;
}

double qb_restricted_mean(const double *time, const double *survival, size_t count, double limit)
{
    double area = 0, since = 0, alive = 1;
    for (size_t k = 0; k < count && time[k] < limit; k++) {
        area += alive * (time[k] - since);
        since = time[k];
        alive = survival[k];
    }
    return area + alive * (limit - since);
}

qb_stratified_mean qb_restricted_mean_by_stratum(double *time, bool *event, const size_t *first,
                                                 size_t strata, double limit, double confidence)
{
    qb_stratified_mean result = {NAN, {NAN, NAN}, 0};
    double *mean = QB_NEW(double, strata), *survival = QB_NEW(double, first[strata]);
    bool complete = mean && survival;
    for (size_t k = 0; k < strata && complete; k++) {
        size_t from = first[k], count = first[k + 1] - from;
        if (!count)
            continue;
        complete = qb_kaplan_meier(time + from, event + from, count, survival);
        mean[result.strata++] = qb_restricted_mean(time + from, survival, count, limit);
    }
    if (complete) {
        result.mean = qb_mean(mean, result.strata);
        result.interval = qb_interval_t(mean, result.strata, confidence);
    }
    qb_free(mean);
    qb_free(survival);
    return result;
}
