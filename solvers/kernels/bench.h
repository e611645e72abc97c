/* What a kernel's benchmark reports, one struct a kernel and size; `qubout bench` prints it.
 *
 * A benchmark runs its kernel on a case that it builds from fixed seeds, several times, and keeps the least time: the one
 * that the machine disturbed least.  The checksum covers what was computed, so that a fast wrong kernel shows.
 */
#ifndef QB_KERNELS_BENCH_H
#define QB_KERNELS_BENCH_H

#include "harness/base/clock.h"
#include "harness/base/status.h"

#include <stdint.h>

typedef struct qb_bench {
    const char *kernel; /* qaoa-layer, anneal, tabu, exhaustive, ring, referee, store */
    uint64_t size;      /* qubits, variables or runs */
    uint32_t threads, repeats;
    const char *precision; /* double, float, int32, bits, ... */
    const char *simd;      /* tier used */
    const char *unit;      /* layer, attempted flip, move, state, run, incumbent */
    double seconds_per_unit;
    uint64_t work;         /* units of work of one repeat, as a budget would charge them */
    char details[512];     /* what was run, as a JSON object: layers, cost, symmetry, replicas, schedule, instance */
    char checksum[17];     /* 16 hex digits */
    double share_of_bandwidth, share_of_arithmetic; /* of the machine's bounds, measured in the same run; NAN: unknown */
} qb_bench;

/* Options that every benchmark understands; what does not apply to it is ignored. */
typedef struct qb_bench_options {
    qb_clock clock;  /* cpu_ns is read around each repeat (wall_ns where threads > 1) */
    double seconds;  /* how long to go on repeating; at least two repeats are made */
    uint32_t threads;
} qb_bench_options;

#endif
