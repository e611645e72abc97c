/* What takes part in a verdict: instances, the baseline, halves of the seeds. */
#include "harness/report/judge.h"
#include "harness/base/memory.h"
#include "harness/run/split.h"

#include <math.h>
#include <string.h>

qb_status qb_judge_read(qb_judge *j, qb_diag *diag)
{
    const qb_evidence *e = j->e;
    const char *spec = e->amendments ? e->amendment[e->amendments - 1].spec : e->experiment.spec;
    qb_status status = qb_experiment_parse(e->experiment.name, spec, strlen(spec), &j->x, diag);
    if (status != QB_OK)
        return status;
    if (!j->x->decision.given)
        return qb_fail(diag, QB_REFUSED, "experiment '%s' registered no decision rule", e->experiment.name);
    if (e->experiment.parent)
        return qb_fail(diag, QB_REFUSED, "'%s' is the tuning of another experiment: that one has the verdict",
                       e->experiment.name);
    if (e->budget_kind == QB_BUDGET_WORK)
        return qb_fail(diag, QB_REFUSED, "a work budget serves regression and replay: it carries no verdict");
    return QB_OK;
}

/* Lowerings count where there is something to lower; an instance without any run yet counts once. */
uint64_t qb_judge_planned(const qb_evidence *e, const qb_experiment *x)
{
    uint64_t copies = 1, cells = 0;
    for (uint32_t k = 0; k < x->perturbations; k++)
        copies += x->perturbation[k].copies;
    for (uint32_t i = 0; i < x->instances || i < e->instances; i++)
        for (uint32_t k = 0; k < x->entries; k++) {
            bool lowered = i < e->instances && e->instance[i].kind == QB_KIND_MIP &&
                           !(x->entry[k].solver->takes & QB_TAKES_MIP);
            cells += lowered ? x->lowerings : 1;
        }
    return cells * x->repeats * copies;
}

static qb_status choose_tuning_instances(qb_judge *j, bool *tuning, qb_diag *diag)
{
    const qb_evidence *e = j->e;
    uint32_t wanted = j->x->tuning.instances < e->instances ? j->x->tuning.instances : 0;
    const char **sha256 = QB_NEW(const char *, e->instances);
    for (uint32_t i = 0; sha256 && i < e->instances; i++)
        sha256[i] = e->instance[i].sha256;
    qb_status status =
        sha256 ? qb_split_choose(e->experiment.identity, sha256, e->instances, wanted, tuning) : QB_NO_MEMORY;
    j->v->tuning_instances = wanted;
    qb_free(sha256);
    return status == QB_OK ? QB_OK : qb_fail(diag, status, "cannot choose the tuning split");
}

/* The entry of a role with the extreme mean score over some instances. */
static uint32_t find_entry(const qb_judge *j, qb_evidence_role role, const bool *instances, qb_seeds seeds,
                           bool best)
{
    uint32_t found = UINT32_MAX;
    double extreme = NAN;
    for (uint32_t k = 0; k < j->e->entries; k++) {
        double total = 0;
        uint32_t count = 0;
        for (uint32_t i = 0; i < j->e->instances && j->e->entry[k].role == role; i++) {
            double mean = instances[i] ? qb_mean_score(&j->digest, k, i, seeds) : NAN;
            total += isnan(mean) ? 0 : mean;
            count += isnan(mean) ? 0 : 1;
        }
        if (!count)
            continue;
        double mean = total / count;
        if (isnan(extreme) || (best ? mean < extreme : mean > extreme)) {
            extreme = mean;
            found = k;
        }
    }
    return found;
}

/* Where the weakest control reaches the reference in so many of its runs there is nothing to be won. */
static bool has_headroom(const qb_judge *j, uint32_t control, uint32_t instance)
{
    const qb_cell_digest *cell = qb_digest_cell(&j->digest, control, instance);
    uint64_t reached = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
        reached += j->digest.score[k] <= 0;
    return !cell->runs || (double)reached < j->x->decision.headroom * (double)cell->runs;
}

static void keep_headroom(qb_judge *j)
{
    uint32_t control = find_entry(j, QB_EVIDENCE_CONTROL, j->take, QB_SEEDS_ALL, false);
    if (control == UINT32_MAX)
        return;
    for (uint32_t i = 0; i < j->e->instances; i++)
        if (j->take[i] && !has_headroom(j, control, i)) {
            j->take[i] = false;
            j->v->without_headroom++;
        }
}

