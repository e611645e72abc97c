#include "harness/stats/time_to_solution.h"

#include <math.h>

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
