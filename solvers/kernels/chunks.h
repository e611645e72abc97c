/* Sums over chunks of an array, shared out in a team, on a budget: the same bits whatever its size. */
#ifndef QB_KERNELS_CHUNKS_H
#define QB_KERNELS_CHUNKS_H

#include "solvers/kernels/team.h"

/* What chunks add up; a function leaves what it does not use at zero. */
typedef struct qb_chunk_sums {
    double first, second, third;
} qb_chunk_sums;

/* Does chunk `chunk`; chunks are independent of each other. */
typedef qb_chunk_sums qb_chunk_function(const void *context, uint64_t chunk);

/* Calls `function` for chunks [0, chunks) in batches that do not depend on the team, and adds up in the order
 * of the chunks.  A chunk is worth `work` units; team, budget and total may be NULL.  Errors: QB_STOPPED. */
qb_status qb_chunks_run(uint64_t chunks, uint64_t work, qb_team *team, qb_chunk_function *function,
                        const void *context, qb_budget *budget, qb_chunk_sums *total);

#endif
