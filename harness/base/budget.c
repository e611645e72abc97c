#include "harness/base/budget_host.h"

#include "harness/base/budget_details.h"
#include "harness/base/channel_writer.h"
#include "harness/base/memory.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_NS   50000           /* how far apart clock readings are to be */
#define PUBLISH_NS 1000000         /* how old the summary of a killed run may be */
#define NEVER_NS   (INT64_MAX / 2) /* half, so that a time can be added to it */

/* What a run has spent, in ns: `simulated` is a part of `cpu`. */
typedef struct spendings {
    int64_t wall, cpu, device, simulated;
} spendings;

struct qb_budget {
    /* the hot path: spend compares these two and is done */
    uint64_t work;
    _Atomic uint64_t check_at; /* look closer when work reaches this; 0: at every call */
    _Atomic bool stop_requested;
    bool over;

    qb_budget_kind kind;
    int64_t limit_ns, backstop_ns; /* of time and device budgets; of wall time for any */
    uint64_t limit_units;          /* of work and samples budgets */
    uint32_t threads, variables;
    bool mip, maximise, stop_at_target, tells_limit;
    qb_clock clock;
    int64_t wall_start, cpu_start, outside_ns;

    int64_t exact_at;              /* wall time before which CPU time cannot have run out */
    int64_t checked_ns;            /* wall time and work of the last check, and the work until the next: */
    uint64_t checked_work, stride; /* calibrated so that checks are CHECK_NS apart */
    uint64_t samples;
    int64_t device_ns, simulated_ns, simulation_start, simulator_limit_ns;
    bool simulating;
    spendings stage[QB_CHANNEL_STAGES]; /* by each, the current one up to stage_start */
    spendings stage_start;
    uint32_t stage_now;

    qb_channel_writer channel;
    qb_channel_summary said;
    qb_budget_details *details;
    int64_t said_ns;
    bool has_best, last_is_pinned;
    double best;
    bool has_floor;
    double floor;         /* qb_budget_set_floor */
    uint64_t step_start;  /* of the last point's step, in the budget's own quantity */
    uint32_t next_target; /* the easiest one not reached yet */
    uint32_t target_count;
    double stop_target;
    double target[QB_BUDGET_TARGETS]; /* easiest first */

    qb_budget *parent; /* of a child budget; then only work, limit_units and what follows are used */
    uint64_t passed_on;
    qb_budget_accept accept;
    void *context;
};

const char *qb_budget_kind_name(qb_budget_kind kind)
{
    static const char *const names[] = {"cpu-time", "wall-time", "work", "samples", "device-time"};
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}

double qb_budget_counted(qb_budget_kind kind, const qb_budget_spent *spent)
{
    switch (kind) {
    case QB_BUDGET_CPU_TIME:
        return spent->cpu_s;
    case QB_BUDGET_WALL_TIME:
        return spent->wall_s;
    case QB_BUDGET_WORK:
        return (double)spent->work;
    case QB_BUDGET_SAMPLES:
        return (double)spent->samples;
    case QB_BUDGET_DEVICE:
        return spent->device_s + spent->cpu_s - spent->simulator_s;
    }
    return NAN;
}

static int64_t to_ns(double seconds)
{
    return seconds < 4e9 ? (int64_t)(seconds * 1e9) : NEVER_NS;
}

static uint64_t to_units(double units)
{
    return units < 0x1p64 ? (uint64_t)units : UINT64_MAX;
}

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static int64_t wall_now(const qb_budget *b)
{
    return b->clock.wall_ns(b->clock.context) - b->wall_start;
}

static int64_t cpu_now(const qb_budget *b)
{
    return b->clock.cpu_ns(b->clock.context) - b->cpu_start + b->outside_ns;
}

/* CPU time that went into simulating a device. */
static int64_t simulated_ns(const qb_budget *b, int64_t cpu)
{
    return b->simulated_ns + (b->simulating ? cpu - b->simulation_start : 0);
}

/* What a time or device budget counts. */
static int64_t charged_ns(const qb_budget *b, int64_t wall, int64_t cpu)
{
    if (b->kind == QB_BUDGET_WALL_TIME)
        return wall;
    if (b->kind == QB_BUDGET_CPU_TIME)
        return cpu;
    return b->device_ns + cpu - simulated_ns(b, cpu);
}

/* The budget's own quantity: what its limit is about and its trajectory is thinned by. */
static uint64_t quantity(const qb_budget *b, int64_t wall, int64_t cpu)
{
    if (b->kind == QB_BUDGET_WORK)
        return b->work;
    if (b->kind == QB_BUDGET_SAMPLES)
        return b->samples;
    return (uint64_t)charged_ns(b, wall, cpu);
}

