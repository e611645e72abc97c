/* QAOA layers on the clock; `qubout bench qaoa-layer` prints it. */
#ifndef QB_KERNELS_BENCH_QAOA_H
#define QB_KERNELS_BENCH_QAOA_H

#include "solvers/kernels/bench.h"
#include "solvers/kernels/bench_machine.h"
#include "solvers/kernels/statevector.h"

enum { QB_BENCH_QAOA_LAYERS = 10 };

typedef struct qb_bench_qaoa_case {
    uint32_t qubits;
    qb_precision precision;
    bool real_cost; /* random real couplings; else +-1 ones */
    bool symmetry;  /* use the spin-flip symmetry, which the case has */
} qb_bench_qaoa_case;

/* Times the evolution of ten layers over a dense spin glass without fields: unit "layer".  CPU time for one
 * thread, wall time for more.  The bounds are those of as many threads.  The checksum covers the expectation,
 * to six digits.  Errors: QB_NO_MEMORY, QB_REFUSED. */
qb_status qb_bench_qaoa_layer(const qb_bench_options *options, const qb_bench_qaoa_case *what,
                              const qb_bench_bounds *bounds, qb_bench *bench, qb_diag *diag);

#endif
