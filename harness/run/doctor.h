/* What on this machine would make a measurement untrustworthy, and what it would do to one.
 *
 * Findings are read from the kernel's own files; the self-test measures this host's clocks, how late a
 * sleeping process wakes and how long a killed one takes to be gone.
 */
#ifndef QB_RUN_DOCTOR_H
#define QB_RUN_DOCTOR_H

#include "harness/base/status.h"

#include <stdint.h>

typedef enum qb_doctor_grade { QB_DOCTOR_GOOD, QB_DOCTOR_NOTE, QB_DOCTOR_BAD } qb_doctor_grade;

typedef struct qb_finding {
    const char
        *name; /* governor, turbo, smt, load, steal, clocksource, cgroups, namespaces, perf, cores, memory */
    qb_doctor_grade grade;
    char value[160];    /* what was found */
    const char *effect; /* what it does to a measurement; "" when it does nothing */
} qb_finding;

typedef void (*qb_doctor_visit)(void *context, const qb_finding *finding);

/* Visits every finding.  A file that cannot be read is a finding, not an error.  Takes a quarter of a second
 * (steal is a rate). */
void qb_doctor_examine(qb_doctor_visit visit, void *context);

typedef struct qb_distribution {
    uint32_t count;
    double least, median, p99, greatest; /* seconds */
} qb_distribution;

typedef struct qb_self_test {
    double wall_resolution_s, cpu_resolution_s; /* least step seen between two readings */
    qb_distribution wake;                       /* how late a process that slept until a moment runs again */
    qb_distribution kill;                       /* from SIGKILL on a spinning child to its being reaped */
} qb_self_test;

/* Errors: QB_ENVIRONMENT (no processes left).  Under a second. */
qb_status qb_doctor_self_test(qb_self_test *result, qb_diag *diag);

#endif
