/* qubout run: an experiment, resumable; what is stored already is not run again. */
#define _POSIX_C_SOURCE 200809L
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/cli/command.h"
#include "harness/cli/evidence.h"
#include "harness/cli/tuning.h"
#include "harness/report/planned.h"
#include "harness/run/cores.h"
#include "harness/run/launcher.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct run_options {
    const char *db, *shard, *amend, *events;
    uint64_t jobs, flagged_repeats;
    bool hyperthreads, dry_run, force, tune, quiet, mix_builds, mix_machines;
} run_options;

#define OPTION(field, name, type, argument, fallback, help) \
    QB_OPTION(run_options, field, name, type, argument, fallback, help)
static const qb_option options_table[] = {
    OPTION(db, "db", QB_OPTION_TEXT, "FILE", NULL, "the store (default results/EXPERIMENT.db)"),
    OPTION(jobs, "jobs", QB_OPTION_COUNT, "N", NULL,
           "runs at a time, each on cores of its own (default: one less than the cores that no other "
           "qubout holds, at least one)"),
    OPTION(hyperthreads, "hyperthreads", QB_OPTION_FLAG, NULL, NULL,
           "count hardware threads as cores; runs that may share a core are flagged"),
    OPTION(flagged_repeats, "repeat-flagged", QB_OPTION_COUNT, "N", "2",
           "repeat a run that other load disturbed, N times at most; what came out plays no part"),
    OPTION(shard, "shard", QB_OPTION_TEXT, "K/N", NULL,
           "run the K-th of N parts only; `merge` puts them together"),
    OPTION(dry_run, "dry-run", QB_OPTION_FLAG, NULL, NULL,
           "print the plan and how long it will take, run nothing"),
    OPTION(tune, "tune", QB_OPTION_FLAG, NULL, NULL,
           "tune only, so that shards can start from copies of the store"),
    OPTION(force, "force", QB_OPTION_FLAG, NULL, NULL, "run an experiment that cannot be decided, too"),
    OPTION(amend, "amend", QB_OPTION_TEXT, "WHY", NULL,
           "accept a changed decision; every page will print WHY"),
    OPTION(mix_builds, "mix-builds", QB_OPTION_FLAG, NULL, NULL, "continue runs of another build of qubout"),
    OPTION(mix_machines, "mix-machines", QB_OPTION_FLAG, NULL, NULL, "continue runs of another machine"),
    OPTION(
        events, "events", QB_OPTION_TEXT, "FILE", NULL,
        "append what happens to FILE, one JSON object a line: begin, start and end of runs, progress, end"),
    OPTION(quiet, "quiet", QB_OPTION_FLAG, NULL, NULL, "no progress"),
};

static qb_status parse_shard(const char *text, uint32_t *shard, uint32_t *shards, qb_diag *diag)
{
    uint64_t k = 1, n = 1;
    if (text) {
        const char *slash = strchr(text, '/');
        if (!slash || !qb_parse_u64(text, (size_t)(slash - text), &k) ||
            !qb_parse_u64(slash + 1, strlen(slash + 1), &n) || k < 1 || k > n || n > UINT32_MAX)
            return qb_fail(diag, QB_BAD_INPUT, "--shard needs K/N with 1 <= K <= N, got '%s'", text);
    }
    *shard = (uint32_t)k;
    *shards = (uint32_t)n;
    return QB_OK;
}

static qb_status choose_jobs(const run_options *o, const qb_experiment *experiment, uint32_t *jobs,
                             qb_diag *diag)
{
    uint32_t cores = 0, unheld = 0;
    qb_status status = qb_cores_count(o->hyperthreads, &cores, &unheld, diag);
    if (status)
        return status;
    /* one is left to the harness; whoever holds others has left one already */
    uint32_t free_cores = unheld == cores ? cores - 1 : unheld,
             fitting = free_cores / experiment->budget.threads;
    *jobs = o->jobs == QB_UNSET_COUNT ? (fitting ? fitting : 1) : (uint32_t)o->jobs;
    if (o->jobs != QB_UNSET_COUNT && (o->jobs < 1 || o->jobs > 4096))
        return qb_fail(diag, QB_BAD_INPUT, "--jobs needs a number from 1 to 4096");
    return QB_OK;
}

/* What the decision can come to, in the light of stored runs where there are some. */
static qb_planned plan_with_stored(const run_options *o, const qb_experiment *x)
{
    qb_cli_evidence stored = {0};
    if (o->db && access(o->db, R_OK) == 0)
        (void)qb_cli_evidence_open(o->db, x->identity, &stored, NULL); /* none of this experiment is fine */
    qb_planned planned = qb_plan_decision(x, stored.evidence);
    qb_cli_evidence_close(&stored);
    return planned;
}

