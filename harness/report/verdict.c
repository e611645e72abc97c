#include "harness/report/verdict.h"
#include "harness/base/hash.h"
#include "harness/base/memory.h"
#include "harness/report/baselines.h"
#include "harness/report/judge.h"
#include "harness/report/reasons.h"
#include "harness/stats/planning.h"
#include "harness/stats/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A/A */

static bool are_twins(const qb_evidence_entry *a, const qb_evidence_entry *b)
{
    return !strcmp(a->solver, b->solver) && !strcmp(a->params, b->params) &&
           !strcmp(a->penalty, b->penalty) && !strcmp(a->version, b->version);
}

static void compare_control_pair(qb_judge *j)
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
        qb_effect_with(j->scratch, count, QB_MOST_DIFFERENCE, j->v->confidence, j->looks, j->seed);
    qb_effect strict =
        qb_effect_with(j->scratch, count, QB_MOST_DIFFERENCE, 1 - QB_CONTROL_LEVEL, j->looks, j->seed);
    j->v->control_differs = j->looks == QB_LOOK_ONCE ? strict.p < QB_CONTROL_LEVEL
                                                     : strict.interval.low > 0 || strict.interval.high < 0;
}

/* ---- challengers */

static void compare_challengers(qb_judge *j, qb_effect *effect)
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
static void note_control(const qb_judge *j, uint32_t control, qb_challenger_verdict *v)
{
    qb_circuits circuits = qb_circuits_of(&j->digest, control);
    if (circuits.sham && !v->sham)
        v->sham = j->e->entry[control].name;
    if (!circuits.told && !v->sampler)
        v->sampler = j->e->entry[control].name;
}

/* The first control that is better than the challenger beyond chance, and the first that is not worse. */
static void compare_controls(qb_judge *j, uint32_t challenger, qb_challenger_verdict *v)
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
static const char *find_deciding_family(const qb_judge *j, uint32_t c, double estimate)
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

/* Mean improvement in the KPI's unit, over the same differences that decide: failures count. */
static double measure_kpi(const qb_judge *j, uint32_t c)
{
    const double *d = j->difference + (size_t)c * j->e->instances;
    const uint32_t *index = j->index + (size_t)c * j->e->instances;
    double total = 0;
    for (size_t k = 0; k < j->count[c]; k++)
        total += d[k] * qb_digest_worth(&j->digest, index[k]);
    return j->count[c] ? total / (double)j->count[c] * j->x->kpi.per_objective_unit : NAN;
}

/* Variance of the mean score of an entry on an instance, by its seeds; NaN: unknown. */
static double seed_variance(const qb_judge *j, uint32_t entry, uint32_t instance)
{
    const qb_cell_digest *cell = qb_digest_cell(&j->digest, entry, instance);
    return qb_variance(j->digest.score + cell->first, cell->runs) / (double)cell->runs;
}

/* What seeds add to the variance of the paired differences: a mean over the instances of a comparison. */
static double seed_share(const qb_judge *j, uint32_t c)
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

static void plan_the_rest(const qb_judge *j, uint32_t c, qb_challenger_verdict *v)
{
    const qb_effect *e = &v->against_best.effect;
    double distance = fabs(e->estimate - j->v->minimum_effect);
    v->instances_needed = qb_instances_needed(e->deviation, distance, e->confidence);
    v->seeds_needed =
        qb_seeds_needed(e->deviation, seed_share(j, c), j->x->repeats, e->instances, distance, e->confidence);
}

static qb_status judge_challengers(qb_judge *j, const qb_effect *effect, qb_diag *diag)
{
    for (uint32_t c = 0; c < j->v->challengers; c++) {
        qb_challenger_verdict *v = &j->v->challenger[c];
        v->against_best = (qb_comparison){j->e->entry[j->entry[c]].name, j->v->baseline, effect[c]};
        v->decision = qb_decide(&effect[c], j->v->minimum_effect);
        v->circuits = qb_circuits_of(&j->digest, j->entry[c]);
        compare_controls(j, j->entry[c], v);
        v->family = find_deciding_family(j, c, effect[c].estimate);
        v->kpi = measure_kpi(j, c);
        plan_the_rest(j, c, v);
        qb_status status =
            qb_break_even_of(&j->digest, j->take, j->entry[c], j->v->confidence, &v->break_even, diag);
        if (status)
            return status;
    }
    return QB_OK;
}

/* ---- beside it */

static qb_status hash_references(qb_judge *j)
{
    qb_sha256 *h = qb_sha256_open();
    for (uint32_t i = 0; i < j->e->instances; i++) {
        qb_sha256_string(h, j->e->instance[i].sha256);
        qb_sha256_double(h, j->digest.best[i]);
    }
    return qb_sha256_finish_hex(h, j->v->references_sha256);
}

static void count_flagged(qb_judge *j)
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

static uint32_t count_role(const qb_evidence *e, qb_evidence_role role)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < e->entries; k++)
        count += e->entry[k].role == role;
    return count;
}

static bool allocate(qb_judge *j)
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

static void release(qb_judge *j)
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

static qb_status compute(qb_judge *j, qb_store *store, const char *today, qb_diag *diag)
{
    qb_verdict *v = j->v;
    qb_effect *effect = QB_NEW(qb_effect, v->challengers);
    qb_status status =
        effect ? qb_judge_choose(j, diag) : qb_fail(diag, QB_NO_MEMORY, "no memory for the verdict");
    if (status == QB_OK) {
        compare_control_pair(j);
        compare_challengers(j, effect);
        status = judge_challengers(j, effect, diag);
        v->virtual_best =
            qb_baselines_virtual_best(&j->digest, j->take, j->baseline, &v->best_baseline_score);
        count_flagged(j);
        if (status == QB_OK)
            status = hash_references(j);
        if (status == QB_OK && store)
            status = qb_baselines_portfolio(store, &j->digest, j->take, &v->portfolio, diag);
        qb_verdict_apply_rules(v, j->e, j->x, today);
    }
    qb_free(effect);
    return status;
}

qb_status qb_verdict_compute_whole(qb_store *store, const qb_evidence *evidence, const char *today,
                                   qb_verdict *verdict, qb_diag *diag)
{
    qb_verdict v = {.portfolio = NAN};
    qb_judge j = {.e = evidence, .v = &v};
    qb_status status = qb_judge_read(&j, diag);
    if (status == QB_OK) {
        v.challengers = count_role(evidence, QB_EVIDENCE_CHALLENGER);
        v.minimum_effect = j.x->decision.minimum_effect;
        v.confidence = j.x->decision.confidence;
        v.claim = qb_claim_name(j.x->claim);
        j.looks = j.x->decision.sequential ? QB_LOOK_ALWAYS : QB_LOOK_ONCE;
        v.planned = qb_judge_planned(evidence, j.x);
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
        status = compute(&j, store, today, diag);
    release(&j);
    if (status == QB_OK)
        *verdict = v;
    else
        qb_verdict_clear(&v);
    return status;
}

qb_status qb_verdict_compute(const qb_evidence *evidence, const char *today, qb_verdict *verdict,
                             qb_diag *diag)
{
    return qb_verdict_compute_whole(NULL, evidence, today, verdict, diag);
}

void qb_verdict_clear(qb_verdict *verdict)
{
    qb_free(verdict->challenger);
    *verdict = (qb_verdict){0};
}
