/* The processors that runs are pinned to, claimed so that two harnesses on one machine take different ones.
 *
 * A claim is a socket bound to the name of a processor in Linux's abstract namespace: whoever binds it first
 * has it, and the kernel gives it back when the holder dies, however it dies.  There is no file that could be
 * left behind, linked elsewhere or belong to somebody else.  Who binds such a name for mischief gets no more
 * than the flag "shared-core" on other people's runs.  Harnesses in containers with networks of their own do
 * not see each other; the load of each other's runs flags those (load.h).
 */
#ifndef QB_RUN_CORES_H
#define QB_RUN_CORES_H

#include "harness/run/run.h"

/* Groups of processors, one for each run at a time. */
typedef struct qb_cores {
    uint32_t groups, size;
    uint32_t *cpu; /* [groups * size] logical processors, group after group */
    bool *shared;  /* [groups] somebody else may run there too */
    int *claim;    /* [claims] sockets */
    uint32_t claims;
} qb_cores;

/* Claims `groups` times `size` processors: the first hardware thread of a physical core each, with its other
 * threads kept free; or, with every_thread, any hardware threads, all of which count as shared where cores
 * have several.  Only processors that the calling thread may use.  A group stays within one NUMA node where one has
 * room.  The last cores of the topology go first, those that another harness holds go last and are shared.
 * Errors: QB_BAD_INPUT (the machine has too few, whoever holds them), QB_ENVIRONMENT, QB_NO_MEMORY.  A few
 * milliseconds.  Release with qb_cores_release (zeroed is fine). */
qb_status qb_cores_claim(uint32_t groups, uint32_t size, bool every_thread, qb_cores *cores, qb_diag *diag);
void qb_cores_release(qb_cores *cores);

/* How many processors could be claimed, at least one, and how many of them nobody holds now. */
qb_status qb_cores_count(bool every_thread, uint32_t *all, uint32_t *unheld, qb_diag *diag);

/* Pins one run to as many cores as it has threads; where it cannot have those to itself, the system places it
 * and it is flagged.  Release the cores when it has ended. */
void qb_cores_pin(qb_run_spec *spec, qb_cores *cores);

#endif
