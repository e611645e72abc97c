#define _POSIX_C_SOURCE 200809L
#include "harness/cli/registration.h"

#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/cli/instance.h"
#include "harness/model/referee.h"
#include "instances/instances.h"
#include "instances/known.h"
#include "instances/library.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void set_reference(qb_loaded_instance *instance, double value, const char *kind, const char *source)
{
    instance->has_reference = true;
    instance->reference = value;
    snprintf(instance->kind, sizeof instance->kind, "%s", kind);
    snprintf(instance->source, sizeof instance->source, "%s", source);
}

static qb_status read_file(const char *path, const qb_read_options *options, qb_loaded_instance *instance,
                           qb_diag *diag)
{
    int64_t began = qb_clock_system.wall_ns(NULL);
    qb_status status = qb_instance_read(path, options, &instance->problem, diag);
    instance->reading_s = (double)(qb_clock_system.wall_ns(NULL) - began) * 1e-9;
    return status;
}

static qb_status load_shipped(const qb_library *library, const qb_experiment_instance *wanted,
                              qb_loaded_instance *instance, qb_diag *diag)
{
    const char *nearest = NULL;
    const qb_library_entry *entry = qb_library_find(library, wanted->name, &nearest);
    if (!entry)
        return qb_fail(diag, QB_BAD_INPUT, "line %u: no shipped instance '%s'%s%s%s", wanted->line,
                       wanted->name, nearest ? " (did you mean '" : "", nearest ? nearest : "",
                       nearest ? "'?)" : "");
    qb_read_options options = {.format = entry->format};
    qb_status status = read_file(entry->path, &options, instance, diag);
    if (status)
        return status;
    snprintf(instance->family, sizeof instance->family, "%s", entry->family);
    if (!isnan(entry->value))
        set_reference(instance, entry->value, qb_reference_kind_name(entry->kind), entry->source);
    return QB_OK;
}

static qb_status load_generated(const qb_experiment_instance *wanted, qb_loaded_instance *instance,
                                qb_diag *diag)
{
    qb_generated generated = {0};
    qb_status status =
        qb_generate(wanted->generator, wanted->value, wanted->seed, &instance->problem, &generated, diag);
    if (status)
        return status;
    snprintf(instance->family, sizeof instance->family, "%s", wanted->generator->name);
    if (generated.has_optimum)
        set_reference(instance, generated.optimum, "planted", wanted->generator->source);
    return QB_OK;
}

static qb_status load_one(const qb_library *library, const qb_experiment_instance *wanted,
                          qb_loaded_instance *instance, qb_diag *diag)
{
    switch (wanted->origin) {
    case QB_FROM_LIBRARY:
        return load_shipped(library, wanted, instance, diag);
    case QB_FROM_GENERATOR:
        return load_generated(wanted, instance, diag);
    case QB_FROM_FILE:
        snprintf(instance->family, sizeof instance->family, "file");
        return read_file(wanted->name, NULL, instance, diag);
    }
    return QB_INTERNAL;
}

/* Gap g of a minimised f is (f - f*) / (anchor - f*), so the value at gap g is f* + g (anchor - f*); the
 * formula holds for both senses.  Without an anchor (a MIP) the gap is relative to |f*|, at least 1. */
static qb_status set_targets(const qb_experiment *experiment, qb_loaded_instance *instance)
{
    if (!instance->has_reference || !experiment->targets)
        return QB_OK;
    bool maximise = instance->problem.body.sense == QB_MAXIMISE;
    double best = instance->reference, unit = instance->anchor - best;
    if (isnan(unit) || (maximise ? unit >= 0 : unit <= 0))
        unit = (maximise ? -1 : 1) * fmax(fabs(best), 1);
    instance->target = QB_NEW(double, experiment->targets);
    if (!instance->target)
        return QB_NO_MEMORY;
    for (uint32_t k = 0; k < experiment->targets; k++)
        instance->target[k] = best + experiment->target[k] * unit;
    instance->targets = experiment->targets;
    return QB_OK;
}

/* The user's own file may know better. */
static void take_known(const qb_known *known, const char *sha256, qb_loaded_instance *instance)
{
    const qb_known_value *own = qb_known_find(known, sha256);
    if (own && (!instance->has_reference || qb_known_better(own->sense, own->value, instance->reference)))
        set_reference(instance, own->value, qb_reference_kind_name(own->kind), own->source);
}

