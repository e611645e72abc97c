#include "harness/report/verdict.h"
#include "harness/base/hash.h"
#include "harness/base/memory.h"
#include "harness/report/digest.h"
#include "harness/report/paired.h"
#include "harness/report/reasons.h"
#include "harness/run/experiment.h"
#include "harness/run/split.h"
#include "harness/stats/planning.h"
#include "harness/stats/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct judge {
    const qb_evidence *e;
    const qb_experiment *x;
    qb_digest digest;
    bool *take;         /* [instances] judged: not for tuning, with headroom */
    double *difference; /* [challengers * instances] */
    double *scratch;    /* [instances] */
    uint32_t *index;    /* [challengers * instances] */
    size_t *count;      /* [challengers] */
    uint32_t *entry;    /* [challengers] */
    uint32_t baseline;
    qb_looks looks;
    qb_seeds choosing, judging;
    uint64_t seed; /* of the bootstrap: the same store gives the same verdict */
    qb_verdict *v;
} judge;

/* ---- what takes part */

static qb_status read_experiment(judge *j, qb_diag *diag)
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
static uint64_t planned_runs(const qb_evidence *e, const qb_experiment *x)
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

static uint32_t count_role(const qb_evidence *e, qb_evidence_role role)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < e->entries; k++)
        count += e->entry[k].role == role;
    return count;
}

static qb_status choose_tuning_instances(judge *j, bool *tuning, qb_diag *diag)
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
static uint32_t find_entry(const judge *j, qb_evidence_role role, const bool *instances, qb_seeds seeds,
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
static bool has_headroom(const judge *j, uint32_t control, uint32_t instance)
{
    const qb_cell_digest *cell = qb_digest_cell(&j->digest, control, instance);
    uint64_t reached = 0;
    for (uint64_t k = cell->first; k < cell->first + cell->runs; k++)
        reached += j->digest.score[k] <= 0;
    return !cell->runs || (double)reached < j->x->decision.headroom * (double)cell->runs;
}

static void keep_headroom(judge *j)
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
static void leave_fitted(judge *j)
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

/* Has every entry all its repeats there?  (Fewer would be another, noisier difference than the others.) */
static bool is_complete(const judge *j, uint32_t instance)
{
    for (uint32_t k = 0; k < j->e->entries; k++)
        if (qb_digest_cell(&j->digest, k, instance)->runs < j->x->repeats)
            return false;
    return true;
}

static qb_status choose_instances_and_baseline(judge *j, qb_diag *diag)
{
    bool *tuning = QB_NEW(bool, j->e->instances);
    if (!tuning)
        return qb_fail(diag, QB_NO_MEMORY, "no memory for the verdict");
    qb_status status = choose_tuning_instances(j, tuning, diag);
    for (uint32_t i = 0; i < j->e->instances; i++)
        j->take[i] =
            !tuning[i] && !isnan(j->digest.best[i]) && (j->looks == QB_LOOK_ONCE || is_complete(j, i));
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
                         j->v->fitted_instances   ? "angles were fitted on them"
                         : j->v->without_headroom ? "a null control solves them all"
                                                  : "none has a known value");
    if (status == QB_OK && j->baseline == UINT32_MAX)
        status = qb_fail(diag, QB_REFUSED, "no baseline has runs on an instance that can be judged");
    if (status == QB_OK)
        j->v->baseline = j->e->entry[j->baseline].name;
    return status;
}

/* ---- A/A */

static bool are_twins(const qb_evidence_entry *a, const qb_evidence_entry *b)
{
    return !strcmp(a->solver, b->solver) && !strcmp(a->params, b->params) &&
           !strcmp(a->penalty, b->penalty) && !strcmp(a->version, b->version);
}

