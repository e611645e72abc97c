/* A stage for solvers that are no part of the tool: they run in the real ring, and into a real store. */
#ifndef QB_TESTS_VALIDATION_STAGE_H
#define QB_TESTS_VALIDATION_STAGE_H

#include "harness/run/run.h"
#include "harness/store/evidence.h"

/* Says why and ends the program, unless status is QB_OK. */
void must(qb_status status, const qb_diag *diag);

/* A store of one experiment, in a file that is gone after stage_close. */
typedef struct stage {
    qb_store *store;
    int64_t experiment, machine, build;
    char path[32];
    uint64_t seed; /* of the experiment: runs derive theirs from it */
    qb_budget_kind budget_kind;
    double budget;
    const uint32_t *cpus; /* [cpu_count] to pin to; NULL: no pinning */
    uint32_t cpu_count;
    uint32_t runs; /* so far */
} stage;

/* One run: who, on what. */
typedef struct stage_cell {
    const qb_solver *solver;
    const void *params; /* of the solver; NULL: it takes none */
    const char *label, *role;
    const qb_problem *problem;
    int64_t instance; /* stage_instance */
    uint32_t repeat;
} stage_cell;

/* Sets store, experiment, machine, build and path; the rest is the caller's.  spec: YAML. */
void stage_open(stage *s, const char *name, const char *spec);
void stage_close(stage *s);

/* Returns the id of the instance. */
int64_t stage_instance(stage *s, const qb_problem *problem, const char *name, const char *family);

uint64_t stage_seed(const stage *s, const qb_problem *problem, const char *label, uint32_t repeat);

/* Runs a cell, without recording it; clear the result with qb_run_result_clear. */
void stage_run(stage *s, const stage_cell *cell, qb_run_result *result);
void stage_record(stage *s, const stage_cell *cell, const qb_run_result *result);

#endif
