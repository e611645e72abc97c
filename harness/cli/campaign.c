/* Executing a registered plan: what the plan asks of us, answered from the store. */
#define _POSIX_C_SOURCE 200809L
#include "harness/cli/campaign.h"

#include "solvers/kernels/simd.h"

#include <math.h>
#include <signal.h>

static volatile sig_atomic_t stop_requested;

/* The first signal finishes what runs; the second one ends at once (the launcher takes its children along).
 */
static void on_signal(int number)
{
    if (stop_requested) {
        signal(number, SIG_DFL);
        raise(number);
    }
    stop_requested = 1;
}

static bool is_done(void *context, const char *key)
{
    qb_campaign *e = context;
    return e->store && qb_store_is_done(e->store, key);
}

static double expected(void *context, const qb_plan_run *run)
{
    qb_campaign *e = context;
    if (!e->store)
        return NAN;
    return qb_store_expected_seconds(e->store, e->registration->experiment_id,
                                     e->registration->instance[run->instance].id,
                                     e->registration->experiment->entry[run->entry].label);
}

static qb_status record(void *context, const qb_plan_run *run, const char *key, uint64_t seed,
                        const qb_run_result *result, qb_diag *diag)
{
    qb_campaign *e = context;
    uint32_t number = 0;
    const qb_experiment_perturbation *noise = qb_plan_perturbation(e->plan, run, &number);
    qb_store_run row = qb_registration_row(e->registration, run->instance, run->entry);
    row.key = key;
    row.seed = seed;
    row.penalty = e->registration->experiment->lowering[run->lowering].name;
    row.perturbation = noise ? noise->kind : NULL;
    row.noise = noise ? noise->relative : 0;
    row.copy = run->copy;
    row.repeat = run->repeat;
    row.position = run->position;
    row.simd = qb_simd_name(qb_simd_tier());
    row.reading_s = e->registration->instance[run->instance].reading_s;
    row.result = result;
    int64_t id;
    return qb_store_record(e->store, &row, &id, diag);
}

static void show(void *context, const qb_plan_progress *now)
{
    qb_progress_show(&((qb_campaign *)context)->progress, now);
}

qb_plan_hooks qb_campaign_hooks(qb_campaign *e)
{
    return (qb_plan_hooks){
        .context = e, .is_done = is_done, .expected = expected, .record = record, .progress = show};
}

/* Rows of another build or machine are not continued silently. */
static qb_status check_foreign(const qb_campaign *e, qb_diag *diag)
{
    uint64_t machines = 0, builds = 0;
    const qb_registration *r = e->registration;
    qb_status status = qb_store_foreign_runs(e->store, r->experiment_id, r->machine_id, r->build_id,
                                             &machines, &builds, diag);
    if (status)
        return status;
    if (machines && !e->mix_machines)
        return qb_fail(diag, QB_BAD_INPUT,
                       "%llu stored runs are from another machine; --mix-machines continues them",
                       (unsigned long long)machines);
    if (builds && !e->mix_builds)
        return qb_fail(diag, QB_BAD_INPUT,
                       "%llu stored runs are from another build; --mix-builds continues them",
                       (unsigned long long)builds);
    return QB_OK;
}

qb_status qb_campaign_run(qb_campaign *e, qb_diag *diag)
{
    const qb_plan_hooks hooks = qb_campaign_hooks(e);
    qb_plan_options options = {.jobs = e->jobs,
                               .hyperthreads = e->hyperthreads,
                               .flagged_repeats = e->flagged_repeats,
                               .stop = &stop_requested};
    qb_status status = check_foreign(e, diag);
    if (!status)
        status = qb_progress_open(&e->progress, e->registration->experiment, e->registration->plan_instance,
                                  qb_plan_count(e->plan), e->quiet, e->events, diag);
    if (status)
        return status;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    status = qb_plan_execute(e->plan, &options, &hooks, diag);
    qb_progress_close(&e->progress, status);
    return status;
}