static bool counts_units(const qb_budget *b)
{
    return b->kind == QB_BUDGET_WORK || b->kind == QB_BUDGET_SAMPLES;
}

/* Brings the current stage up to date. */
static void account_stage(qb_budget *b, const spendings *now)
{
    if (b->said.stages == 0)
        return;
    spendings *by = &b->stage[b->stage_now], *since = &b->stage_start;
    by->wall += now->wall - since->wall;
    by->cpu += now->cpu - since->cpu;
    by->device += now->device - since->device;
    by->simulated += now->simulated - since->simulated;
    qb_stage_times *said = &b->said.stage[b->stage_now];
    said->wall_s = (double)by->wall * 1e-9;
    said->cpu_s = (double)by->cpu * 1e-9;
    said->device_s = (double)by->device * 1e-9;
    said->simulator_s = (double)by->simulated * 1e-9;
    *since = *now;
}

static spendings spent_now(const qb_budget *b, int64_t wall)
{
    int64_t cpu = cpu_now(b);
    return (spendings){wall, cpu, b->device_ns, simulated_ns(b, cpu)};
}

static void say(qb_budget *b, int64_t wall)
{
    spendings now = spent_now(b, wall);
    account_stage(b, &now);
    b->said_ns = wall;
    b->said.wall_s = (double)wall * 1e-9;
    b->said.cpu_s = (double)now.cpu * 1e-9;
    b->said.device_s = (double)now.device * 1e-9;
    b->said.simulator_s = (double)now.simulated * 1e-9;
    b->said.work = b->work;
    b->said.samples = b->samples;
    size_t length;
    const char *json = qb_budget_details_changed(b->details, &length);
    if (json)
        qb_channel_put_details(&b->channel, json, length);
    qb_channel_put_summary(&b->channel, &b->said);
}

/* Ends the run for good; said at once, since a solver that does not listen will be killed. */
static bool stop(qb_budget *b)
{
    b->over = true;
    atomic_store_explicit(&b->check_at, 0, memory_order_relaxed);
    say(b, wall_now(b));
    return false;
}

/* Out of time at `wall`?  A CPU clock costs ten times a wall clock, so it is read only once wall time has
 * moved so far that all threads together could have used up what was left. */
static bool is_out_of_time(qb_budget *b, int64_t wall)
{
    if (wall >= b->backstop_ns)
        return true;
    if (counts_units(b) || wall < b->exact_at)
        return false;
    int64_t cpu = b->kind == QB_BUDGET_WALL_TIME ? 0 : cpu_now(b);
    int64_t left = b->limit_ns - charged_ns(b, wall, cpu);
    b->said.budget_hit = left <= 0;
    if (b->kind == QB_BUDGET_DEVICE) { /* of what is not charged, the cap */
        int64_t more = b->simulator_limit_ns - simulated_ns(b, cpu);
        left = more < left ? more : left;
    }
    b->exact_at = wall + left / b->threads;
    return left <= 0;
}

/* The work at which to look at the clock again.  The stride at most doubles, so that one cheap large charge
 * cannot put the next look far away. */
static uint64_t pace(qb_budget *b, int64_t wall)
{
    int64_t passed = wall - b->checked_ns;
    double fitting = passed > 0 ? (double)(b->work - b->checked_work) * CHECK_NS / (double)passed : HUGE_VAL;
    uint64_t doubled = b->stride < UINT64_MAX / 2 ? 2 * b->stride : UINT64_MAX;
    b->stride = fitting < (double)doubled ? (uint64_t)fitting : doubled;
    b->stride = b->stride ? b->stride : 1;
    b->checked_ns = wall;
    b->checked_work = b->work;
    return add_saturating(b->work, b->stride);
}

static bool check_child(qb_budget *b)
{
    uint64_t owed = b->work - b->passed_on;
    b->passed_on = b->work;
    if (!qb_budget_spend(b->parent, owed) || b->work >= b->limit_units)
        b->over = true;
    return !b->over;
}

