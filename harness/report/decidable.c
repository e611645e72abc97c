#include "harness/report/decidable.h"
#include "harness/stats/decision.h"
#include "harness/stats/planning.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static void say_missing_control(const char *bound, uint64_t shots, bool sham, char why[QB_OBSTACLE])
{
    char count[32] = "as many as fit";
    if (shots != UINT64_MAX)
        snprintf(count, sizeof count, "%" PRIu64, shots);
    snprintf(why, QB_OBSTACLE,
             "a claim about a device needs a control that draws as many shots as '%s' (%s) %s", bound, count,
             sham ? "from a circuit without layers: for qaoa that is angles=uniform"
                  : "without a device, as 'random' does with shots=N");
}

/* True: nothing is wrong with it.  *bound: it is the optimistic bound. */
static bool check_device(const qb_experiment *x, const qb_experiment_entry *entry, bool *bound,
                         char why[QB_OBSTACLE])
{
    qb_device_use use = use_of(entry);
    if (use.oracle && !use.optimistic) {
        snprintf(why, QB_OBSTACLE,
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
static void check_claim(const qb_experiment *x, const qb_evidence *e, char why[QB_OBSTACLE])
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
        snprintf(why, QB_OBSTACLE,
                 "a device that is simulated can stop by its optimistic bound only, and no challenger is one "
                 "(device=optimistic, no noise)");
}

/* ---- any claim */

uint32_t qb_count_role(const qb_experiment *x, qb_role role)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < x->entries; k++)
        count += x->entry[k].role == role;
    return count;
}

static const char *find_obstacle(const qb_experiment *x, uint32_t judged, uint32_t challengers)
{
    if (x->budget.kind == QB_BUDGET_WORK)
        return "a work budget carries no verdict";
    if (!challengers)
        return "there is no challenger";
    if (!qb_count_role(x, QB_ROLE_BASELINE))
        return "there is no baseline";
    if (judged < QB_LEAST_INSTANCES)
        return "fewer than ten instances are judged: they cannot give scale";
    if (qb_attainable_p(judged, challengers) > 1 - x->decision.confidence)
        return "no outcome could reach the registered confidence";
    return "";
}

uint32_t qb_judged_instances(const qb_experiment *x)
{
    return x->instances - (x->tuning.instances < x->instances ? x->tuning.instances : 0);
}

void qb_find_obstacle(const qb_experiment *x, const qb_evidence *e, char why[QB_OBSTACLE])
{
    *why = '\0';
    if (!x->decision.given)
        return;
    snprintf(why, QB_OBSTACLE, "%s",
             find_obstacle(x, qb_judged_instances(x), qb_count_role(x, QB_ROLE_CHALLENGER)));
    if (!*why && x->claim == QB_CLAIM_DEVICE)
        check_claim(x, e, why);
}
