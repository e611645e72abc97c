/* What the parts of the enumeration (gray.h) share: the split model and what one chunk finds. */
#ifndef QB_KERNELS_GRAY_KERNEL_H
#define QB_KERNELS_GRAY_KERNEL_H

#include "solvers/kernels/gray.h"
#include "solvers/kernels/simd.h"

#include <stdbool.h>

#define GRAY_CHUNK_BITS 20
#define GRAY_LOW_BITS   8 /* most low variables of any tier */

/* Costs over the greatest common divisor, to be minimised; variables by rising strength, padded with free
 * ones up to GRAY_LOW_BITS.  All numbers are doubles that hold integers exactly when the model is integral.
 */
typedef struct gray_model {
    uint32_t n; /* >= GRAY_LOW_BITS */
    double linear[QB_GRAY_VARIABLES];
    double weight[QB_GRAY_VARIABLES][QB_GRAY_VARIABLES]; /* symmetric, zero diagonal */
    double tolerance;                                    /* costs this close are equal; 0 when integral */
} gray_model;

typedef struct gray_found {
    double cost;
    uint64_t count, state;
} gray_found;

/* The lowest levels seen, ascending; or a histogram of costs. */
typedef struct gray_tally {
    gray_found *level; /* [capacity + 1] */
    uint32_t levels, capacity;
    uint64_t *histogram; /* [QB_GRAY_RANGE + 1] of cost - lowest, or NULL */
    double lowest;
} gray_tally;

/* Adds `count` states of one cost. */
void gray_tally_add(gray_tally *tally, double cost, uint64_t count, uint64_t state, double tolerance);

/* The greatest cost that is still of interest. */
static inline double gray_tally_limit(const gray_tally *tally, double tolerance)
{
    return tally->levels < tally->capacity ? 1e300 : tally->level[tally->levels - 1].cost + tolerance;
}

/* Enumerates one chunk; one function a width. */
typedef struct gray_tier {
    void (*chunk16)(const gray_model *model, uint64_t chunk, gray_tally *tally);
    void (*chunk32)(const gray_model *model, uint64_t chunk, gray_tally *tally);
    void (*chunk64)(const gray_model *model, uint64_t chunk, gray_tally *tally);
} gray_tier;

extern const gray_tier qb_gray_portable, qb_gray_avx2, qb_gray_avx512;

#endif
