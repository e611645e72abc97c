#define _GNU_SOURCE
#include "harness/run/run.h"

#include "harness/base/json.h"
#include "harness/base/memory.h"
#include "harness/run/child_search.h"
#include "harness/run/launcher.h"
#include "harness/run/limits.h"
#include "harness/run/load.h"
#include "harness/run/run_image.h"
#include "harness/run/run_outcome.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* A run while it is executed. */
typedef struct execution {
    const qb_run_spec *spec;
    qb_run_image *image;
    bool owns_image;
    const qb_lowering *lowering;
    qb_lowering *found; /* by the run's own search for penalties; then lowering is this one */
    qb_model model;
    qb_launch_request *request;
    double simulator_limit, backstop;
    int channel; /* descriptor */
    void *block;
    size_t block_bytes;
    qb_launch_report report;
    qb_channel_point *point; /* [QB_CHANNEL_POINTS] */
    uint32_t points, damaged;
    qb_channel_summary summary;
} execution;

static void stamp_start(char text[32])
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t length = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + length, 32 - length, ".%03ldZ", now.tv_nsec / 1000000);
}

/* A target as the model's claim; eased by half of what the source eases it by, and by a rounding error of the
 * claim, which an offset may make far larger than the target. */
static double claim_of_target(const execution *e, double target)
{
    if (e->model.qubo && e->model.qubo->integral)
        return qb_lowering_claim_of(e->lowering, target);
    double slack = QB_RUN_TARGET_SLACK / 2 * fmax(1, fabs(target));
    bool minimise = e->spec->problem->body.sense == QB_MINIMISE;
    double claim = qb_lowering_claim_of(e->lowering, minimise ? target + slack : target - slack);
    double rounding = 4 * DBL_EPSILON * fabs(claim);
    return e->request->maximise ? claim - rounding : claim + rounding;
}

/* What the model took that was built for all runs, where that is lowering; at most the whole budget. */
static double charge_of(const execution *e)
{
    const qb_run_spec *s = e->spec;
    bool is_time = s->budget_kind != QB_BUDGET_WORK && s->budget_kind != QB_BUDGET_SAMPLES;
    double charge = e->model.qubo ? qb_run_image_charge(e->image) : 0;
    return is_time ? fmin(charge, s->budget) : charge;
}

static qb_status build_request(execution *e, qb_diag *diag)
{
    const qb_run_spec *s = e->spec;
    qb_launch_request head = {.solver = s->solver,
                              .image = qb_run_image_parts(e->image),
                              .seed = s->seed,
                              .memory_bytes = s->memory_bytes,
                              .lowering = s->lowering,
                              .kind = s->budget_kind,
                              .limit = s->budget,
                              .backstop = e->backstop,
                              .simulator_limit = e->simulator_limit,
                              .charged = charge_of(e),
                              .variables = e->model.qubo ? e->model.qubo->n : e->model.mip->columns,
                              .samples = s->samples_kept,
                              .threads = s->threads,
                              .targets = s->target_count,
                              .cpus = s->cpus ? s->cpu_count : 0,
                              .mip = e->model.mip != NULL,
                              .maximise =
                                  (e->model.qubo ? e->model.qubo->sense : e->model.mip->sense) == QB_MAXIMISE,
                              .stop_at_target = s->stop_at_target,
                              .params_bytes = s->solver->params_size};
    e->request = qb_alloc(1, qb_launch_bytes(&head));
    if (!e->request)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory");
    *e->request = head;
    double *target = (double *)(uintptr_t)qb_launch_targets(e->request);
    for (uint32_t k = 0; k < head.targets; k++)
        target[k] = claim_of_target(e, s->targets[k]);
    if (head.cpus)
        memcpy((void *)(uintptr_t)qb_launch_cpus(e->request), s->cpus, head.cpus * sizeof *s->cpus);
    if (head.params_bytes)
        memcpy((void *)(uintptr_t)qb_launch_params(e->request), s->params, head.params_bytes);
    return QB_OK;
}

