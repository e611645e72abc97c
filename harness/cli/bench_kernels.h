/* The benchmarks that `qubout bench` knows, each over its cases. */
#ifndef QB_CLI_BENCH_KERNELS_H
#define QB_CLI_BENCH_KERNELS_H

#include "harness/base/json.h"
#include "solvers/kernels/bench.h"

#include <stdbool.h>

/* The command's options; what does not apply to a kernel is ignored by it. */
typedef struct qb_bench_request {
    uint64_t qubits, threads, replicas; /* QB_UNSET_COUNT: the kernel's own cases */
    const char *precision, *cost, *symmetry, *instance;
    double seconds;
    bool json;
} qb_bench_request;

typedef qb_status (*qb_bench_print)(void *context, const qb_bench *bench);

typedef struct qb_bench_kernel {
    const char *name;
    qb_status (*run)(const qb_bench_request *request, qb_bench_print print, void *context, qb_diag *diag);
} qb_bench_kernel;

extern const qb_bench_kernel qb_bench_kernels[]; /* ends with a NULL name */

#endif
