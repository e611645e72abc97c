/* Exhaustive enumeration of a QUBO of up to 40 variables.
 *
 *   the K lowest costs, how many states have each, and a state of each;   cost = E, or -E when maximising,
 *   or how many states have each cost at all (the density of states).
 *
 * The N variables are split into low ones, whose 2^L states stand side by side in a table of costs, and high
 * ones, which a Gray code walks through: flipping high variable j adds one precomputed vector to the table
 * (what j couples to the low states) and one number that all of them share.  So a state costs one addition
 * and one comparison, 32 at a time with AVX-512.  Tables hold 16-bit costs where the weakest variables allow
 * it, else 32-bit ones, else doubles (which hold integral costs exactly).
 *
 * States are numbered by their bits in order of rising strength, and the lowest number wins among equals, so
 * results do not depend on tier, thread count or the order of chunks.  A chunk is 2^20 states; each starts
 * anew, so that real-valued costs drift by less than 1e-11 of the sum of |coefficients|: costs that close
 * count as equal.
 *
 * Source: F. Gray, US patent 2632058 (1953); the split into a vectorised low part as above is ours.
 */
#ifndef QB_KERNELS_GRAY_H
#define QB_KERNELS_GRAY_H

#include "harness/base/status.h"
#include "harness/model/qubo.h"
#include "solvers/kernels/team.h"

#define QB_GRAY_VARIABLES 40
#define QB_GRAY_LEVELS    1024
#define QB_GRAY_RANGE     (UINT32_C(1) << 20) /* steps of a density of states */

typedef struct qb_gray qb_gray;

typedef struct qb_gray_level {
    double energy;  /* in the model's own sense and scale */
    uint64_t count; /* states that have it */
    uint64_t state; /* the first of them; see qb_gray_state */
} qb_gray_level;

/* levels: 1 .. QB_GRAY_LEVELS, or 0 for the density of states.  The model and the team (NULL: the calling
 * thread alone) must outlive the result.  Errors: QB_REFUSED for more than QB_GRAY_VARIABLES variables,
 * several levels of a real-valued model, or a density whose range over its greatest common divisor passes
 * QB_GRAY_RANGE; QB_NO_MEMORY.  Free with qb_gray_close. */
qb_status qb_gray_open(const qb_qubo *model, uint32_t levels, qb_team *team, qb_gray **gray, qb_diag *diag);
void qb_gray_close(qb_gray *gray);

/* Chunks in all, and states in one. */
uint64_t qb_gray_chunks(const qb_gray *gray);
uint64_t qb_gray_chunk_states(const qb_gray *gray);

/* Enumerates chunks [from, to); every chunk once, in any order.  Spends a unit a state; budget may be NULL.
 * Errors: QB_STOPPED, with chunks left out: levels are then those of some states. */
qb_status qb_gray_run(qb_gray *gray, uint64_t from, uint64_t to, qb_budget *budget);

/* The levels seen so far, best first; for a density, all levels that occur.  Returns how many there are and
 * writes the first `capacity`. */
uint64_t qb_gray_levels(const qb_gray *gray, uint64_t capacity, qb_gray_level *level /* [capacity] */);

/* The state behind a number; a density keeps none (all zero). */
void qb_gray_state(const qb_gray *gray, uint64_t state, uint8_t *x /* [n] */);

/* "int16", "int32" or "double": the table's costs. */
const char *qb_gray_width(const qb_gray *gray);

#endif
