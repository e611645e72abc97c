/* Averages over runs of which some did not get there. */
#ifndef QB_STATS_RUNNING_TIME_H
#define QB_STATS_RUNNING_TIME_H

#include <stdbool.h>
#include <stddef.h>

/* Expected running time of restarts until success: total time spent / successes; +inf without success.
 * Source: Hansen et al., COCO, Optimization Methods and Software 36 (2021). */
double qb_expected_running_time(const double *spent /* [count] */, const bool *success, size_t count);

/* Penalised average: cut-off runs count `factor` times the limit (PAR-10: factor 10). */
double qb_penalised_average(const double *spent /* [count] */, const bool *success, size_t count,
                            double limit, double factor);

#endif
