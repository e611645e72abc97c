#include "harness/run/plan.h"

#include "harness/base/memory.h"
#include "harness/base/rng.h"
#include "harness/run/plan_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Penalties touch only what has rows and is rewritten for a solver without them. */
static uint32_t lowerings_of(const qb_experiment *x, const qb_problem *problem, const qb_experiment_entry *e)
{
    return problem->kind == QB_KIND_MIP && !(e->solver->takes & QB_TAKES_MIP) ? x->lowerings : 1;
}

static uint64_t copies_of(const qb_experiment *x)
{
    uint64_t copies = 1;
    for (uint32_t p = 0; p < x->perturbations; p++)
        copies += x->perturbation[p].copies;
    return copies;
}

/* At most 2^31 - 1, else 0. */
static uint64_t count_runs(const qb_experiment *x, const qb_plan_instance *instance)
{
    uint64_t each = copies_of(x) * x->repeats, total = 0; /* 64 * 10^4 * 10^6 at most */
    for (uint32_t i = 0; i < x->instances; i++)
        for (uint32_t e = 0; e < x->entries; e++) {
            total += each * lowerings_of(x, instance[i].problem, &x->entry[e]);
            if (total > INT32_MAX)
                return 0;
        }
    return total;
}

static void list_runs(const qb_experiment *x, const qb_plan_instance *instance, qb_plan_run *run)
{
    uint32_t copies = (uint32_t)copies_of(x);
    for (uint32_t i = 0; i < x->instances; i++)
        for (uint32_t e = 0; e < x->entries; e++)
            for (uint32_t l = 0; l < lowerings_of(x, instance[i].problem, &x->entry[e]); l++)
                for (uint32_t c = 0; c < copies; c++)
                    for (uint32_t r = 0; r < x->repeats; r++)
                        *run++ =
                            (qb_plan_run){.instance = i, .entry = e, .lowering = l, .repeat = r, .copy = c};
}

/* Source: Durstenfeld, "Algorithm 235: random permutation", CACM 7 (1964) 420. */
static void interleave(uint64_t seed, qb_plan_run *run, uint64_t count)
{
    qb_rng rng;
    qb_rng_init(&rng, seed, 0);
    for (uint64_t k = count; k > 1; k--) {
        uint64_t other = qb_rng_below(&rng, k);
        qb_plan_run kept = run[k - 1];
        run[k - 1] = run[other];
        run[other] = kept;
    }
}

typedef struct placed {
    uint64_t block, place;
    qb_plan_run run;
} placed;

