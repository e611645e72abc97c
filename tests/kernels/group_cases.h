/* A small model with groups, for what keeps them: two of one in three, one of two in four, two free bits, so
 * that 3 * 3 * 6 * 4 of 4096 states keep them. */
#ifndef QB_TESTS_KERNELS_GROUP_CASES_H
#define QB_TESTS_KERNELS_GROUP_CASES_H

#include "harness/model/qubo.h"

#include <stdbool.h>
#include <stdint.h>

enum { GROUPED_N = 12, GROUPED_STATES = 216 };

/* Asserts on failure.  Free with qb_qubo_free. */
qb_qubo grouped_build(bool real, qb_sense sense, uint64_t seed);

/* Gives a model of at least GROUPED_N variables these groups. */
void grouped_mark(qb_qubo *model);

bool grouped_keeps(const uint8_t *x /* [GROUPED_N] */);

/* A state as a number and as bits. */
void grouped_read(uint32_t state, uint8_t *x);
uint32_t grouped_write(const uint8_t *x);

/* Is b one flip of a free bit, one shift within a group or one exchange of the two one-hot groups from a? */
bool grouped_is_move(uint32_t a, uint32_t b);

#endif
