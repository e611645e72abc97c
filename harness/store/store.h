/* The store: one SQLite file that holds every run, and every SQL statement that touches it.
 *
 * Write-ahead log, synchronous=FULL, STRICT tables; the schema's version is the file's user_version and older
 * files are migrated forward when opened for writing.  A run and all that belongs to it is one transaction:
 * killing the process at any instant loses at most the run being recorded.  The schema and its views are
 * documented in results/README.md.
 *
 * Text arguments are copied; NULL text is stored as NULL.  A NaN is stored as NULL and read back as NaN.
 * Errors of every function: QB_BAD_INPUT (corrupt or foreign file, contradicting rows), QB_ENVIRONMENT (disk
 * full, read-only, locked by another process), QB_NO_MEMORY.  After an error nothing of that call is stored.
 *
 * A store belongs to one thread.  Several processes may read while one writes.
 */
#ifndef QB_STORE_STORE_H
#define QB_STORE_STORE_H

#include "harness/run/run.h"

typedef struct qb_store qb_store;

typedef enum qb_store_mode {
    QB_STORE_READ,  /* the file must exist; nothing in it is changed */
    QB_STORE_WRITE, /* created when missing, migrated when old */
} qb_store_mode;

/* Opens or creates `path`.  A file that is not ours, is damaged, or was written by a newer version is
 * QB_BAD_INPUT; a directory that cannot be written is QB_ENVIRONMENT.  Free with qb_store_close, which folds
 * the log into the file. */
qb_status qb_store_open(const char *path, qb_store_mode mode, qb_store **store, qb_diag *diag);
void qb_store_close(qb_store *store); /* NULL is fine */

/* Checks the whole file (quick_check and foreign keys).  O(size). */
qb_status qb_store_check(qb_store *store, qb_diag *diag);

/* Writes the whole store to a new file, without its log and compact.  A file that is there already is
 * QB_BAD_INPUT. */
qb_status qb_store_copy(qb_store *store, const char *path, qb_diag *diag);

/* ---- What is registered before the first run.  Each call is idempotent: it finds or inserts and gives the
 * id.
 */

typedef struct qb_store_experiment {
    int64_t id; /* output only; 0 when unknown */
    const char *name;
    const char *identity; /* SHA-256 of what makes it this experiment (repeats and added entries left out) */
    const char *decision; /* SHA-256 of its decision rule */
    const char *sha256;   /* of spec */
    const char *spec;     /* the experiment file's text, as it was given */
    const char *version;  /* of qubout */
    const char *registered_at; /* UTC, ISO 8601 */
    int64_t parent;            /* the experiment whose solvers this one tunes; 0: none */
} qb_store_experiment;

/* A known identity with another text (more repeats, more entries) is kept as an amendment beside the first
 * one. A known identity with another decision is QB_REFUSED unless `why` says why; the reason is stored. */
qb_status qb_store_register_experiment(qb_store *store, const qb_store_experiment *experiment,
                                       const char *why, int64_t *id, qb_diag *diag);

/* The experiment in which `experiment` was tuned; *id is 0 where it was not. */
qb_status qb_store_find_tuning(qb_store *store, int64_t experiment, int64_t *id, qb_diag *diag);

/* Stands for machine and build of runs that somebody else did. */
#define QB_IMPORTED "imported"

typedef struct qb_store_machine {
    const char *fingerprint; /* SHA-256 of what identifies the machine */
    const char *cpu, *system;
    uint32_t cores, threads; /* physical cores, hardware threads */
    uint64_t memory_bytes;
    const char *facts; /* everything known, one JSON object */
} qb_store_machine;

qb_status qb_store_register_machine(qb_store *store, const qb_store_machine *machine, int64_t *id,
                                    qb_diag *diag);

/* Keeps a self-test of the machine (doctor.h), one JSON object; earlier ones stay. */
qb_status qb_store_add_selftest(qb_store *store, int64_t machine, const char *body, qb_diag *diag);

typedef struct qb_store_build {
    const char *version, *revision, *compiler, *flags, *simd; /* simd: the best tier of this build here */
} qb_store_build;

qb_status qb_store_register_build(qb_store *store, const qb_store_build *build, int64_t *id, qb_diag *diag);

typedef struct qb_store_instance {
    int64_t id; /* output only */
    const char *name, *family, *sha256, *format;
    qb_kind kind;
    qb_sense sense;
    uint64_t variables, nonzeros, constraints;
    double anchor; /* what a normalised gap of 1 is: qb_referee_uniform_mean, or a MIP's trivial value; NAN:
                      none */
} qb_store_instance;

