/* Ranks of a sample. */
#ifndef QB_STATS_RANKS_H
#define QB_STATS_RANKS_H

#include <stdbool.h>
#include <stddef.h>

/* Mid-ranks 1 .. count of x, ascending: rank [count].  False without memory. */
bool qb_mid_ranks(const double *x /* [count] */, size_t count, double *rank);

#endif
