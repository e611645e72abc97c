/* The self-test: how well this machine keeps a budget.
 *
 * Runs two solvers of its own in the ring, one that stops when told to and one that is deaf to everything,
 * under short wall and CPU limits, and measures the clocks that all stamps come from.  What it should come to
 * on an otherwise idle machine: 99 % of wall overshoots within 20 ms, of CPU overshoots within a scheduler
 * tick and 5 ms, the deaf solver included; a run costs less than 2 ms beside itself (median).
 */
#ifndef QB_RUN_DOCTOR_H
#define QB_RUN_DOCTOR_H

#include "harness/base/status.h"
#include "harness/base/text.h"

#include <stdint.h>

/* Of `count` measurements, in seconds. */
typedef struct qb_doctor_spread {
    uint32_t count;
    double least, median, p99, most;
} qb_doctor_spread;

typedef struct qb_doctor_selftest {
    qb_doctor_spread wall_stop, cpu_stop; /* overshoot of the one that stops */
    qb_doctor_spread wall_kill, cpu_kill; /* of the deaf one: by design 15 ms, of CPU time 5 ms */
    qb_doctor_spread pair_kill,
        half_kill;           /* of a deaf one that has two threads under a CPU limit, a thread, and
                                of one that has two and runs one; count 0: one core is there */
    qb_doctor_spread launch; /* what a run costs beside its own time */
    qb_doctor_spread wall_step, cpu_step;              /* least visible steps of the clocks */
    char containment[32], memory_way[32], cpu_way[32]; /* as in qb_run_result, under a memory limit */
} qb_doctor_selftest;

/* Takes about `repeats` times 0.2 s.  cpu [cpus]: the logical processors to pin to, 0 for none; with two of
 * them, runs of two threads are measured too.  Errors:
 * QB_BAD_INPUT (repeats 0), QB_NO_MEMORY, QB_ENVIRONMENT. */
qb_status qb_doctor_measure(uint32_t repeats, const uint32_t *cpu, uint32_t cpus,
                            qb_doctor_selftest *selftest, qb_diag *diag);

/* All of it as one JSON object. */
void qb_doctor_json(const qb_doctor_selftest *selftest, qb_text *json);

#endif