/* Instances that somebody's angles were fitted on say nothing about other instances. */
static void leave_fitted(qb_judge *j)
{
    const char *last = NULL;
    for (uint64_t k = 0; k < j->e->runs; k++) {
        const char *fitted_on = j->e->run[k].circuit ? j->e->run[k].circuit->fitted_on : NULL;
        if (!fitted_on || fitted_on == last) /* runs of an entry share the text */
            continue;
        last = fitted_on;
        for (uint32_t i = 0; i < j->e->instances; i++)
            if (j->take[i] && qb_fitted_on(fitted_on, j->e->instance[i].name)) {
                j->take[i] = false;
                j->v->fitted_instances++;
            }
    }
}

/* ---- a sequential rule, before the end */

/* Has every entry all its repeats there?  (Fewer would be another, noisier difference than the others.) */
static bool is_complete(const qb_judge *j, uint32_t instance)
{
    for (uint32_t k = 0; k < j->e->entries; k++)
        if (qb_digest_cell(&j->digest, k, instance)->runs < j->x->repeats)
            return false;
    return true;
}

/* The first place in the plan of which no run is recorded: among runs + 1 places one is. */
static qb_status find_first_missing(const qb_evidence *e, uint64_t *missing)
{
    bool *seen = QB_NEW(bool, e->runs + 1);
    if (!seen)
        return QB_NO_MEMORY;
    for (uint64_t k = 0; k < e->runs; k++)
        if (e->run[k].position < e->runs)
            seen[e->run[k].position] = true;
    for (*missing = 0; seen[*missing];)
        ++*missing;
    qb_free(seen);
    return QB_OK;
}

/* Of a sequence counts what stands before the first missing run.  The tuning split counts whole or not at
 * all: the baseline that it chooses must not change between two looks. */
static qb_status keep_beginning(qb_judge *j, const bool *tuning, qb_diag *diag)
{
    const qb_evidence *e = j->e;
    uint64_t missing = 0;
    bool choosing = false; /* is the split still on its way? */
    if (j->looks == QB_LOOK_ONCE || e->runs >= j->v->planned)
        return QB_OK;
    bool *waits = QB_NEW(bool, e->instances);
    qb_status status = waits ? find_first_missing(e, &missing) : QB_NO_MEMORY;
    for (uint64_t k = 0; status == QB_OK && k < e->runs; k++)
        if (e->run[k].position > missing)
            waits[e->run[k].instance] = true;
    for (uint32_t i = 0; status == QB_OK && i < e->instances; i++)
        if (waits[i] || !is_complete(j, i)) {
            choosing = choosing || tuning[i];
            j->v->waiting += j->take[i];
            j->take[i] = false;
        }
    qb_free(waits);
    if (status != QB_OK)
        return qb_fail(diag, status, "no memory for the verdict");
    if (choosing)
        return qb_fail(diag, QB_REFUSED, "the tuning split, which chooses the baseline, is not complete");
    return QB_OK;
}

qb_status qb_judge_choose(qb_judge *j, qb_diag *diag)
{
    bool *tuning = QB_NEW(bool, j->e->instances);
    if (!tuning)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the verdict");
    qb_status status = choose_tuning_instances(j, tuning, diag);
    for (uint32_t i = 0; i < j->e->instances; i++)
        j->take[i] = !tuning[i] && !isnan(j->digest.best[i]);
    if (status == QB_OK)
        status = keep_beginning(j, tuning, diag);
    leave_fitted(j);
    keep_headroom(j);
    bool split = j->v->tuning_instances > 0, halves = !split && j->x->repeats >= 4;
    j->choosing = halves ? QB_SEEDS_EVEN : QB_SEEDS_ALL;
    j->judging = halves ? QB_SEEDS_ODD : QB_SEEDS_ALL;
    j->v->baseline_chosen_by = split ? "tuning split" : halves ? "even repeats" : "all runs";
    j->baseline = find_entry(j, QB_EVIDENCE_BASELINE, split ? tuning : j->take, j->choosing, true);
    qb_free(tuning);
    for (uint32_t i = 0; i < j->e->instances; i++)
        j->v->instances += j->take[i];
    if (status == QB_OK && !j->v->instances)
        status = qb_fail(diag, QB_REFUSED, "no instance is left to judge: %s",
                         j->v->waiting            ? "no instance of the sequence is complete"
                         : j->v->fitted_instances ? "angles were fitted on them"
                         : j->v->without_headroom ? "a null control solves them all"
                                                  : "none has a known value");
    if (status == QB_OK && j->baseline == UINT32_MAX)
        status = qb_fail(diag, QB_REFUSED, "no baseline has runs on an instance that can be judged");
    if (status == QB_OK)
        j->v->baseline = j->e->entry[j->baseline].name;
    return status;
}
