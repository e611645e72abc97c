/* The annealing kernels on the clock; `qubout bench anneal` prints it. */
#ifndef QB_KERNELS_BENCH_ANNEAL_H
#define QB_KERNELS_BENCH_ANNEAL_H

#include "solvers/kernels/anneal.h"
#include "solvers/kernels/bench.h"

/* Times anneals of 1000 sweeps from random starts, beta geometric from 0.05 to 3 in units of 1 / largest
 * |weight of the spin form| (GOALS: equal schedules only compare): unit "attempted flip", all replicas
 * together.  replicas: 0 lets the kernel be chosen, 1 asks for the one that runs a single replica,
 * QB_ANNEAL_SLICED's number for the sliced one.  instance is a name for the details.  The checksum covers the
 * energies of the first anneal.  Errors: QB_REFUSED (no kernel with that many replicas takes the model),
 * QB_NO_MEMORY. */
qb_status qb_bench_anneal(const qb_bench_options *options, const qb_qubo *model, const char *instance,
                          uint32_t replicas, qb_bench *bench, qb_diag *diag);

#endif
