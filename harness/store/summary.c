/* The summary of a trajectory.
 *
 * Primal gap and integral: Berthold, "Measuring the impact of primal heuristics" (Operations Research Letters
 * 41, 2013).  gap(v) = 0 where v = f*, 1 where v and f* differ in sign or nothing is known yet, else
 * |v - f*| / max(|v|, |f*|); the integral is divided by the budget, so that it is a mean gap in [0, 1].
 */
#include "harness/store/sql.h"

#include <math.h>

static double primal_gap(double value, double reference)
{
    if (value == reference)
        return 0;
    if (value * reference < 0)
        return 1;
    return fabs(value - reference) / fmax(fabs(value), fabs(reference));
}

void qb_summary_compute(const double *value, const bool *feasible, const double *spent, uint32_t points,
                        qb_sense sense, double budget, double reference, const double *target,
                        uint32_t targets, qb_summary *summary)
{
    double sign = sense == QB_MAXIMISE ? -1 : 1;
    double gap = 1, since = 0, integral = 0, best = INFINITY;
    summary->first_s = summary->last_s = NAN;
    for (uint32_t t = 0; t < targets; t++)
        summary->crossings[t] = NAN;
    for (uint32_t k = 0; k < points; k++) {
        if (!feasible[k] || !(sign * value[k] < best))
            continue;
        best = sign * value[k];
        double at = fmin(fmax(spent[k], since), budget);
        integral += gap * (at - since);
        since = at;
        gap = primal_gap(value[k], reference);
        if (isnan(summary->first_s))
            summary->first_s = spent[k];
        summary->last_s = spent[k];
        for (uint32_t t = 0; t < targets; t++)
            if (isnan(summary->crossings[t]) && best <= sign * target[t])
                summary->crossings[t] = spent[k];
    }
    integral += gap * (budget - since);
    summary->primal_integral = isnan(reference) || !(budget > 0) ? NAN : integral / budget;
}
