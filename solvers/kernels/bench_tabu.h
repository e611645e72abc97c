/* The tabu walk on the clock; `qubout bench tabu` prints it. */
#ifndef QB_KERNELS_BENCH_TABU_H
#define QB_KERNELS_BENCH_TABU_H

#include "solvers/kernels/bench.h"
#include "solvers/kernels/tabu.h"

/* Times walks of a fixed number of moves, tenure n / 100 + 5 +- 5: unit "move".  instance is a name for the
 * details.  The checksum covers the best point of the first walk.  share_of_bandwidth: bytes of the matrix
 * that a second of moves reads, over what a second of plain reading of as large a block gives.  Errors:
 * QB_REFUSED, QB_NO_MEMORY. */
qb_status qb_bench_tabu(const qb_bench_options *options, const qb_qubo *model, const char *instance,
                        qb_bench *bench, qb_diag *diag);

#endif
