/* The machine and the build behind a measurement.
 *
 * Captured through hwloc and the kernel.  The fingerprint hashes what stays the same from day to day (model,
 * topology, caches, memory); the host's name is kept only as a hash.
 */
#ifndef QB_RUN_MACHINE_H
#define QB_RUN_MACHINE_H

#include "harness/base/hash.h"
#include "harness/base/text.h"

typedef struct qb_machine {
    char cpu[128];                                 /* model name */
    char system[256];                              /* kernel name, release, architecture */
    char host[17];                                 /* first 16 hex digits of the SHA-256 of the host's name */
    uint32_t packages, numa_nodes, cores, threads; /* cores: physical; threads: hardware threads in all */
    uint64_t memory_bytes, page_bytes;
    uint64_t cache_bytes[3]; /* L1 data, L2, L3 of one core or sharing group; 0: unknown */
    char hypervisor[64];     /* "" on bare metal, as far as can be told */
    char fingerprint[QB_SHA256_HEX];
} qb_machine;

/* Errors: QB_ENVIRONMENT, QB_NO_MEMORY.  A few milliseconds. */
qb_status qb_machine_capture(qb_machine *machine, qb_diag *diag);

/* Everything known, as one JSON object. */
void qb_machine_facts(const qb_machine *machine, qb_text *json);

/* What was built, fixed at compile time.  simd is the tier in use (solvers/kernels/simd.h). */
typedef struct qb_build {
    const char *version, *revision, *compiler, *flags, *simd;
} qb_build;

qb_build qb_build_capture(void);

#endif
