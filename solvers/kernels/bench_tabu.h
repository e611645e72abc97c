/* The tabu walk on the clock; `qubout bench tabu` prints it. */
#ifndef QB_KERNELS_BENCH_TABU_H
#define QB_KERNELS_BENCH_TABU_H

#include "solvers/kernels/bench.h"
#include "solvers/kernels/tabu.h"

/* Times walks of a fixed number of moves, tenure n / 100 + 5 +- 5: unit "move".  instance is a name for the
 * details.  The checksum covers the best point of the last walk.
 *
 * share_of_bandwidth of a dense form: the least time that the rows of such a walk take when they are only
 * streamed, in the walk's order and from whichever cache has them, with all gains read and written at each,
 * over the least time of a walk.  A walk does all of that, and has to find the next row before it can read
 * it. NAN: the form has no rows.
 *
 * Errors: QB_REFUSED, QB_NO_MEMORY. */
qb_status qb_bench_tabu(const qb_bench_options *options, const qb_qubo *model, const char *instance,
                        qb_bench *bench, qb_diag *diag);

#endif
