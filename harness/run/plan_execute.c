/* Executing a plan: `jobs` threads, each pinned to cores of its own, each waiting for one run at a time; the
 * calling thread records what they finish, so that durable commits overlap with running. */
#define _GNU_SOURCE
#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/run/cores.h"
#include "harness/run/plan_parts.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum { TICK_MS = 250, QUEUE = 64 };

typedef struct finished {
    struct finished *next;
    const qb_plan_run *run;
    char key[QB_SHA256_HEX];
    uint64_t seed;
    qb_status status; /* of the harness; the run's own end is in result */
    qb_run_result result;
    qb_diag diag;
} finished;

typedef struct pool {
    const qb_plan *plan;
    const qb_plan_options *options;
    qb_copies *copies;
    uint64_t *todo; /* [left] indices into the plan */
    uint64_t left;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t next;         /* in todo */
    uint64_t repeats_left; /* of flagged runs, all together */
    uint32_t running, queued;
    const qb_plan_run **begun; /* [begun_room] a ring of the runs that the recorder has not told of yet: */
    uint32_t begun_first, begun_count, begun_room; /* no more than are queued and running */
    finished *first, **last;
    bool stopping;
} pool;

typedef struct worker {
    pthread_t thread;
    pool *pool;
    const uint32_t *cpus; /* [threads] */
    bool shares_core;
} worker;

static bool must_stop(const pool *p)
{
    return p->stopping || (p->options->stop && *p->options->stop);
}

/* ---- Workers */

static bool is_failure(qb_outcome outcome)
{
    return outcome == QB_RUN_OVERRAN || outcome == QB_RUN_OUT_OF_MEMORY || outcome == QB_RUN_CRASHED ||
           outcome == QB_RUN_LIED;
}

/* Other load disturbed it (a core that is shared is shared next time, too), and it did not fail by itself. */
static bool is_disturbed(const qb_run_result *result)
{
    return *result->flags && strcmp(result->flags, "shared-core") && !is_failure(result->outcome);
}

static bool take_repeat(pool *p)
{
    pthread_mutex_lock(&p->lock);
    bool granted = p->repeats_left && !must_stop(p);
    p->repeats_left -= granted;
    pthread_mutex_unlock(&p->lock);
    return granted;
}

static qb_status execute_undisturbed(pool *p, const qb_run_spec *spec, qb_run_result *result, qb_diag *diag)
{
    qb_status status = qb_run_execute(spec, result, diag);
    uint32_t attempts = 1;
    while (status == QB_OK && attempts <= p->options->flagged_repeats && is_disturbed(result) &&
           take_repeat(p)) {
        qb_run_result_clear(result);
        *result = (qb_run_result){0};
        status = qb_run_execute(spec, result, diag);
        attempts++;
    }
    if (status == QB_OK)
        result->attempts = attempts;
    return status;
}

static qb_status execute_one(const worker *w, finished *f)
{
    const pool *p = w->pool;
    const qb_experiment *x = p->plan->experiment;
    const qb_experiment_entry *entry = &x->entry[f->run->entry];
    const qb_plan_instance *instance = &p->plan->instance[f->run->instance];
    const qb_problem *problem;
    qb_run_image *image;
    qb_status status = qb_plan_key(p->plan, f->run, f->key);
    if (status == QB_OK)
        status = qb_plan_seed(p->plan, f->run, &f->seed);
    if (status == QB_OK)
        status = qb_copies_acquire(p->copies, f->run, &problem, &image, &f->diag);
    if (status != QB_OK)
        return status;
    qb_run_spec spec = {
        .solver = entry->solver,
        .params = entry->params,
        .problem = problem,
        .nominal = f->run->copy ? instance->problem : NULL,
        .lowering = x->lowering[f->run->lowering].options,
        .seed = f->seed,
        .budget_kind = x->budget.kind,
        .budget = x->budget.limit,
        .simulator_limit = x->budget.simulator_limit,
        .memory_bytes = x->budget.memory_bytes,
        .threads = x->budget.threads,
        .targets = f->run->copy ? NULL : instance->target, /* a copy has values of its own */
        .target_count = f->run->copy ? 0 : instance->targets,
        .samples_kept = x->keep_samples,
        .cpus = w->cpus,
        .cpu_count = x->budget.threads,
        .shares_core = w->shares_core,
        .image = image,
    };
    status = execute_undisturbed(w->pool, &spec, &f->result, &f->diag);
    qb_copies_release(p->copies, f->run);
    return status;
}