static qb_status open_channel(execution *e, qb_diag *diag)
{
    const qb_launch_request *r = e->request;
    e->block_bytes = qb_channel_size(r->variables, r->mip, r->samples);
    e->channel = memfd_create("qubout-channel", MFD_CLOEXEC);
    if (e->channel < 0)
        return qb_fail(diag, QB_ENVIRONMENT, "cannot make shared memory: %s", strerror(errno));
    if (e->block_bytes == 0 || ftruncate(e->channel, (off_t)e->block_bytes))
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a channel of %zu bytes", e->block_bytes);
    e->block = mmap(NULL, e->block_bytes, PROT_READ, MAP_SHARED | MAP_NORESERVE, e->channel, 0);
    if (e->block == MAP_FAILED) {
        e->block = NULL;
        return qb_fail(diag, QB_NO_MEMORY, "no memory for a channel of %zu bytes", e->block_bytes);
    }
    return QB_OK;
}

/* Image and lowering; QB_REFUSED and QB_INFEASIBLE when the lowering is. */
static qb_status prepare(execution *e, qb_diag *diag)
{
    const qb_run_spec *s = e->spec;
    e->image = s->image;
    e->simulator_limit = s->simulator_limit > 0 ? s->simulator_limit : qb_limits_simulator(s->budget);
    e->backstop = s->wall_backstop > 0 ? s->wall_backstop
                                       : qb_limits_backstop(s->budget_kind, s->budget, e->simulator_limit);
    if (s->target_count > QB_BUDGET_TARGETS)
        return qb_fail(diag, QB_BAD_INPUT, "%u targets: at most %d can be registered", s->target_count,
                       QB_BUDGET_TARGETS);
    qb_status status = QB_OK;
    if (!e->image) {
        status = qb_run_image_open_warm(s->problem, s->warm, &e->image, diag);
        e->owns_image = status == QB_OK;
    }
    if (!status)
        status = qb_run_image_lowering(e->image, s->solver->takes, &s->lowering, &e->lowering, diag);
    if (status)
        return status;
    e->model = qb_lowering_model(e->lowering);
    status = build_request(e, diag);
    return status ? status : open_channel(e, diag);
}

static void release(execution *e)
{
    if (e->block)
        munmap(e->block, e->block_bytes);
    if (e->channel >= 0)
        close(e->channel);
    if (e->owns_image)
        qb_run_image_close(e->image);
    qb_lowering_free(e->found);
    qb_free(e->request);
    qb_free(e->point);
}

/* The run's own clock: what its limit is about, where that is time. */
static double own_time(const qb_run_spec *spec, double wall_s, double cpu_s)
{
    return spec->budget_kind == QB_BUDGET_CPU_TIME ? cpu_s : wall_s;
}

static bool has_time_limit(const qb_run_spec *spec)
{
    return spec->budget_kind == QB_BUDGET_CPU_TIME || spec->budget_kind == QB_BUDGET_WALL_TIME;
}

static qb_status read_channel(execution *e, qb_diag *diag)
{
    const qb_launch_request *r = e->request;
    e->point = QB_NEW(qb_channel_point, QB_CHANNEL_POINTS);
    if (!e->point)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for a trajectory");
    qb_status status = qb_channel_read(e->block, r->variables, r->mip, r->samples, e->point, &e->points,
                                       &e->damaged, &e->summary);
    uint32_t kept = 0;
    for (uint32_t k = 0; k < e->points; k++) {
        qb_run_point stamps = qb_run_point_of(&e->point[k]);
        if (qb_run_is_within(e->spec, &stamps)) /* else it was forged: the budget stamps none beyond */
            e->point[kept++] = e->point[k];
    }
    e->damaged += e->points - kept;
    e->points = kept;
    return status;
}

/* Times, work and memory: the run's own stamps where it ended by itself, else what its warden measured. */
static void account(const execution *e, qb_run_result *result)
{
    const qb_launch_report *report = &e->report;
    const qb_channel_summary *said = &e->summary;
    bool own = said->finished && qb_run_has_returned(&e->report, said);
    result->wall_s = own ? said->wall_s : (double)report->wall_ns * 1e-9;
    result->cpu_s = own ? said->cpu_s + (double)report->helpers_ns * 1e-9 : (double)report->cpu_ns * 1e-9;
    result->setup_s = own_time(e->spec, said->setup_wall_s, said->setup_cpu_s);
    result->teardown_s = (double)report->teardown_ns * 1e-9;
    result->device_s = said->device_s;
    result->simulator_s = said->simulator_s;
    memcpy(result->stage, said->stage, sizeof result->stage);
    result->stages = said->stages;
    result->work = said->work;
    result->samples = said->samples;
    result->peak_rss_kib = report->peak_kib;
    result->offered = said->offered;
    result->late = said->late;
    result->has_late = said->has_late;
    if (said->has_late)
        result->late_objective = qb_lowering_value_of(e->lowering, said->late_claimed);
    if (has_time_limit(e->spec))
        result->overshoot_s = fmax(0, own_time(e->spec, result->wall_s, result->cpu_s) - e->spec->budget);
    result->overshoot_threads = report->running && result->overshoot_s > 0 ? report->running : 1;
    memcpy(result->containment, report->containment, sizeof result->containment);
    memcpy(result->memory_way, report->memory_way, sizeof result->memory_way);
    memcpy(result->cpu_way, report->cpu_way, sizeof result->cpu_way);
}

