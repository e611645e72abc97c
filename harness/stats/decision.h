/* The deciding statistics: one estimand, one interval, one rule.
 *
 *   theta = mean over instances of d_i,   d_i = mean score of the baseline - mean score of the challenger
 *
 * on instance i, over its seeds: positive where the challenger is better.  The instance is the replicate.
 */
#ifndef QB_STATS_DECISION_H
#define QB_STATS_DECISION_H

#include "harness/stats/interval.h"

#define QB_LEAST_INSTANCES 10 /* fewer cannot give scale */

typedef enum qb_decision { QB_SCALE, QB_STOP, QB_PAUSE, QB_VOID } qb_decision;

const char *qb_decision_name(qb_decision decision); /* "scale", "stop", "pause", "void" */

typedef struct qb_effect {
    double estimate;      /* theta */
    qb_interval interval; /* at `confidence` */
    double confidence;
    double p;         /* two-sided, of theta = 0 (t) */
    double deviation; /* standard deviation of the d_i */
    size_t instances;
} qb_effect;

/* Interval: qb_interval_mean with this seed.  O(resamples * instances). */
qb_effect qb_effect_of(const double *difference /* [instances] */, size_t instances, double confidence,
                       uint64_t seed);

/* scale: the lower limit is at least the minimum effect, on QB_LEAST_INSTANCES instances or more;
 * stop: the upper limit is below it; otherwise pause.  Unknown limits (fewer than two instances): pause. */
qb_decision qb_decide(const qb_effect *effect, double minimum_effect);

/* The intervals of several challengers such that all hold together: the k-th smallest p-value gets confidence
 * 1 - alpha / (count - k) for as long as all before it gave scale; from the first that did not, its own.
 * effect [count] is computed again in place from difference[k] [instances[k]].
 * Source: Holm (1979), as confidence bounds by Strassburger and Bretz, Statistics in Medicine 27 (2008). */
void qb_effects_adjust(const double *const *difference, const size_t *instances, size_t count,
                       double minimum_effect, double confidence, uint64_t seed, qb_effect *effect);

/* ---- planning */

/* Instances needed so that an effect `distance` away from the minimum effect is told from it, when the d_i
 * have this standard deviation: the least n >= 2 with t(n - 1) deviation / sqrt(n) <= distance.  SIZE_MAX
 * when a million do not suffice or distance is 0. */
size_t qb_instances_needed(double deviation, double distance, double confidence);

/* The effect beyond the minimum that `instances` detect with probability `power`:
 * (t(confidence) + t(power)) deviation / sqrt(instances). */
double qb_detectable_effect(double deviation, size_t instances, double confidence, double power);

/* The smallest two-sided p-value that a signed-rank test of `instances` pairs can give, times the number of
 * comparisons (Holm's first step). */
double qb_attainable_p(size_t instances, size_t comparisons);

#endif
