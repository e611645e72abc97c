/* The deciding statistics: one estimand, one interval, one rule.
 *
 *   theta = mean over instances of d_i,   d_i = mean score of the baseline - mean score of the challenger
 *
 * on instance i, over its seeds: positive where the challenger is better.  The instance is the replicate.
 */
#ifndef QB_STATS_DECISION_H
#define QB_STATS_DECISION_H

#include "harness/stats/interval.h"

#include <stdbool.h>

#define QB_LEAST_INSTANCES 10  /* fewer cannot give scale */
#define QB_MOST_DIFFERENCE 1.0 /* of two scores in [0, 1] */

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

/* Which interval: one that is looked at once, or one that holds at every look (sequence.h). */
typedef enum qb_looks { QB_LOOK_ONCE, QB_LOOK_ALWAYS } qb_looks;

/* Interval: qb_interval_mean with this seed.  most: |d_i| cannot exceed it, so neither can theta, and what of
 * the interval lies beyond is cut off (QB_MOST_DIFFERENCE for scores; INFINITY: no such bound).
 * O(resamples * instances). */
qb_effect qb_effect_of(const double *difference /* [instances] */, size_t instances, double most,
                       double confidence, uint64_t seed);

/* The same with the interval as `looks` says. */
qb_effect qb_effect_with(const double *difference /* [instances] */, size_t instances, double most,
                         double confidence, qb_looks looks, uint64_t seed);

/* scale: the lower limit is at least the minimum effect, on QB_LEAST_INSTANCES instances or more;
 * stop: the upper limit is below it; otherwise pause.  Unknown limits (fewer than two instances): pause. */
qb_decision qb_decide(const qb_effect *effect, double minimum_effect);

/* The intervals of several challengers such that all hold together: the k-th smallest p-value gets confidence
 * 1 - alpha / (count - k) for as long as all before it gave scale; from the first that did not, its own.
 * effect [count] is computed again in place from difference[k] [instances[k]], of scores.
 * Source: Holm (1979), as confidence bounds by Strassburger and Bretz, Statistics in Medicine 27 (2008). */
void qb_effects_adjust(const double *const *difference, const size_t *instances, size_t count,
                       double minimum_effect, double confidence, qb_looks looks, uint64_t seed,
                       qb_effect *effect);

#endif