static void say_decision(const run_options *o, const qb_experiment *x, qb_text *out)
{
    qb_planned planned = plan_with_stored(o, x);
    qb_planned_say(x, &planned, out);
}

/* A registration that no run can decide is refused before it costs anything. */
static qb_status check_decidable(const run_options *o, const qb_experiment *x, qb_diag *diag)
{
    if (o->force || o->dry_run)
        return QB_OK;
    qb_planned planned = qb_plan_decision(x, NULL);
    if (*planned.why && x->claim == QB_CLAIM_DEVICE) /* what was imported from hardware can decide it */
        planned = plan_with_stored(o, x);
    if (!*planned.why)
        return QB_OK;
    return qb_fail(diag, QB_BAD_INPUT, "'%s' cannot be decided: %s (--force runs it)", x->name, planned.why);
}

static void say_tuning(const qb_experiment *x, qb_text *out)
{
    qb_halving h;
    uint32_t count = 0;
    for (uint32_t k = 0; k < x->entries; k++)
        count += qb_tuning_takes(&x->entry[k]);
    if (qb_tuning_wanted(x) && !qb_tuning_schedule(x, &h, NULL))
        qb_text_appendf(out, "tuning       %u solvers, %g s each: %u configurations in %u rungs\n", count,
                        x->tuning.budget_s, h.configurations, h.rungs);
}

static qb_status print_plan(const run_options *o, qb_campaign *e, qb_diag *diag)
{
    const qb_experiment *x = e->registration->experiment;
    const qb_plan_hooks hooks = qb_campaign_hooks(e);
    uint64_t left = 0;
    double seconds = NAN;
    qb_status status = qb_plan_estimate(e->plan, &hooks, e->jobs, &left, &seconds, diag);
    if (status)
        return status;
    qb_text out = {0};
    qb_text_appendf(&out, "experiment   %s\nidentity     %s\ndecision     %s\n", x->name, x->identity,
                    x->decision.given ? x->decision_sha256 : "none: exploratory");
    qb_text_appendf(&out, "runs         %llu of %llu left, %u at a time\n", (unsigned long long)left,
                    (unsigned long long)qb_plan_count(e->plan), e->jobs);
    qb_text_append(&out, "expected     ");
    if (isnan(seconds))
        qb_text_append(&out, "unknown");
    else
        qb_text_append_duration(&out, seconds);
    qb_text_append_char(&out, '\n');
    say_tuning(x, &out);
    say_decision(o, x, &out);
    qb_text_append(&out, "order\n");
    for (uint64_t k = 0; k < qb_plan_count(e->plan); k++) {
        const qb_plan_run *run = qb_plan_at(e->plan, k);
        qb_text_appendf(&out, "%8llu  %-24s %-20s copy %u repeat %u lowering %s\n",
                        (unsigned long long)run->position,
                        e->registration->instance[run->instance].problem.name, x->entry[run->entry].label,
                        run->copy, run->repeat, x->lowering[run->lowering].name);
    }
    status = out.status;
    if (!status)
        fputs(qb_text_get(&out), stdout);
    qb_text_clear(&out);
    return status;
}

/* A plan only asks what is stored already, and how long that took. */
static qb_status peek_store(const char *path, qb_registration *registration, qb_store **store, qb_diag *diag)
{
    if (access(path, R_OK))
        return QB_OK; /* nothing is */
    qb_status status = qb_store_open(path, QB_STORE_READ, store, diag);
    if (!status)
        qb_registration_find(registration, *store);
    return status;
}

/* The store's default place is beside where results are kept; its folder is made when missing. */
static qb_status open_store(const run_options *o, qb_registration *registration, qb_store **store,
                            qb_diag *diag)
{
    qb_text path = {0};
    if (o->db)
        qb_text_append(&path, o->db);
    else
        qb_text_appendf(&path, "results/%s.db", registration->experiment->name);
    qb_status status = path.status;
    if (!status && o->dry_run) {
        status = peek_store(qb_text_get(&path), registration, store, diag);
    } else if (!status) {
        status = o->db ? QB_OK : qb_file_make_folder("results", diag);
        if (!status)
            status = qb_store_open(qb_text_get(&path), QB_STORE_WRITE, store, diag);
        if (!status)
            status = qb_registration_store(registration, *store, o->amend, diag);
    }
    qb_text_clear(&path);
    return status;
}

