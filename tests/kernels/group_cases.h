/* Small models for what keeps groups and lets integers follow.
 *
 * The first has groups: two of one in three, one of two in four, two free bits, so that 3 * 3 * 6 * 4 of 4096
 * states keep them.  The second has integers: FOLLOWED_FREE bits among which those of two integers stand, of
 * steps 1, 2, 3 and 2, 2. */
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

enum { FOLLOWED_N = 13, FOLLOWED_FREE = 8, FOLLOWED_INTEGERS = 2 };

/* Every coupling and linear term that the free bits and the integers may have.  Asserts on failure.  Free
 * with qb_qubo_free. */
qb_qubo followed_build(bool real, qb_sense sense, uint64_t seed);

/* The free bits of a vector as a number, and the vector with these free bits and its integers 0. */
uint32_t followed_write(const uint8_t *x /* [FOLLOWED_N] */);
void followed_read(uint32_t state, uint8_t *x);

/* The least cost of all vectors with these free bits. */
double followed_cost(const qb_qubo *model, uint32_t state);

/* The p-value of chi-square of how often each state was seen, against p[state] * scale, neighbours taken
 * together until 20 samples are expected; asserts that this leaves more than `least` bins. */
double binned_p(const uint32_t *seen, const double *p, uint32_t states, double scale, double least);

#endif
