/* What the ring costs beside the solver; `qubout bench ring` prints it. */
#ifndef QB_RUN_BENCH_RING_H
#define QB_RUN_BENCH_RING_H

#include "solvers/kernels/bench.h"

enum { QB_BENCH_RING_RUN, QB_BENCH_RING_INCUMBENT, QB_BENCH_RING_COUNT };

/* Measures, for a sparse QUBO of `variables` variables (GOALS: 10000):
 *
 *   RUN         unit "run": a whole qb_run_execute of a solver that returns at once, instance mapped already,
 *               less the time between the start of init and the return of solve
 *   INCUMBENT   unit "incumbent": an offered incumbent that is published; in `details` beside it what copying
 *               as many bytes takes by itself, "copy_s", and the median of what is left without a copy,
 *               "beside_copy_median_s"
 *
 * seconds_per_unit is the least; details has "median_s" and "p99_s" too.  Stops after options->seconds, at
 * least 20 repeats of each.  Errors: QB_NO_MEMORY, QB_ENVIRONMENT. */
qb_status qb_bench_ring(const qb_bench_options *options, uint32_t variables,
                        qb_bench bench[QB_BENCH_RING_COUNT], qb_diag *diag);

#endif
