/* What a solver publishes: incumbents, credited or late, bounds, samples and details. */
#include "harness/base/budget_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* Moves past the targets that `claimed` reaches; true when there was one. */
static bool reaches_target(qb_budget *b, double claimed)
{
    uint32_t before = b->next_target;
    while (b->next_target < b->target_count && !qb_budget_is_better(b, b->target[b->next_target], claimed))
        b->next_target++;
    return b->next_target > before;
}

/* Credits the staged solution, or sets it apart as late, by stamps that are taken now. */
static void stamp(qb_budget *b, double claimed)
{
    int64_t wall = qb_budget_wall(b), cpu = qb_budget_cpu(b);
    uint64_t at = qb_budget_quantity(b, wall, cpu),
             limit = qb_budget_counts_units(b) ? b->limit_units : (uint64_t)b->limit_ns;
    if (at > limit || wall > b->backstop_ns) {
        b->said.budget_hit = b->said.budget_hit || at > limit;
        if (!b->said.has_late || qb_budget_is_better(b, claimed, b->said.late_claimed))
            b->said.late_claimed = claimed;
        b->said.has_late = true;
        b->said.late++;
        (void)qb_budget_stop(b);
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
                              .simulator_s = (double)qb_budget_simulated(b, cpu) * 1e-9,
                              .claimed = claimed};
    qb_channel_publish(&b->channel, &point, replace);
    if (!same_step)
        b->step_start = at;
    b->last_is_pinned = pinned;
    b->has_best = true;
    b->best = claimed;
    if (b->stop_at_target && b->target_count && !qb_budget_is_better(b, b->stop_target, claimed)) {
        b->said.target_reached = true;
        (void)qb_budget_stop(b);
    }
}

static qb_status publish(qb_budget *b, const void *x, double claimed)
{
    b->said.offered++;
    if (!isfinite(claimed) || (b->has_best && !qb_budget_is_better(b, claimed, b->best)) ||
        (b->has_floor && !qb_budget_is_better(b, claimed, b->floor)))
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
    if (budget->parent || !isfinite(bound) ||
        (said->has_bound && !qb_budget_is_better(budget, said->bound, bound)))
        return;
    said->has_bound = true;
    said->bound = bound;
    qb_budget_say(budget, qb_budget_wall(budget));
}

void qb_budget_infeasible(qb_budget *budget)
{
    if (budget->parent)
        return;
    budget->said.infeasible = true;
    qb_budget_say(budget, qb_budget_wall(budget));
}

qb_status qb_budget_sample(qb_budget *budget, const uint8_t *x, double claimed, uint64_t count)
{
    if (!budget->parent && isfinite(claimed))
        qb_channel_put_sample(&budget->channel, x, claimed, count);
    return budget->over ? QB_STOPPED : QB_OK;
}

bool qb_budget_keeps_samples(const qb_budget *budget)
{
    return !budget->parent && budget->channel.kept < budget->channel.samples;
}

bool qb_budget_limits_samples(const qb_budget *budget)
{
    return budget->parent ? qb_budget_limits_samples(budget->parent) : budget->kind == QB_BUDGET_SAMPLES;
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
