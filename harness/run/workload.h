/* The field guide: where a quantum step could help, and what to do about it.
 *
 * A prior is not evidence: `qubout score` replaces it by data as soon as the store has some.
 */
#ifndef QB_RUN_WORKLOAD_H
#define QB_RUN_WORKLOAD_H

typedef struct qb_workload {
    const char *name; /* as in an experiment file: constrained-optimisation */
    const char *title;
    const char *prior;    /* "promising" or "none" */
    const char *argument; /* what speaks for or against it */
    const char *state;    /* of the art: early, research, none */
    const char *advice;
} qb_workload;

/* NULL-name-terminated. */
extern const qb_workload qb_workloads[];

/* By name; NULL when there is none. */
const qb_workload *qb_workload_find(const char *name);

#endif
