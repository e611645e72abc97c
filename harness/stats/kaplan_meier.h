/* Times that may be cut off: Kaplan and Meier, and the mean up to a limit. */
#ifndef QB_STATS_KAPLAN_MEIER_H
#define QB_STATS_KAPLAN_MEIER_H

#include "harness/stats/interval.h"

#include <stdbool.h>

/* Kaplan and Meier's estimate of P(T > t) from times [count], sorted ascending here together with event
 * [count] (true: it happened then; false: cut off then).  survival [count] after each time; at equal times
 * events come before cut-offs.  False without memory.  O(count log count).
 * Source: Kaplan and Meier, JASA 53 (1958). */
bool qb_kaplan_meier(double *time, bool *event, size_t count, double *survival);

/* Mean of min(T, limit): the area under that curve up to limit.  Source: Royston and Parmar, BMC Medical
 * Research Methodology 13 (2013). */
double qb_restricted_mean(const double *time /* [count] ascending */, const double *survival, size_t count,
                          double limit);

/* Stratified: the mean over strata of their means of min(T, limit), so that a stratum with many runs counts
 * no more than another; its interval is Student's over the strata.  Stratum k has time[first[k] .. first[k +
 * 1]) and event likewise, first [strata + 1]; empty strata are left out.  time and event are sorted within
 * each. NaN without memory or without runs. */
typedef struct qb_stratified_mean {
    double mean;
    qb_interval interval;
    size_t strata; /* with runs */
} qb_stratified_mean;

qb_stratified_mean qb_restricted_mean_by_stratum(double *time, bool *event, const size_t *first,
                                                 size_t strata, double limit, double confidence);

#endif
