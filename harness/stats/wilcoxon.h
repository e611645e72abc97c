/* Wilcoxon's signed-rank test: descriptive, it never decides a verdict. */
#ifndef QB_STATS_WILCOXON_H
#define QB_STATS_WILCOXON_H

#include <stddef.h>

typedef struct qb_signed_rank {
    double statistic; /* sum of the ranks of positive differences */
    double p;         /* two-sided; 1 when nothing differs, NaN without memory */
} qb_signed_rank;

/* Wilcoxon's signed-rank test of paired differences, zeros after Pratt: they take part in the ranking and are
 * then left out.  Ties get mid-ranks.  The p-value is exact (all sign patterns, by dynamic programming over
 * doubled ranks) up to 50 values that are not zero, normal with continuity correction beyond.
 * O(count log count + min(count, 50) count^2).
 * Source: Wilcoxon, Biometrics Bulletin 1 (1945); Pratt, JASA 54 (1959). */
qb_signed_rank qb_wilcoxon(const double *difference /* [count] */, size_t count);

#endif