static bool check(qb_budget *b)
{
    if (b->over)
        return false;
    if (b->parent)
        return check_child(b);
    if (atomic_load(&b->stop_requested))
        return stop(b);
    if (counts_units(b) && quantity(b, 0, 0) >= b->limit_units) {
        b->said.budget_hit = true;
        return stop(b);
    }
    uint64_t next = UINT64_MAX;
    if (!counts_units(b) || b->backstop_ns < NEVER_NS) {
        int64_t wall = wall_now(b);
        if (is_out_of_time(b, wall))
            return stop(b);
        if (wall - b->said_ns >= PUBLISH_NS)
            say(b, wall);
        next = pace(b, wall);
    }
    if (b->kind == QB_BUDGET_WORK && next > b->limit_units)
        next = b->limit_units;
    atomic_store(&b->check_at, next);
    return !atomic_load(&b->stop_requested) || stop(b); /* it may have come before the store above */
}

bool qb_budget_spend(qb_budget *budget, uint64_t work)
{
    budget->work = add_saturating(budget->work, work);
    return budget->work < atomic_load_explicit(&budget->check_at, memory_order_relaxed) || check(budget);
}

bool qb_budget_spend_samples(qb_budget *budget, uint64_t count)
{
    if (budget->parent)
        budget->over = !qb_budget_spend_samples(budget->parent, count) || budget->over;
    budget->samples = add_saturating(budget->samples, count);
    return check(budget);
}

bool qb_budget_spend_device(qb_budget *budget, double seconds)
{
    if (budget->parent)
        budget->over = !qb_budget_spend_device(budget->parent, seconds) || budget->over;
    int64_t more = seconds > 0 ? to_ns(seconds) : 0, room = NEVER_NS - budget->device_ns;
    budget->device_ns += more < room ? more : room;
    budget->exact_at = 0;
    return check(budget);
}

void qb_budget_simulation(qb_budget *budget, bool running)
{
    if (budget->parent) {
        qb_budget_simulation(budget->parent, running);
    } else if (budget->kind == QB_BUDGET_DEVICE && running != budget->simulating) {
        int64_t cpu = cpu_now(budget);
        if (running)
            budget->simulation_start = cpu;
        else
            budget->simulated_ns += cpu - budget->simulation_start;
        budget->simulating = running;
    }
}

void qb_budget_stage(qb_budget *budget, const char *name)
{
    if (budget->parent)
        return;
    spendings now = spent_now(budget, wall_now(budget));
    qb_stage_times *stage = budget->said.stage;
    uint32_t k = 0;
    account_stage(budget, &now);
    while (k < budget->said.stages && strncmp(stage[k].name, name, sizeof stage->name - 1))
        k++;
    k = k < QB_CHANNEL_STAGES ? k : QB_CHANNEL_STAGES - 1;
    if (k == budget->said.stages) {
        snprintf(stage[k].name, sizeof stage->name, "%s", name);
        budget->said.stages++;
    }
    budget->stage_now = k;
    budget->stage_start = now;
}

void qb_budget_outside_cpu(qb_budget *budget, int64_t cpu_ns)
{
    if (cpu_ns <= budget->outside_ns)
        return;
    budget->outside_ns = cpu_ns;
    budget->exact_at = 0;
}

static bool is_better(const qb_budget *b, double a, double than)
{
    return b->maximise ? a > than : a < than;
}

/* Moves past the targets that `claimed` reaches; true when there was one. */
static bool reaches_target(qb_budget *b, double claimed)
{
    uint32_t before = b->next_target;
    while (b->next_target < b->target_count && !is_better(b, b->target[b->next_target], claimed))
        b->next_target++;
    return b->next_target > before;
}

/* Credits the staged solution, or sets it apart as late, by stamps that are taken now. */
static void stamp(qb_budget *b, double claimed)
{
    int64_t wall = wall_now(b), cpu = cpu_now(b);
    uint64_t at = quantity(b, wall, cpu), limit = counts_units(b) ? b->limit_units : (uint64_t)b->limit_ns;
    if (at > limit || wall > b->backstop_ns) {
        b->said.budget_hit = b->said.budget_hit || at > limit;
        if (!b->said.has_late || is_better(b, claimed, b->said.late_claimed))
            b->said.late_claimed = claimed;
        b->said.has_late = true;
        b->said.late++;
        (void)stop(b);
        return;
    }
    bool first = !b->has_best, pinned = reaches_target(b, claimed) || first;
    bool same_step = !first && (at == b->step_start || at - b->step_start < b->step_start / 20);
    bool replace = same_step && !b->last_is_pinned;
    qb_channel_point point = {.wall_s = (double)wall * 1e-9,
                              .cpu_s = (double)cpu * 1e-9,
                              .work = b->work,
                              .samples = b->samples,
                              .device_s = (double)b->device_ns * 1e-9,
                              .simulator_s = (double)simulated_ns(b, cpu) * 1e-9,
                              .claimed = claimed};
    qb_channel_publish(&b->channel, &point, replace);
    if (!same_step)
        b->step_start = at;
    b->last_is_pinned = pinned;
    b->has_best = true;
    b->best = claimed;
    if (b->stop_at_target && b->target_count && !is_better(b, b->stop_target, claimed)) {
        b->said.target_reached = true;
        (void)stop(b);
    }
}

