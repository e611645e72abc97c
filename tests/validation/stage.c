#define _GNU_SOURCE
#include "tests/validation/stage.h"

#include "harness/run/seed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void must(qb_status status, const qb_diag *diag)
{
    if (status == QB_OK)
        return;
    printf("FAILED  %s\n", diag->text);
    exit(1);
}

void stage_open(stage *s, const char *name, const char *spec)
{
    qb_diag diag = {{0}};
    (void)snprintf(s->path, sizeof s->path, "/tmp/qubout-stage-XXXXXX");
    int file = mkstemp(s->path);
    if (file < 0)
        exit(1);
    close(file);
    unlink(s->path);
    must(qb_store_open(s->path, QB_STORE_WRITE, &s->store, &diag), &diag);
    qb_store_experiment experiment = {
        .name = name, .identity = "0123456789abcdef", .decision = "", .sha256 = "", .spec = spec};
    must(qb_store_register_experiment(s->store, &experiment, NULL, &s->experiment, &diag), &diag);
    must(qb_store_register_machine(s->store, &(qb_store_machine){.fingerprint = "m"}, &s->machine, &diag),
         &diag);
    must(qb_store_register_build(s->store, &(qb_store_build){.version = "t"}, &s->build, &diag), &diag);
}

void stage_close(stage *s)
{
    qb_store_close(s->store);
    unlink(s->path);
}

int64_t stage_instance(stage *s, const qb_problem *problem, const char *name, const char *family)
{
    char sha256[QB_SHA256_HEX];
    int64_t id = 0;
    qb_diag diag = {{0}};
    must(qb_problem_sha256(problem, sha256), &diag);
    qb_store_instance row = {.name = name,
                             .family = family,
                             .sha256 = sha256,
                             .kind = problem->kind,
                             .sense = problem->body.sense,
                             .variables = problem->body.columns,
                             .anchor = problem->kind == QB_KIND_MIP ? NAN : qb_referee_uniform_mean(problem)};
    must(qb_store_register_instance(s->store, &row, &id, &diag), &diag);
    return id;
}

uint64_t stage_seed(const stage *s, const qb_problem *problem, const char *label, uint32_t repeat)
{
    char sha256[QB_SHA256_HEX];
    uint64_t seed = 0;
    qb_diag diag = {{0}};
    must(qb_problem_sha256(problem, sha256), &diag);
    qb_run_identity identity = {.instance = sha256,
                                .copy = "",
                                .label = label,
                                .repeat = repeat,
                                .experiment_seed = s->seed,
                                .budget_kind = s->budget_kind,
                                .budget = s->budget};
    must(qb_seed_run(&identity, &seed), &diag);
    return seed;
}

void stage_run(stage *s, const stage_cell *cell, qb_run_result *result)
{
    qb_diag diag = {{0}};
    qb_run_spec spec = {.solver = cell->solver,
                        .params = cell->params,
                        .problem = cell->problem,
                        .seed = stage_seed(s, cell->problem, cell->label, cell->repeat),
                        .budget_kind = s->budget_kind,
                        .budget = s->budget,
                        .memory_bytes = UINT64_MAX,
                        .threads = 1,
                        .cpus = s->cpus,
                        .cpu_count = s->cpu_count};
    must(qb_run_execute(&spec, result, &diag), &diag);
}

void stage_record(stage *s, const stage_cell *cell, const qb_run_result *result)
{
    static const char *const executions[] = {"native", "simulated", "hardware"};
    char key[32];
    qb_diag diag = {{0}};
    qb_store_solver row = {
        .name = cell->solver->name, .params = "{}", .execution = executions[cell->solver->execution]};
    int64_t solver = 0, run = 0;
    must(qb_store_register_solver(s->store, &row, &solver, &diag), &diag);
    (void)snprintf(key, sizeof key, "%u", ++s->runs);
    qb_store_run stored = {.key = key,
                           .experiment = s->experiment,
                           .instance = cell->instance,
                           .solver = solver,
                           .machine = s->machine,
                           .build = s->build,
                           .label = cell->label,
                           .role = cell->role,
                           .seed = stage_seed(s, cell->problem, cell->label, cell->repeat),
                           .budget_kind = s->budget_kind,
                           .budget = s->budget,
                           .memory_bytes = UINT64_MAX,
                           .threads = 1,
                           .repeat = cell->repeat,
                           .nominal = cell->problem,
                           .result = result};
    must(qb_store_record(s->store, &stored, &run, &diag), &diag);
}
