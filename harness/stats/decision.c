#include "harness/stats/decision.h"
#include "harness/base/memory.h"
#include "harness/stats/multiple.h"
#include "harness/stats/sample.h"
#include "harness/stats/sequence.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

const char *qb_decision_name(qb_decision decision)
{
    static const char *const name[] = {
        [QB_SCALE] = "scale", [QB_STOP] = "stop", [QB_PAUSE] = "pause", [QB_VOID] = "void"};
    return name[decision];
}

static double two_sided_p(double estimate, double deviation, size_t instances)
{
    if (instances < 2)
        return NAN;
    if (deviation == 0)
        return estimate == 0 ? 1 : 0;
    double t = fabs(estimate) / deviation * sqrt((double)instances);
    return 2 * gsl_cdf_tdist_Q(t, (double)(instances - 1));
}

/* NaN limits stay: nothing is known. */
static qb_interval cut(qb_interval i, double most)
{
    return (qb_interval){isnan(i.low) ? NAN : fmax(i.low, -most), isnan(i.high) ? NAN : fmin(i.high, most)};
}

qb_effect qb_effect_of(const double *difference, size_t instances, double most, double confidence,
                       uint64_t seed)
{
    return qb_effect_with(difference, instances, most, confidence, QB_LOOK_ONCE, seed);
}

qb_effect qb_effect_with(const double *difference, size_t instances, double most, double confidence,
                         qb_looks looks, uint64_t seed)
{
    qb_effect e = {.estimate = qb_mean(difference, instances),
                   .interval = looks == QB_LOOK_ALWAYS
                                   ? qb_sequence_t(difference, instances, confidence)
                                   : qb_interval_mean(difference, instances, confidence, seed),
                   .confidence = confidence,
                   .deviation = sqrt(qb_variance(difference, instances)),
                   .instances = instances};
    e.interval = cut(e.interval, most);
    e.p = two_sided_p(e.estimate, e.deviation, instances);
    return e;
}

qb_decision qb_decide(const qb_effect *effect, double minimum_effect)
{
    if (effect->interval.low >= minimum_effect && effect->instances >= QB_LEAST_INSTANCES)
        return QB_SCALE;
    return effect->interval.high < minimum_effect ? QB_STOP : QB_PAUSE;
}

/* One-sided evidence that theta exceeds the minimum: what the step-down goes by. */
static double against_minimum(const qb_effect *e, double minimum_effect)
{
    if (e->instances < 2)
        return 1;
    if (e->deviation == 0)
        return e->estimate > minimum_effect ? 0 : 1;
    double t = (e->estimate - minimum_effect) / e->deviation * sqrt((double)e->instances);
    return gsl_cdf_tdist_Q(t, (double)(e->instances - 1));
}

void qb_effects_adjust(const double *const *difference, const size_t *instances, size_t count,
                       double minimum_effect, double confidence, qb_looks looks, uint64_t seed,
                       qb_effect *effect)
{
    bool *taken = QB_NEW(bool, count);
    size_t step = 0;
    for (size_t k = 0; k < count; k++) /* without memory to step down, Bonferroni: wider, so as safe */
        effect[k] =
            qb_effect_with(difference[k], instances[k], QB_MOST_DIFFERENCE,
                           taken ? confidence : qb_holm_confidence(count, 0, confidence), looks, seed);
    if (!taken)
        return;
    for (size_t place = 0; place < count; place++) {
        size_t best = count;
        for (size_t k = 0; k < count; k++)
            if (!taken[k] && (best == count || against_minimum(&effect[k], minimum_effect) <
                                                   against_minimum(&effect[best], minimum_effect)))
                best = k;
        taken[best] = true;
        effect[best] = qb_effect_with(difference[best], instances[best], QB_MOST_DIFFERENCE,
                                      qb_holm_confidence(count, step, confidence), looks, seed);
        if (step == place && qb_decide(&effect[best], minimum_effect) == QB_SCALE)
            step++;
    }
    qb_free(taken);
}
