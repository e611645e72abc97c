/* Several tests at once: Holm's step-down procedure. */
#ifndef QB_STATS_MULTIPLE_H
#define QB_STATS_MULTIPLE_H

#include <stdbool.h>
#include <stddef.h>

/* Adjusted p-values: the k-th smallest becomes max over j <= k of min(1, (count - j + 1) p_(j)); adjusted
 * [count] in the order of p.  False without memory.  O(count log count).
 * Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian J. Statistics 6
 * (1979). */
bool qb_holm(const double *p /* [count] */, size_t count, double *adjusted /* [count] */);

/* The confidence that each of `count` intervals needs so that all hold together at `confidence`, when the
 * interval is that of the k-th smallest p (k from 0): 1 - (1 - confidence) / (count - k). */
double qb_holm_confidence(size_t count, size_t k, double confidence);

#endif
