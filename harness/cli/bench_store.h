/* The store on the clock: what recording a run costs, commit included. */
#ifndef QB_CLI_BENCH_STORE_H
#define QB_CLI_BENCH_STORE_H

#include "solvers/kernels/bench.h"

/* Records made-up runs of `points` incumbents into a store in a temporary folder ($TMPDIR), one durable
 * transaction each: unit "run", wall time, least over batches of 50; the median is in the details.  Errors:
 * QB_ENVIRONMENT, QB_NO_MEMORY. */
qb_status qb_bench_store(const qb_bench_options *options, uint32_t points, qb_bench *bench, qb_diag *diag);

#endif
