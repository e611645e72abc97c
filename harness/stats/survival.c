#include "harness/stats/survival.h"
#include "harness/base/memory.h"

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

static double repeats_needed(double p, double target)
{
    if (!(p > 0))
        return INFINITY;
    return p >= target ? 1 : log1p(-target) / log1p(-p);
}

qb_tts qb_time_to_solution(uint64_t successes, uint64_t trials, double run, double target, double confidence)
{
    qb_interval p = qb_interval_jeffreys(successes, trials, confidence);
    double estimate = trials ? (double)successes / (double)trials : NAN;
    return (qb_tts){run * repeats_needed(estimate, target),
                    {run * repeats_needed(p.high, target), run * repeats_needed(p.low, target)}};
}

double qb_expected_running_time(const double *spent, const bool *success, size_t count)
{
    double total = 0;
    size_t successes = 0;
    for (size_t k = 0; k < count; k++) {
        total += spent[k];
        successes += success[k];
    }
    return successes ? total / (double)successes : INFINITY;
}

double qb_penalised_average(const double *spent, const bool *success, size_t count, double limit,
                            double factor)
{
    double total = 0;
    for (size_t k = 0; k < count; k++)
        total += success[k] ? spent[k] : factor * limit;
    return count ? total / (double)count : NAN;
}
