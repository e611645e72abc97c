/* Planning an experiment: what its instances can tell. */
#ifndef QB_STATS_PLANNING_H
#define QB_STATS_PLANNING_H

#include <stddef.h>

/* Instances needed so that an effect `distance` away from the minimum effect is told from it, when the d_i
 * have this standard deviation: the least n >= 2 with t(n - 1) deviation / sqrt(n) <= distance.  SIZE_MAX
 * when a million do not suffice or distance is 0. */
size_t qb_instances_needed(double deviation, double distance, double confidence);

/* Seeds an instance and entry needed for the same on the instances that there are.  deviation^2 is that of
 * the d_i at `seeds` seeds, of which `within` is what the seeds add (the mean over instances of the variance
 * of a difference of seed means); the rest is the instances' own, and no seed lessens it.  0 when more seeds
 * cannot do it, or nothing is known. */
size_t qb_seeds_needed(double deviation, double within, size_t seeds, size_t instances, double distance,
                       double confidence);

/* The effect beyond the minimum that `instances` detect with probability `power`:
 * (t(confidence) + t(power)) deviation / sqrt(instances). */
double qb_detectable_effect(double deviation, size_t instances, double confidence, double power);

/* The smallest two-sided p-value that a signed-rank test of `instances` pairs can give, times the number of
 * comparisons (Holm's first step). */
double qb_attainable_p(size_t instances, size_t comparisons);

#endif
