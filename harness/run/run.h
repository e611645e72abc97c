/* One run: one solver on one instance in a process of its own, inside the ring, scored by the referee.
 *
 * qb_run_execute forks a child from the launcher (launcher.h), applies limits, enforces the deadline, reads
 * the channel after the child has ended, and referees what was published.  What was published late is never
 * credited.
 */
#ifndef QB_RUN_RUN_H
#define QB_RUN_RUN_H

#include "harness/base/budget_host.h"
#include "harness/model/lowering.h"
#include "harness/model/problem.h"
#include "harness/model/referee.h"
#include "solvers/solver.h"

typedef enum qb_outcome {
    QB_RUN_OPTIMAL,
    QB_RUN_TARGET,
    QB_RUN_EXHAUSTED,
    QB_RUN_BUDGET,
    QB_RUN_INFEASIBLE,
    QB_RUN_OVERRAN,
    QB_RUN_OUT_OF_MEMORY,
    QB_RUN_CRASHED,
    QB_RUN_LIED,
    QB_RUN_SIMULATOR_LIMITED,
    QB_RUN_REFUSED,
    QB_OUTCOME_COUNT
} qb_outcome;

const char *qb_outcome_name(qb_outcome outcome); /* "optimal", "target", ... as in the store */

/* An instance as runs share it: packed once into sealed memory that every run maps, its lowerings kept.  Open
 * one for each problem that is run more than once.  Thread-safe.  Errors: QB_NO_MEMORY, QB_ENVIRONMENT.
 * problem outlives the image.  O(instance).  Close with qb_run_image_close when no run uses it. */
typedef struct qb_run_image qb_run_image;
qb_status qb_run_image_open(const qb_problem *problem, qb_run_image **image, qb_diag *diag);

/* The same with a feasible vector that every run on it starts from: solvers that can take it do (qb_model),
 * and only what is strictly better is credited; the answer of a run that finds nothing better is the vector
 * itself, without a trajectory.  warm is copied.  Errors: also QB_BAD_INPUT where it is infeasible. */
qb_status qb_run_image_open_warm(const qb_problem *problem, const double *warm /* [columns] */,
                                 qb_run_image **image, qb_diag *diag);
void qb_run_image_close(qb_run_image *image);

/* What to run.  Everything belongs to the caller and outlives the call. */
typedef struct qb_run_spec {
    const qb_solver *solver;
    const void *params;        /* [solver->params_size] */
    const qb_problem *problem; /* what the solver is given: the instance or a perturbed copy of it */
    const qb_problem *nominal; /* what the answer is scored on; NULL: problem itself */
    qb_lowering_options lowering;
    uint64_t seed;
    qb_budget_kind budget_kind;
    double budget;
    uint64_t memory_bytes; /* UINT64_MAX: no limit */
    uint32_t threads;      /* >= 1 */
    const double *targets; /* [target_count] source values at which the trajectory is exact */
    uint32_t target_count;
    bool stop_at_target;   /* stop at targets[0] */
    uint32_t samples_kept; /* of the samples that the solver returns, the first ones; 0 for a MIP's model */
    const uint32_t *cpus;  /* [cpu_count] logical processors to pin to; NULL: no pinning */
    uint32_t cpu_count;
    bool shares_core; /* somebody else may run there: flagged so */
    /* CPU seconds that simulating a device may take under a device budget; 0: as qb_limits_simulator says */
    double simulator_limit;
    /* wall seconds that end the run whatever its budget; 0: as qb_limits_backstop says */
    double wall_backstop;
    const double *warm;  /* [columns] as in qb_run_image_open_warm; NULL: none.  An image brings its own */
    qb_run_image *image; /* of `problem`; NULL: made for this run, at the cost of packing and lowering it */
} qb_run_spec;

typedef struct qb_run_point {
    double wall_s, cpu_s;
    uint64_t work, samples;
    double device_s, simulator_s; /* modelled device time; CPU time of simulating it, part of cpu_s */
    double objective;             /* refereed, in the source problem */
    bool feasible;
} qb_run_point;

/* A kept sample: a refereed value like that of a point, and how often the solver says it came. */
typedef struct qb_run_sample {
    double objective;
    bool feasible;
    uint64_t count;
} qb_run_sample;

/* The repair stage, where the lowering's options ask for it: infeasible answers of a qubo model are repaired
 * (repair.h) before they are scored, and stamped as if that had been done at once, at the run's own cost: all
 * later stamps move by the time and work it took, and what they move beyond the limit is not credited. */
typedef struct qb_run_repair {
    uint32_t tried, repaired, late; /* late: feasible or not, stamped beyond the limit by repairs before */
    uint64_t moves, work;
    double seconds; /* of CPU */
    bool answer;    /* the run's answer is a repaired one */
} qb_run_repair;

typedef struct qb_run_result {
    qb_outcome outcome;
    char reason[512]; /* why refused, crashed, lied...; empty otherwise */
    bool has_solution;
    double *solution; /* [columns] of the source, NULL without one */
    qb_score score;   /* on the nominal problem */
    bool has_bound;
    double bound; /* in the source's scale */
    double wall_s, cpu_s, teardown_s, overshoot_s;
    uint32_t overshoot_threads; /* of CPU time: how many threads ran it up, as far as is known; at least 1 */
    double setup_s;             /* in the budget's own clock (CPU for cpu-time, else wall) */
    double device_s, simulator_s; /* modelled device time; CPU time of simulating it, part of cpu_s */
    qb_stage_times stage[QB_CHANNEL_STAGES]; /* [stages] what the parts of the run took, as it said */
    uint32_t stages;
    uint64_t work, samples, peak_rss_kib;
    /* [points] in time order, credited only: each strictly better than those before on `problem` (feasible
     * before infeasible), with its objective and feasibility on the nominal problem */
    qb_run_point *trajectory;
    uint32_t points;
    qb_run_sample *sample; /* [kept] in the order they came, on the nominal problem like the answer */
    double *sample_x;      /* [kept * columns] */
    uint32_t kept;
    uint64_t offered, late;
    bool has_late;
    double late_objective; /* the model's claim mapped back; never credited */
    qb_run_repair repair;
    char *details;        /* JSON object, never NULL on success */
    char *lowering;       /* JSON object: qb_lowering_record, and "repair" where that was asked for */
    char containment[32]; /* how stray processes are caught: "cgroup", "pid-namespace", "kill-loop" */
    char memory_way[32];  /* how memory is limited: "cgroup", "rlimit", "none" */
    char cpu_way[32];     /* how a CPU limit is watched: "perf", "clock" (tree_clock.h) */
    char flags[128];      /* comma-separated reasons to distrust the timing: "steal", "pressure", "load",
                             "shared-core"; empty: none */
    char started_at[32];  /* UTC, ISO 8601 */
    uint32_t
        attempts; /* how often it was executed: this is the last time (qb_plan_options.flagged_repeats) */
} qb_run_result;

/* Executes one run.  QB_OK whenever there is a row to record, whatever became of the solver; errors only when
 * the harness itself failed (QB_NO_MEMORY, QB_ENVIRONMENT).  Free the result with qb_run_result_clear. */
qb_status qb_run_execute(const qb_run_spec *spec, qb_run_result *result, qb_diag *diag);
void qb_run_result_clear(qb_run_result *result);

#endif
