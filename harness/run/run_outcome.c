#define _GNU_SOURCE
#include "harness/run/run_outcome.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

const char *qb_outcome_name(qb_outcome outcome)
{
    static const char *const names[QB_OUTCOME_COUNT] = {
        "optimal", "target", "exhausted",         "budget", "infeasible", "overran", "out-of-memory",
        "crashed", "lied",   "simulator-limited", "refused"};
    return (unsigned)outcome < QB_OUTCOME_COUNT ? names[outcome] : "unknown";
}

bool qb_run_has_returned(const qb_launch_report *report, const qb_channel_summary *said)
{
    int status = report->wait_status;
    return report->ended || (said->finished && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void explain(qb_run_result *result, const char *text)
{
    if (!result->reason[0])
        snprintf(result->reason, sizeof result->reason, "%s", text);
}

/* How a run ended whose code did not return. */
static qb_outcome judge_death(const qb_run_ending *e, qb_run_result *result)
{
    const qb_launch_report *report = e->report;
    char text[128];
    if (report->out_of_memory)
        return QB_RUN_OUT_OF_MEMORY;
    if (report->killed)
        return QB_RUN_OVERRAN;
    if (!WIFSIGNALED(report->wait_status)) {
        snprintf(text, sizeof text, "it ended its process with exit status %d",
                 WEXITSTATUS(report->wait_status));
        explain(result, text);
        return QB_RUN_CRASHED;
    }
    int number = WTERMSIG(report->wait_status);
    const char *name = sigdescr_np(number);
    snprintf(text, sizeof text, "signal %d (%s)", number, name ? name : "unknown");
    explain(result, text);
    /* where malloc fails at the limit, many programs fall over the null pointer */
    bool at_limit = !strcmp(report->memory_way, "rlimit") &&
                    (double)report->peak_kib * 1024 > 0.8 * (double)e->spec->memory_bytes;
    return at_limit ? QB_RUN_OUT_OF_MEMORY : QB_RUN_CRASHED;
}

/* The answer against targets[0], as the referee has it (of a copy, whose score is the nominal problem's, the
 * model's word has to do). */
static bool reaches_target(const qb_run_spec *spec, const qb_run_result *result)
{
    if (spec->nominal && spec->nominal != spec->problem)
        return true;
    double objective = result->score.objective, target = spec->targets[0];
    double slack = QB_RUN_TARGET_SLACK * fmax(1, fabs(target));
    bool minimise = spec->problem->body.sense == QB_MINIMISE;
    return result->has_solution && result->score.feasible &&
           (minimise ? objective <= target + slack : objective >= target - slack);
}

/* How a run ended whose code returned. */
static qb_outcome judge_return(const qb_run_ending *e, qb_run_result *result)
{
    const qb_channel_summary *said = e->said;
    char text[128];
    if (said->outcome != QB_OK && said->outcome != QB_STOPPED)
        explain(result, said->reason);
    bool late = result->overshoot_s > 0 || said->budget_hit;
    switch (said->outcome) {
    case QB_OK:
        if (late)
            return QB_RUN_BUDGET;
        return e->proof == QB_PROVES_INFEASIBLE ? QB_RUN_INFEASIBLE
               : e->proof == QB_PROVES_OPTIMAL  ? QB_RUN_OPTIMAL
                                                : QB_RUN_EXHAUSTED;
    case QB_INFEASIBLE:
        return late ? QB_RUN_BUDGET : QB_RUN_INFEASIBLE;
    case QB_STOPPED:
        if (said->target_reached && reaches_target(e->spec, result))
            return QB_RUN_TARGET;
        if (said->target_reached) {
            explain(result, "the model's target was reached, the source's was not");
            return QB_RUN_EXHAUSTED;
        }
        if (e->spec->budget_kind == QB_BUDGET_DEVICE && !said->budget_hit) {
            snprintf(text, sizeof text, "simulating %.6g s of the device took %.6g s of CPU time",
                     said->device_s, said->simulator_s);
            explain(result, text);
            return QB_RUN_SIMULATOR_LIMITED;
        }
        return QB_RUN_BUDGET;
    case QB_BAD_INPUT:
    case QB_REFUSED:
        return QB_RUN_REFUSED;
    case QB_NO_MEMORY:
        return QB_RUN_OUT_OF_MEMORY;
    case QB_ENVIRONMENT:
    case QB_INTERNAL:
        break;
    }
    return QB_RUN_CRASHED;
}

void qb_run_judge(const qb_run_ending *e, qb_run_result *result)
{
    const uint32_t strays = e->report->strays;
    char text[128];
    if (e->lied)
        result->outcome = QB_RUN_LIED;
    else if (!qb_run_has_returned(e->report, e->said))
        result->outcome = judge_death(e, result);
    else if (!e->said->finished || e->damaged) {
        result->outcome = QB_RUN_CRASHED;
        explain(result, "it damaged the memory that it publishes in");
    } else
        result->outcome = judge_return(e, result);
    if (strays) {
        snprintf(text, sizeof text, "it left %u process%s behind", strays, strays > 1 ? "es" : "");
        explain(result, text);
    }
}