static qb_status load_warm_start(const qb_experiment_instance *wanted, qb_loaded_instance *instance,
                                 qb_plan_instance *planned, qb_diag *diag)
{
    size_t columns = instance->problem.body.columns;
    if (!(instance->warm = QB_NEW(double, columns)))
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a warm start");
    qb_status status = qb_cli_read_solution(wanted->warm_start, &instance->problem, instance->warm, diag);
    if (!status)
        status = qb_sha256_hex(instance->warm, columns * sizeof(double), planned->warm_sha256);
    planned->warm = instance->warm;
    return status;
}

static qb_status load_all(const qb_library *library, const qb_known *known, qb_registration *r, qb_diag *diag)
{
    for (uint32_t k = 0; k < r->experiment->instances; k++) {
        qb_loaded_instance *instance = &r->instance[k];
        qb_status status = load_one(library, &r->experiment->instance[k], instance, diag);
        if (status)
            return status;
        instance->anchor =
            instance->problem.kind == QB_KIND_MIP ? NAN : qb_referee_uniform_mean(&instance->problem);
        qb_plan_instance *planned = &r->plan_instance[k];
        status = qb_problem_sha256(&instance->problem, planned->sha256);
        if (!status)
            take_known(known, planned->sha256, instance);
        if (!status)
            status = set_targets(r->experiment, instance);
        if (!status && r->experiment->instance[k].warm_start)
            status = load_warm_start(&r->experiment->instance[k], instance, planned, diag);
        if (status == QB_BAD_INPUT)
            return status;
        if (status)
            return qb_fail(diag, status, "cannot register instance '%s'", instance->problem.name);
        planned->problem = &instance->problem;
        planned->target = instance->target;
        planned->targets = instance->targets;
    }
    return QB_OK;
}

static bool needs_library(const qb_experiment *experiment)
{
    for (uint32_t k = 0; k < experiment->instances; k++)
        if (experiment->instance[k].origin == QB_FROM_LIBRARY)
            return true;
    return false;
}

qb_status qb_registration_load(const qb_experiment *experiment, qb_registration *r, qb_diag *diag)
{
    qb_library *library = NULL;
    qb_known known = {0};
    *r = (qb_registration){.experiment = experiment, .build = qb_build_capture()};
    r->instance = QB_NEW(qb_loaded_instance, experiment->instances);
    r->plan_instance = QB_NEW(qb_plan_instance, experiment->instances);
    r->solver = QB_NEW(int64_t, experiment->entries);
    qb_status status = r->instance && r->plan_instance && r->solver ? QB_OK : QB_NO_MEMORY;
    if (!status && needs_library(experiment))
        status = qb_library_open(&library, diag);
    if (!status)
        status = qb_known_read(qb_known_default(), &known, diag);
    if (!status)
        status = load_all(library, &known, r, diag);
    if (!status)
        status = qb_machine_capture(&r->machine, diag);
    qb_known_clear(&known);
    qb_library_close(library);
    if (status)
        qb_registration_clear(r);
    return status;
}

static qb_status store_experiment(qb_registration *r, qb_store *store, const char *amend, qb_diag *diag)
{
    char now[32];
    time_t seconds = time(NULL);
    struct tm utc;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    qb_store_experiment row = {.name = r->experiment->name,
                               .identity = r->experiment->identity,
                               .decision = r->experiment->decision_sha256,
                               .sha256 = r->experiment->sha256,
                               .spec = r->experiment->text,
                               .parent = r->parent_id,
                               .version = r->build.version,
                               .registered_at = now};
    return qb_store_register_experiment(store, &row, amend, &r->experiment_id, diag);
}

qb_status qb_registration_machine(qb_store *store, const qb_machine *machine, int64_t *id, qb_diag *diag)
{
    qb_text facts = {0};
    qb_machine_facts(machine, &facts);
    qb_store_machine row = {.fingerprint = machine->fingerprint,
                            .cpu = machine->cpu,
                            .system = machine->system,
                            .cores = machine->cores,
                            .threads = machine->threads,
                            .memory_bytes = machine->memory_bytes,
                            .facts = qb_text_get(&facts)};
    qb_status status = facts.status;
    if (!status)
        status = qb_store_register_machine(store, &row, id, diag);
    qb_text_clear(&facts);
    return status;
}

static qb_status store_build(qb_registration *r, qb_store *store, qb_diag *diag)
{
    qb_store_build build = {.version = r->build.version,
                            .revision = r->build.revision,
                            .compiler = r->build.compiler,
                            .flags = r->build.flags,
                            .simd = r->build.simd};
    return qb_store_register_build(store, &build, &r->build_id, diag);
}