static void compare_control_pair(judge *j)
{
    const qb_evidence *e = j->e;
    qb_side a = {j->baseline, QB_SEEDS_ODD}, b = {j->baseline, QB_SEEDS_EVEN};
    for (uint32_t x = 0; x < e->entries && !j->v->control_is_twin; x++)
        for (uint32_t y = x + 1; y < e->entries && !j->v->control_is_twin; y++)
            if (are_twins(&e->entry[x], &e->entry[y])) {
                a = (qb_side){x, QB_SEEDS_ALL};
                b = (qb_side){y, QB_SEEDS_ALL};
                j->v->control_is_twin = true;
            }
    uint32_t count = qb_paired_differences(&j->digest, a, b, j->take, j->scratch, NULL);
    j->v->has_control_pair = count >= 2;
    j->v->control_pair = (qb_comparison){.entry = e->entry[a.entry].name, .other = e->entry[b.entry].name};
    j->v->control_pair.effect =
        qb_effect_of(j->scratch, count, QB_MOST_DIFFERENCE, j->v->confidence, j->seed);
}

/* ---- challengers */

static void compare_challengers(judge *j, qb_effect *effect)
{
    uint32_t n = j->e->instances, c = 0;
    const double **difference = QB_NEW(const double *, j->v->challengers);
    for (uint32_t k = 0; k < j->e->entries; k++) {
        if (j->e->entry[k].role != QB_EVIDENCE_CHALLENGER)
            continue;
        j->entry[c] = k;
        j->count[c] =
            qb_paired_differences(&j->digest, (qb_side){k, QB_SEEDS_ALL}, (qb_side){j->baseline, j->judging},
                                  j->take, j->difference + (size_t)c * n, j->index + (size_t)c * n);
        if (difference)
            difference[c] = j->difference + (size_t)c * n;
        c++;
    }
    if (difference)
        qb_effects_adjust(difference, j->count, c, j->v->minimum_effect, j->v->confidence, j->looks, j->seed,
                          effect);
    qb_free(difference);
}

/* A control that draws as many shots as the challenger. */
static void note_control(const judge *j, uint32_t control, qb_challenger_verdict *v)
{
    qb_circuits circuits = qb_circuits_of(&j->digest, control);
    if (circuits.sham && !v->sham)
        v->sham = j->e->entry[control].name;
    if (!circuits.told && !v->sampler)
        v->sampler = j->e->entry[control].name;
}

/* The first control that is better than the challenger beyond chance, and the first that is not worse. */
static void compare_controls(judge *j, uint32_t challenger, qb_challenger_verdict *v)
{
    for (uint32_t k = 0; k < j->e->entries; k++) {
        if (j->e->entry[k].role != QB_EVIDENCE_CONTROL)
            continue;
        uint32_t count = qb_paired_differences(&j->digest, (qb_side){challenger, QB_SEEDS_ALL},
                                               (qb_side){k, QB_SEEDS_ALL}, j->take, j->scratch, NULL);
        qb_effect effect =
            qb_effect_with(j->scratch, count, QB_MOST_DIFFERENCE, j->v->confidence, j->looks, j->seed);
        bool equal = qb_draws_as_many(&j->digest, j->take, challenger, k);
        if (effect.interval.high < 0 && !v->lost_to)
            v->lost_to = j->e->entry[k].name;
        if (!(effect.interval.low > 0) && !v->unbeaten && (equal || j->x->claim != QB_CLAIM_DEVICE))
            v->unbeaten = j->e->entry[k].name;
        if (equal)
            note_control(j, k, v);
    }
}

/* The family without which the estimate falls on the other side of the minimum effect, or NULL. */
static const char *find_deciding_family(const judge *j, uint32_t c, double estimate)
{
    const double *d = j->difference + (size_t)c * j->e->instances;
    const uint32_t *index = j->index + (size_t)c * j->e->instances;
    for (size_t k = 0; k < j->count[c]; k++) {
        const char *family = j->e->instance[index[k]].family;
        double total = 0;
        size_t left = 0;
        for (size_t m = 0; m < j->count[c]; m++)
            if (strcmp(j->e->instance[index[m]].family, family)) {
                total += d[m];
                left++;
            }
        double minimum = j->v->minimum_effect;
        if (left && (total / (double)left >= minimum) != (estimate >= minimum))
            return family;
    }
    return NULL;
}