/* The details, if they are an object and nothing else. */
static char *take_details(const execution *e)
{
    const qb_launch_request *r = e->request;
    const char *said = qb_channel_details(e->block, r->variables, r->mip, r->samples);
    qb_json *json = NULL;
    bool valid = qb_json_parse("details", said, strlen(said), &json, NULL) == QB_OK &&
                 qb_json_type_of(json) == QB_JSON_OBJECT;
    qb_json_free(json);
    return qb_strdup(valid ? said : "{}");
}

/* The record of the lowering, with what the repair stage has done where there was one; NULL without memory.
 */
static char *take_record(const execution *e, const qb_run_repair *stage)
{
    const char *record = qb_lowering_record(e->lowering);
    if (!e->spec->lowering.repair || !e->model.qubo || e->spec->problem->kind != QB_KIND_MIP)
        return qb_strdup(record);
    qb_text text = {0};
    qb_text_append_bytes(&text, record, strlen(record) - 1);
    qb_text_appendf(
        &text,
        ", \"repair\": {\"tried\": %u, \"repaired\": %u, \"late\": %u, \"moves\": %llu, \"work\": "
        "%llu, \"seconds\": %.9f, \"answer\": %s}}",
        stage->tried, stage->repaired, stage->late, (unsigned long long)stage->moves,
        (unsigned long long)stage->work, stage->seconds, stage->answer ? "true" : "false");
    char *made = text.status ? NULL : qb_strdup(qb_text_get(&text));
    qb_text_clear(&text);
    return made;
}

/* Where the run has looked for its penalties, the lowering is the one with the factor that it tells: only
 * under that one do its claims hold. */
static qb_status adopt_found_lowering(execution *e, qb_diag *diag)
{
    const qb_run_spec *s = e->spec;
    qb_json *details = NULL;
    double factor = 0;
    if (!qb_child_searches(e->request, s->problem))
        return QB_OK;
    const qb_launch_request *r = e->request;
    const char *said = qb_channel_details(e->block, r->variables, r->mip, r->samples);
    if (qb_json_parse("details", said, strlen(said), &details, NULL) == QB_OK)
        (void)qb_json_number(qb_json_get(details, QB_DETAIL_PENALTY_FACTOR), &factor);
    qb_json_free(details);
    if (!(factor > 0))
        return QB_OK; /* it did not get that far */
    qb_lowering_options options = s->lowering;
    options.factor = factor;
    qb_status status = qb_lowering_open(s->problem, s->solver->takes, &options, &e->found, diag);
    if (status == QB_NO_MEMORY)
        return status;
    if (!status) /* else it told nonsense, and its claims are held against what the harness knows */
        e->lowering = e->found;
    return QB_OK;
}

static qb_status score_samples(execution *e, qb_run_result *result, bool *lied, qb_diag *diag)
{
    const qb_launch_request *r = e->request;
    if (!r->samples || r->mip)
        return QB_OK;
    qb_channel_sample *kept = QB_NEW(qb_channel_sample, r->samples);
    if (!kept)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for the samples of a run");
    uint32_t count = qb_channel_read_samples(e->block, r->variables, r->mip, r->samples, kept);
    qb_status status = qb_run_score_samples(e->spec, e->lowering, kept, count, result, lied, diag);
    qb_free(kept);
    return status;
}

