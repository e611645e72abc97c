/* Is a slow-down found?  METHOD.md, "How the tool proves itself", 3.
 *
 *   slow_down [EXPERIMENTS SEEDS SHARE LIMIT]
 *
 * Annealing runs in the real ring under three labels on 20 instances, SEEDS seeds each, in the order of a
 * plan and under a work budget.  Two labels are twins; the third really takes SHARE more CPU time: it spins
 * at its end.  The gate (`qubout regress --slow-down LIMIT`) has to tell it from the first in nearly every
 * experiment, and the twins from one another in hardly any.  Prints every figure; exit status 1 when one is
 * wrong. */
#define _GNU_SOURCE
#include "harness/base/memory.h"
#include "harness/report/compare.h"
#include "harness/run/launcher.h"
#include "harness/run/plan.h"
#include "instances/generators/generator.h"
#include "tests/validation/checks.h"
#include "tests/validation/stage.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INSTANCES = 20, SIZE = 200, WORK = 50000000 };

#define SPEC                                                                                        \
    "experiment: slow-down\ninstances: [{generate: {family: sk, size: 200, count: 20, seed: 1}}]\n" \
    "solvers: [{name: anneal, label: old}, {name: anneal, label: old-twin, role: baseline},\n"      \
    "  {name: anneal, label: new}]\nbudget: {work: 50000000}\nrepeats: %" PRIu32 "\nseed: %" PRIu64 "\n"

static const char *const label[] = {"old", "old-twin", "new"}; /* as in SPEC */

static qb_problem problem[INSTANCES];
static qb_solver slow; /* anneal, and then some */
static double share;
static uint32_t cpu; /* the runs' own */

/* ---- what is planted */

static double spent(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static qb_status solve_slowly(void *state, qb_budget *budget, qb_diag *diag)
{
    qb_status status = qb_solver_find("anneal")->solve(state, budget, diag);
    for (double limit = (1 + share) * spent(); spent() < limit;)
        ;
    return status;
}

/* ---- one experiment */

static void make_instances(void)
{
    qb_diag diag = {{0}};
    const qb_generator *family = qb_generator_find("sk");
    double value[QB_GENERATOR_PARAMS];
    for (uint32_t k = 0; k < INSTANCES; k++) {
        qb_generator_default(family, value);
        must(qb_generator_set(family, value, "size", SIZE, &diag), &diag);
        must(qb_generate(family, value, 1 + k, &problem[k], NULL, &diag), &diag);
    }
}

/* Runs the plan of an experiment, and records it.  The plan knows only solvers that are registered: the slow
 * one comes in here. */
static void run_plan(stage *s, const qb_plan *plan, const int64_t *instance, const void *params)
{
    for (uint64_t k = 0; k < qb_plan_count(plan); k++) {
        const qb_plan_run *run = qb_plan_at(plan, k);
        bool planted = !strcmp(label[run->entry], "new");
        stage_cell cell = {.solver = planted ? &slow : qb_solver_find("anneal"),
                           .params = params,
                           .label = label[run->entry],
                           .role = planted ? "challenger" : "baseline",
                           .problem = &problem[run->instance],
                           .instance = instance[run->instance],
                           .repeat = run->repeat};
        qb_run_result result;
        stage_run(s, &cell, &result);
        stage_record(s, &cell, &result);
        qb_run_result_clear(&result);
    }
}

static bool gate(const qb_evidence *e, const char *after, double limit)
{
    qb_regress_options options = {.margin = 1,
                                  .slow_down = limit,
                                  .confidence = 0.99,
                                  .baseline_label = label[0],
                                  .candidate_label = after};
    qb_text text = {0};
    qb_diag diag = {{0}};
    bool regressed = false;
    must(qb_regress(e, e, &options, &text, &regressed, &diag), &diag);
    const char *line = strrchr(qb_text_get(&text), '\n'); /* the end of the last line */
    while (line && line > qb_text_get(&text) && line[-1] != '\n')
        line--;
    printf("          %-8s %s", after, line ? line : "");
    qb_text_clear(&text);
    return regressed;
}

static void experiment(uint64_t seed, uint32_t seeds, const void *params, double limit, uint32_t *found,
                       uint32_t *alarms)
{
    char spec[1024];
    int64_t id[INSTANCES];
    qb_plan_instance instance[INSTANCES];
    const qb_experiment *x = NULL;
    qb_plan *plan = NULL;
    const qb_evidence *e = NULL;
    qb_diag diag = {{0}};
    stage s = {.seed = seed, .budget_kind = QB_BUDGET_WORK, .budget = WORK, .cpus = &cpu, .cpu_count = 1};
    (void)snprintf(spec, sizeof spec, SPEC, seeds, seed);
    stage_open(&s, "slow-down", spec);
    for (uint32_t k = 0; k < INSTANCES; k++) {
        char name[32];
        (void)snprintf(name, sizeof name, "sk-%" PRIu32, k);
        id[k] = stage_instance(&s, &problem[k], name, "sk");
        instance[k] = (qb_plan_instance){.problem = &problem[k]};
        must(qb_problem_sha256(&problem[k], instance[k].sha256), &diag);
    }
    must(qb_experiment_parse("slow-down", spec, strlen(spec), &x, &diag), &diag);
    must(qb_plan_open(x, instance, 1, 1, &plan, &diag), &diag);
    run_plan(&s, plan, id, params);
    must(qb_evidence_load(s.store, NULL, &e, &diag), &diag);
    *alarms += gate(e, label[1], limit);
    *found += gate(e, label[2], limit);
    qb_evidence_free(e);
    qb_plan_close(plan);
    qb_experiment_free(x);
    stage_close(&s);
}

static uint32_t last_cpu(void)
{
    cpu_set_t set;
    uint32_t last = 0;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (uint32_t k = 0; k < CPU_SETSIZE; k++)
            last = CPU_ISSET(k, &set) ? k : last;
    return last;
}

int main(int count, char **word)
{
    uint32_t experiments = count > 1 ? (uint32_t)strtoul(word[1], NULL, 10) : 10, found = 0, alarms = 0;
    uint32_t seeds = count > 2 ? (uint32_t)strtoul(word[2], NULL, 10) : 20;
    share = count > 3 ? strtod(word[3], NULL) : 0.05;
    double limit = count > 4 ? strtod(word[4], NULL) : 0.02;
    const qb_solver *anneal = qb_solver_find("anneal");
    qb_diag diag = {{0}};
    setvbuf(stdout, NULL, _IOLBF, 0);
    slow = *anneal;
    slow.name = "anneal-slow";
    slow.solve = solve_slowly;
    cpu = last_cpu();
    make_instances();
    void *params = qb_alloc(1, anneal->params_size);
    if (!params)
        return 1;
    qb_params_default(anneal, params);
    must(qb_launcher_start(&diag), &diag); /* now: what runs inherit is there */
    for (uint32_t k = 0; k < experiments; k++)
        experiment(1 + k, seeds, params, limit, &found, &alarms);
    check(10 * found >= 9 * experiments,
          "a slow-down of %g %%: found in %" PRIu32 " of %" PRIu32 " experiments", 100 * share, found,
          experiments);
    check(10 * alarms <= experiments, "twins: false alarm in %" PRIu32 " of %" PRIu32, alarms, experiments);
    qb_free(params);
    for (uint32_t k = 0; k < INSTANCES; k++)
        qb_problem_free(&problem[k]);
    return checks_end();
}
