#include "harness/report/planned.h"
#include "harness/report/verdict.h"
#include "harness/stats/planning.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define POWER 0.9

static uint32_t count_role(const qb_experiment *x, qb_role role)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < x->entries; k++)
        count += x->entry[k].role == role;
    return count;
}

/* ---- a claim about a device */

static qb_device_use use_of(const qb_experiment_entry *entry)
{
    return entry->solver->device_use ? entry->solver->device_use(entry->params) : (qb_device_use){0};
}

/* Do its runs in the store come from hardware?  Then it is judged as it is. */
static bool ran_on_hardware(const qb_experiment_entry *entry, const qb_evidence *e)
{
    for (uint32_t k = 0; e && k < e->entries; k++)
        if (!strcmp(e->entry[k].label, entry->label) && !strcmp(e->entry[k].execution, "hardware"))
            return true;
    return false;
}

/* Is there a control that draws so many shots: of a circuit without layers, or none? */
static bool has_control(const qb_experiment *x, uint64_t shots, bool sham)
{
    for (uint32_t k = 0; k < x->entries; k++) {
        qb_device_use use = use_of(&x->entry[k]);
        if (x->entry[k].role == QB_ROLE_CONTROL && use.shots == shots && (sham ? use.sham : !use.circuit))
            return true;
    }
    return false;
}

static void say_missing_control(const char *bound, uint64_t shots, bool sham, char why[QB_PLANNED_WHY])
{
    char count[32] = "as many as fit";
    if (shots != UINT64_MAX)
        snprintf(count, sizeof count, "%" PRIu64, shots);
    snprintf(why, QB_PLANNED_WHY,
             "a claim about a device needs a control that draws as many shots as '%s' (%s) %s", bound, count,
             sham ? "from a circuit without layers: for qaoa that is angles=uniform"
                  : "without a device, as 'random' does with shots=N");
}

/* True: nothing is wrong with it.  *bound: it is the optimistic bound. */
static bool check_device(const qb_experiment *x, const qb_experiment_entry *entry, bool *bound,
                         char why[QB_PLANNED_WHY])
{
    qb_device_use use = use_of(entry);
    if (use.oracle && !use.optimistic) {
        snprintf(why, QB_PLANNED_WHY,
                 "'%s' trains its angles on exact expectations, which no device offers: take angles that are "
                 "trained from shots, published or given, or make it the bound (device=optimistic, no noise)",
                 entry->label);
        return false;
    }
    for (int sham = 0; sham < 2 && use.optimistic; sham++)
        if (!has_control(x, use.shots, sham)) {
            say_missing_control(entry->label, use.shots, sham, why);
            return false;
        }
    *bound = *bound || use.optimistic;
    return true;
}

/* Fills why with what keeps a claim about a device from being decided. */
static void check_claim(const qb_experiment *x, const qb_evidence *e, char why[QB_PLANNED_WHY])
{
    bool bound = false;
    for (uint32_t k = 0; k < x->entries; k++) {
        const qb_experiment_entry *entry = &x->entry[k];
        if (entry->role != QB_ROLE_CHALLENGER)
            continue;
        if (ran_on_hardware(entry, e))
            bound = true; /* that can scale */
        else if (!check_device(x, entry, &bound, why))
            return;
    }
    if (!bound)
        snprintf(why, QB_PLANNED_WHY,
                 "a device that is simulated can stop by its optimistic bound only, and no challenger is one "
                 "(device=optimistic, no noise)");
}

/* ---- any claim */

static const char *find_obstacle(const qb_experiment *x, const qb_planned *p)
{
    if (x->budget.kind == QB_BUDGET_WORK)
        return "a work budget carries no verdict";
    if (!p->challengers)
        return "there is no challenger";
    if (!p->baselines)
        return "there is no baseline";
    if (p->instances < QB_LEAST_INSTANCES)
        return "fewer than ten instances are judged: they cannot give scale";
    if (p->attainable_p > 1 - x->decision.confidence)
        return "no outcome could reach the registered confidence";
    return "";
}

qb_planned qb_plan_decision(const qb_experiment *x, const qb_evidence *evidence)
{
    qb_planned p = {.challengers = count_role(x, QB_ROLE_CHALLENGER),
                    .baselines = count_role(x, QB_ROLE_BASELINE),
                    .deviation = NAN};
    p.instances = x->instances - (x->tuning.instances < x->instances ? x->tuning.instances : 0);
    p.attainable_p = qb_attainable_p(p.instances, p.challengers ? p.challengers : 1);
    double alpha = (1 - x->decision.confidence) / (p.challengers ? p.challengers : 1);
    p.detectable = qb_detectable_effect(1, p.instances, 1 - alpha, POWER);
    qb_verdict v;
    if (evidence && evidence->runs && qb_verdict_compute(evidence, "0000-00-00", &v, NULL) == QB_OK) {
        p.deviation = v.challenger[0].against_best.effect.deviation;
        qb_verdict_clear(&v);
    }
    if (x->decision.given)
        snprintf(p.why, sizeof p.why, "%s", find_obstacle(x, &p));
    if (x->decision.given && !*p.why && x->claim == QB_CLAIM_DEVICE)
        check_claim(x, evidence, p.why);
    return p;
}

void qb_planned_say(const qb_experiment *x, const qb_planned *p, qb_text *out)
{
    if (!x->decision.given)
        return;
    qb_text_appendf(out, "judged       %u instances, %u challenger%s, %u baseline%s\n", p->instances,
                    p->challengers, p->challengers == 1 ? "" : "s", p->baselines,
                    p->baselines == 1 ? "" : "s");
    qb_text_appendf(out, "attainable   p = %.2g at best%s\n", p->attainable_p,
                    p->challengers > 1 ? ", after Holm" : "");
    if (!isnan(p->detectable))
        qb_text_appendf(
            out, "detectable   %.3g standard deviations beyond the minimum effect, in %g %% of cases\n",
            p->detectable, 100 * POWER);
    if (!isnan(p->detectable) && !isnan(p->deviation))
        qb_text_appendf(out, "             that is %.3g points of gap, by the runs that are stored\n",
                        100 * p->detectable * p->deviation);
    if (*p->why)
        qb_text_appendf(out, "undecidable  %s\n", p->why);
}
