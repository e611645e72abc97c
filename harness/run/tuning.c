#include "harness/run/tuning.h"

#include "harness/base/rng.h"
#include "harness/run/experiment_parts.h"
#include "harness/run/parameter_grid.h"
#include "harness/run/split.h"

#include <stdlib.h>
#include <string.h>

bool qb_tuning_takes(const qb_experiment_entry *entry)
{
    return entry->role != QB_ROLE_CONTROL && !entry->params_given && qb_grid_any(entry->solver);
}

static uint32_t count_tuned(const qb_experiment *x)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < x->entries; k++)
        count += qb_tuning_takes(&x->entry[k]);
    return count;
}

bool qb_tuning_wanted(const qb_experiment *experiment)
{
    return experiment->tuning.instances && count_tuned(experiment);
}

qb_status qb_tuning_schedule(const qb_experiment *x, qb_halving *halving, qb_diag *diag)
{
    if (x->budget.kind == QB_BUDGET_WORK || x->budget.kind == QB_BUDGET_SAMPLES)
        return qb_fail(
            diag, QB_BAD_INPUT,
            "tuning needs a budget that is a time: its own is one, and has to be the same for all");
    double evaluations = x->tuning.budget_s / x->budget.limit + 1e-9;
    *halving =
        qb_halving_plan(evaluations < 1e15 ? (uint64_t)evaluations : (uint64_t)1e15, x->tuning.instances);
    if (halving->configurations)
        return QB_OK;
    return qb_fail(
        diag, QB_BAD_INPUT,
        "a tuning budget of %g s pays for %.0f runs a solver: on %u instances it takes %llu at least",
        x->tuning.budget_s, evaluations, x->tuning.instances,
        (unsigned long long)qb_halving_least(x->tuning.instances));
}

static qb_status no_memory(qb_diag *diag)
{
    return qb_fail(diag, QB_NO_MEMORY, "no memory to tune");
}

/* ---- instances */

typedef struct placed {
    const char *sha256;
    uint32_t source;
} placed;

static int by_hash(const void *a, const void *b)
{
    return strcmp(((const placed *)a)->sha256, ((const placed *)b)->sha256);
}

static qb_status take_instances(qb_tuning *t, const qb_experiment *x, const qb_plan_instance *instance,
                                qb_diag *diag)
{
    uint32_t n = x->tuning.instances, count = 0;
    if (n >= x->instances)
        return qb_fail(diag, QB_BAD_INPUT, "%u instances for tuning leave none of %u to judge", n,
                       x->instances);
    const char **sha256 = QB_ARENA_NEW(&t->arena, const char *, x->instances);
    bool *chosen = QB_ARENA_NEW(&t->arena, bool, x->instances);
    placed *place = QB_ARENA_NEW(&t->arena, placed, n);
    qb_experiment_instance *row = QB_ARENA_NEW(&t->arena, qb_experiment_instance, n);
    t->instance = QB_ARENA_NEW(&t->arena, qb_plan_instance, n);
    t->instance_source = QB_ARENA_NEW(&t->arena, uint32_t, n);
    if (!sha256 || !chosen || !place || !row || !t->instance || !t->instance_source)
        return no_memory(diag);
    for (uint32_t i = 0; i < x->instances; i++)
        sha256[i] = instance[i].sha256;
    qb_status status = qb_split_choose(x->identity, sha256, x->instances, n, chosen);
    if (status != QB_OK)
        return qb_fail(diag, status, "cannot choose the instances to tune on");
    for (uint32_t i = 0; i < x->instances; i++)
        if (chosen[i])
            place[count++] = (placed){sha256[i], i};
    qsort(place, n, sizeof *place, by_hash);
    for (uint32_t i = 0; i < n; i++) {
        row[i] = x->instance[place[i].source];
        t->instance[i] = instance[place[i].source];
        t->instance_source[i] = place[i].source;
    }
    t->experiment.instance = row;
    t->experiment.instances = n;
    return QB_OK;
}

/* ---- entries */

static qb_status add_configuration(qb_tuning *t, const qb_experiment *x, uint32_t source, uint32_t number,
                                   qb_experiment_entry *entry, qb_diag *diag)
{
    const qb_fields fields = {x->name, &t->arena, diag};
    const qb_solver *solver = x->entry[source].solver;
    qb_text label = {0};
    qb_rng rng;
    uint64_t seed = 0;
    void *params = qb_arena_alloc(&t->arena, 1, solver->params_size);
    qb_text_appendf(&label, "%s#%u", x->entry[source].label, number);
    if (!params || label.status != QB_OK) {
        qb_text_clear(&label);
        return no_memory(diag);
    }
    *entry = x->entry[source];
    entry->label = qb_arena_copy(&t->arena, label.data, label.length);
    qb_text_clear(&label);
    memcpy(params, x->entry[source].params, solver->params_size);
    qb_status status = qb_seed_instance(x->identity, x->entry[source].label, 0, number, &seed);
    qb_rng_init(&rng, seed, 0);
    if (number)
        qb_grid_draw(solver, &rng, params);
    entry->params = params;
    if (!entry->label)
        return no_memory(diag);
    return status == QB_OK ? qb_experiment_params_json(&fields, solver, params, &entry->params_json) : status;
}