/* Mean improvement in the KPI's unit, over instances on which both found something. */
static double measure_kpi(const judge *j, uint32_t challenger)
{
    double total = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < j->e->instances; i++) {
        double ours = qb_digest_cell(&j->digest, challenger, i)->mean_objective;
        double theirs = qb_digest_cell(&j->digest, j->baseline, i)->mean_objective;
        if (!j->take[i] || isnan(ours) || isnan(theirs))
            continue;
        total += j->e->instance[i].sense == QB_MAXIMISE ? ours - theirs : theirs - ours;
        count++;
    }
    return count ? total / count * j->x->kpi.per_objective_unit : NAN;
}

/* Variance of the mean score of an entry on an instance, by its seeds; NaN: unknown. */
static double seed_variance(const judge *j, uint32_t entry, uint32_t instance)
{
    const qb_cell_digest *cell = qb_digest_cell(&j->digest, entry, instance);
    return qb_variance(j->digest.score + cell->first, cell->runs) / (double)cell->runs;
}

/* What seeds add to the variance of the paired differences: a mean over the instances of a comparison. */
static double seed_share(const judge *j, uint32_t c)
{
    const uint32_t *index = j->index + (size_t)c * j->e->instances;
    double total = 0,
           halves = j->judging == QB_SEEDS_ALL ? 1 : 2; /* the baseline is judged on half of its seeds */
    size_t count = 0;
    for (size_t k = 0; k < j->count[c]; k++) {
        double v = seed_variance(j, j->entry[c], index[k]) + halves * seed_variance(j, j->baseline, index[k]);
        total += isnan(v) ? 0 : v;
        count += isnan(v) ? 0 : 1;
    }
    return count ? total / (double)count : NAN;
}

static void plan_the_rest(const judge *j, uint32_t c, qb_challenger_verdict *v)
{
    const qb_effect *e = &v->against_best.effect;
    double distance = fabs(e->estimate - j->v->minimum_effect);
    v->instances_needed = qb_instances_needed(e->deviation, distance, e->confidence);
    v->seeds_needed =
        qb_seeds_needed(e->deviation, seed_share(j, c), j->x->repeats, e->instances, distance, e->confidence);
}

static qb_status judge_challengers(judge *j, const qb_effect *effect, qb_diag *diag)
{
    for (uint32_t c = 0; c < j->v->challengers; c++) {
        qb_challenger_verdict *v = &j->v->challenger[c];
        v->against_best = (qb_comparison){j->e->entry[j->entry[c]].name, j->v->baseline, effect[c]};
        v->decision = qb_decide(&effect[c], j->v->minimum_effect);
        v->circuits = qb_circuits_of(&j->digest, j->entry[c]);
        compare_controls(j, j->entry[c], v);
        v->family = find_deciding_family(j, c, effect[c].estimate);
        v->kpi = measure_kpi(j, j->entry[c]);
        plan_the_rest(j, c, v);
        qb_status status =
            qb_break_even_of(&j->digest, j->take, j->entry[c], j->v->confidence, &v->break_even, diag);
        if (status)
            return status;
    }
    return QB_OK;
}

/* ---- beside it */

static void measure_virtual_best(judge *j)
{
    double best = 0, single = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < j->e->instances; i++) {
        uint32_t chosen = UINT32_MAX;
        double least = INFINITY;
        for (uint32_t k = 0; k < j->e->entries && j->take[i]; k++) {
            double mean = j->e->entry[k].role == QB_EVIDENCE_BASELINE
                              ? qb_mean_score(&j->digest, k, i, QB_SEEDS_EVEN)
                              : NAN;
            if (mean < least) {
                least = mean;
                chosen = k;
            }
        }
        double judged = chosen == UINT32_MAX ? NAN : qb_mean_score(&j->digest, chosen, i, QB_SEEDS_ODD);
        double plain = qb_mean_score(&j->digest, j->baseline, i, QB_SEEDS_ODD);
        if (isnan(judged) || isnan(plain))
            continue;
        best += judged;
        single += plain;
        count++;
    }
    j->v->virtual_best = count ? best / count : NAN;
    j->v->best_baseline_score = count ? single / count : NAN;
}