qb_status qb_store_register_instance(qb_store *store, const qb_store_instance *instance, int64_t *id,
                                     qb_diag *diag);

/* kind: "proven", "planted" or "best-known".  The reference of an instance is its best value; among equal
 * ones the strongest kind. */
qb_status qb_store_add_reference(qb_store *store, int64_t instance, double value, const char *kind,
                                 const char *source, qb_diag *diag);

/* The same for every instance of this hash, whatever its name. */
qb_status qb_store_add_known(qb_store *store, const char *sha256, double value, const char *kind,
                             const char *source, qb_diag *diag);

/* The source values at which the experiment's trajectories are exact, easiest first.  The first call fixes
 * them: later ones are compared and differ only as QB_BAD_INPUT. */
qb_status qb_store_set_targets(qb_store *store, int64_t experiment, int64_t instance, const double *values,
                               uint32_t count, qb_diag *diag);
/* Reads them back (*values is qb_alloc'ed, NULL when there are none). */
qb_status qb_store_targets(qb_store *store, int64_t experiment, int64_t instance, double **values,
                           uint32_t *count, qb_diag *diag);

typedef struct qb_store_solver {
    const char *name, *params; /* params: every parameter, one JSON object of text values */
    const char *family, *source, *execution, *version; /* execution: native, simulated or hardware */
} qb_store_solver;

qb_status qb_store_register_solver(qb_store *store, const qb_store_solver *solver, int64_t *id,
                                   qb_diag *diag);

/* ---- Runs. */

typedef struct qb_store_run {
    const char *key; /* unique: SHA-256 over what makes the run this run */
    int64_t experiment, instance, solver, machine, build;
    const char *label, *role; /* role: challenger, baseline or control */
    uint64_t seed;
    qb_budget_kind budget_kind;
    double budget;
    uint64_t memory_bytes; /* UINT64_MAX: no limit */
    uint32_t threads;
    const char *penalty;      /* the lowering option: bound, tight, search or a factor; NULL: bound */
    const char *perturbation; /* what was done to the instance, NULL: nothing */
    double noise;             /* its relative strength, 0: none */
    uint32_t copy, repeat;
    uint64_t position;         /* in the interleaved order */
    double reading_s;          /* wall seconds that reading the instance took; 0: it was not read */
    const char *simd;          /* tier that this run used */
    const qb_problem *nominal; /* writes the solution down: 0/1 text, or a JSON object of name and value */
    const qb_run_result *result;
} qb_store_run;

/* What is registered and recorded between the two is one transaction: all of it is stored, or, when `status`
 * is an error, nothing.  _end returns `status`, or why it could not be stored. */
qb_status qb_store_begin(qb_store *store, qb_diag *diag);
qb_status qb_store_end(qb_store *store, qb_status status, qb_diag *diag);

/* One transaction: run, incumbents, solution, summary.  A key that is stored already is QB_BAD_INPUT. */
qb_status qb_store_record(qb_store *store, const qb_store_run *run, int64_t *id, qb_diag *diag);

/* The ids of what is registered already; 0: it is not. */
int64_t qb_store_known_experiment(qb_store *store, const char *identity);
int64_t qb_store_known_instance(qb_store *store, const char *name, const char *sha256);

/* Is a run of this key stored?  O(log runs). */
bool qb_store_is_done(qb_store *store, const char *key);

/* Mean wall seconds (setup and teardown included) of the stored runs of this label on this instance, else of
 * this label, else of the experiment; NAN when there is nothing to go by. */
double qb_store_expected_seconds(qb_store *store, int64_t experiment, int64_t instance, const char *label);

/* How many runs of the experiment come from another machine or another build than these; imported runs are
 * not counted. */
qb_status qb_store_foreign_runs(qb_store *store, int64_t experiment, int64_t machine, int64_t build,
                                uint64_t *other_machine, uint64_t *other_build, qb_diag *diag);

/* Keeps a computed verdict; body: everything about it as one JSON object.  Verdicts are never replaced. */
qb_status qb_store_add_verdict(qb_store *store, int64_t experiment, const char *decision, const char *reason,
                               const char *body, const char *references_sha256, const char *version,
                               qb_diag *diag);

/* Recomputes the summary rows of an experiment from its trajectories, after a reference has changed. */
qb_status qb_store_refresh(qb_store *store, int64_t experiment, qb_diag *diag);

#endif
