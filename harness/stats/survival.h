/* Times that may be cut off: Kaplan and Meier, restricted means, time to solution, expected running time. */
#ifndef QB_STATS_SURVIVAL_H
#define QB_STATS_SURVIVAL_H

#include "harness/stats/interval.h"

#include <stdbool.h>
#include <stddef.h>

/* Kaplan and Meier's estimate of P(T > t) from times [count], sorted ascending here together with event
 * [count] (true: it happened then; false: cut off then).  survival [count] after each time; at equal times
 * events come before cut-offs.  False without memory.  O(count log count).
 * Source: Kaplan and Meier, JASA 53 (1958). */
bool qb_kaplan_meier(double *time, bool *event, size_t count, double *survival);

/* Mean of min(T, limit): the area under that curve up to limit.  Source: Royston and Parmar, BMC Medical
 * Research Methodology 13 (2013). */
double qb_restricted_mean(const double *time /* [count] ascending */, const double *survival, size_t count,
                          double limit);

/* Time to solution with probability `target` by repeating runs of length `run`, each successful with p:
 *   run * ln(1 - target) / ln(1 - p),  and `run` itself where p >= target.
 * The interval comes from Jeffreys' for p.  No success: value +inf, and low is a lower bound.
 * Source: Ronnow et al., "Defining and detecting quantum speedup", Science 345 (2014). */
typedef struct qb_tts {
    double value;
    qb_interval interval;
} qb_tts;

qb_tts qb_time_to_solution(uint64_t successes, uint64_t trials, double run, double target, double confidence);

/* Expected running time of restarts until success: total time spent / successes; +inf without success.
 * Source: Hansen et al., COCO, Optimization Methods and Software 36 (2021). */
double qb_expected_running_time(const double *spent /* [count] */, const bool *success, size_t count);

/* Penalised average: cut-off runs count `factor` times the limit (PAR-10: factor 10). */
double qb_penalised_average(const double *spent /* [count] */, const bool *success, size_t count,
                            double limit, double factor);

#endif
