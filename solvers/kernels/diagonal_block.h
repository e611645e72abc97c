/* A block of a diagonal in the first-level cache: 2^10 costs that share all but their lowest ten bits.
 *
 * Determinism: the same bits on every machine; each clone of a function adds in one order.  Cost: under a
 * nanosecond an entry.
 */
#ifndef QB_KERNELS_DIAGONAL_BLOCK_H
#define QB_KERNELS_DIAGONAL_BLOCK_H

#include "solvers/kernels/diagonal.h"

#define QB_BLOCK_BITS 10
#define QB_BLOCK_SIZE (1 << QB_BLOCK_BITS)

typedef struct qb_diagonal_block {
    _Alignas(64) double value[QB_BLOCK_SIZE];
} qb_diagonal_block;

/* value[x] = sum of value[m] over all subsets m of x: from the coefficients of products of bits to costs. */
void qb_block_sum_subsets(qb_diagonal_block *block);

/* Widens [*least, *greatest] to the block's values. */
void qb_block_range(const qb_diagonal_block *block, double *least, double *greatest);

/* Writes entries start .. start + count - 1 of the diagonal, count <= QB_BLOCK_SIZE: the values themselves,
 * or (value - origin) / unit, which is near an integer. */
void qb_block_write(const qb_diagonal_block *block, const qb_diagonal *diagonal, size_t start, size_t count);

#endif