static qb_status take_entries(qb_tuning *t, const qb_experiment *x, qb_diag *diag)
{
    uint32_t n = t->halving.configurations, count = count_tuned(x) * n, at = 0;
    qb_experiment_entry *entry = QB_ARENA_NEW(&t->arena, qb_experiment_entry, count);
    t->entry_source = QB_ARENA_NEW(&t->arena, uint32_t, count);
    t->alive = QB_ARENA_NEW(&t->arena, bool, count);
    if (!entry || !t->entry_source || !t->alive)
        return no_memory(diag);
    qb_status status = QB_OK;
    for (uint32_t k = 0; k < x->entries; k++)
        for (uint32_t c = 0; c < n && qb_tuning_takes(&x->entry[k]) && status == QB_OK; c++, at++) {
            t->entry_source[at] = k;
            t->alive[at] = true;
            status = add_configuration(t, x, k, c, &entry[at], diag);
        }
    t->tuned = count / n;
    t->experiment.entry = entry;
    t->experiment.entries = count;
    return status;
}

/* ---- the derived experiment */

static qb_status name_it(qb_tuning *t, const qb_experiment *x, qb_diag *diag)
{
    qb_text name = {0};
    qb_text_appendf(&name, "%s/tuning", x->name);
    t->experiment.name = name.status == QB_OK ? qb_arena_copy(&t->arena, name.data, name.length) : NULL;
    qb_text_clear(&name);
    qb_sha256 *h = qb_sha256_open();
    qb_sha256_string(h, "tuning");
    qb_sha256_string(h, x->identity);
    qb_status status = qb_sha256_finish_hex(h, t->experiment.identity);
    if (status == QB_OK)
        memcpy(t->experiment.sha256, t->experiment.identity, QB_SHA256_HEX);
    if (status != QB_OK || !t->experiment.name)
        return no_memory(diag);
    return QB_OK;
}

qb_status qb_tuning_open(const qb_experiment *x, const qb_plan_instance *instance, qb_tuning *tuning,
                         qb_diag *diag)
{
    qb_tuning t = {.experiment = *x};
    qb_status status = qb_tuning_schedule(x, &t.halving, diag);
    if (status == QB_OK)
        status = take_instances(&t, x, instance, diag);
    if (status == QB_OK)
        status = take_entries(&t, x, diag);
    if (status == QB_OK)
        status = name_it(&t, x, diag);
    if (status != QB_OK) {
        qb_tuning_clear(&t);
        return status;
    }
    uint32_t pairs = t.halving.upto[t.halving.rungs - 1] + t.halving.check;
    t.experiment.repeats = (pairs + x->tuning.instances - 1) / x->tuning.instances;
    t.experiment.perturbations = 0;
    t.experiment.lowerings = 1;
    t.experiment.tuning.instances = 0;
    t.experiment.decision.given = false;
    t.experiment.decision.sequential = 0;
    *tuning = t;
    return QB_OK;
}

void qb_tuning_clear(qb_tuning *tuning)
{
    qb_arena_clear(&tuning->arena);
    *tuning = (qb_tuning){0};
}

typedef struct rung_filter {
    const qb_tuning *tuning;
    uint32_t from, upto;
} rung_filter;

static bool is_in_rung(const void *context, const qb_plan_run *run)
{
    const rung_filter *f = context;
    uint32_t pair = run->repeat * f->tuning->experiment.instances + run->instance;
    return f->tuning->alive[run->entry] && pair >= f->from && pair < f->upto;
}

qb_status qb_tuning_plan(const qb_tuning *t, uint32_t rung, qb_plan **plan, qb_diag *diag)
{
    const qb_halving *h = &t->halving;
    bool check = rung == h->rungs;
    uint32_t searched = h->upto[h->rungs - 1];
    rung_filter filter = {t, check ? searched : 0, check ? searched + h->check : h->upto[rung]};
    qb_status status = qb_plan_open(&t->experiment, t->instance, 1, 1, plan, diag);
    if (status == QB_OK)
        qb_plan_keep(*plan, is_in_rung, &filter);
    return status;
}

qb_status qb_tuning_apply(qb_tuning *t, const qb_experiment *x, const uint32_t *winner, qb_experiment *tuned,
                          qb_diag *diag)
{
    qb_experiment_entry *entry = QB_ARENA_NEW(&t->arena, qb_experiment_entry, x->entries);
    if (!entry)
        return no_memory(diag);
    memcpy(entry, x->entry, x->entries * sizeof *entry);
    for (uint32_t k = 0; k < t->tuned; k++) {
        const qb_experiment_entry *won = &t->experiment.entry[k * t->halving.configurations + winner[k]];
        qb_experiment_entry *real = &entry[t->entry_source[k * t->halving.configurations]];
        real->params = won->params;
        real->params_json = won->params_json;
    }
    *tuned = *x;
    tuned->entry = entry;
    return QB_OK;
}
