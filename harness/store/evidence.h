/* Reading an experiment back: everything that tables, figures and statistics need, in memory.
 *
 * About 200 bytes a run: a million runs load in seconds and fit in a quarter of a GiB.  Trajectories,
 * solutions and details stay in the file and are streamed.
 */
#ifndef QB_STORE_EVIDENCE_H
#define QB_STORE_EVIDENCE_H

#include "harness/store/store.h"

typedef enum qb_evidence_role {
    QB_EVIDENCE_CHALLENGER,
    QB_EVIDENCE_BASELINE,
    QB_EVIDENCE_CONTROL
} qb_evidence_role;

typedef struct qb_evidence_instance {
    int64_t id;
    const char *name, *family, *sha256; /* family: "" when unknown */
    qb_kind kind;
    qb_sense sense;
    uint64_t variables, nonzeros, constraints;
    double anchor;                                 /* NAN: none (qb_store_instance) */
    double reference;                              /* the best known value; NAN: none */
    const char *reference_kind, *reference_source; /* "" without one */
    const double *target;                          /* [targets] as registered */
    uint32_t targets;
} qb_evidence_instance;

/* One line of the comparison: a label, split by lowering where the experiment varies it. */
typedef struct qb_evidence_entry {
    const char *name; /* the label; "label (penalty)" where the label has several */
    const char *label, *penalty;
    qb_evidence_role role;
    const char *solver, *params, *family, *source, *execution, *version;
} qb_evidence_entry;

/* What a run told of its circuit; numbers NAN and texts "" where it did not. */
#define QB_EVIDENCE_COUPLINGS 4 /* all-to-all, line, grid, heavy-hex */

typedef struct qb_evidence_circuit {
    uint64_t qubits, layers, training_shots;
    double gates_1q, gates_2q, depth; /* all pairs coupled */
    bool noisy;
    const char *angles_from; /* "ramp", "fixed", "given", "uniform", "oracle-trained", "shot-trained" */
    const char *fitted_on;   /* names of instances; "none", "this instance", "not stated", a source */
    const char *device, *coupling, *routing;
    double device_gates_2q, swaps, device_depth; /* after routing */
    double shot_s, overhead_s; /* modelled seconds of a shot, and of its reset and readout */
    /* with the device's gates on each kind of coupling */
    double on_gates_2q[QB_EVIDENCE_COUPLINGS], on_depth[QB_EVIDENCE_COUPLINGS];
} qb_evidence_circuit;

typedef struct qb_evidence_run {
    int64_t id;
    uint32_t instance, entry; /* indices */
    uint32_t copy, repeat, attempts;
    double noise; /* relative strength; 0: the instance itself */
    qb_outcome outcome;
    bool has_solution, feasible, flagged;
    double objective, bound, late_objective;                             /* NAN: none */
    double cpu_s, wall_s, setup_s, overshoot_s, modelled_s, simulator_s; /* overshoot_s: a running thread */
    uint64_t work, samples, peak_rss_kib, late, position;
    double first_s, last_s, primal_integral; /* NAN: none */
    const double *crossing;             /* [targets of the instance] in the budget's quantity; NAN: never */
    const qb_evidence_circuit *circuit; /* NULL: none */
} qb_evidence_run;

typedef struct qb_evidence_amendment {
    const char *at, *why, *sha256, *spec; /* why: "" for an extension that leaves the decision alone */
} qb_evidence_amendment;

typedef struct qb_evidence_machine {
    const char *cpu, *system, *facts, *fingerprint;
    uint32_t cores, threads;
    uint64_t memory_bytes, runs; /* how many runs of the experiment it did */
} qb_evidence_machine;

typedef struct qb_evidence_build {
    const char *version, *revision, *compiler, *flags, *simd;
    uint64_t runs;
} qb_evidence_build;

typedef struct qb_evidence {
    qb_store_experiment experiment;
    const qb_evidence_amendment *amendment; /* [amendments] in order */
    const qb_evidence_instance *instance;   /* [instances] by family, variables, name */
    const qb_evidence_entry *entry;         /* [entries] challengers, baselines, controls, by name */
    const qb_evidence_run *run;             /* [runs] by entry, instance, noise, copy, repeat */
    const qb_evidence_machine *machine;     /* [machines] */
    const qb_evidence_build *build;         /* [builds] */
    uint32_t amendments, instances, entries, machines, builds;
    uint64_t runs;
    qb_budget_kind budget_kind;
    double budget;
    double registered_budget; /* after qb_evidence_shorten: what the runs really had; 0: not shortened */
    uint32_t threads;
    uint64_t memory_bytes; /* UINT64_MAX: no limit */
} qb_evidence;

/* The id of the experiment that a selector names (qb_evidence_load). */
qb_status qb_store_find_experiment(qb_store *store, const char *selector, int64_t *id, qb_diag *diag);

/* selector: an experiment's name (the latest of that name), the beginning of its identity (six digits or
 * more), "#ID", or NULL for the one that ran last.  Errors: QB_BAD_INPUT (no such experiment, with the names
 * there are; values that cannot be). */
qb_status qb_evidence_load(qb_store *store, const char *selector, const qb_evidence **evidence,
                           qb_diag *diag);
void qb_evidence_free(const qb_evidence *evidence);

/* Leaves out an entry and its runs, in place; those behind it move up.  O(runs). */
void qb_evidence_leave_out(const qb_evidence *evidence, uint32_t entry);

