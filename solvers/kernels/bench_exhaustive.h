/* The enumeration on the clock; `qubout bench exhaustive` prints it. */
#ifndef QB_KERNELS_BENCH_EXHAUSTIVE_H
#define QB_KERNELS_BENCH_EXHAUSTIVE_H

#include "solvers/kernels/bench.h"
#include "solvers/kernels/gray.h"

/* Times the enumeration of all states of a dense random model of `variables` variables (at most
 * QB_GRAY_VARIABLES) with integer coefficients -100..100 from a fixed seed: the optimum and how many states
 * have it; unit "state".  CPU time with one thread, wall time with more.  The checksum covers the optimum,
 * its multiplicity and its state.  Errors: QB_REFUSED (too many variables), QB_NO_MEMORY. */
qb_status qb_bench_exhaustive(const qb_bench_options *options, uint32_t variables, qb_bench *bench,
                              qb_diag *diag);

#endif