static qb_status publish(qb_budget *b, const void *x, double claimed)
{
    b->said.offered++;
    if (!isfinite(claimed) || (b->has_best && !is_better(b, claimed, b->best)) ||
        (b->has_floor && !is_better(b, claimed, b->floor)))
        return b->over ? QB_STOPPED : QB_OK;
    if (b->parent) {
        b->has_best = true;
        b->best = claimed;
        if (b->accept(b->context, x, claimed) == QB_STOPPED)
            b->over = true;
        return b->over ? QB_STOPPED : QB_OK;
    }
    if (b->mip)
        memcpy(qb_channel_stage(&b->channel), x, sizeof(double) * b->variables);
    else
        qb_channel_pack(x, b->variables, qb_channel_stage(&b->channel));
    stamp(b, claimed);
    return b->over ? QB_STOPPED : QB_OK;
}

qb_status qb_budget_incumbent(qb_budget *budget, const uint8_t *x, double claimed)
{
    return budget->mip ? QB_INTERNAL : publish(budget, x, claimed);
}

qb_status qb_budget_incumbent_mip(qb_budget *budget, const double *x, double claimed)
{
    return budget->mip ? publish(budget, x, claimed) : QB_INTERNAL;
}

void qb_budget_bound(qb_budget *budget, double bound)
{
    qb_channel_summary *said = &budget->said;
    if (budget->parent || !isfinite(bound) || (said->has_bound && !is_better(budget, said->bound, bound)))
        return;
    said->has_bound = true;
    said->bound = bound;
    say(budget, wall_now(budget));
}

void qb_budget_infeasible(qb_budget *budget)
{
    if (budget->parent)
        return;
    budget->said.infeasible = true;
    say(budget, wall_now(budget));
}

qb_status qb_budget_sample(qb_budget *budget, const uint8_t *x, double claimed, uint64_t count)
{
    if (!budget->parent && isfinite(claimed))
        qb_channel_put_sample(&budget->channel, x, claimed, count);
    return budget->over ? QB_STOPPED : QB_OK;
}

void qb_budget_detail(qb_budget *budget, const char *key, double value)
{
    qb_budget_details_number(budget->details, key, value);
}

void qb_budget_detail_text(qb_budget *budget, const char *key, const char *value)
{
    qb_budget_details_text(budget->details, key, value);
}

void qb_budget_detail_list(qb_budget *budget, const char *key, const double *values, uint32_t count)
{
    qb_budget_details_list(budget->details, key, values, count);
}

double qb_budget_remaining_seconds(qb_budget *budget)
{
    if (budget->parent)
        return budget->over ? 0 : qb_budget_remaining_seconds(budget->parent);
    if (!budget->tells_limit) {
        budget->said.asked_limit = true;
        say(budget, wall_now(budget)); /* now: it may not come back */
        return HUGE_VAL;
    }
    if (budget->over)
        return 0;
    int64_t wall = wall_now(budget), end = budget->backstop_ns;
    if (!counts_units(budget)) {
        int64_t left = budget->limit_ns - charged_ns(budget, wall, cpu_now(budget));
        int64_t own = wall + left / (budget->kind == QB_BUDGET_CPU_TIME ? budget->threads : 1);
        end = own < end ? own : end;
    }
    return end >= NEVER_NS ? HUGE_VAL : end > wall ? (double)(end - wall) * 1e-9 : 0;
}

bool qb_budget_is_over(const qb_budget *budget)
{
    return budget->over || (budget->parent && qb_budget_is_over(budget->parent));
}

qb_status qb_budget_child_open(qb_budget *parent, uint64_t work, uint32_t variables, bool maximise,
                               qb_budget_accept accept, void *context, qb_budget **child)
{
    qb_budget *b = QB_NEW(qb_budget, 1);
    if (!b)
        return QB_NO_MEMORY;
    b->parent = parent;
    b->limit_units = work;
    b->variables = variables;
    b->maximise = maximise;
    b->accept = accept;
    b->context = context;
    *child = b;
    return QB_OK;
}

void qb_budget_child_close(qb_budget *child)
{
    qb_free(child);
}

