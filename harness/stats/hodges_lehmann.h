/* Hodges and Lehmann's estimate: descriptive, it never decides a verdict. */
#ifndef QB_STATS_HODGES_LEHMANN_H
#define QB_STATS_HODGES_LEHMANN_H

#include <stddef.h>

/* Hodges and Lehmann's estimate of the centre: the median of the count (count + 1) / 2 means of pairs (Walsh
 * averages).  NaN for an empty sample or without memory.  O(count^2 log count), count <= 20000.
 * Source: Annals of Mathematical Statistics 34 (1963). */
double qb_hodges_lehmann(const double *x /* [count] */, size_t count);

#endif
