/* The interface of a solver.
 *
 * One folder, one exported const qb_solver, one line in registry.c, one line in meson.build.  A solver sees
 * its model, its parameters, a seed and its budget; it includes harness/base, harness/model,
 * solvers/solver.h, solvers/param.h and solvers/kernels, and nothing else of ours.  It reads no clock, no
 * file, no environment, prints nothing, keeps no static mutable state.  (solvers/external, whose business is
 * programs outside, also sees base's clock and spawning.)
 */
#ifndef QB_SOLVERS_SOLVER_H
#define QB_SOLVERS_SOLVER_H

#include "harness/base/budget.h"
#include "harness/base/status.h"
#include "harness/base/text.h"
#include "harness/model/lowering.h"
#include "solvers/param.h"

#define QB_SOLVER_VERSION 1

typedef enum qb_execution { QB_NATIVE, QB_SIMULATED, QB_HARDWARE } qb_execution;

/* What runs with some parameters stand for in a claim about a quantum device. */
typedef struct qb_device_use {
    bool circuit;    /* they draw shots on a device, which is simulated */
    bool sham;       /* of a circuit without a layer */
    bool optimistic; /* on the fastest device that could be, without noise: a bound, no device */
    bool oracle;     /* at angles that no device could find: trained on exact expectations */
    uint64_t shots;  /* that a run draws, training included; UINT64_MAX: as many as its budget allows;
                        0: it draws none */
} qb_device_use;

struct qb_solver {
    uint32_t version;    /* QB_SOLVER_VERSION */
    const char *name;    /* as on the command line: [a-z][a-z0-9_-]* */
    const char *family;  /* "simulated annealing", "tabu search", "quantum circuit", "branch and cut",
                            "control", ... */
    const char *summary; /* one line for `qubout list solvers` */
    const char *source;  /* the citation */
    unsigned takes;      /* QB_TAKES_QUBO | QB_TAKES_MIP */
    qb_execution execution;
    bool proves_optimality;
    bool deterministic;     /* under a work budget: same seed, same run, on one SIMD tier at least */
    bool needs_deadline;    /* calls qb_budget_remaining_seconds (who does without has lied); its runs are not
                             * replayed at smaller budgets */
    const qb_param *params; /* [param_count] */
    size_t param_count, params_size;

    bool abandons; /* stuck inside a library that cannot be interrupted, it may be ended by the harness at the
                    * deadline: SIGTERM ends the process where it stands, with what it has published */

    /* Builds the solver's state from the model; spends budget (it is setup time).  model and params outlive
     * the state. Errors: QB_REFUSED (cannot take this model, with the reason), QB_BAD_INPUT (contradicting
     * parameters), QB_NO_MEMORY, QB_STOPPED (budget gone during setup).  On error *state stays NULL-able:
     * free(NULL) is called at most. */
    qb_status (*init)(const qb_model *model, const void *params, uint64_t seed, qb_budget *budget,
                      void **state, qb_diag *diag);

    /* Runs until done (QB_OK: exhausted or proven) or told to stop (QB_STOPPED).  QB_NO_MEMORY, QB_REFUSED,
     * QB_INTERNAL as they say. */
    qb_status (*solve)(void *state, qb_budget *budget, qb_diag *diag);

    void (*free)(void *state); /* NULL is fine */

    /* params: as for init.  NULL: no circuit, no shots. */
    qb_device_use (*device_use)(const void *params);

    const char *(*version_text)(void); /* version of the library behind it, or NULL */

    /* For a program outside: is it installed?  version gets what it says of itself, or what it lacks where
     * that is something else than the program.  NULL: part of us. */
    bool (*find)(const qb_solver *solver, qb_text *version);
};

/* All registered solvers, NULL-terminated. */
extern const qb_solver *const qb_solvers[];

/* By name; NULL when there is none. */
const qb_solver *qb_solver_find(const char *name);

#endif