/* Sorts easiest first: ascending for a maximisation, descending for a minimisation. */
static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int descending(const void *a, const void *b)
{
    return ascending(b, a);
}

static qb_status check_setup(const qb_budget_setup *s, qb_diag *diag)
{
    if ((unsigned)s->kind > QB_BUDGET_DEVICE || !(s->limit > 0) || !(s->wall_backstop > 0))
        return qb_fail(diag, QB_BAD_INPUT, "a budget needs a kind and a limit above 0");
    if (!(s->simulator_limit >= 0))
        return qb_fail(diag, QB_BAD_INPUT, "the cap on simulation is not negative");
    if (s->threads == 0)
        return qb_fail(diag, QB_BAD_INPUT, "a budget needs at least one thread");
    if (s->target_count > QB_BUDGET_TARGETS)
        return qb_fail(diag, QB_BAD_INPUT, "%u targets: at most %d can be registered", s->target_count,
                       QB_BUDGET_TARGETS);
    for (uint32_t k = 0; k < s->target_count; k++)
        if (isnan(s->targets[k]))
            return qb_fail(diag, QB_BAD_INPUT, "target %u is not a number", k + 1);
    return QB_OK;
}

void qb_budget_set_targets(qb_budget *budget, const double *targets, uint32_t count)
{
    budget->next_target = 0;
    budget->target_count = count;
    if (count == 0)
        return;
    budget->stop_target = targets[0];
    memcpy(budget->target, targets, count * sizeof *targets);
    qsort(budget->target, count, sizeof *budget->target, budget->maximise ? ascending : descending);
}

void qb_budget_set_floor(qb_budget *budget, double claim)
{
    budget->has_floor = true;
    budget->floor = claim;
}

double qb_budget_share(qb_budget *budget)
{
    uint64_t limit = counts_units(budget) ? budget->limit_units : (uint64_t)budget->limit_ns;
    return fmin(1, (double)quantity(budget, wall_now(budget), cpu_now(budget)) / (double)limit);
}

qb_status qb_budget_open(const qb_budget_setup *s, qb_budget **budget, qb_diag *diag)
{
    qb_status status = check_setup(s, diag);
    if (status)
        return status;
    qb_budget *b = QB_NEW(qb_budget, 1);
    if (!b)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for a budget");
    b->kind = s->kind;
    b->limit_ns = to_ns(s->limit);
    b->limit_units = to_units(s->limit);
    b->backstop_ns = to_ns(s->wall_backstop);
    b->simulator_limit_ns = s->simulator_limit > 0 ? to_ns(s->simulator_limit) : NEVER_NS;
    b->threads = s->threads;
    b->variables = s->variables;
    b->mip = s->mip;
    b->maximise = s->maximise;
    b->clock = s->clock;
    b->stop_at_target = s->stop_at_target;
    b->tells_limit = s->tells_limit;
    qb_budget_set_targets(b, s->targets, s->target_count);
    status = qb_channel_writer_open(&b->channel, s->channel, s->variables, s->mip, diag);
    if (!status && qb_budget_details_open(&b->details))
        status = qb_fail(diag, QB_NO_MEMORY, "out of memory for a budget's details");
    if (status) {
        qb_free(b);
        return status;
    }
    b->wall_start = b->clock.wall_ns(b->clock.context);
    b->cpu_start = b->clock.cpu_ns(b->clock.context);
    *budget = b;
    return QB_OK;
}

void qb_budget_mark_setup(qb_budget *budget)
{
    int64_t wall = wall_now(budget);
    budget->said.setup_wall_s = (double)wall * 1e-9;
    budget->said.setup_cpu_s = (double)cpu_now(budget) * 1e-9;
    say(budget, wall);
    qb_budget_stage(budget, "solve");
}

void qb_budget_finish(qb_budget *budget, qb_status outcome, const char *reason)
{
    budget->said.finished = true;
    budget->said.outcome = outcome;
    spendings now = spent_now(budget, wall_now(budget));
    account_stage(budget, &now);
    /* programs outside have ended, and the harness counts what it finds of them itself */
    budget->stage_start.cpu -= budget->outside_ns;
    budget->outside_ns = 0;
    snprintf(budget->said.reason, sizeof budget->said.reason, "%s", reason ? reason : "");
    say(budget, wall_now(budget));
}

void qb_budget_request_stop(qb_budget *budget)
{
    atomic_store(&budget->stop_requested, true);
    atomic_store(&budget->check_at, 0);
}

void qb_budget_close(qb_budget *budget)
{
    if (budget)
        qb_budget_details_close(budget->details);
    qb_free(budget);
}