/* With the parameters that tuning gave; `tuning` owns them. */
static qb_status tune(const run_options *o, qb_campaign *e, qb_registration *r, bool whole, qb_tuning *tuning,
                      qb_experiment *tuned, qb_diag *diag)
{
    if (!qb_tuning_wanted(r->experiment))
        return o->tune
                   ? qb_fail(diag, QB_BAD_INPUT, "experiment '%s' has nothing to tune", r->experiment->name)
                   : QB_OK;
    qb_status status = qb_cli_tune(e, whole, tuning, tuned, diag);
    if (status)
        return status;
    r->experiment = tuned;
    return qb_registration_solvers(r, e->store, diag);
}

static qb_status execute(const run_options *o, qb_campaign *e, qb_registration *r, uint32_t shard,
                         uint32_t shards, qb_diag *diag)
{
    const qb_experiment *registered = r->experiment;
    qb_tuning tuning = {0};
    qb_experiment tuned;
    if (!o->quiet) /* so that it can be published before the first result */
        fprintf(stderr, "registered '%s': specification %s, decision %s\n", r->experiment->name,
                r->experiment->sha256,
                r->experiment->decision.given ? r->experiment->decision_sha256 : "none");
    qb_status status = tune(o, e, r, shards == 1, &tuning, &tuned, diag);
    if (!status && !o->tune)
        status = qb_plan_open(r->experiment, r->plan_instance, shard, shards, &e->plan, diag);
    if (!status && !o->tune)
        status = qb_campaign_run(e, diag);
    qb_plan_close(e->plan);
    r->experiment = registered; /* the tuned one ends here */
    qb_tuning_clear(&tuning);
    return status;
}

static qb_status plan_only(const run_options *o, qb_campaign *e, uint32_t shard, uint32_t shards,
                           qb_diag *diag)
{
    const qb_registration *r = e->registration;
    qb_status status = qb_plan_open(r->experiment, r->plan_instance, shard, shards, &e->plan, diag);
    if (!status)
        status = print_plan(o, e, diag);
    qb_plan_close(e->plan);
    return status;
}

static int run(const void *options, const qb_arguments *arguments)
{
    const run_options *o = options;
    qb_diag diag = {0};
    const qb_experiment *experiment = NULL;
    qb_registration registration = {0};
    qb_campaign e = {.registration = &registration,
                     .quiet = o->quiet,
                     .hyperthreads = o->hyperthreads,
                     .flagged_repeats = o->flagged_repeats < 1000 ? (uint32_t)o->flagged_repeats : 1000,
                     .events = o->events,
                     .mix_builds = o->mix_builds,
                     .mix_machines = o->mix_machines};
    uint32_t shard = 1, shards = 1;
    qb_status status = qb_launcher_start(&diag); /* while the process is small */
    if (!status)
        status = parse_shard(o->shard, &shard, &shards, &diag);
    if (!status)
        status = qb_experiment_read(arguments->word[0], &experiment, &diag);
    if (!status)
        status = check_decidable(o, experiment, &diag);
    if (!status)
        status = choose_jobs(o, experiment, &e.jobs, &diag);
    if (!status)
        status = qb_registration_load(experiment, &registration, &diag);
    if (!status)
        status = open_store(o, &registration, &e.store, &diag);
    if (!status)
        status = o->dry_run ? plan_only(o, &e, shard, shards, &diag)
                            : execute(o, &e, &registration, shard, shards, &diag);
    if (status == QB_STOPPED)
        qb_fail(&diag, status, "interrupted; everything finished so far is kept, the same command resumes");
    qb_store_close(e.store);
    qb_registration_clear(&registration);
    qb_experiment_free(experiment);
    return status == QB_REFUSED ? qb_cli_exit(QB_BAD_INPUT, &diag) : qb_cli_exit(status, &diag);
}

const qb_command qb_command_run = {
    .name = "run",
    .synopsis = "EXPERIMENT.yaml",
    .summary = "run an experiment, or resume it",
    .description =
        "Every run is a process of its own under the experiment's budget. What is stored already "
        "is not run again, so the "
        "same command resumes after an interruption, and more repeats, instances or solvers "
        "extend an experiment. "
        "Ctrl-C finishes the runs in flight; a second one ends at once. "
        "At its deadline a run is told to stop; one that goes on gets SIGTERM 5 ms later and SIGKILL "
        "after 15 ms of wall time; under a CPU limit after 2 and 5 ms of CPU time of each thread that "
        "runs. What it publishes after the deadline is not credited.",
    .options = options_table,
    .option_count = sizeof options_table / sizeof *options_table,
    .options_size = sizeof(run_options),
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
