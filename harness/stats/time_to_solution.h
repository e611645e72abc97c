/* Time to solution by repeating runs of one length. */
#ifndef QB_STATS_TIME_TO_SOLUTION_H
#define QB_STATS_TIME_TO_SOLUTION_H

#include "harness/stats/proportion.h"

/* Time to solution with probability `target` by repeating runs of length `run`, each successful with p:
 *   run * ln(1 - target) / ln(1 - p),  and `run` itself where p >= target.
 * The interval comes from Jeffreys' for p.  No success: value +inf, and low is a lower bound.
 * Source: Ronnow et al., "Defining and detecting quantum speedup", Science 345 (2014). */
typedef struct qb_tts {
    double value;
    qb_interval interval;
} qb_tts;

qb_tts qb_time_to_solution(uint64_t successes, uint64_t trials, double run, double target, double confidence);

#endif
