/* The bounds that a machine sets, measured: streaming bandwidth and the rate of fused multiply-adds, of so
 * many threads together. */
#ifndef QB_KERNELS_BENCH_MACHINE_H
#define QB_KERNELS_BENCH_MACHINE_H

#include "harness/base/clock.h"
#include "harness/base/status.h"

#include <stdint.h>

typedef struct qb_bench_bounds {
    double bytes_per_second; /* a block beyond the caches read and written back: bytes both ways together */
    double flops_per_second; /* double precision, two a multiply-add, in the tier that the kernels use */
} qb_bench_bounds;

/* By CPU time for one thread, wall time for more; about a third of a second.  Errors: QB_NO_MEMORY. */
qb_status qb_bench_machine(const qb_clock *clock, uint32_t threads, qb_bench_bounds *bounds);

#endif
