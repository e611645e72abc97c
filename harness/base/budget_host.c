/* The harness's side: kinds of budget, opening one and closing it. */
#include "harness/base/budget_parts.h"
#include "harness/base/memory.h"

#include <math.h>

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

static uint64_t to_units(double units)
{
    return units < 0x1p64 ? (uint64_t)units : UINT64_MAX;
}

static qb_status check_setup(const qb_budget_setup *s, qb_diag *diag)
{
    if ((unsigned)s->kind > QB_BUDGET_DEVICE || !(s->limit > 0) || !(s->wall_backstop > 0))
        return qb_fail(diag, QB_BAD_INPUT, "a budget needs a kind and a limit above 0");
    if (!(s->simulator_limit >= 0))
        return qb_fail(diag, QB_BAD_INPUT, "the cap on simulation is not negative");
    if (!(s->charged >= 0))
        return qb_fail(diag, QB_BAD_INPUT, "what is charged beforehand is not negative");
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

qb_status qb_budget_open(const qb_budget_setup *s, qb_budget **budget, qb_diag *diag)
{
    qb_status status = check_setup(s, diag);
    if (status)
        return status;
    qb_budget *b = QB_NEW(qb_budget, 1);
    if (!b)
        return qb_fail(diag, QB_NO_MEMORY, "out of memory for a budget");
    b->kind = s->kind;
    b->limit_ns = qb_budget_ns(s->limit);
    b->limit_units = to_units(s->limit);
    b->backstop_ns = qb_budget_ns(s->wall_backstop);
    b->simulator_limit_ns = s->simulator_limit > 0 ? qb_budget_ns(s->simulator_limit) : QB_NEVER_NS;
    b->threads = s->threads;
    b->variables = s->variables;
    b->mip = s->mip;
    b->maximise = s->maximise;
    b->clock = s->clock;
    b->stop_at_target = s->stop_at_target;
    b->tells_limit = s->tells_limit;
    b->credits = s->credits;
    b->credits_context = s->credits_context;
    b->credit = qb_credit_open(s->threads, qb_budget_ns(s->charged));
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

double qb_budget_share(qb_budget *budget)
{
    uint64_t limit = qb_budget_counts_units(budget) ? budget->limit_units : (uint64_t)budget->limit_ns;
    return fmin(1, (double)qb_budget_quantity(budget, qb_budget_wall(budget), qb_budget_cpu(budget)) /
                       (double)limit);
}

void qb_budget_close(qb_budget *budget)
{
    if (budget)
        qb_budget_details_close(budget->details);
    qb_free(budget);
}