/* What a run had by a smaller budget. */
typedef struct qb_evidence_by {
    bool ended; /* by then: this is all it ever had */
    bool has_solution, feasible;
    double objective, first_s, last_s; /* NAN without */
} qb_evidence_by;

/* Replays a smaller budget of the same kind from the trajectories; what is computed from it is exploratory.
 * Only valid for solvers that never see their limit: the caller checks.  take [runs]: which; NULL: all; of
 * the others by[] says what they had in the end.  Errors: QB_BAD_INPUT (not positive, or beyond the
 * registered budget), QB_NO_MEMORY, what the store says.  O(points of those runs + runs log runs). */
qb_status qb_evidence_replay(qb_store *store, const qb_evidence *evidence, const bool *take, double budget,
                             qb_evidence_by *by /* [runs] */, qb_diag *diag);

/* The same in place: every run then shows what it had by `budget`, and primal integrals are NAN. */
qb_status qb_evidence_shorten(qb_store *store, const qb_evidence *evidence, double budget, qb_diag *diag);

/* One incumbent; run is its index in evidence->run. */
typedef struct qb_evidence_point {
    uint64_t run;
    double wall_s, cpu_s, modelled_s, simulator_s, objective;
    uint64_t work, samples;
    bool feasible;
} qb_evidence_point;

/* Streams the trajectories, run by run in an order of the store's choosing, the points of a run in order of
 * time.  take [runs]: whose; NULL: everybody's.  Anything but QB_OK from visit ends it and is returned.
 * O(points of those runs + runs), or one pass over all points where that is faster. */
typedef qb_status (*qb_evidence_visit)(void *context, const qb_evidence_point *point);
qb_status qb_evidence_points(qb_store *store, const qb_evidence *evidence, const bool *take,
                             qb_evidence_visit visit, void *context, qb_diag *diag);

/* What of a point the experiment's budget counts. */
double qb_evidence_spent(const qb_evidence *evidence, const qb_evidence_point *point);

/* The names of all experiments, newest first. */
typedef qb_status (*qb_store_visit_experiment)(void *context, const qb_store_experiment *experiment,
                                               uint64_t runs);
qb_status qb_store_experiments(qb_store *store, qb_store_visit_experiment visit, void *context,
                               qb_diag *diag);

/* Runs that ended otherwise than by optimum, target, exhaustion or budget: counted by label, instance and
 * status, with one of their reasons. */
typedef struct qb_store_failure {
    const char *label, *instance, *status,
        *reason; /* live during the visit; reason: "" when none was given */
    uint64_t runs;
} qb_store_failure;

typedef qb_status (*qb_store_visit_failure)(void *context, const qb_store_failure *failure);
qb_status qb_store_failures(qb_store *store, int64_t experiment, qb_store_visit_failure visit, void *context,
                            qb_diag *diag);

/* What the stages of the first runs of an experiment took, QB_STAGE_RUNS of them at most: means over a
 * label's runs, a run without the stage counting as 0. */
#define QB_STAGE_RUNS 100000

typedef struct qb_store_stage {
    const char *label, *stage; /* live during the visit */
    double cpu_s, wall_s, modelled_s;
    double share; /* of the label's CPU time */
} qb_store_stage;

typedef qb_status (*qb_store_visit_stage)(void *context, const qb_store_stage *stage);
qb_status qb_store_stages(qb_store *store, int64_t experiment, qb_store_visit_stage visit, void *context,
                          qb_diag *diag);

/* Wall seconds that reading the instances of those runs took, each once; 0 where none was read. */
qb_status qb_store_reading_seconds(qb_store *store, int64_t experiment, double *seconds, qb_diag *diag);

/* The details of every unperturbed run, as it stored them, in that order; text lives during the visit. */
typedef qb_status (*qb_store_visit_details)(void *context, int64_t run, const char *text);
qb_status qb_store_details(qb_store *store, int64_t experiment, qb_store_visit_details visit, void *context,
                           qb_diag *diag);

/* ---- Rows as they are, for export and for people. */

typedef enum qb_cell_type { QB_CELL_NULL, QB_CELL_INTEGER, QB_CELL_REAL, QB_CELL_TEXT } qb_cell_type;

typedef struct qb_cell {
    qb_cell_type type;
    int64_t integer;
    double real;
    const char *text; /* live during the visit */
} qb_cell;

/* Visits every run of the experiment as the view `result` shows it, in the order in which they were stored.
 * The first call has cells NULL and gives the names of the columns. */
typedef qb_status (*qb_store_visit_row)(void *context, const char *const *names /* [count] */,
                                        const qb_cell *cells /* [count] or NULL */, uint32_t count);
qb_status qb_store_results(qb_store *store, int64_t experiment, qb_store_visit_row visit, void *context,
                           qb_diag *diag);

/* ---- One run in full, for replay. */

typedef struct qb_stored_run {
    int64_t id, experiment;
    const char *key, *label, *instance, *sha256, *solver, *params, *penalty, *perturbation, *status, *details;
    const char *lowering, *solution, *simd, *spec;
    uint64_t seed, memory_bytes, work;
    qb_budget_kind budget_kind;
    double budget, noise, objective, cpu_s, wall_s;
    uint32_t threads, copy, repeat;
    bool has_solution, feasible;
    const qb_run_point *trajectory; /* [points] */
    uint32_t points;
} qb_stored_run;

/* Errors: QB_BAD_INPUT when there is no such run.  Free with qb_stored_run_free. */
qb_status qb_store_run_by_id(qb_store *store, int64_t id, const qb_stored_run **run, qb_diag *diag);
void qb_stored_run_free(const qb_stored_run *run);

#endif
