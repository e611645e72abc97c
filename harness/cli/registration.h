/* From an experiment file to a store that knows it: instances loaded, references and targets worked out,
 * everything registered before the first run. */
#ifndef QB_CLI_REGISTRATION_H
#define QB_CLI_REGISTRATION_H

#include "harness/run/experiment.h"
#include "harness/run/machine.h"
#include "harness/run/plan.h"
#include "harness/store/store.h"

/* An instance with what is known of it, and its id in the store. */
typedef struct qb_loaded_instance {
    qb_problem problem;
    char family[64];
    bool has_reference;
    double reference; /* best known value in the source's sense */
    char kind[16], source[256];
    double anchor;  /* value that a gap of 1 stands for; NAN: none */
    double *target; /* [targets] source values, easiest first */
    uint32_t targets;
    double *warm;     /* [columns] what every run starts from; NULL: nothing */
    double reading_s; /* what reading the file took; 0: it was generated */
    int64_t id;
} qb_loaded_instance;

typedef struct qb_registration {
    const qb_experiment *experiment;
    qb_loaded_instance *instance;    /* [experiment->instances] */
    qb_plan_instance *plan_instance; /* [experiment->instances]; points into instance */
    int64_t *solver;                 /* [experiment->entries] ids */
    int64_t parent_id;               /* of the experiment that this one tunes; 0: none */
    int64_t experiment_id, machine_id, build_id;
    qb_machine machine;
    qb_build build;
} qb_registration;

/* Loads every instance (library, file, generator) and works out its targets.  Free with
 * qb_registration_clear. */
qb_status qb_registration_load(const qb_experiment *experiment, qb_registration *registration, qb_diag *diag);

/* Registers everything in the store; `amend` says why a decision was changed (NULL: it was not). */
qb_status qb_registration_store(qb_registration *registration, qb_store *store, const char *amend,
                                qb_diag *diag);

/* The solvers alone, again: after tuning has given them other parameters. */
qb_status qb_registration_solvers(qb_registration *registration, qb_store *store, qb_diag *diag);

/* The ids of what the store knows already, 0 for the rest; nothing is registered. */
void qb_registration_find(qb_registration *registration, qb_store *store);

/* What a row says of a run before it has been run: the entry on the instance, under the experiment's budget.
 */
qb_store_run qb_registration_row(const qb_registration *registration, uint32_t instance, uint32_t entry);

/* The machine alone: captured, and registered in the store. */
qb_status qb_registration_machine(qb_store *store, const qb_machine *machine, int64_t *id, qb_diag *diag);

void qb_registration_clear(qb_registration *registration);

#endif