static qb_status hash_references(judge *j)
{
    qb_sha256 *h = qb_sha256_open();
    for (uint32_t i = 0; i < j->e->instances; i++) {
        qb_sha256_string(h, j->e->instance[i].sha256);
        qb_sha256_double(h, j->digest.best[i]);
    }
    return qb_sha256_finish_hex(h, j->v->references_sha256);
}

static void count_flagged(judge *j)
{
    for (uint64_t k = 0; k < j->e->runs; k++) {
        const qb_evidence_run *run = &j->e->run[k];
        if (run->noise == 0 && j->take[run->instance]) {
            j->v->flagged += run->flagged;
            j->v->runs++;
        }
    }
}

/* ---- all of it */

static bool allocate(judge *j)
{
    size_t n = j->e->instances, c = j->v->challengers;
    j->take = QB_NEW(bool, n);
    j->difference = QB_NEW(double, n *c);
    j->scratch = QB_NEW(double, n);
    j->index = QB_NEW(uint32_t, n * c);
    j->count = QB_NEW(size_t, c);
    j->entry = QB_NEW(uint32_t, c);
    j->v->challenger = QB_NEW(qb_challenger_verdict, c);
    return j->take && j->difference && j->scratch && j->index && j->count && j->entry && j->v->challenger;
}

static void release(judge *j)
{
    qb_free(j->take);
    qb_free(j->difference);
    qb_free(j->scratch);
    qb_free(j->index);
    qb_free(j->count);
    qb_free(j->entry);
    qb_digest_clear(&j->digest);
    qb_experiment_free(j->x);
}

static qb_status compute(judge *j, const char *today, qb_diag *diag)
{
    qb_verdict *v = j->v;
    qb_effect *effect = QB_NEW(qb_effect, v->challengers);
    qb_status status = effect ? choose_instances_and_baseline(j, diag)
                              : qb_fail(diag, QB_NO_MEMORY, "no memory for the verdict");
    if (status == QB_OK) {
        compare_control_pair(j);
        compare_challengers(j, effect);
        status = judge_challengers(j, effect, diag);
        measure_virtual_best(j);
        count_flagged(j);
        if (status == QB_OK)
            status = hash_references(j);
        qb_verdict_apply_rules(v, j->e, j->x, today);
    }
    qb_free(effect);
    return status;
}

qb_status qb_verdict_compute(const qb_evidence *evidence, const char *today, qb_verdict *verdict,
                             qb_diag *diag)
{
    qb_verdict v = {0};
    judge j = {.e = evidence, .v = &v};
    qb_status status = read_experiment(&j, diag);
    if (status == QB_OK) {
        v.challengers = count_role(evidence, QB_EVIDENCE_CHALLENGER);
        v.minimum_effect = j.x->decision.minimum_effect;
        v.confidence = j.x->decision.confidence;
        v.claim = qb_claim_name(j.x->claim);
        j.looks = j.x->decision.sequential ? QB_LOOK_ALWAYS : QB_LOOK_ONCE;
        v.planned = planned_runs(evidence, j.x);
        char head[16];
        snprintf(head, sizeof head, "%.15s", evidence->experiment.identity);
        j.seed = strtoull(head, NULL, 16);
    }
    if (status == QB_OK && !v.challengers)
        status = qb_fail(diag, QB_REFUSED, "experiment '%s' has no challenger", evidence->experiment.name);
    if (status == QB_OK)
        status = allocate(&j) ? qb_digest_make(evidence, &j.digest, diag)
                              : qb_fail(diag, QB_NO_MEMORY, "no memory for the verdict");
    if (status == QB_OK)
        status = compute(&j, today, diag);
    release(&j);
    if (status == QB_OK)
        *verdict = v;
    else
        qb_verdict_clear(&v);
    return status;
}

void qb_verdict_clear(qb_verdict *verdict)
{
    qb_free(verdict->challenger);
    *verdict = (qb_verdict){0};
}