/* The next run, or NULL when there is none or we are to stop.  Called with the lock held; the recorder is
 * given time when it falls behind. */
static const qb_plan_run *take_next(pool *p)
{
    while (p->queued >= QUEUE && !must_stop(p))
        pthread_cond_wait(&p->changed, &p->lock);
    if (p->next == p->left || must_stop(p))
        return NULL;
    const qb_plan_run *run = &p->plan->run[p->todo[p->next++]];
    p->running++;
    p->begun[(p->begun_first + p->begun_count++) % p->begun_room] = run;
    pthread_cond_broadcast(&p->changed);
    return run;
}

static void *work(void *argument)
{
    worker *w = argument;
    pool *p = w->pool;
    pthread_mutex_lock(&p->lock);
    for (const qb_plan_run *run; (run = take_next(p));) {
        pthread_mutex_unlock(&p->lock);
        finished *f = QB_NEW(finished, 1);
        if (f) {
            f->run = run;
            f->status = execute_one(w, f);
        }
        pthread_mutex_lock(&p->lock);
        p->running--;
        if (f) {
            *p->last = f;
            p->last = &f->next;
            p->queued++;
        }
        p->stopping |= !f || f->status != QB_OK;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- The recorder: the calling thread */

typedef struct recorder {
    pool *pool;
    const qb_plan_hooks *hooks;
    qb_forecast *forecast;
    int64_t started_ns;
    qb_plan_progress progress;
    qb_status status;
    qb_diag *diag;
} recorder;

/* A run has begun, or f has been recorded, or neither: it is time for a tick. */
static void show(recorder *r, const qb_plan_run *begun, const finished *f, uint32_t running)
{
    qb_plan_progress *now = &r->progress;
    if (!r->hooks->progress)
        return;
    now->running = running;
    now->elapsed_s = (double)(qb_clock_system.wall_ns(qb_clock_system.context) - r->started_ns) * 1e-9;
    now->eta_s = qb_forecast_seconds(r->forecast, r->pool->options->jobs);
    now->begun = begun;
    now->finished = f ? f->run : NULL;
    now->result = f ? &f->result : NULL;
    r->hooks->progress(r->hooks->context, now);
}

/* After the first error nothing more is recorded: those runs are done again another time. */
static void keep(recorder *r, finished *f, uint32_t running)
{
    if (r->status == QB_OK && f->status != QB_OK)
        r->status =
            qb_fail(r->diag, f->status, "%s", f->diag.text[0] ? f->diag.text : qb_status_text(f->status));
    if (r->status == QB_OK)
        r->status = r->hooks->record(r->hooks->context, f->run, f->key, f->seed, &f->result, r->diag);
    if (r->status == QB_OK) {
        qb_forecast_finish(r->forecast, f->run, f->result.wall_s + f->result.teardown_s);
        r->progress.done++;
        r->progress.failed += is_failure(f->result.outcome);
        show(r, NULL, f, running);
    }
    if (f->status == QB_OK)
        qb_run_result_clear(&f->result);
    qb_free(f);
}

static bool wait_for_change(pool *p)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return pthread_cond_timedwait(&p->changed, &p->lock, &until) == 0;
}

/* The next run to tell of, NULL when there is none; the lock is held. */
static const qb_plan_run *next_begun(pool *p)
{
    if (p->begun_count == 0)
        return NULL;
    const qb_plan_run *run = p->begun[p->begun_first];
    p->begun_first = (p->begun_first + 1) % p->begun_room;
    p->begun_count--;
    return run;
}

static finished *next_finished(pool *p)
{
    finished *f = p->first;
    if (f) {
        p->first = f->next;
        p->last = p->first ? p->last : &p->first;
        p->queued--;
    }
    return f;
}

/* That a run has begun is told before its end is. */
static void record_all(recorder *r)
{
    pool *p = r->pool;
    pthread_mutex_lock(&p->lock);
    while (p->begun_count || p->first || p->running || (p->next < p->left && !must_stop(p))) {
        if (!p->begun_count && !p->first && wait_for_change(p))
            continue;
        const qb_plan_run *begun = next_begun(p);
        finished *f = begun ? NULL : next_finished(p);
        uint32_t running = p->running;
        pthread_mutex_unlock(&p->lock);
        if (f)
            keep(r, f, running);
        else
            show(r, begun, NULL, running);
        pthread_mutex_lock(&p->lock);
        p->stopping |= r->status != QB_OK;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
}

/* ---- Starting and ending */

static qb_status list_todo(recorder *r)
{
    pool *p = r->pool;
    p->todo = QB_NEW(uint64_t, p->plan->count);
    if (!p->todo)
        return QB_NO_MEMORY;
    for (uint64_t k = 0; k < p->plan->count; k++) {
        char key[QB_SHA256_HEX];
        qb_status status = qb_plan_key(p->plan, &p->plan->run[k], key);
        if (status != QB_OK)
            return status;
        if (r->hooks->is_done && r->hooks->is_done(r->hooks->context, key)) {
            r->progress.skipped++;
        } else {
            qb_forecast_add(r->forecast, &p->plan->run[k]);
            p->todo[p->left++] = k;
        }
    }
    r->progress.total = p->plan->count;
    return QB_OK;
}

/* Signals go to the calling thread. */
static uint32_t start_workers(pool *p, worker *workers, const qb_cores *cores)
{
    sigset_t all, before;
    uint32_t started = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; started < cores->groups; started++) {
        workers[started] = (worker){
            .pool = p, .cpus = cores->cpu + started * cores->size, .shares_core = cores->shared[started]};
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static qb_status run_pool(recorder *r, const qb_cores *cores)
{
    pool *p = r->pool;
    uint32_t jobs = cores->groups;
    p->begun_room = QUEUE + 2 * jobs;
    p->begun = QB_NEW(const qb_plan_run *, p->begun_room);
    worker *workers = QB_NEW(worker, jobs);
    if (!workers || !p->begun) {
        qb_free(workers);
        return QB_NO_MEMORY;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    p->last = &p->first;
    p->repeats_left = p->left / 10 + 10;
    uint32_t started = start_workers(p, workers, cores);
    if (started)
        record_all(r);
    for (uint32_t k = 0; k < started; k++)
        pthread_join(workers[k].thread, NULL);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    qb_free(workers);
    if (!started)
        return qb_fail(r->diag, QB_ENVIRONMENT, "cannot start a thread");
    if (r->status == QB_OK && p->stopping) /* a worker could not even report */
        return QB_NO_MEMORY;
    return r->status == QB_OK && p->next < p->left ? QB_STOPPED : r->status;
}

qb_status qb_plan_execute(qb_plan *plan, const qb_plan_options *options, const qb_plan_hooks *hooks,
                          qb_diag *diag)
{
    pool p = {.plan = plan, .options = options};
    recorder r = {.pool = &p, .hooks = hooks, .diag = diag};
    qb_cores cores = {0};
    qb_diag said = {""};
    r.diag = diag ? diag : &said;
    r.diag->text[0] = 0;
    r.started_ns = qb_clock_system.wall_ns(qb_clock_system.context);
    qb_status status = qb_cores_claim(options->jobs, plan->experiment->budget.threads, options->hyperthreads,
                                      &cores, r.diag);
    if (status != QB_OK)
        goto done;
    status = QB_NO_MEMORY;
    if (!(p.copies = qb_copies_open(plan)) || !(r.forecast = qb_forecast_open(plan, hooks)))
        goto done;
    status = list_todo(&r);
    if (status == QB_OK && p.left)
        status = run_pool(&r, &cores);
done:
    if (status != QB_OK && status != QB_STOPPED && !r.diag->text[0])
        qb_fail(r.diag, status, "cannot execute this plan: %s", qb_status_text(status));
    qb_forecast_close(r.forecast);
    qb_copies_close(p.copies);
    qb_free(p.todo);
    qb_free(p.begun);
    qb_cores_release(&cores);
    return status;
}