static int by_block(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    if (x->block != y->block)
        return x->block < y->block ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* A numbering of blocks from 0; context: the experiment. */
typedef uint64_t block_of(const qb_experiment *x, const qb_plan_run *run);

static uint64_t instance_of(const qb_experiment *x, const qb_plan_run *run)
{
    (void)x;
    return run->instance;
}

static uint64_t moment_of(const qb_experiment *x, const qb_plan_run *run)
{
    return (run->instance * copies_of(x) + run->copy) * x->repeats + run->repeat;
}

/* Block by block, in the order in which the runs so far came to them; within a block they keep their order.
 */
static bool group(const qb_experiment *x, block_of *number, uint64_t blocks, qb_plan_run *run, uint64_t count)
{
    uint64_t *seen = QB_NEW(uint64_t, blocks), met = 0;
    placed *order = QB_NEW(placed, count);
    bool ready = seen && order;
    for (uint64_t k = 0; ready && k < count; k++) {
        uint64_t *b = &seen[number(x, &run[k])];
        if (!*b)
            *b = ++met;
        order[k] = (placed){*b, k, run[k]};
    }
    if (ready)
        qsort(order, count, sizeof *order, by_block);
    for (uint64_t k = 0; ready && k < count; k++) {
        run[k] = order[k].run;
        run[k].position = k;
    }
    qb_free(seen);
    qb_free(order);
    return ready;
}

/* Randomised blocks: what a machine does for a second meets all entries on one instance, or none (neighbours
 * in time have 90 % of the variance of CPU times in common, measured).  And instance by instance for a
 * sequential decision, which counts instances that are complete. Source: Fisher, "The design of experiments"
 * (1935), chapter 4. */
static bool arrange(const qb_experiment *x, qb_plan_run *run, uint64_t count)
{
    interleave(x->seed, run, count);
    return group(x, moment_of, x->instances * copies_of(x) * x->repeats, run, count) &&
           (!x->decision.sequential || group(x, instance_of, x->instances, run, count));
}

/* Two entries of the same problem would be the same runs. */
static qb_status refuse_twins(const qb_experiment *x, const qb_plan_instance *instance, qb_diag *diag)
{
    for (uint32_t k = 0; k < x->instances; k++)
        for (uint32_t j = 0; j < k; j++)
            if (!memcmp(instance[j].sha256, instance[k].sha256, QB_SHA256_HEX))
                return qb_fail(diag, QB_BAD_INPUT, "the instances '%s' and '%s' are the same problem",
                               x->instance[j].name, x->instance[k].name);
    return QB_OK;
}

qb_status qb_plan_open(const qb_experiment *experiment, const qb_plan_instance *instance, uint32_t shard,
                       uint32_t shards, qb_plan **plan, qb_diag *diag)
{
    if (shard < 1 || shard > shards)
        return qb_fail(diag, QB_BAD_INPUT, "there is no shard %u of %u", shard, shards);
    uint64_t total = count_runs(experiment, instance);
    if (!total)
        return qb_fail(diag, QB_BAD_INPUT, "the experiment '%s' has more than 2^31 - 1 runs",
                       experiment->name);
    qb_status status = refuse_twins(experiment, instance, diag);
    if (status != QB_OK)
        return status;
    qb_plan *made = QB_NEW(qb_plan, 1);
    qb_plan_run *run = QB_NEW(qb_plan_run, total);
    bool ready = made && run;
    if (ready) {
        list_runs(experiment, instance, run);
        ready = arrange(experiment, run, total);
    }
    if (!ready) {
        qb_free(made);
        qb_free(run);
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a plan of %" PRIu64 " runs", total);
    }
    *made = (qb_plan){.experiment = experiment, .instance = instance, .run = run};
    for (uint64_t k = shard - 1; k < total; k += shards)
        run[made->count++] = run[k];
    *plan = made;
    return QB_OK;
}

void qb_plan_close(qb_plan *plan)
{
    if (!plan)
        return;
    qb_free(plan->run);
    qb_free(plan);
}

void qb_plan_keep(qb_plan *plan, bool (*keep)(const void *context, const qb_plan_run *run),
                  const void *context)
{
    uint64_t kept = 0;
    for (uint64_t k = 0; k < plan->count; k++)
        if (keep(context, &plan->run[k]))
            plan->run[kept++] = plan->run[k];
    plan->count = kept;
}

uint64_t qb_plan_count(const qb_plan *plan)
{
    return plan->count;
}

const qb_plan_run *qb_plan_at(const qb_plan *plan, uint64_t index)
{
    return &plan->run[index];
}

const qb_experiment_perturbation *qb_plan_perturbation(const qb_plan *plan, const qb_plan_run *run,
                                                       uint32_t *number)
{
    const qb_experiment *x = plan->experiment;
    uint32_t copy = run->copy;
    for (uint32_t p = 0; copy && p < x->perturbations; p++) {
        if (copy <= x->perturbation[p].copies) {
            *number = copy;
            return &x->perturbation[p];
        }
        copy -= x->perturbation[p].copies;
    }
    return NULL;
}

qb_run_identity qb_plan_identity(const qb_plan *plan, const qb_plan_run *run, char copy[QB_COPY_TEXT])
{
    const qb_experiment *x = plan->experiment;
    const qb_experiment_entry *entry = &x->entry[run->entry];
    uint32_t number = 0;
    const qb_experiment_perturbation *p = qb_plan_perturbation(plan, run, &number);
    copy[0] = 0;
    if (p)
        qb_seed_copy_name(p->kind, p->relative, number, copy);
    qb_seed_copy_start(copy, plan->instance[run->instance].warm_sha256);
    return (qb_run_identity){
        .experiment = x->identity,
        .instance = plan->instance[run->instance].sha256,
        .copy = copy,
        .label = entry->label,
        .params = entry->params_json,
        .lowering = x->lowering[run->lowering].name,
        .repeat = run->repeat,
        .experiment_seed = x->seed,
        .budget_kind = x->budget.kind,
        .budget = x->budget.limit,
        .memory_bytes = x->budget.memory_bytes,
        .threads = x->budget.threads,
    };
}

qb_status qb_plan_seed(const qb_plan *plan, const qb_plan_run *run, uint64_t *seed)
{
    char copy[QB_COPY_TEXT];
    qb_run_identity identity = qb_plan_identity(plan, run, copy);
    return qb_seed_run(&identity, seed);
}

qb_status qb_plan_key(const qb_plan *plan, const qb_plan_run *run, char key[QB_SHA256_HEX])
{
    char copy[QB_COPY_TEXT];
    qb_run_identity identity = qb_plan_identity(plan, run, copy);
    return qb_seed_key(&identity, key);
}

qb_status qb_plan_estimate(const qb_plan *plan, const qb_plan_hooks *hooks, uint32_t jobs, uint64_t *left,
                           double *seconds, qb_diag *diag)
{
    qb_forecast *forecast = qb_forecast_open(plan, hooks);
    qb_status status = forecast ? QB_OK : QB_NO_MEMORY;
    uint64_t count = 0;
    for (uint64_t k = 0; k < plan->count && status == QB_OK; k++) {
        char key[QB_SHA256_HEX];
        status = qb_plan_key(plan, &plan->run[k], key);
        if (status == QB_OK && !(hooks->is_done && hooks->is_done(hooks->context, key))) {
            qb_forecast_add(forecast, &plan->run[k]);
            count++;
        }
    }
    if (status == QB_OK) {
        *left = count;
        *seconds = qb_forecast_seconds(forecast, jobs);
    } else {
        qb_fail(diag, status, "cannot estimate this plan: %s", qb_status_text(status));
    }
    qb_forecast_close(forecast);
    return status;
}
