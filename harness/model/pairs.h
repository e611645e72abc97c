/* Lists of weighted index pairs: sorting, merging.
 *
 * The one way in which unordered input becomes canonical: objective terms (i <= j), row entries (row, column)
 * and the terms that a lowering piles up all pass here.
 */
#ifndef QB_MODEL_PAIRS_H
#define QB_MODEL_PAIRS_H

#include "harness/model/problem.h"

/* Sorts pair [count] by (i, j), stable: equal pairs keep their order.  i < rows, j < columns.  A list that is
 * sorted already costs one pass; else two counting sorts, O(count + rows + columns).  Errors: QB_NO_MEMORY.
 */
qb_status qb_pairs_sort(qb_pair *pair, uint64_t count, uint32_t rows, uint32_t columns);

/* The position of the second of two equal neighbours in a sorted list; count when all differ. */
uint64_t qb_pairs_duplicate(const qb_pair *pair, uint64_t count);

/* Adds up equal neighbours of a sorted list and drops what is zero, in place; returns how many are left. */
uint64_t qb_pairs_merge(qb_pair *pair, uint64_t count);

#endif