/* From the channel to the finished row. */
static qb_status conclude(execution *e, qb_run_result *result, qb_diag *diag)
{
    bool lied = false;
    qb_run_proof proof = QB_PROVES_NOTHING;
    qb_status status = read_channel(e, diag);
    if (!status)
        status = adopt_found_lowering(e, diag);
    if (status)
        return status;
    account(e, result);
    status = score_samples(e, result, &lied, diag);
    if (status)
        return status;
    status = qb_run_score(e->spec, e->lowering, qb_run_image_warm(e->image), e->point, e->points, &e->summary,
                          result, &lied, &proof, diag);
    if (status)
        return status;
    const qb_run_ending ending = {e->spec, &e->report, &e->summary, e->damaged, lied, proof};
    qb_run_judge(&ending, result);
    result->details = take_details(e);
    result->lowering = take_record(e, &result->repair);
    return result->details && result->lowering ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "out of memory");
}

/* How long the lowering takes to prove that there is no solution: the run's whole time. */
static void time_proof(const execution *e, qb_run_result *result)
{
    const qb_run_spec *s = e->spec;
    qb_lowering *none = NULL;
    int64_t wall = qb_clock_system.wall_ns(NULL), cpu = qb_clock_thread_cpu_ns();
    (void)qb_lowering_open(s->problem, s->solver->takes, &s->lowering, &none, NULL);
    result->cpu_s = (double)(qb_clock_thread_cpu_ns() - cpu) * 1e-9;
    result->wall_s = (double)(qb_clock_system.wall_ns(NULL) - wall) * 1e-9;
    result->setup_s = own_time(s, result->wall_s, result->cpu_s);
    qb_lowering_free(none);
    if (has_time_limit(s) && result->setup_s > s->budget) {
        result->overshoot_s = result->setup_s - s->budget;
        result->outcome = QB_RUN_BUDGET;
    }
}

/* A row for an instance that cannot be lowered for this solver, or that the lowering has proven infeasible.
 */
static qb_status end_at_lowering(const execution *e, qb_status status, const qb_diag *why,
                                 qb_run_result *result, qb_diag *diag)
{
    result->outcome = status == QB_INFEASIBLE ? QB_RUN_INFEASIBLE : QB_RUN_REFUSED;
    if (status == QB_INFEASIBLE)
        time_proof(e, result);
    snprintf(result->reason, sizeof result->reason, "%s", why->text);
    result->details = qb_strdup("{}");
    result->lowering = qb_strdup("{}");
    return result->details && result->lowering ? QB_OK : qb_fail(diag, QB_NO_MEMORY, "out of memory");
}

/* A run that could not even start is a row where its memory limit is the reason, else a failure of ours. */
static qb_status check_start(execution *e, qb_diag *diag)
{
    qb_launch_report *report = &e->report;
    if (!report->started && report->error == ENOMEM && e->spec->memory_bytes != UINT64_MAX)
        report->out_of_memory = true;
    if (report->started || report->out_of_memory)
        return QB_OK;
    return qb_fail(diag, QB_ENVIRONMENT, "the run's process cannot start: %s",
                   report->error ? strerror(report->error) : "it was killed");
}

qb_status qb_run_execute(const qb_run_spec *spec, qb_run_result *result, qb_diag *diag)
{
    execution e = {.spec = spec, .channel = -1};
    qb_run_result made = {.attempts = 1};
    qb_load before, after;
    qb_diag why = {0};
    stamp_start(made.started_at);
    qb_status status = prepare(&e, &why);
    if (status == QB_REFUSED || status == QB_INFEASIBLE) {
        status = end_at_lowering(&e, status, &why, &made, diag);
        goto done;
    }
    if (status) {
        status = qb_fail(diag, status, "%s", why.text);
        goto done;
    }
    qb_load_capture(&before);
    status = qb_launcher_run(e.request, qb_run_image_file(e.image), e.channel, &e.report, diag);
    if (!status)
        status = check_start(&e, diag);
    if (status)
        goto done;
    qb_load_capture(&after);
    qb_load_flags(&before, &after, e.report.delay_ns, e.report.wall_ns + e.report.credited_ns, made.flags,
                  sizeof made.flags);
    if (spec->shares_core)
        qb_load_flag(made.flags, sizeof made.flags, "shared-core");
    status = conclude(&e, &made, diag);
done:
    release(&e);
    if (status)
        qb_run_result_clear(&made);
    else
        *result = made;
    return status;
}

void qb_run_result_clear(qb_run_result *result)
{
    qb_free(result->solution);
    qb_free(result->trajectory);
    qb_free(result->sample);
    qb_free(result->sample_x);
    qb_free(result->details);
    qb_free(result->lowering);
    *result = (qb_run_result){0};
}
