/* The elite population of the tabu solver: few, good, and different from each other. */
#ifndef QB_SOLVERS_TABU_ELITE_H
#define QB_SOLVERS_TABU_ELITE_H

#include "harness/base/rng.h"
#include "harness/base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define ELITE_MOST 64

typedef struct elite {
    uint32_t capacity, size, words;
    uint32_t spacing;                    /* bits in which members differ at least */
    uint64_t *points;                    /* [capacity][words] */
    double value[ELITE_MOST];            /* [size], more is better */
    bool paired[ELITE_MOST][ELITE_MOST]; /* pairs that have been handed out */
} elite;

/* 2 <= capacity <= ELITE_MOST.  QB_NO_MEMORY.  Free with elite_close. */
qb_status elite_open(elite *e, uint32_t capacity, uint32_t words, uint32_t spacing);
void elite_close(elite *e);

/* Member k < size: [words]. */
const uint64_t *elite_point(const elite *e, uint32_t k);

/* The member of greatest value; size must not be 0. */
uint32_t elite_best(const elite *e);

/* Takes the point in while there is room, then in place of the worst if it is better; but a point closer than
 * `spacing` to a member competes with that member only.  Says whether it was taken.  O(size words). */
bool elite_offer(elite *e, const uint64_t *point /* [words] */, double value);

/* A random pair of members that has not been handed out since both have been taken in; false when there is
 * none left.  O(size^2). */
bool elite_pair(elite *e, qb_rng *rng, uint32_t *a, uint32_t *b);

/* Forgets all members. */
void elite_clear(elite *e);

#endif
