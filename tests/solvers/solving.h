/* One run of a registered solver in this process, on a problem that is lowered for it. */
#ifndef QB_TESTS_SOLVERS_SOLVING_H
#define QB_TESTS_SOLVERS_SOLVING_H

#include "harness/base/budget_probe.h"
#include "harness/base/json.h"
#include "harness/model/lowering.h"
#include "solvers/solver.h"

typedef struct solving {
    const qb_solver *solver;
    qb_lowering *lowering; /* to a QUBO */
    qb_status status;
    qb_diag diag;
    qb_budget_probe probe;
    qb_budget_probe_record record;
    qb_json *details;
    qb_device_use use; /* what was said beforehand; of solvers that say it */
    uint8_t *x;        /* the best point found, of the model, and what was claimed of it */
    double claimed;
    bool found;
} solving;

typedef struct solving_limits {
    qb_budget_kind kind;
    double limit;
    uint64_t memory_bytes, seed;
    uint32_t threads;
} solving_limits;

/* The problem outlives the run.  Free with solving_clear. */
solving solving_run(const char *solver, const char *params, const qb_problem *problem, solving_limits limits);
void solving_clear(solving *run);

/* A number of the details; NAN: it was not told. */
double solving_detail(const solving *run, const char *key);

#endif
