/* The experiment file: the registered set of runs and the decision rule, from one YAML file.
 *
 * Reading checks everything that can be checked without solving: unknown keys (naming the nearest), solver
 * parameters against the solvers' own tables, generator parameters against the families' tables, ranges,
 * duplicate labels.  Names of library instances are checked by whoever loads them.
 *
 * Two hashes say what an experiment is.  `identity` is the SHA-256 of its canonical specification less
 * repeats, instances, solvers and decision: more of the first three resume the same experiment.
 * `decision_sha256` is that of the decision rule, whose change must be stated.
 */
#ifndef QB_RUN_EXPERIMENT_H
#define QB_RUN_EXPERIMENT_H

#include "harness/base/budget_host.h"
#include "harness/base/hash.h"
#include "harness/base/text.h"
#include "harness/model/lowering.h"
#include "instances/generators/generator.h"
#include "solvers/solver.h"

/* Thresholds of a decision that registers none of its own. */
#define QB_FLAGGED_LIMIT  0.10
#define QB_HEADROOM_LIMIT 0.5

typedef enum qb_claim { QB_CLAIM_SOFTWARE, QB_CLAIM_DEVICE } qb_claim;
typedef enum qb_role { QB_ROLE_CHALLENGER, QB_ROLE_BASELINE, QB_ROLE_CONTROL } qb_role;

const char *qb_claim_name(qb_claim claim); /* "software", "device" */
const char *qb_role_name(qb_role role);    /* "challenger", "baseline", "control" */

/* One instance; a `generate` entry becomes one a size and seed. */
typedef enum qb_origin { QB_FROM_LIBRARY, QB_FROM_FILE, QB_FROM_GENERATOR } qb_origin;

typedef struct qb_experiment_instance {
    qb_origin origin;
    const char *name;                  /* of the library; or the path, made relative to where we run; or
                                          FAMILY-SIZE-SEED */
    const char *written;               /* the name or path as it stands in the file; or the family */
    const char *warm_start;            /* path of a solution that every run starts from; NULL: none */
    const char *warm_written;          /* the same as it stands in the file */
    const qb_generator *generator;     /* NULL unless generated */
    double value[QB_GENERATOR_PARAMS]; /* its parameters, checked */
    uint64_t seed;                     /* as given plus its number, else derived from the identity */
    bool drawn;                        /* derived: nobody chose this instance */
    uint32_t line;                     /* in the experiment file, for messages */
} qb_experiment_instance;

typedef struct qb_experiment_entry {
    const qb_solver *solver;
    const char *label; /* unique in the experiment; by default the solver's name */
    qb_role role;
    const void *params;      /* [solver->params_size], checked */
    const char *params_json; /* every parameter: one JSON object of text values */
    bool params_given;       /* the entry set at least one of them: tuning leaves it alone */
    uint32_t line;
} qb_experiment_entry;

/* `copies` noisy copies of every instance, relative strength `relative`. */
typedef struct qb_experiment_perturbation {
    const char *kind; /* "coefficient-noise" */
    double relative;
    uint32_t copies;
} qb_experiment_perturbation;

/* One way of lowering, a factor of the experiment. */
typedef struct qb_experiment_lowering {
    const char *name; /* "bound", "tight", "search", or the factor as text */
    qb_lowering_options options;
} qb_experiment_lowering;

typedef struct qb_experiment {
    const char *name, *question, *workload; /* question and workload: "" when not given */
    qb_claim claim;
    struct {
        const char *name, *unit;        /* "" when not given */
        double per_objective_unit;      /* NAN when not given */
        double cpu_hour, device_second; /* prices in that unit; NAN when not given */
    } kpi;
    const qb_experiment_instance *instance; /* [instances], at least one */
    uint32_t instances;
    const qb_experiment_entry *entry; /* [entries], at least one */
    uint32_t entries;
    struct {
        qb_budget_kind kind;
        double limit;
        double simulator_limit; /* CPU seconds of simulating a device; 0: as qb_limits_simulator says */
        uint64_t memory_bytes;  /* UINT64_MAX: no limit */
        uint32_t threads;
    } budget;
    struct {
        double shift, factor; /* of shifted geometric means, in the budget's unit, and of penalised averages;
                                 NAN when not given */
    } averages;
    uint32_t repeats;      /* default 1 */
    uint32_t keep_samples; /* how many of what a solver returns each run keeps, the first ones; default 0 */
    uint64_t seed;         /* default 0 */
    const qb_experiment_perturbation *perturbation; /* [perturbations] */
    uint32_t perturbations;
    struct {
        uint32_t instances; /* 0: no tuning, defaults for all */
        double budget_s;
    } tuning;
    const qb_experiment_lowering *lowering; /* [lowerings], at least one; default "bound" */
    uint32_t lowerings;
    const char *lowering_json; /* the section in canonical form */
    const double *target;      /* [targets] relative gaps at which trajectories are exact, descending;
                                  default 0.1, 0.01, 0.001, 0 */
    uint32_t targets;
    struct {
        bool given;            /* false: the experiment is exploratory */
        const char *metric;    /* "gap" */
        double minimum_effect; /* >= 0 */
        double confidence;     /* in [0.5, 1) */
        const char *deadline;  /* YYYY-MM-DD, "" when not given */
        int sequential;        /* 1: looked at as often as one likes, by confidence sequences */
        double flagged;        /* share of flagged runs beyond which nothing is concluded */
        double headroom;       /* share of the weakest control's runs at the reference that leaves none */
    } decision;

    const char *text;             /* the file as it was given */
    const char *canonical;        /* the whole specification as JSON: defaults filled in, stable order */
    char sha256[QB_SHA256_HEX];   /* of canonical */
    char identity[QB_SHA256_HEX]; /* see above */
    char decision_sha256[QB_SHA256_HEX]; /* of the decision's canonical form */
} qb_experiment;

/* Reads `path` ("-": standard input; then files are relative to the current folder).
 * Errors: QB_BAD_INPUT with FILE:LINE, QB_ENVIRONMENT, QB_NO_MEMORY.  Free with qb_experiment_free; the
 * struct is read-only and lives in one arena. */
qb_status qb_experiment_read(const char *path, const qb_experiment **experiment, qb_diag *diag);

/* The same from memory; `path` is for messages and for what files are relative to. */
qb_status qb_experiment_parse(const char *path, const char *text, size_t size,
                              const qb_experiment **experiment, qb_diag *diag);
void qb_experiment_free(const qb_experiment *experiment);

#endif
