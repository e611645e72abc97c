/* What a run says of itself while it goes on: what it has spent, and in which stages. */
#include "harness/base/budget_parts.h"

#include <stdio.h>
#include <string.h>

void qb_budget_account(qb_budget *b, const qb_spendings *now)
{
    if (b->said.stages == 0)
        return;
    qb_spendings *by = &b->stage[b->stage_now], *since = &b->stage_start;
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

qb_spendings qb_budget_spent_now(const qb_budget *b, int64_t wall)
{
    int64_t cpu = qb_budget_cpu(b);
    return (qb_spendings){wall, cpu, b->device_ns, qb_budget_simulated(b, cpu)};
}

void qb_budget_say(qb_budget *b, int64_t wall)
{
    qb_spendings now = qb_budget_spent_now(b, wall);
    qb_budget_account(b, &now);
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

void qb_budget_stage(qb_budget *budget, const char *name)
{
    if (budget->parent)
        return;
    qb_spendings now = qb_budget_spent_now(budget, qb_budget_wall(budget));
    qb_stage_times *stage = budget->said.stage;
    bool is_first = budget->said.stages == 0;
    uint32_t k = 0;
    qb_budget_account(budget, &now);
    while (k < budget->said.stages && strncmp(stage[k].name, name, sizeof stage->name - 1))
        k++;
    k = k < QB_CHANNEL_STAGES ? k : QB_CHANNEL_STAGES - 1;
    if (k == budget->said.stages) {
        snprintf(stage[k].name, sizeof stage->name, "%s", name);
        budget->said.stages++;
    }
    budget->stage_now = k;
    if (!is_first) /* that one counts from the start, with what was charged beforehand */
        budget->stage_start = now;
}

/* The watcher first: from now on both compute alike. */
static void tell_credit(qb_budget *b)
{
    b->credits(b->credits_context, &b->credit);
    b->exact_at = 0;
    qb_budget_detail(b, "credited_wall_s", (double)b->credit.wall * 1e-9);
    qb_budget_detail(b, "credited_cpu_s", (double)b->credit.cpu * 1e-9);
}

void qb_budget_hold(qb_budget *budget, double most_s)
{
    if (!budget->credits || budget->over)
        return;
    qb_credit_hold(&budget->credit, qb_budget_raw_wall(budget), qb_budget_raw_cpu(budget),
                   qb_budget_ns(most_s));
    tell_credit(budget);
}

void qb_budget_resume(qb_budget *budget, bool counts)
{
    if (!budget->credit.held)
        return;
    qb_credit_resume(&budget->credit, qb_budget_raw_wall(budget), qb_budget_raw_cpu(budget), counts);
    tell_credit(budget);
}

void qb_budget_mark_setup(qb_budget *budget)
{
    int64_t wall = qb_budget_wall(budget);
    budget->said.setup_wall_s = (double)wall * 1e-9;
    budget->said.setup_cpu_s = (double)qb_budget_cpu(budget) * 1e-9;
    qb_budget_say(budget, wall);
    qb_budget_stage(budget, "solve");
}

void qb_budget_finish(qb_budget *budget, qb_status outcome, const char *reason)
{
    budget->said.finished = true;
    budget->said.outcome = outcome;
    qb_spendings now = qb_budget_spent_now(budget, qb_budget_wall(budget));
    qb_budget_account(budget, &now);
    /* programs outside have ended, and the harness counts what it finds of them itself */
    budget->stage_start.cpu -= budget->outside_ns;
    budget->outside_ns = 0;
    snprintf(budget->said.reason, sizeof budget->said.reason, "%s", reason ? reason : "");
    qb_budget_say(budget, qb_budget_wall(budget));
}