/* A shipped instance goes by the name under which it ships. */
static const char *name_of(const qb_registration *r, uint32_t k)
{
    const qb_experiment_instance *wanted = &r->experiment->instance[k];
    return wanted->origin == QB_FROM_LIBRARY ? wanted->name : r->instance[k].problem.name;
}

static qb_status store_instance(qb_registration *r, uint32_t k, qb_store *store, qb_diag *diag)
{
    qb_loaded_instance *instance = &r->instance[k];
    const qb_problem *problem = &instance->problem;
    qb_store_instance row = {.name = name_of(r, k),
                             .family = instance->family,
                             .sha256 = r->plan_instance[k].sha256,
                             .format = problem->format,
                             .kind = problem->kind,
                             .sense = problem->body.sense,
                             .variables = problem->body.columns,
                             .nonzeros = qb_problem_nonzeros(problem),
                             .constraints = problem->body.rows,
                             .anchor = instance->anchor};
    qb_status status = qb_store_register_instance(store, &row, &instance->id, diag);
    if (!status && instance->has_reference)
        status = qb_store_add_reference(store, instance->id, instance->reference, instance->kind,
                                        instance->source, diag);
    if (!status && instance->targets)
        status = qb_store_set_targets(store, r->experiment_id, instance->id, instance->target,
                                      instance->targets, diag);
    return status;
}

static qb_status store_solver(qb_registration *r, uint32_t k, qb_store *store, qb_diag *diag)
{
    static const char *const executions[] = {"native", "simulated", "hardware"};
    const qb_experiment_entry *entry = &r->experiment->entry[k];
    const qb_solver *solver = entry->solver;
    qb_store_solver row = {.name = solver->name,
                           .params = entry->params_json,
                           .family = solver->family,
                           .source = solver->source,
                           .execution = executions[solver->execution],
                           .version = solver->version_text ? solver->version_text() : r->build.version};
    return qb_store_register_solver(store, &row, &r->solver[k], diag);
}

qb_status qb_registration_solvers(qb_registration *r, qb_store *store, qb_diag *diag)
{
    qb_status status = QB_OK;
    for (uint32_t k = 0; !status && k < r->experiment->entries; k++)
        status = store_solver(r, k, store, diag);
    return status;
}

qb_status qb_registration_store(qb_registration *r, qb_store *store, const char *amend, qb_diag *diag)
{
    qb_status status = store_experiment(r, store, amend, diag);
    if (!status)
        status = qb_registration_machine(store, &r->machine, &r->machine_id, diag);
    if (!status)
        status = store_build(r, store, diag);
    for (uint32_t k = 0; !status && k < r->experiment->instances; k++)
        status = store_instance(r, k, store, diag);
    return status ? status : qb_registration_solvers(r, store, diag);
}

void qb_registration_find(qb_registration *r, qb_store *store)
{
    r->experiment_id = qb_store_known_experiment(store, r->experiment->identity);
    for (uint32_t k = 0; k < r->experiment->instances; k++)
        r->instance[k].id = qb_store_known_instance(store, name_of(r, k), r->plan_instance[k].sha256);
}

qb_store_run qb_registration_row(const qb_registration *r, uint32_t instance, uint32_t entry)
{
    const qb_experiment *x = r->experiment;
    return (qb_store_run){.experiment = r->experiment_id,
                          .instance = r->instance[instance].id,
                          .solver = r->solver[entry],
                          .machine = r->machine_id,
                          .build = r->build_id,
                          .label = x->entry[entry].label,
                          .role = qb_role_name(x->entry[entry].role),
                          .budget_kind = x->budget.kind,
                          .budget = x->budget.limit,
                          .memory_bytes = x->budget.memory_bytes,
                          .threads = x->budget.threads,
                          .penalty = x->lowering[0].name,
                          .nominal = &r->instance[instance].problem};
}

void qb_registration_clear(qb_registration *r)
{
    for (uint32_t k = 0; r->instance && k < r->experiment->instances; k++) {
        qb_problem_free(&r->instance[k].problem);
        qb_free(r->instance[k].target);
        qb_free(r->instance[k].warm);
    }
    qb_free(r->instance);
    qb_free(r->plan_instance);
    qb_free(r->solver);
    *r = (qb_registration){0};
}
